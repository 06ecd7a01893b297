import type Database from "better-sqlite3";
import type { SensorEvent } from "../../shared/event.js";
import { type BlindInterval, MAX_BLIND } from "../../shared/health.js";
import { identityOf } from "../../shared/record-identity.js";
import { KeptStatements } from "../../shared/sqlite/kept-statements.js";
import { openDatabase } from "../../shared/sqlite/open-database.js";
import type { EdgeItem, FindingItem, FleetListing, FromSensor, Listing, SensorState } from "../api.js";
import type { EventBatch, EventSink, SensorHello } from "../event-sink.js";
import { FeedPast } from "./feed-past.js";
import { type EdgeView, fleetOf, joinedOf } from "./fleet.js";
import { JoinedCalls } from "./joined-calls.js";
import { listFindings } from "./listed-findings.js";
import { MIGRATIONS } from "./migrations.js";
import { PastRecords } from "./past-records.js";
import { Reviews } from "./reviews.js";
import { ToldRuns } from "./told-runs.js";

export interface ConsoleStoreSettings {
  readonly database: string;
  readonly maxCalls: number;
  readonly maxFindings: number;
  /** Connections kept to find those that another sensor tells of as well. */
  readonly maxConnections: number;
}

export type ListedTable = "service" | "edge" | "endpoint" | "certificate" | "finding" | "call" | "handshake";

/** Services, edges, endpoints and certificates kept of all sensors together, each. */
const MAX_INVENTORY_ROWS = 500_000;
const SHOWN_BLIND = 50;
/** Rows past a bound that are put up with before the oldest are taken away. */
const SLACK = 1_000;

interface SensorRow {
  readonly id: string;
  readonly name: string;
  readonly host: string | null;
  readonly version: string | null;
  readonly last_seen_micros: number | null;
  readonly events_kept: number;
  readonly events_dropped: number;
  readonly calls_not_sampled: number;
}

/** What all sensors told, in the console's own SQLite file. */
export class ConsoleStore implements EventSink {
  readonly database: Database.Database;
  readonly reviews: Reviews;
  readonly joined: JoinedCalls;
  readonly feedPast: FeedPast;
  readonly #past: PastRecords;
  readonly #runs: ToldRuns;
  readonly #bounds: ReadonlyMap<string, number>;
  readonly #connected = new Set<string>();
  readonly #statements: KeptStatements;
  readonly #sinceTrim = new Map<string, number>();

