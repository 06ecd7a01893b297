import type Database from "better-sqlite3";
import type { FeedPosition, FeedRecord } from "../api.js";
import { findingsSince, listFindings } from "./listed-findings.js";

/** At first a page is given so much of what was kept; what came since it looked last, as much as it holds. */
const FIRST = { samples: 200, blinds: 50 } as const;
const SINCE = { samples: 1_000, blinds: 500 } as const;
/** As many as a page holds, or a filter would say that there are none. */
const FINDINGS = 2_000;

interface Row {
  readonly record: string;
  readonly sensor: string;
}

export interface Since {
  readonly records: readonly FeedRecord[];
  /** Told since then, and not among the records: too many, or kept no more. */
  readonly missed: number;
}

/** What a page of the feed was not given as it was told. All that is told gets a number that only rises, also over a restart. */
export class FeedPast {
  readonly #database: Database.Database;
  readonly #lastId: Database.Statement<[string], number>;
  #told: number;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#lastId = database.prepare<[string], number>("SELECT seq FROM sqlite_sequence WHERE name = ?").pluck();
    const last = database.prepare<[], number | null>(
      "SELECT max(told) FROM (SELECT max(told) AS told FROM finding UNION ALL SELECT max(told) FROM blind)",
    );
    this.#told = last.pluck().get() ?? 0;
  }

  /** Numbers what replaces what was told before and so has no number of its own. The clock: those with the highest may have been taken away. */
  nextTold(nowMicros: number): number {
    this.#told = Math.max(this.#told + 1, nowMicros);
    return this.#told;
  }

  /** Of all that was told until now. */
  position(): FeedPosition {
    return { calls: this.#lastId.get("call") ?? 0, handshakes: this.#lastId.get("handshake") ?? 0, told: this.#told };
  }

  /** What there is since the position; without one, or with one of another file, what a page begins with. */
  since(before: FeedPosition | undefined): Since {
    const now = this.position();
    const isOurs = before !== undefined && isUpTo(before, now);
    if (!isOurs) return this.#first();
    const findings = findingsSince(this.#database, before.told, FINDINGS);
    const parts = [
      this.#samples("call", before.calls, now.calls),
      this.#samples("handshake", before.handshakes, now.handshakes),
      findings,
      this.#blinds(before.told),
    ];
    return {
      records: parts.flatMap(({ records }) => records),
      missed: parts.reduce((sum, { missed }) => sum + missed, 0),
    };
  }

  #first(): Since {
    return {
      records: [
        ...this.#latest("call", 0, FIRST.samples),
        ...this.#latest("handshake", 0, FIRST.samples),
        ...listFindings(this.#database, FINDINGS).items,
        ...this.#latestBlinds(-1, FIRST.blinds),
      ],
      missed: 0,
    };
  }

  #samples(table: "call" | "handshake", before: number, now: number): Since {
    const records = this.#latest(table, before, SINCE.samples);
    return { records, missed: now - before - records.length };
  }

  #latest(table: "call" | "handshake", after: number, limit: number): FeedRecord[] {
    const rows = this.#database.prepare<[number, number], Row>(
      `SELECT t.record, sensor.name AS sensor FROM ${table} t JOIN sensor ON sensor.id = t.sensor
       WHERE t.id > ? ORDER BY t.id DESC LIMIT ?`,
    );
    return rows.all(after, limit).map(toRecord);
  }

  #blinds(told: number): Since {
    const records = this.#latestBlinds(told, SINCE.blinds);
    const all = this.#database.prepare<[number], number>("SELECT count(*) FROM blind WHERE told > ?").pluck().get(told);
    return { records, missed: (all ?? 0) - records.length };
  }

  #latestBlinds(told: number, limit: number): FeedRecord[] {
    const rows = this.#database.prepare<[number, number], Row>(
      `SELECT t.record, sensor.name AS sensor FROM blind t JOIN sensor ON sensor.id = t.sensor
       WHERE t.told > ? ORDER BY t.told DESC, t.last_micros DESC LIMIT ?`,
    );
    return rows.all(told, limit).map(toRecord);
  }
}

function toRecord({ record, sensor }: Row): FeedRecord {
  return { ...JSON.parse(record), sensor };
}

function isUpTo(before: FeedPosition, now: FeedPosition): boolean {
  return before.calls <= now.calls && before.handshakes <= now.handshakes && before.told <= now.told;
}
