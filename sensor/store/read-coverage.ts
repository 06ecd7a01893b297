import type Database from "better-sqlite3";
import { type BlindInterval, type HealthRecord, MAX_BLIND } from "../../shared/health.js";
import { hasColumn, openInventory } from "./read-inventory.js";
import type { SensorCoverage, Silence } from "./stored-row.js";

/** A sensor tells of itself every five seconds, and tries to reach its console twice a minute: one silent for longer is not heard of. */
const HEARD_MICROS = 60e6;

/** What the sensors behind a file could see: one for a sensor's own, all or the one named for a console's. */
export function readCoverage(path: string, only?: string): SensorCoverage[] {
  const database = openInventory(path);
  try {
    return hasColumn(database, "service", "sensor") ? ofConsole(database, only) : [ofSensor(database)];
  } finally {
    database.close();
  }
}

function ofSensor(database: Database.Database): SensorCoverage {
  // A file that a version before this table wrote, and none since.
  const runs = hasColumn(database, "run", "record")
    ? parsed<HealthRecord>(database, "SELECT record FROM run ORDER BY started_micros")
    : [];
  const blind = parsed<BlindInterval>(
    database,
    "SELECT record FROM blind ORDER BY from_micros DESC LIMIT ?",
    MAX_BLIND,
  );
  const total = (name: string): number =>
    database.prepare<[string], number>("SELECT value FROM total WHERE name = ?").pluck().get(name) ?? 0;
  return {
    sensor: undefined,
    runs,
    blindIntervals: blind.reverse(),
    eventsDropped: total("outbox_dropped"),
    callsNotSampled: total("calls_not_sampled"),
  };
}

interface SensorRow {
  readonly id: string;
  readonly name: string;
  /** In files of a version that kept the latest run only. */
  readonly health?: string | null;
  readonly last_seen_micros: number | null;
  readonly events_dropped: number;
  readonly calls_not_sampled: number;
}

function ofConsole(database: Database.Database, only: string | undefined): SensorCoverage[] {
  const sensors = database.prepare<[], SensorRow>("SELECT * FROM sensor ORDER BY name").all();
  const asOfMicros = asOf(database, sensors);
  const hasRuns = hasColumn(database, "run", "record");
  const runsOf = ({ id, health }: SensorRow): HealthRecord[] =>
    hasRuns
      ? parsed<HealthRecord>(database, "SELECT record FROM run WHERE sensor = ? ORDER BY started_micros", id)
      : [health ?? []].flat().map((record) => JSON.parse(record) as HealthRecord);
  return sensors
    .filter(({ name }) => only === undefined || name === only)
    .map((row) => ({ ...row, runs: runsOf(row), silence: silenceOf(row, asOfMicros) }))
    .map(({ id, name, runs, silence, events_dropped, calls_not_sampled }) => ({
      sensor: name,
      runs,
      ...(silence === undefined ? {} : { silence }),
      blindIntervals: parsed<BlindInterval>(
        database,
        "SELECT record FROM blind WHERE sensor = ? ORDER BY last_micros DESC LIMIT ?",
        id,
        MAX_BLIND,
      ).reverse(),
      eventsDropped: events_dropped,
      callsNotSampled: calls_not_sampled,
    }));
}

/**
 * What a console's file is as of, whether it runs or not: the last moment at which it would have heard of a sensor. A running one
 * says every few seconds that it does. A file of before that is as of the latest word of any sensor.
 */
function asOf(database: Database.Database, sensors: readonly SensorRow[]): number {
  const alive = hasColumn(database, "alive", "at_micros")
    ? database.prepare<[], number | null>("SELECT max(at_micros) FROM alive").pluck().get()
    : undefined;
  return Math.max(alive ?? 0, ...sensors.map(({ last_seen_micros }) => last_seen_micros ?? 0));
}

function silenceOf({ last_seen_micros: fromMicros }: SensorRow, untilMicros: number): Silence | undefined {
  return fromMicros === null || untilMicros - fromMicros <= HEARD_MICROS ? undefined : { fromMicros, untilMicros };
}

function parsed<T>(database: Database.Database, sql: string, ...values: (string | number)[]): T[] {
  return database
    .prepare<unknown[], string>(sql)
    .pluck()
    .all(...values)
    .map((record) => JSON.parse(record) as T);
}
