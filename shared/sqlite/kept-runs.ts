import type Database from "better-sqlite3";
import type { HealthRecord } from "../health.js";
import { isWithin, joinedRuns, MAX_RUNS } from "../joined-runs.js";

interface KeptRun {
  readonly started_micros: number;
  readonly record: string;
}

/**
 * The last word of each run of a sensor, in a table `run (sensor, started_micros, record)`. A run is told from the others by when it
 * began. The latest `MAX_RUNS` are kept whole; those before them become one, so that nothing that was lost is ever forgotten.
 */
export class KeptRuns {
  readonly #all: Database.Statement<[string], KeptRun>;
  readonly #put: Database.Statement<[string, number, string]>;
  readonly #delete: Database.Statement<[string, number]>;
  readonly #count: Database.Statement<[string], number>;

  constructor(database: Database.Database) {
    this.#all = database.prepare("SELECT started_micros, record FROM run WHERE sensor = ? ORDER BY started_micros");
    this.#put = database.prepare("INSERT OR REPLACE INTO run (sensor, started_micros, record) VALUES (?, ?, ?)");
    this.#delete = database.prepare("DELETE FROM run WHERE sensor = ? AND started_micros = ?");
    this.#count = database.prepare<[string], number>("SELECT count(*) FROM run WHERE sensor = ?").pluck();
  }

  /** The oldest first. */
  of(sensor: string): HealthRecord[] {
    return this.#all.all(sensor).map(({ record }) => JSON.parse(record) as HealthRecord);
  }

  /** Within the caller's transaction. Of runs put together that are told again, those that they stand for go. */
  put(sensor: string, run: HealthRecord): void {
    if ((run.runs ?? 1) > 1) {
      const kept = this.of(sensor);
      if (kept.some((one) => isWithin(run, one))) return;
      for (const one of kept) if (isWithin(one, run)) this.#delete.run(sensor, one.startedMicros);
    }
    this.#put.run(sensor, run.startedMicros, JSON.stringify(run));
    if ((this.#count.get(sensor) ?? 0) > MAX_RUNS + 1) this.#join(sensor, run);
  }

  /** The oldest two become one, but never the run that is being told: it will be told again. */
  #join(sensor: string, told: HealthRecord): void {
    const [first, second] = this.of(sensor).filter(({ startedMicros }) => startedMicros !== told.startedMicros);
    const joined = joinedRuns([first, second]);
    if (joined === undefined) return;
    this.#delete.run(sensor, second.startedMicros);
    this.#put.run(sensor, joined.startedMicros, JSON.stringify(joined));
  }
}