  constructor(settings: ConsoleStoreSettings) {
    this.database = openDatabase(settings.database, {
      kind: "console",
      setting: "console.database",
      migrations: MIGRATIONS,
      survives: "power",
    });
    this.#statements = new KeptStatements(this.database);
    this.reviews = new Reviews(this.database);
    this.#past = new PastRecords(this.database, this.reviews);
    this.#runs = new ToldRuns(this.database);
    this.joined = new JoinedCalls(this.database, settings.maxConnections);
    this.feedPast = new FeedPast(this.database);
    this.#bounds = new Map([
      ["service", MAX_INVENTORY_ROWS],
      ["edge", MAX_INVENTORY_ROWS],
      ["endpoint", MAX_INVENTORY_ROWS],
      ["certificate", MAX_INVENTORY_ROWS],
      ["finding", settings.maxFindings],
      ["call", settings.maxCalls],
      ["handshake", settings.maxCalls],
    ]);
  }

  lastSequence(sensorId: string): number {
    const row = this.#statements.of("SELECT last_sequence AS sequence FROM sensor WHERE id = ?").get(sensorId);
    return (row as { sequence: number } | undefined)?.sequence ?? 0;
  }

  accept(sensorId: string, batch: EventBatch): void {
    this.database.transaction(() => {
      const last = this.lastSequence(sensorId);
      const fresh = batch.events.filter(({ sequence }) => sequence > last);
      for (const { event } of fresh) this.#keep(sensorId, event);
      this.#statements
        .of(
          `UPDATE sensor SET last_sequence = max(last_sequence, ?), last_seen_micros = ?, events_kept = events_kept + ?,
         events_dropped = ?, calls_not_sampled = ? WHERE id = ?`,
        )
        .run(
          batch.events.at(-1)?.sequence ?? last,
          Date.now() * 1_000,
          fresh.length,
          batch.droppedTotal,
          batch.callsNotSampledTotal,
          sensorId,
        );
    })();
  }

  connected(sensorId: string, hello: SensorHello): void {
    this.#connected.add(sensorId);
    this.#statements
      .of("UPDATE sensor SET host = ?, version = ?, last_seen_micros = ? WHERE id = ?")
      .run(hello.host.slice(0, 255), hello.version.slice(0, 64), Date.now() * 1_000, sensorId);
  }

  disconnected(sensorId: string): void {
    this.#connected.delete(sensorId);
  }

  /** Latest seen first. */
  list<T>(table: ListedTable, limit: number): Listing<FromSensor<T>> {
    const order = table === "call" || table === "handshake" ? "t.id" : "t.last_micros";
    const rows = this.#statements
      .of(
        `SELECT t.record, sensor.name AS sensor FROM ${table} t JOIN sensor ON sensor.id = t.sensor ORDER BY ${order} DESC LIMIT ?`,
      )
      .all(limit) as { record: string; sensor: string }[];
    const { total } = this.#statements.of(`SELECT count(*) AS total FROM ${table}`).get() as { total: number };
    return { items: rows.map(({ record, sensor }) => ({ ...(JSON.parse(record) as T), sensor })), total };
  }

  /** Latest seen first, named as the endpoints are today. */
  findings(limit: number): Listing<FindingItem> {
    return listFindings(this.database, limit);
  }

  hasService(name: string): boolean {
    return (
      this.#statements.of("SELECT 1 FROM service WHERE json_extract(record, '$.name') = ? LIMIT 1").get(name) !==
      undefined
    );
  }

  /** Latest seen first, each with what other sensors saw of it as well. */
  edges(limit: number): Listing<EdgeItem> {
    const { total } = this.#statements.of("SELECT count(*) AS total FROM edge").get() as { total: number };
    const joined = this.joined.edges();
    const items = this.#edgeViews(limit).map((view) => {
      const { record, sensor } = view;
      const also = joinedOf(view, joined);
      return { ...record, sensor, ...(also === undefined ? {} : { joined: also }) };
    });
    return { items, total };
  }

  fleet(limit: number): FleetListing {
    return fleetOf(this.#edgeViews(MAX_INVENTORY_ROWS), this.joined.edges(), limit);
  }

  #edgeViews(limit: number): EdgeView[] {
    const rows = this.#statements
      .of(
        `SELECT t.identity, t.record, sensor.name AS sensor FROM edge t JOIN sensor ON sensor.id = t.sensor
       ORDER BY t.last_micros DESC LIMIT ?`,
      )
      .all(limit) as { identity: string; record: string; sensor: string }[];
    return rows.map(({ identity, record, sensor }) => ({ identity, sensor, record: JSON.parse(record) }));
  }

  sensors(): SensorState[] {
    const rows = this.#statements.of("SELECT * FROM sensor ORDER BY name").all() as SensorRow[];
    return rows.map((row) => this.#sensorState(row));
  }

  sensor(id: string): SensorState | undefined {
    const row = this.#statements.of("SELECT * FROM sensor WHERE id = ?").get(id) as SensorRow | undefined;
    return row && this.#sensorState(row);
  }

  sensorName(id: string): string {
    const row = this.#statements.of("SELECT name FROM sensor WHERE id = ?").get(id) as { name: string } | undefined;
    return row?.name ?? id;
  }

  /** This console runs, and would hear of a sensor: what is made of its file is as of then. */
  alive(): void {
    this.database.transaction(() => {
      this.database.prepare("DELETE FROM alive").run();
      this.database.prepare("INSERT INTO alive (at_micros) VALUES (?)").run(Date.now() * 1_000);
    })();
  }

  close(): void {
    this.database.close();
  }

  #sensorState(row: SensorRow): SensorState {
    const { latest, all } = this.#runs.of(row.id);
    const blind = this.#statements
      .of("SELECT record FROM blind WHERE sensor = ? ORDER BY last_micros DESC LIMIT ?")
      .all(row.id, SHOWN_BLIND) as { record: string }[];
    return {
      id: row.id,
      name: row.name,
      ...(row.host === null ? {} : { host: row.host }),
      ...(row.version === null ? {} : { version: row.version }),
      connected: this.#connected.has(row.id),
      ...(row.last_seen_micros === null ? {} : { lastSeenMicros: row.last_seen_micros }),
      eventsKept: row.events_kept,
      eventsDropped: row.events_dropped,
      callsNotSampled: row.calls_not_sampled,
      ...(latest === undefined ? {} : { health: latest }),
      ...(all === undefined ? {} : { allRuns: all }),
      blindCount: this.#blindCount(row.id),
      blindIntervals: blind.map(({ record }) => JSON.parse(record) as BlindInterval),
    };
  }

  #blindCount(sensor: string): number {
    const row = this.#statements.of("SELECT count(*) AS count FROM blind WHERE sensor = ?").get(sensor);
    return (row as { count: number }).count;
  }

  #keep(sensor: string, event: SensorEvent): void {
    if (event.kind === "removal") {
      this.#past.remove({ kind: "endpoint", sensor, identity: identityOf(event) }, Date.now() * 1_000);
      const { mergedInto, mergedIntoAddress: serverAddress = event.serverAddress, mergedIntoService } = event;
      if (mergedInto !== undefined)
        this.reviews.join(sensor, event, { ...event, serverAddress, template: mergedInto }, mergedIntoService);
    } else if (event.kind === "connections") {
      this.joined.take(sensor, event.connections);
    } else if (event.kind === "health") {
      this.#runs.put(sensor, event);
    } else if (event.kind === "call" || event.kind === "handshake") {
      const into = `INSERT INTO ${event.kind} (sensor, last_micros, record) VALUES (?, ?, ?)`;
      this.#statements.of(into).run(sensor, event.atMicros, JSON.stringify(event));
      if (this.#isTimeToTrim(event.kind)) this.#trim(event.kind, "id");
    } else if (event.kind === "blind") {
      this.#keepBlind(sensor, event);
    } else {
      const nowMicros = Date.now() * 1_000;
      const identity = identityOf(event);
      this.#past.put({ kind: event.kind, sensor, identity }, event, nowMicros);
      if (event.kind === "finding")
        this.#statements
          .of("UPDATE finding SET told = ? WHERE sensor = ? AND identity = ?")
          .run(this.feedPast.nextTold(nowMicros), sensor, identity);
      if (this.#isTimeToTrim(event.kind)) this.#past.makeRoom(event.kind, this.#boundOf(event.kind), nowMicros);
    }
  }

  #keepBlind(sensor: string, blind: BlindInterval): void {
    this.#statements
      .of(
        `INSERT INTO blind (sensor, identity, last_micros, record, told) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (sensor, identity)
       DO UPDATE SET last_micros = excluded.last_micros, record = excluded.record, told = excluded.told`,
      )
      .run(
        sensor,
        identityOf(blind),
        blind.fromMicros,
        JSON.stringify(blind),
        this.feedPast.nextTold(Date.now() * 1_000),
      );
    this.#statements
      .of(
        `DELETE FROM blind WHERE sensor = ? AND rowid NOT IN
         (SELECT rowid FROM blind WHERE sensor = ? ORDER BY last_micros DESC LIMIT ?)`,
      )
      .run(sensor, sensor, MAX_BLIND);
  }

  #isTimeToTrim(table: string): boolean {
    const since = (this.#sinceTrim.get(table) ?? SLACK) + 1;
    this.#sinceTrim.set(table, since > SLACK ? 0 : since);
    return since > SLACK;
  }

  #boundOf(table: string): number {
    return this.#bounds.get(table) ?? MAX_INVENTORY_ROWS;
  }

  /** The oldest make room. */
  #trim(table: string, order: string): void {
    this.#statements
      .of(
        `DELETE FROM ${table} WHERE rowid IN
       (SELECT rowid FROM ${table} ORDER BY ${order} DESC LIMIT -1 OFFSET ?)`,
      )
      .run(this.#boundOf(table));
  }
}
