import type Database from "better-sqlite3";
import type { ToldConnection } from "../../shared/told-connection.js";
import { placeOf } from "../../shared/virtual-network.js";

/** What of an edge several sensors saw. */
export interface JoinedEdge {
  /** To take from what the sensors count together: each call, and each connection, then counts once. */
  readonly repeatedCalls: number;
  readonly repeatedConnections: number;
  /** Sensor's name → of its calls and connections those that another saw as well. */
  readonly sensors: ReadonlyMap<string, Joined>;
}

export interface Joined {
  readonly calls: number;
  readonly connections: number;
}

interface Row {
  readonly id: number;
  readonly sensor: string;
  readonly client_first: number | null;
  readonly client_next: number | null;
  readonly server_first: number | null;
  readonly server_next: number | null;
  readonly is_opening_seen: number;
  readonly calls: number;
  readonly first_micros: number;
  readonly last_micros: number;
}

/** Per sensor what others saw as well; under no sensor's name what is counted too often. */
type Sums = Map<string, { calls: number; connections: number }>;

const REPEATED = "";
/** Connections on the same ports, one after the other, that are looked at. */
const MAX_SAME_ENDS = 64;
/** Clocks of two hosts may differ by so much where only sequence ranges tell that two are one. */
const SKEW_MICROS = 300e6;
const SLACK = 1_000;

/**
 * Finds connections that several sensors tell of, and adds up what that is of each edge. They are one where both ends' addresses and ports
 * are the same and so are the sequence numbers they began with, or, where one of the sensors did not see them open, the ranges of
 * sequence numbers overlap. Behind a translation of addresses or sequence numbers nothing fits, and nothing is joined. Of a connection of
 * which one sensor saw less than another, the greater count stands: there were at least so many calls.
 */
export class JoinedCalls {
  readonly #database: Database.Database;
  readonly #maxRows: number;
  readonly #sameEnds: Database.Statement<[string, number], Row>;
  readonly #change: Database.Statement;
  readonly #insert: Database.Statement;
  readonly #sum: Database.Statement;
  #sinceTrim = SLACK;
  /** Connections that began before may have been forgotten: what they count can't be added a second time. */
  #forgottenMicros = Number.NEGATIVE_INFINITY;

