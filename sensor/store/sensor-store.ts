import type Database from "better-sqlite3";
import type { FindingRecord, RemovalRecord } from "../../shared/event.js";
import { type BlindInterval, type HealthRecord, MAX_BLIND } from "../../shared/health.js";
import { KeptRuns } from "../../shared/sqlite/kept-runs.js";
import { KeptStatements } from "../../shared/sqlite/kept-statements.js";
import { openDatabase } from "../../shared/sqlite/open-database.js";
import { placeOf } from "../../shared/virtual-network.js";
import type { Delta } from "../detect/delta.js";
import type { InventoryRow } from "../inventory/row.js";
import { MIGRATIONS } from "./migrations.js";
import { Outbox, type OutboxSettings } from "./outbox.js";

export interface StoreSettings extends OutboxSettings {
  readonly database: string;
}

/** Its runs stand without a name in its own file. */
const THIS_SENSOR = "";
const DROPPED = "outbox_dropped";
const NOT_SAMPLED = "calls_not_sampled";

/** The sensor's SQLite file: inventory, findings, blind intervals and the outbox. The only writer. */
export class SensorStore {
  readonly outbox: Outbox;
  readonly #database: Database.Database;
  readonly #runs: KeptRuns;
  /** Without a console nothing is put in the outbox. */
  readonly #delivers: boolean;

