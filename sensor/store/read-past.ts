import type Database from "better-sqlite3";
import type { BlindTimes } from "../../shared/blind-times.js";
import { CommandError } from "../../shared/command-error.js";
import type { EndpointRecord } from "../../shared/event.js";
import { identityOf, serviceIdentity } from "../../shared/record-identity.js";
import { readBlindTimes } from "../../shared/sqlite/blind-times.js";
import { formatTime } from "../../shared/time.js";
import { checkSensor, hasColumn, INVENTORY_TABLES, openInventory, readInventory } from "./read-inventory.js";
import type { StoredRow } from "./stored-row.js";

/** Which part of an inventory, and when. */
export interface PastQuestion {
  /** One sensor of a console. */
  readonly sensor?: string;
  /** When: `2026-11-29` for the end of that day in UTC, or `last-review`; `flag` names it to who asked. */
  readonly at?: { readonly flag: string; readonly text: string };
  /** What was not seen for so long, while its sensor saw others, is left out. */
  readonly goneAfterDays?: number;
}

interface PastRow {
  readonly record: string;
  readonly sensor: string;
}

interface SilenceRow {
  readonly kind: string;
  readonly sensor: string;
  readonly identity: string;
  readonly fromMicros: number;
}

const DAY_MICROS = 86_400e6;
export const LAST_REVIEW = "last-review";
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Rows as they were then, or as they are. */
export function readInventoryAt(path: string, { sensor, at, goneAfterDays }: PastQuestion): Iterable<StoredRow> {
  const database = openInventory(path, "inventory");
  try {
    if (at === undefined) return withoutGone(database, readInventory(path, sensor), goneAfterDays);
    if (!hasColumn(database, "past", "record"))
      throw new CommandError(
        `${at.flag} "${at.text}": "${path}" has only what is known now; a console keeps what was known before, from when this version first started on its file`,
      );
    if (sensor !== undefined) checkSensor(database, path, sensor);
    const atMicros = momentOf(database, at, sensor);
    const rows = [...rowsAt(database, atMicros, sensor)];
    if (rows.length === 0) throw nothingKnown(database, at, sensor);
    if (goneAfterDays === undefined) return rows;
    checkSilences(database, at, atMicros, goneAfterDays);
    return withoutGone(database, lastSeenThen(database, rows, atMicros), goneAfterDays, atMicros);
  } finally {
    database.close();
  }
}

/** When that is, microseconds; undefined for now. */
export function readMoment(path: string, { sensor, at }: PastQuestion): number | undefined {
  if (at === undefined) return undefined;
  const database = openInventory(path, "inventory");
  try {
    return momentOf(database, at, sensor);
  } finally {
    database.close();
  }
}

function momentOf(
  database: Database.Database,
  { flag, text }: { readonly flag: string; readonly text: string },
  sensor: string | undefined,
): number {
  const micros = text === LAST_REVIEW ? lastReview(database, flag, sensor) : endOfDay(flag, text);
  const began = database.prepare<[], number>("SELECT began_micros FROM history").pluck().get() ?? 0;
  if (micros >= began) return micros;
  throw new CommandError(
    `${flag} "${text}": what was known then was not kept; this console has it from ${formatTime(began).slice(0, 16)}Z on`,
  );
}

function lastReview(database: Database.Database, flag: string, sensor: string | undefined): number {
  const of = sensor === undefined ? "" : "AND sensor = (SELECT id FROM sensor WHERE name = ?)";
  const micros = database
    .prepare<unknown[], number | null>(`SELECT max(at_micros) FROM review WHERE action = 'approve' ${of}`)
    .pluck()
    .get(...(sensor === undefined ? [] : [sensor]));
  if (typeof micros === "number") return micros;
  const where = sensor === undefined ? "" : ` of sensor "${sensor}"`;
  throw new CommandError(`${flag} "${LAST_REVIEW}": nobody approved an endpoint${where} yet; name a day instead`);
}

function endOfDay(flag: string, text: string): number {
  const millis = DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // Date.parse takes the 31st of a month of 30 days for the 1st of the next.
  if (Number.isNaN(millis) || !new Date(millis).toISOString().startsWith(text))
    throw new CommandError(`${flag} "${text}" must be a day such as 2026-11-29, or ${LAST_REVIEW}`);
  if (millis > Date.now())
    throw new CommandError(
      `${flag} "${text}" has not been yet: it is ${new Date().toISOString().slice(0, 16)}Z; name a day up to today in UTC, or leave it out for what is known now`,
    );
  return millis * 1_000 + DAY_MICROS - 1;
}

/** Held against nothing all is new, and two such days are alike: neither says anything of what went on. */
function nothingKnown(
  database: Database.Database,
  { flag, text }: { readonly flag: string; readonly text: string },
  sensor: string | undefined,
): CommandError {
  const of = sensor === undefined ? "" : "WHERE sensor = (SELECT id FROM sensor WHERE name = ?)";
  const times = [...INVENTORY_TABLES, "past"].flatMap((table) => {
    const query = database.prepare<unknown[], number | null>(`SELECT min(since_micros) FROM ${table} ${of}`).pluck();
    return query.get(...(sensor === undefined ? [] : [sensor])) ?? [];
  });
  const by = sensor === undefined ? "" : ` of sensor "${sensor}"`;
  const remedy =
    times.length === 0
      ? "nor is anything yet"
      : `the first is of ${formatTime(Math.min(...times)).slice(0, 16)}Z; name that day or a later one`;
  return new CommandError(`${flag} "${text}": nothing${by} was known then; ${remedy}`);
}

