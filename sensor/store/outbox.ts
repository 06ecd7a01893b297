import type Database from "better-sqlite3";
import type { SensorEvent } from "../../shared/event.js";
import { encodeEvent, type WireEvent } from "../../shared/event-wire.js";
import { identityOf } from "../../shared/record-identity.js";

export interface OutboxSettings {
  readonly maxOutboxEvents: number;
  readonly maxOutboxBytes: number;
}

/** Events dropped at a time once a bound is reached, so that it is not looked for at every insert. */
const DROP_AT_ONCE = 500;
const ACKNOWLEDGED = "outbox_acknowledged";

/**
 * Events on their way to the console, kept until it has acknowledged them. Of what only replaces itself (an inventory row, a
 * finding's count, the health of one run) the last is kept. Bounded: sampled calls go first, then the oldest, what tells of losses
 * last; what goes is counted.
 */
export class Outbox {
  readonly #database: Database.Database;
  readonly #settings: OutboxSettings;
  readonly #insert: Database.Statement<[string, string | null, Uint8Array]>;
  readonly #forget: Database.Statement<[string, string], { bytes: number }>;
  readonly #next: Database.Statement<[number, string, number], { sequence: number; event: Buffer }>;
  #events = 0;
  #bytes = 0;

  constructor(database: Database.Database, settings: OutboxSettings) {
    this.#database = database;
    this.#settings = settings;
    this.#insert = database.prepare("INSERT INTO outbox (kind, identity, event) VALUES (?, ?, ?)");
    this.#forget = database.prepare(
      "DELETE FROM outbox WHERE kind = ? AND identity = ? RETURNING length(event) AS bytes",
    );
    this.#next = database.prepare(
      "SELECT sequence, event FROM outbox WHERE sequence > ? AND kind <> ? ORDER BY sequence LIMIT ?",
    );
    this.#measure();
  }

  get events(): number {
    return this.#events;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Within the caller's transaction. */
  add(event: SensorEvent): void {
    const identity = replacedBy(event);
    if (identity !== undefined) {
      for (const { bytes } of this.#forget.all(event.kind, identity)) {
        this.#events--;
        this.#bytes -= bytes;
      }
    }
    const bytes = encodeEvent(event);
    this.#insert.run(event.kind, identity ?? null, bytes);
    this.#events++;
    this.#bytes += bytes.length;
  }

  /** Makes room where a bound is passed; how many events that cost. Within the caller's transaction. */
  trim(): number {
    let dropped = 0;
    while (this.#events > this.#settings.maxOutboxEvents || this.#bytes > this.#settings.maxOutboxBytes) {
      const before = this.#events;
      this.#drop("WHERE kind IN ('call', 'handshake')");
      if (this.#events === before) this.#drop("WHERE kind NOT IN ('health', 'blind')");
      if (this.#events === before) this.#drop("");
      dropped += before - this.#events;
      if (this.#events === before) break;
    }
    return dropped;
  }

  #drop(which: string): void {
    this.#database
      .prepare(
        `DELETE FROM outbox WHERE sequence IN (SELECT sequence FROM outbox ${which} ORDER BY sequence LIMIT ${DROP_AT_ONCE})`,
      )
      .run();
    this.#measure();
  }

  /** Events after a sequence, but for those of a kind, as many as fit `maxBytes` but at least one where there is one. */
  after(sequence: number, maxEvents: number, maxBytes: number, without = ""): WireEvent[] {
    const events: WireEvent[] = [];
    let bytes = 0;
    for (const row of this.#next.iterate(sequence, without, maxEvents)) {
      bytes += row.event.length;
      if (events.length > 0 && bytes > maxBytes) break;
      events.push({ sequence: row.sequence, bytes: row.event });
    }
    return events;
  }

  acknowledged(sequence: number): void {
    const { changes } = this.#database.prepare("DELETE FROM outbox WHERE sequence <= ?").run(sequence);
    if (changes === 0) return;
    this.#measure();
    this.#database
      .prepare(
        `INSERT INTO total (name, value) VALUES ('${ACKNOWLEDGED}', ?)
         ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)`,
      )
      .run(sequence);
  }

  /** The highest sequence that a console said it has kept, 0 where none did. One that knows less is not the one it was. */
  get acknowledgedSequence(): number {
    const value = this.#database.prepare<[string], number>("SELECT value FROM total WHERE name = ?").pluck();
    return value.get(ACKNOWLEDGED) ?? 0;
  }

  get lastSequence(): number {
    const row = this.#database
      .prepare<[], { seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")
      .get();
    return row?.seq ?? 0;
  }

  /**
   * The console has seen higher sequences of this sensor than this file ever gave out: it was replaced. What waits is numbered anew
   * behind them, or the console would take it for what it knows.
   */
  continueAfter(sequence: number): void {
    const shift = sequence - this.lastSequence;
    if (shift <= 0) return;
    this.#database.transaction(() => {
      this.#database.prepare("UPDATE outbox SET sequence = -(sequence + ?)").run(sequence);
      this.#database.prepare("UPDATE outbox SET sequence = -sequence").run();
      const last = this.#database
        .prepare<[], { last: number | null }>("SELECT max(sequence) AS last FROM outbox")
        .get();
      const next = Math.max(sequence, last?.last ?? 0);
      const { changes } = this.#database.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'outbox'").run(next);
      if (changes === 0)
        this.#database.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?)").run(next);
    })();
  }

  #measure(): void {
    const row = this.#database
      .prepare<[], { events: number; bytes: number | null }>(
        "SELECT count(*) AS events, sum(length(event)) AS bytes FROM outbox",
      )
      .get();
    this.#events = row?.events ?? 0;
    this.#bytes = row?.bytes ?? 0;
  }
}

/** What a later event of the same identity replaces; undefined for events that stand for themselves. */
function replacedBy(event: SensorEvent): string | undefined {
  switch (event.kind) {
    case "health":
      // A run's last word stands beside those of the runs before it, which may have ended while the console was away.
      return String(event.startedMicros);
    case "call":
    case "handshake":
    case "connections":
    case "removal":
      return undefined;
    default:
      return identityOf(event);
  }
}