  constructor(settings: StoreSettings, delivers: boolean) {
    this.#database = openDatabase(settings.database, {
      kind: "sensor",
      setting: "store.database",
      migrations: MIGRATIONS,
      survives: "process",
    });
    this.#statements = new KeptStatements(this.#database);
    this.#runs = new KeptRuns(this.#database);
    this.outbox = new Outbox(this.#database, settings);
    this.#delivers = delivers;
  }

  /** Everything to go on counting from. */
  rows(): InventoryRow[] {
    return ["service", "edge", "endpoint", "certificate"].flatMap((table) =>
      this.#database
        .prepare<[], { record: string; state: string }>(`SELECT record, state FROM ${table} ORDER BY rowid`)
        .all()
        .map(({ record, state }) => ({ record: JSON.parse(record), state })),
    );
  }

  findings(): FindingRecord[] {
    return this.#database
      .prepare<[], { record: string }>("SELECT record FROM finding")
      .all()
      .map(({ record }) => JSON.parse(record));
  }

  /** Those without an end are intervals that had none when the sensor last ended: nobody saw them end. */
  blindIntervals(): BlindInterval[] {
    return this.#database
      .prepare<[], { record: string }>("SELECT record FROM blind ORDER BY from_micros")
      .all()
      .map(({ record }) => JSON.parse(record) as BlindInterval);
  }

  /** Of each interface captured before: when it last was for certain. */
  alive(): ReadonlyMap<string, number> {
    const rows = this.#database.prepare<[], { interface: string; at_micros: number }>("SELECT * FROM alive").all();
    return new Map(rows.map((row) => [row.interface, row.at_micros]));
  }

  /** One transaction: all of it or nothing survives a kill. `run`: what this run lost and did not see until then, which survives with it. */
  apply(delta: Delta, run?: HealthRecord): void {
    this.#transaction(() => {
      if (run !== undefined) this.#runs.put(THIS_SENSOR, run);
      for (const removal of delta.inventory.removals) this.#remove(removal);
      for (const row of delta.inventory.rows) this.#putRow(row);
      for (const finding of delta.findings) this.#putFinding(finding);
      for (const name of delta.alive.interfaces) {
        this.#put("alive (interface, at_micros) VALUES (?, ?)", name, delta.alive.atMicros);
      }
      if (!this.#delivers) return;
      for (const call of delta.calls) this.outbox.add(call);
      for (const handshake of delta.handshakes) this.outbox.add(handshake);
      if (delta.connections !== undefined) this.outbox.add(delta.connections);
      this.#count(NOT_SAMPLED, delta.callsNotSampled);
    });
  }

  blind(interval: BlindInterval): void {
    this.#transaction(() => {
      this.#database
        .prepare("INSERT OR REPLACE INTO blind (interface, from_micros, record) VALUES (?, ?, ?)")
        .run(interval.interfaceName, interval.fromMicros, JSON.stringify(interval));
      this.#database
        .prepare("DELETE FROM blind WHERE rowid NOT IN (SELECT rowid FROM blind ORDER BY from_micros DESC LIMIT ?)")
        .run(MAX_BLIND);
      if (this.#delivers) this.outbox.add(interval);
    });
  }

  /** Kept beside the inventory too: a document made of it must tell what was not seen. */
  health(record: HealthRecord): void {
    this.#transaction(() => {
      this.#runs.put(THIS_SENSOR, record);
      if (this.#delivers) this.outbox.add(record);
    });
  }

  /**
   * Tells the console all that is known here: it is a new one, or its file is an earlier copy, and what it lacks was acknowledged
   * and is in the outbox no more. Of a large inventory what is too much for the outbox is counted as dropped.
   */
  tellAll(): void {
    if (!this.#delivers) return;
    this.#transaction(() => {
      for (const { record } of this.rows()) this.outbox.add(record);
      for (const finding of this.findings()) this.outbox.add(finding);
      for (const interval of this.blindIntervals()) this.outbox.add(interval);
      for (const run of this.#runs.of(THIS_SENSOR)) this.outbox.add(run);
    });
  }

  /** Tells the console all runs that are known here: one of an earlier version kept the latest only. */
  tellRuns(): void {
    if (!this.#delivers) return;
    this.#transaction(() => {
      for (const run of this.#runs.of(THIS_SENSOR)) this.outbox.add(run);
    });
  }

  get droppedTotal(): number {
    return this.#total(DROPPED);
  }

  get callsNotSampledTotal(): number {
    return this.#total(NOT_SAMPLED);
  }

  close(): void {
    this.#database.close();
  }

  #transaction(work: () => void): void {
    this.#database.transaction(() => {
      work();
      if (this.#delivers) this.#count(DROPPED, this.outbox.trim());
    })();
  }

  /** Columns of addresses are keys and hold places: two virtual networks may have the same address. */
  #putRow({ record, state }: InventoryRow): void {
    const json = JSON.stringify(record);
    if (record.kind === "service") {
      const place = placeOf(record.address, record.virtualNetwork);
      this.#put("service (address, port, record, state) VALUES (?, ?, ?, ?)", place, record.port, json, state);
    } else if (record.kind === "edge") {
      const { clientAddress, serverPort } = record;
      const place = placeOf(record.serverAddress, record.virtualNetwork);
      const into = "edge (client_address, server_address, server_port, record, state) VALUES (?, ?, ?, ?, ?)";
      this.#put(into, clientAddress, place, serverPort, json, state);
    } else if (record.kind === "certificate") {
      this.#put("certificate (fingerprint, record, state) VALUES (?, ?, ?)", record.fingerprint, json, state);
    } else {
      const { serverPort, method, template } = record;
      const place = placeOf(record.serverAddress, record.virtualNetwork);
      const into = "endpoint (server_address, server_port, method, template, record, state) VALUES (?, ?, ?, ?, ?, ?)";
      this.#put(into, place, serverPort, method, template, json, state);
    }
    if (this.#delivers) this.outbox.add(record);
  }

  #putFinding(finding: FindingRecord): void {
    this.#put("finding (id, record) VALUES (?, ?)", finding.id, JSON.stringify(finding));
    if (this.#delivers) this.outbox.add(finding);
  }

  #remove(removal: RemovalRecord): void {
    const { serverPort, method, template } = removal;
    const place = placeOf(removal.serverAddress, removal.virtualNetwork);
    this.#statements
      .of("DELETE FROM endpoint WHERE server_address = ? AND server_port = ? AND method = ? AND template = ?")
      .run(place, serverPort, method, template);
    if (this.#delivers) this.outbox.add(removal);
  }

  #put(into: string, ...values: (string | number)[]): void {
    this.#statements.of(`INSERT OR REPLACE INTO ${into}`).run(...values);
  }

  readonly #statements: KeptStatements;

  #count(name: string, more: number): void {
    if (more === 0) return;
    this.#statements
      .of(
        "INSERT INTO total (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
      )
      .run(name, more);
  }

  #total(name: string): number {
    const row = this.#database.prepare<[string], { value: number }>("SELECT value FROM total WHERE name = ?").get(name);
    return row?.value ?? 0;
  }
}