  constructor(database: Database.Database, maxRows: number) {
    this.#database = database;
    this.#maxRows = maxRows;
    this.#sameEnds = database.prepare("SELECT * FROM told_connection WHERE ends = ? ORDER BY last_micros DESC LIMIT ?");
    this.#change = database.prepare(
      "UPDATE told_connection SET client_next = ?, server_next = ?, calls = ?, last_micros = ? WHERE id = ?",
    );
    this.#insert = database.prepare(
      `INSERT INTO told_connection
       (client_next, server_next, calls, last_micros, client_first, server_first, is_opening_seen, first_micros, sensor, ends)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#sum = database.prepare(
      `INSERT INTO joined (edge, sensor, calls, connections) VALUES (?, ?, ?, ?) ON CONFLICT (edge, sensor)
       DO UPDATE SET calls = calls + excluded.calls, connections = connections + excluded.connections`,
    );
  }

  /** Within the caller's transaction. */
  take(sensor: string, connections: readonly ToldConnection[]): void {
    for (const told of connections) this.#connection(sensor, told);
    this.#trim(connections.length);
  }

  /** Edge → what is joined of it. */
  edges(): Map<string, JoinedEdge> {
    const rows = this.#database
      .prepare<[], { edge: string; sensor: string } & Joined>(
        `SELECT edge, coalesce(sensor.name, joined.sensor) AS sensor, calls, connections
         FROM joined LEFT JOIN sensor ON sensor.id = joined.sensor`,
      )
      .all();
    const edges = new Map<
      string,
      { repeatedCalls: number; repeatedConnections: number; sensors: Map<string, Joined> }
    >();
    for (const { edge, sensor, calls, connections } of rows) {
      let joined = edges.get(edge);
      if (joined === undefined) {
        joined = { repeatedCalls: 0, repeatedConnections: 0, sensors: new Map() };
        edges.set(edge, joined);
      }
      if (sensor === REPEATED) {
        joined.repeatedCalls = calls;
        joined.repeatedConnections = connections;
      } else joined.sensors.set(sensor, { calls, connections });
    }
    return edges;
  }

  #connection(sensor: string, told: ToldConnection): void {
    const { clientAddress, clientPort, serverAddress, serverPort, virtualNetwork } = told;
    const place = placeOf(serverAddress, virtualNetwork);
    const ends = `${clientAddress} ${clientPort} ${place} ${serverPort}`;
    const before = this.#sameEnds.all(ends, MAX_SAME_ENDS);
    const known = before.find((row) => row.sensor === sensor && row.first_micros === told.firstMicros);
    if (known === undefined && told.firstMicros <= this.#forgottenMicros) return;
    const now = rowOf(known?.id ?? 0, sensor, told);
    this.#keep(ends, now);
    const others = before.filter((row) => row !== known);
    const edge = `${clientAddress} ${place} ${serverPort}`;
    this.#add(edge, difference(sumsOf(before), sumsOf([...others, now])));
  }

  #keep(ends: string, row: Row): void {
    const values = [row.client_next, row.server_next, row.calls, row.last_micros];
    if (row.id !== 0) this.#change.run(...values, row.id);
    else
      this.#insert.run(
        ...values,
        row.client_first,
        row.server_first,
        row.is_opening_seen,
        row.first_micros,
        row.sensor,
        ends,
      );
  }

  #add(edge: string, sums: Sums): void {
    for (const [sensor, { calls, connections }] of sums) {
      if (calls === 0 && connections === 0) continue;
      this.#sum.run(edge, sensor, calls, connections);
    }
  }

  /** What was joined stays joined. */
  #trim(added: number): void {
    this.#sinceTrim += added;
    if (this.#sinceTrim < SLACK) return;
    this.#sinceTrim = 0;
    const [oldest] = this.#database
      .prepare<[number], { last_micros: number }>(
        "SELECT last_micros FROM told_connection ORDER BY last_micros DESC LIMIT 1 OFFSET ?",
      )
      .all(this.#maxRows);
    if (oldest === undefined) return;
    this.#forgottenMicros = oldest.last_micros;
    this.#database.prepare("DELETE FROM told_connection WHERE last_micros <= ?").run(oldest.last_micros);
  }
}

function rowOf(id: number, sensor: string, told: ToldConnection): Row {
  return {
    id,
    sensor,
    client_first: told.clientFirst ?? null,
    client_next: told.clientNext ?? null,
    server_first: told.serverFirst ?? null,
    server_next: told.serverNext ?? null,
    is_opening_seen: told.isOpeningSeen ? 1 : 0,
    calls: told.calls,
    first_micros: told.firstMicros,
    last_micros: told.lastMicros,
  };
}

/** Over all connections on the same ports: rows that belong together, directly or by another, are one. */
function sumsOf(rows: readonly Row[]): Sums {
  const sums: Sums = new Map();
  // Always in the same order: what is ambiguous must come out the same before and after.
  const sorted = [...rows].sort((a, b) => a.first_micros - b.first_micros || (a.sensor < b.sensor ? -1 : 1));
  const left = new Set(sorted);
  for (const row of sorted) {
    if (!left.delete(row)) continue;
    const group = [row];
    // A set yields what is left of it while it shrinks.
    for (const member of group)
      for (const other of left)
        if (isOne(member, other) && !group.some((one) => isAnother(one, other)) && left.delete(other))
          group.push(other);
    addGroup(sums, group);
  }
  return sums;
}

function addGroup(sums: Sums, group: readonly Row[]): void {
  const bySensor = new Map<string, number>();
  for (const { sensor, calls } of group) bySensor.set(sensor, (bySensor.get(sensor) ?? 0) + calls);
  if (bySensor.size < 2) return;
  const counts = [...bySensor.values()].sort((a, b) => b - a);
  const total = counts.reduce((sum, count) => sum + count, 0);
  add(sums, REPEATED, total - counts[0], bySensor.size - 1);
  for (const [sensor, calls] of bySensor) {
    const mostOfOthers = calls === counts[0] ? counts[1] : counts[0];
    add(sums, sensor, Math.min(calls, mostOfOthers), 1);
  }
}

function add(sums: Sums, name: string, calls: number, connections: number): void {
  const sum = sums.get(name);
  if (sum === undefined) sums.set(name, { calls, connections });
  else {
    sum.calls += calls;
    sum.connections += connections;
  }
}

function difference(before: Sums, after: Sums): Sums {
  const sums: Sums = new Map();
  for (const [name, { calls, connections }] of after) add(sums, name, calls, connections);
  for (const [name, { calls, connections }] of before) add(sums, name, -calls, -connections);
  return sums;
}

function isOne(a: Row, b: Row): boolean {
  if (a.is_opening_seen === 1 && b.is_opening_seen === 1) {
    const client = isSame(a.client_first, b.client_first);
    const server = isSame(a.server_first, b.server_first);
    return client !== false && server !== false && (client ?? server) === true;
  }
  const isNear = a.first_micros - SKEW_MICROS <= b.last_micros && b.first_micros - SKEW_MICROS <= a.last_micros;
  const client = overlaps(a.client_first, a.client_next, b.client_first, b.client_next);
  const server = overlaps(a.server_first, a.server_next, b.server_first, b.server_next);
  return isNear && client !== false && server !== false && (client ?? server) === true;
}

/** Both were seen to open, and not as one, whatever a third one of which less was seen would fit. */
function isAnother(a: Row, b: Row): boolean {
  return a.is_opening_seen === 1 && b.is_opening_seen === 1 && !isOne(a, b);
}

/** Undefined where one of them is not known. */
function isSame(a: number | null, b: number | null): boolean | undefined {
  return a === null || b === null ? undefined : a === b;
}

/** Of two ranges of sequence numbers, which begin anew after 4 GiB. */
function overlaps(
  aFirst: number | null,
  aNext: number | null,
  bFirst: number | null,
  bNext: number | null,
): boolean | undefined {
  if (aFirst === null || aNext === null || bFirst === null || bNext === null) return undefined;
  return ((aNext - bFirst) | 0) >= 0 && ((bNext - aFirst) | 0) >= 0;
}
