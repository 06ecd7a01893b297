import { chmodSync, closeSync, existsSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { CommandError } from "../command-error.js";
import { writeReason } from "../file-reason.js";
import { makeFolder } from "../make-folder.js";

/** Whose file it is: SQLite's application id says so, in files of before a table that only this kind has. */
interface FileKind {
  readonly applicationId: number;
  readonly table: string;
}

const KINDS = {
  sensor: { applicationId: 0x65775365, table: "outbox" },
  console: { applicationId: 0x6577436f, table: "operator" },
} as const satisfies Record<string, FileKind>;

export interface DatabaseOptions {
  readonly kind: keyof typeof KINDS;
  /** Setting the path comes from, for errors. */
  readonly setting: string;
  /** SQL that brings the file from each version to the next; never changed once released. */
  readonly migrations: readonly string[];
  /** `power` also survives the machine's end, `process` that of this process. */
  readonly survives: "power" | "process";
}

/** Opens or makes a SQLite file in WAL mode and brings it to the newest version. Throws CommandError. */
export function openDatabase(path: string, options: DatabaseOptions): Database.Database {
  const { setting, survives } = options;
  try {
    if (path !== ":memory:") makeFolder(dirname(path), 0o750);
    keepPrivate(path);
    const database = new Database(path);
    checkKind(database, path, options);
    database.pragma("journal_mode = WAL");
    database.pragma(`synchronous = ${survives === "power" ? "FULL" : "NORMAL"}`);
    database.pragma("busy_timeout = 5000");
    migrate(database, path, options);
    return database;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw unusableFile(setting, path, error as Error);
  }
}

/** Whom the traffic is between is not for everyone on the host. What an operator grants a group stays. */
export function keepPrivate(path: string): void {
  closeSync(openSync(path, "a", 0o600));
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    if (!existsSync(file)) continue;
    const { mode } = statSync(file);
    if ((mode & 0o007) !== 0) chmodSync(file, mode & 0o770);
  }
}

export function unusableFile(setting: string, path: string, error: Error): CommandError {
  const reason = writeReason(error, "name a file in a folder this user may write to");
  return new CommandError(`${setting} "${path}" can't be used: ${reason}`);
}

/** Before anything is changed: the file may be another's. */
function checkKind(database: Database.Database, path: string, { kind, setting }: DatabaseOptions): void {
  const tables = database.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  const found = kindOf(Number(database.pragma("application_id", { simple: true })), tables);
  if (found === kind || tables.length === 0) return;
  const owner = found === undefined ? "another program's" : `a ${found}'s`;
  throw new CommandError(`${setting} "${path}" is ${owner} file; name the ${kind}'s own, or one that is not there yet`);
}

function kindOf(applicationId: number, tables: readonly string[]): string | undefined {
  return Object.entries(KINDS).find(
    ([, kind]) => kind.applicationId === applicationId || (applicationId === 0 && tables.includes(kind.table)),
  )?.[0];
}

function migrate(database: Database.Database, path: string, { kind, setting, migrations }: DatabaseOptions): void {
  const version = Number(database.pragma("user_version", { simple: true }));
  if (version > migrations.length) {
    throw new CommandError(
      `${setting} "${path}" is of version ${version}, this program knows ${migrations.length}: it was written by a newer release; install that one or name another file`,
    );
  }
  for (let next = version; next < migrations.length; next++) {
    database.transaction(() => {
      database.exec(migrations[next]);
      database.pragma(`user_version = ${next + 1}`);
    })();
  }
  database.pragma(`application_id = ${KINDS[kind].applicationId}`);
}
