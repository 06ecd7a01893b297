import type Database from "better-sqlite3";
import type { BlindInterval, HealthRecord } from "../../shared/health.js";
import { hasColumn, openInventory } from "./read-inventory.js";
import type { SensorCoverage } from "./stored-row.js";

/** Blind intervals read of each sensor. */
const MAX_BLIND = 1_000;

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
  readonly health: string | null;
  readonly events_dropped: number;
  readonly calls_not_sampled: number;
}

function ofConsole(database: Database.Database, only: string | undefined): SensorCoverage[] {
  const sensors = database.prepare<[], SensorRow>("SELECT * FROM sensor ORDER BY name").all();
  return sensors
    .filter(({ name }) => only === undefined || name === only)
    .map(({ id, name, health, events_dropped, calls_not_sampled }) => ({
      sensor: name,
      runs: health === null ? [] : [JSON.parse(health) as HealthRecord],
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

function parsed<T>(database: Database.Database, sql: string, ...values: (string | number)[]): T[] {
  return database
    .prepare<unknown[], string>(sql)
    .pluck()
    .all(...values)
    .map((record) => JSON.parse(record) as T);
}
