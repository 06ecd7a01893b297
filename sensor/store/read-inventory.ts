import { closeSync, fstatSync, openSync } from "node:fs";
import Database from "better-sqlite3";
import { CommandError } from "../../shared/command-error.js";
import { type Opinion, reviewOf } from "../../shared/review.js";
import { type CountedFacts, reviewedFacts } from "../../shared/reviewed-facts.js";
import { ReviewContext } from "../../shared/sqlite/review-context.js";
import type { Repeated, StoredRow } from "./stored-row.js";

export const INVENTORY_TABLES = ["service", "edge", "endpoint", "certificate", "finding"] as const;

/** Rows of a sensor's or a console's file, as they stand; the file may be in use. `only` names one sensor of a console. */
export function* readInventory(path: string, only?: string): Iterable<StoredRow> {
  const database = openInventory(path);
  try {
    const hasSensors = hasColumn(database, "service", "sensor");
    if (only !== undefined) checkSensor(database, path, only);
    const reviewed = hasColumn(database, "opinion", "opinion") ? reviewsOf(database) : undefined;
    // What one sensor counts is counted once.
    const repeated = only === undefined && hasColumn(database, "joined", "edge") ? repeatedOf(database) : NONE_REPEATED;
    for (const table of INVENTORY_TABLES) {
      // A file that a version before this table wrote, and none since.
      if (!hasColumn(database, table, "record")) continue;
      const sensor = hasSensors ? "(SELECT name FROM sensor WHERE id = t.sensor)" : "NULL";
      const where = only === undefined ? "" : "WHERE t.sensor = (SELECT id FROM sensor WHERE name = ?)";
      const [id, identity] = hasSensors ? ["t.sensor", "t.identity"] : ["''", "''"];
      const rows = database.prepare<unknown[], ReadRow>(
        `SELECT record, ${sensor} AS sensor, ${id} AS id, ${identity} AS identity FROM ${table} t ${where} ORDER BY t.rowid`,
      );
      for (const row of rows.iterate(...(only === undefined ? [] : [only]))) yield storedRow(row, reviewed, repeated);
    }
  } finally {
    database.close();
  }
}

interface ReadRow {
  readonly record: string;
  readonly sensor: string | null;
  /** The sensor's in a console's file. */
  readonly id: string;
  readonly identity: string;
}

function storedRow(
  { record: text, sensor, id, identity }: ReadRow,
  reviews: ReadReviews | undefined,
  repeated: ReadonlyMap<string, Repeated>,
): StoredRow {
  const record = JSON.parse(text) as StoredRow["record"];
  const stored = { record, sensor: sensor ?? undefined };
  const often = record.kind === "edge" ? repeated.get(identity) : undefined;
  if (often !== undefined) return { ...stored, repeated: often };
  if (reviews === undefined || record.kind !== "endpoint") return stored;
  const opinion = reviews.opinions.get(`${id} ${identity}`);
  if (opinion === undefined) return stored;
  const { context } = reviews;
  const facts = (): CountedFacts => reviewedFacts(record, context.connections(id, record));
  return { ...stored, review: reviewOf(record, opinion, context.of(id, record, facts), Date.now() * 1_000) };
}

const NONE_REPEATED: ReadonlyMap<string, Repeated> = new Map();

/** By edge. The row of no sensor has what is counted too often of all. */
function repeatedOf(database: Database.Database): ReadonlyMap<string, Repeated> {
  const rows = database
    .prepare<[], Repeated & { edge: string }>("SELECT edge, calls, connections FROM joined WHERE sensor = ''")
    .all();
  return new Map(rows.map(({ edge, calls, connections }) => [edge, { calls, connections }]));
}

/** What people say of endpoints, by sensor and identity. */
interface ReadReviews {
  readonly opinions: ReadonlyMap<string, Opinion>;
  readonly context: ReviewContext;
}

function reviewsOf(database: Database.Database): ReadReviews {
  const rows = database
    .prepare<[], { key: string; opinion: string }>("SELECT sensor || ' ' || identity AS key, opinion FROM opinion")
    .all();
  const opinions = new Map(rows.map(({ key, opinion }) => [key, JSON.parse(opinion) as Opinion]));
  return { opinions, context: new ReviewContext(database) };
}

export function checkSensor(database: Database.Database, path: string, name: string): void {
  if (!hasColumn(database, "service", "sensor"))
    throw new CommandError(`--sensor "${name}": "${path}" is one sensor's own file; leave --sensor out`);
  const names = database.prepare<[], string>("SELECT name FROM sensor ORDER BY name").pluck().all();
  if (names.includes(name)) return;
  const known = names.length === 0 ? "it knows none" : `it knows ${names.slice(0, 20).join(", ")}`;
  throw new CommandError(`--sensor "${name}" is not known to "${path}"; ${known}`);
}

/** Read only; throws CommandError that names the remedy. `what` is how the file was named to the command. */
export function openInventory(path: string, what = "--database"): Database.Database {
  let database: Database.Database | undefined;
  try {
    checkFile(path);
    database = new Database(path, { readonly: true, fileMustExist: true });
    if (!hasColumn(database, "service", "record")) throw new Error("it holds no inventory of eastwatch");
    return database;
  } catch (error) {
    database?.close();
    const { code = "", message } = error as NodeJS.ErrnoException;
    const reason = REASONS[code] ?? `${message}; name the file of a sensor or a console`;
    throw new CommandError(`${what} "${path}" can't be read: ${reason}`, 3);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file; name the file of a sensor or a console",
  EACCES: "this user may not read it; run this as the user the sensor or console runs as, or as root",
  EISDIR: "it is a folder; name the file of a sensor or a console in it",
  // SQLite makes a file beside it also to read where a daemon is writing.
  SQLITE_CANTOPEN:
    "this user may not write to its folder; run this as the user the sensor or console runs as, or as root",
};

/** SQLite tells all of them as "unable to open". */
function checkFile(path: string): void {
  const file = openSync(path, "r");
  const isFolder = fstatSync(file).isDirectory();
  closeSync(file);
  if (isFolder) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
}

export function hasColumn(database: Database.Database, table: string, column: string): boolean {
  const rows = database.pragma(`table_info(${table})`) as { readonly name: string }[];
  return rows.some((row) => row.name === column);
}
