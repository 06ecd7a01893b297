import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { EndpointRecord, ServiceRecord } from "../../shared/event.js";
import { Namespaces } from "./namespaces.js";
import { PROGRAM, Running, temporaryFolder } from "./program.js";

/** What was sent must be captured, and told, before anything ends. */
export const SETTLE_MILLIS = 1_500;
const LOAD_MILLIS = 120_000;

interface Test {
  equal(found: unknown, wanted: unknown, message: string): unknown;
  teardown(action: () => void): void;
}

/** Runs a command among the clients, to its end. */
export type InClient = (command: string, ...parameters: string[]) => SpawnSyncReturns<string>;

/** Files of one run: the servers' own log, what tcpdump captured beside the sensor, and the sensor's inventory. */
export interface LiveCapture {
  readonly log: string;
  readonly capture: string;
  readonly database: string;
}

/** Servers (`origin` PORT LOG) in a namespace, a sensor and tcpdump on its interface, and what `load` sends from another one. */
export async function captureLive(
  t: Test & Parameters<typeof temporaryFolder>[0],
  name: string,
  origin: string,
  load: (inClient: InClient) => void,
): Promise<LiveCapture> {
  const folder = temporaryFolder(t);
  const spaces = new Namespaces(name);
  t.teardown(() => spaces.remove());
  const [log, capture, database] = [join(folder, "log"), join(folder, "c.pcap"), join(folder, "s.sqlite")];
  const inServer = (command: string, ...parameters: string[]): Running =>
    new Running(...spaces.inside(spaces.server, command, ...parameters));
  const servers = inServer(process.execPath, origin, "8080", log);
  await servers.says(/listening/);
  const sensor = inServer(process.execPath, PROGRAM, "sensor", "-i", "ews", "--database", database, "--listen", "");
  await sensor.says(/captures ews/);
  const tcpdump = inServer("tcpdump", "-i", "ews", "-s", "0", "-B", "65536", "-U", "-w", capture, "tcp");
  await tcpdump.says(/listening on/);
  await settle();
  load((command, ...parameters) =>
    spawnSync(...spaces.inside(spaces.client, command, ...parameters), { encoding: "utf8", timeout: LOAD_MILLIS }),
  );
  await settle();
  t.equal(await sensor.end(), 0, "the sensor ends well");
  await tcpdump.end();
  await servers.end();
  return { log, capture, database };
}

export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MILLIS));
}

/** Endpoints of a sensor's file, by their templates. */
export function storedEndpoints(path: string): EndpointRecord[] {
  const records = stored(path, "endpoint") as EndpointRecord[];
  return records.sort((a, b) => (a.template < b.template ? -1 : 1));
}

export function storedServices(path: string): ServiceRecord[] {
  return stored(path, "service") as ServiceRecord[];
}

function stored(path: string, table: "endpoint" | "service"): unknown[] {
  const database = new Database(path, { readonly: true });
  const rows = database.prepare<[], { record: string }>(`SELECT record FROM ${table}`).all();
  database.close();
  return rows.map(({ record }) => JSON.parse(record));
}
