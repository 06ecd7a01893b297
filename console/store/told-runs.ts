import type Database from "better-sqlite3";
import type { HealthRecord } from "../../shared/health.js";
import { joinedRuns } from "../../shared/joined-runs.js";
import { KeptRuns } from "../../shared/sqlite/kept-runs.js";

interface SensorRuns {
  readonly latest: HealthRecord | undefined;
  /** Those before the latest, put together. */
  readonly before: HealthRecord | undefined;
}

/** The runs of all sensors, as they told them; the sums of those that ended are held, for each word of a sensor is shown at once. */
export class ToldRuns {
  readonly #kept: KeptRuns;
  readonly #held = new Map<string, SensorRuns>();

  constructor(database: Database.Database) {
    this.#kept = new KeptRuns(database);
  }

  /** Within the caller's transaction, which may be taken back: what is held of the sensor is read anew. */
  put(sensor: string, run: HealthRecord): void {
    this.#kept.put(sensor, run);
    const held = this.#held.get(sensor);
    const isOfLatest = held?.latest?.startedMicros === run.startedMicros;
    if (isOfLatest) this.#held.set(sensor, { latest: run, before: held.before });
    else this.#held.delete(sensor);
  }

  of(sensor: string): { readonly latest: HealthRecord | undefined; readonly all: HealthRecord | undefined } {
    const { latest, before } = this.#held.get(sensor) ?? this.#read(sensor);
    const all = latest === undefined || before === undefined ? latest : joinedRuns([before, latest]);
    return { latest, all };
  }

  #read(sensor: string): SensorRuns {
    const runs = this.#kept.of(sensor);
    const read = { latest: runs.at(-1), before: joinedRuns(runs.slice(0, -1)) };
    this.#held.set(sensor, read);
    return read;
  }
}