/** A row that is as it was since then stands in its table, one that changed in `past`. */
function* rowsAt(database: Database.Database, atMicros: number, sensor: string | undefined): Iterable<StoredRow> {
  const of = sensor === undefined ? "" : "AND t.sensor = (SELECT id FROM sensor WHERE name = @sensor)";
  const name = "(SELECT name FROM sensor WHERE id = t.sensor) AS sensor";
  for (const table of INVENTORY_TABLES) {
    const rows = database.prepare<unknown[], PastRow>(
      `SELECT record, ${name} FROM ${table} t WHERE since_micros <= @atMicros ${of}
       UNION ALL
       SELECT record, ${name} FROM past t
       WHERE kind = '${table}' AND since_micros <= @atMicros AND until_micros > @atMicros ${of}`,
    );
    for (const { record, sensor: by } of rows.iterate({ atMicros, ...(sensor === undefined ? {} : { sensor }) }))
      yield { record: JSON.parse(record) as StoredRow["record"], sensor: by };
  }
}

/** Which of them were not seen for a day or longer by then can only be told from when on a console keeps it. */
function checkSilences(
  database: Database.Database,
  { flag, text }: { readonly flag: string; readonly text: string },
  atMicros: number,
  goneAfterDays: number,
): void {
  if (goneAfterDays < 1)
    throw new CommandError(
      `--gone-after "${goneAfterDays}" must be 1 or more with ${flag} "${text}": of what was not seen for less than a day nothing is kept`,
    );
  const began = hasColumn(database, "history", "silences_micros")
    ? (database.prepare<[], number>("SELECT silences_micros FROM history").pluck().get() ?? 0)
    : undefined;
  if (began !== undefined && atMicros >= began) return;
  const from = began === undefined ? "this version first started on its file" : `${formatTime(began).slice(0, 16)}Z`;
  throw new CommandError(
    `--gone-after with ${flag} "${text}": when things were seen last was not kept then; this console has it from ${from} on; leave it out, or name a later day`,
  );
}

/** What was seen again later stands there with its last time of today: it gets the one it had then. Less than a day makes no difference. */
function lastSeenThen(database: Database.Database, rows: readonly StoredRow[], atMicros: number): StoredRow[] {
  const silences = database.prepare<[number, number], SilenceRow>(
    `SELECT kind, (SELECT name FROM sensor WHERE id = t.sensor) AS sensor, identity, from_micros AS fromMicros
     FROM silence t WHERE from_micros <= ? AND until_micros > ?`,
  );
  const last = new Map<string, number>();
  for (const { kind, sensor, identity, fromMicros } of silences.iterate(atMicros, atMicros))
    last.set(`${kind} ${sensor} ${identity}`, fromMicros);
  if (last.size === 0) return [...rows];
  return rows.map((row) => {
    const { record, sensor } = row;
    const lastMicros = last.get(`${record.kind} ${sensor} ${identityOf(record)}`);
    return lastMicros === undefined || lastMicros >= record.lastMicros
      ? row
      : { ...row, record: { ...record, lastMicros } };
  });
}

/** By sensor, which a sensor's own file has no name of. */
function blindTimesOf(database: Database.Database): ReadonlyMap<string | undefined, BlindTimes> {
  if (!hasColumn(database, "service", "sensor")) return new Map([[undefined, readBlindTimes(database)]]);
  const sensors = database.prepare<[], { readonly id: string; readonly name: string }>("SELECT id, name FROM sensor");
  return new Map(sensors.all().map(({ id, name }) => [name, readBlindTimes(database, id)]));
}

/** Counted up to when its sensor saw anything last, without the times in which it was blind: one that sees nothing says of nothing that it has gone. */
function withoutGone(
  database: Database.Database,
  rows: Iterable<StoredRow>,
  goneAfterDays: number | undefined,
  atMicros = Number.POSITIVE_INFINITY,
): Iterable<StoredRow> {
  if (goneAfterDays === undefined) return rows;
  const blindTimes = blindTimesOf(database);
  const all = [...rows];
  const seen = new Map<string | undefined, number>();
  for (const { sensor, record } of all)
    seen.set(sensor, Math.max(seen.get(sensor) ?? 0, Math.min(record.lastMicros, atMicros)));
  const isThere = ({ sensor, record: { lastMicros } }: StoredRow): boolean =>
    // What is declared and was never called is there by its file.
    lastMicros === 0 ||
    blindTimes.get(sensor)?.isSilent(lastMicros, seen.get(sensor) ?? 0, goneAfterDays * DAY_MICROS) !== true;
  const ways = new Set<string>();
  for (const row of all)
    if (row.record.kind === "edge" && !isThere(row)) ways.add(`${row.sensor} ${identityOf(row.record)}`);
  return all
    .filter(isThere)
    .map((row) => (row.record.kind === "endpoint" ? withoutCallers(row, row.record, ways) : row));
}

/** A caller goes with its way to the service: the endpoint's row has everybody who ever called. */
function withoutCallers(row: StoredRow, endpoint: EndpointRecord, goneWays: ReadonlySet<string>): StoredRow {
  const service = serviceIdentity(endpoint);
  const callers = endpoint.callers.filter((caller) => !goneWays.has(`${row.sensor} ${caller} ${service}`));
  const gone = endpoint.callers.length - callers.length;
  return gone === 0 ? row : { ...row, record: { ...endpoint, callers, callerCount: endpoint.callerCount - gone } };
}
