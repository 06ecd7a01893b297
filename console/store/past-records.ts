import { createHash } from "node:crypto";
import type Database from "better-sqlite3";
import { comparedText, type InventoryRecord } from "../../shared/difference.js";
import { KeptStatements } from "../../shared/sqlite/kept-statements.js";
import type { Reviews } from "./reviews.js";

/** What was known before, of all sensors together. The longest gone makes room. */
const MAX_PAST_ROWS = 500_000;
const SLACK = 1_000;
/** Records that are put until times of not being seen are counted: one may end with each. */
const SILENCE_SLACK = 20_000;
const DAY_MICROS = 86_400e6;

/** What tells where a record is. */
interface Place {
  readonly kind: InventoryRecord["kind"];
  readonly sensor: string;
  readonly identity: string;
}

interface Standing {
  readonly since: number;
  readonly compared: string;
}

/** `keep` takes a row in that is new, or the same in all that is compared; it changes no other. */
interface KeepStatements {
  readonly keep: Database.Statement;
  readonly replace: Database.Statement;
}

/**
 * Keeps records of an inventory, and of each what it was at the end of a day and when somebody approved an endpoint, which is when
 * inventories are compared. What nobody can ask for is not kept: counts and times, but for when it was not seen for longer than a day,
 * which the file's triggers note, and what changed twice between two such moments.
 */
export class PastRecords {
  readonly #database: Database.Database;
  readonly #reviews: Reviews;
  readonly #statements: KeptStatements;
  /** Found by the kind alone: to put their text together for each record costs more than to run some of them. */
  readonly #keepers = new Map<Place["kind"], KeepStatements>();
  readonly #maxRows: number;
  #sinceTrim = SLACK;
  #sinceSilenceTrim = SILENCE_SLACK;

  constructor(database: Database.Database, reviews: Reviews, maxRows = MAX_PAST_ROWS) {
    this.#database = database;
    this.#statements = new KeptStatements(this.#database);
    this.#reviews = reviews;
    this.#maxRows = maxRows;
  }

  put(place: Place, record: InventoryRecord, nowMicros: number): void {
    const { kind, sensor, identity } = place;
    if (++this.#sinceSilenceTrim >= SILENCE_SLACK) this.#trimSilences();
    if (kind === "edge") this.#reviews.edgeChanged(sensor, identity);
    const compared = digestOf(record);
    const text = JSON.stringify(record);
    const { keep, replace } = this.#statementsOf(kind);
    // Nearly all are new or as they were: one statement does for these.
    if (keep.run(sensor, identity, record.lastMicros, text, nowMicros, compared).changes > 0) return;
    const { since, compared: before } = this.#standing(place);
    const isSame = before === compared || this.#digestOfKept(place) === compared;
    if (!isSame) this.#retire(place, nowMicros);
    replace.run(record.lastMicros, text, isSame ? since : nowMicros, compared, sensor, identity);
  }

  remove(place: Place, nowMicros: number): void {
    if (place.kind === "edge") this.#reviews.edgeChanged(place.sensor, place.identity);
    this.#retire(place, nowMicros);
    this.#statements
      .of(`DELETE FROM ${place.kind} WHERE sensor = ? AND identity = ?`)
      .run(place.sensor, place.identity);
  }

  /** Those seen longest ago go where there are more than `most`. */
  makeRoom(kind: Place["kind"], most: number, nowMicros: number): void {
    const oldest = `SELECT sensor, identity FROM ${kind} ORDER BY last_micros DESC LIMIT -1 OFFSET ?`;
    for (const place of this.#statements.of(oldest).all(most) as Omit<Place, "kind">[])
      this.remove({ kind, ...place }, nowMicros);
  }

  #statementsOf(kind: Place["kind"]): KeepStatements {
    const known = this.#keepers.get(kind);
    if (known !== undefined) return known;
    const made = {
      keep: this.#database.prepare(
        `INSERT INTO ${kind} (sensor, identity, last_micros, record, since_micros, compared) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (sensor, identity) DO UPDATE SET last_micros = excluded.last_micros, record = excluded.record
         WHERE compared = excluded.compared`,
      ),
      replace: this.#database.prepare(
        `UPDATE ${kind} SET last_micros = ?, record = ?, since_micros = ?, compared = ? WHERE sensor = ? AND identity = ?`,
      ),
    };
    this.#keepers.set(kind, made);
    return made;
  }

  #standing({ kind, sensor, identity }: Place): Standing {
    return this.#statements
      .of(`SELECT since_micros AS since, compared FROM ${kind} WHERE sensor = ? AND identity = ?`)
      .get(sensor, identity) as Standing;
  }

  /** Of a row that a console of an earlier version kept, which compared less or did not keep the digest. */
  #digestOfKept({ kind, sensor, identity }: Place): string {
    const { record } = this.#statements
      .of(`SELECT record FROM ${kind} WHERE sensor = ? AND identity = ?`)
      .get(sensor, identity) as { record: string };
    return digestOf(JSON.parse(record) as InventoryRecord);
  }

  #retire({ kind, sensor, identity }: Place, nowMicros: number): void {
    const today = nowMicros - (nowMicros % DAY_MICROS);
    const mark = Math.max(today, this.#reviews.lastApprovedMicros);
    const { changes } = this.#statements
      .of(
        `INSERT INTO past (kind, sensor, identity, since_micros, until_micros, record)
       SELECT ?, sensor, identity, since_micros, ?, record FROM ${kind}
       WHERE sensor = ? AND identity = ? AND since_micros <= ?`,
      )
      .run(kind, nowMicros, sensor, identity, mark);
    this.#sinceTrim += changes;
    if (this.#sinceTrim >= SLACK) this.#trim();
  }

  /** From when on all is kept moves along: nobody is told a past with holes in it. */
  #trim(): void {
    this.#sinceTrim = 0;
    this.#trimTable("past", "began_micros");
  }

  #trimSilences(): void {
    this.#sinceSilenceTrim = 0;
    this.#trimTable("silence", "silences_micros");
  }

  #trimTable(table: "past" | "silence", began: "began_micros" | "silences_micros"): void {
    const { until } = this.#statements
      .of(`SELECT (SELECT until_micros FROM ${table} ORDER BY until_micros DESC LIMIT 1 OFFSET ?) AS until`)
      .get(this.#maxRows) as { until: number | null };
    if (until === null) return;
    this.#statements.of(`DELETE FROM ${table} WHERE until_micros <= ?`).run(until);
    this.#statements.of(`UPDATE history SET ${began} = max(${began}, ?)`).run(until);
  }
}

/** To see whether it is another: a collision would hide one change of 2^96. */
export function digestOf(record: InventoryRecord): string {
  return createHash("sha256").update(comparedText(record)).digest("base64url").slice(0, 16);
}
