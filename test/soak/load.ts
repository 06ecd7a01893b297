import { writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { freePort } from "../support/free-port.js";
import { Running, run } from "../support/program.js";
import { type MemoryTrend, memoryTrends, SAMPLE_FILE, SAMPLE_NAME } from "./memory-sample.js";
import type { Part } from "./mixed-load.js";

const ORIGIN = fileURLToPath(new URL("../support/origin.js", import.meta.url));
const SAMPLER = new URL("./memory-sampler.js", import.meta.url);
const CLIENTS = 8;
const REQUESTS_PER_CONNECTION = 50;
const REQUESTS_AT_ONCE = 3;
/** What the last third may hold more than the middle one, beyond noise. */
const MAX_GROWTH = 1.15;
const MAX_GROWTH_BYTES = 12e6;

/** What was asked of a part of the load, and what of it the inventory has. */
export interface PartResult {
  readonly name: string;
  readonly asked: number;
  readonly seen: number;
}

export interface SoakResult {
  readonly parts: readonly PartResult[];
  readonly sent: number;
  readonly seen: number;
  /** Bytes that the sensor says were sent and never captured. */
  readonly gapBytes: number;
  readonly middleBytes: number;
  readonly lastBytes: number;
  readonly isFlat: boolean;
  /** Frames and events that were turned away or lost, by the counter that says so; those that are not 0. */
  readonly losses: Readonly<Record<string, number>>;
  /** What the sensor warned of. */
  readonly warnings: readonly string[];
  /** Of each thread of sensor, capture and console. */
  readonly memory: readonly MemoryTrend[];
}

export interface SoakOptions {
  /** What goes on beside the plain load. */
  readonly parts?: readonly Part[];
  /** Calls a second of the plain load: as many as come where it is left out. */
  readonly callsPerSecond?: number;
  /** A console is told of it all, and memory of each thread is written to this file every ten seconds. */
  readonly samples?: string;
}

/**
 * Runs a sensor on loopback under load and compares its memory of the middle third of the time with that of the last.
 */
export async function soak(
  folder: string,
  seconds: number,
  tell: (line: string) => void,
  { parts = [], callsPerSecond, samples: file }: SoakOptions = {},
): Promise<SoakResult> {
  const [port, healthPort] = [await freePort(), await freePort()];
  const origin = new Running(process.execPath, [ORIGIN, String(port), "/dev/null"]);
  await origin.says(/listening/);
  const filter = [port, ...parts.flatMap(({ ports }) => ports)].map((one) => `tcp port ${one}`).join(" or ");
  const interfaces = ["lo", ...parts.flatMap(({ replay }) => (replay === undefined ? [] : [`replay:${replay}`]))];
  const flags = ["sensor", "-i", ...interfaces, "--filter", filter, "--listen", `127.0.0.1:${healthPort}`];
  const database = join(folder, "soak.sqlite");
  const watched = file === undefined ? undefined : await startConsole(folder, file);
  const sensor = Running.program(
    [...flags, "--database", database, ...(watched?.flags ?? [])],
    sampled("sensor", file),
  );
  await sensor.says(/captures lo/);
  const end = performance.now() + seconds * 1_000;
  // A capture that stamps each packet in JavaScript is not to be outrun by its own test.
  const pauseMillis = callsPerSecond === undefined ? 5 : (CLIENTS * REQUESTS_AT_ONCE * 1_000) / callsPerSecond;
  const sent = Promise.all(Array.from({ length: CLIENTS }, (_, client) => load(port, client, end, pauseMillis)));
  const beside = Promise.all(parts.map((part) => part.run(end)));
  const samples: number[] = [];
  while (performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(1_000, (seconds * 1_000) / 30)));
    const bytes = await metric(healthPort, "eastwatch_resident_bytes");
    samples.push(bytes);
    if (samples.length % 30 === 0) tell(`${samples.length} samples, ${(bytes / 1e6).toFixed(0)} MB`);
  }
  const total = (await sent).reduce((sum, count) => sum + count, 0);
  await beside;
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  const gapBytes = await metric(healthPort, "eastwatch_gap_bytes");
  const losses = lossesIn(await metricsOf(healthPort));
  await sensor.end();
  await watched?.console.end();
  await origin.end();
  for (const part of parts) await part.stop();
  const seen = seenAt(database, "calls", [port]);
  const third = Math.floor(samples.length / 3);
  const [middleBytes, lastBytes] = [median(samples.slice(third, 2 * third)), median(samples.slice(2 * third))];
  const isFlat = lastBytes <= Math.max(middleBytes * MAX_GROWTH, middleBytes + MAX_GROWTH_BYTES);
  const results = parts.map(({ name, asked, counts, ports }) => {
    const known = ports.length === 0 ? 0 : seenAt(database, counts, ports);
    return { name, asked: asked(), seen: known };
  });
  const memory = file === undefined ? [] : memoryTrends(file);
  return {
    parts: results,
    sent: total,
    seen,
    gapBytes,
    middleBytes,
    lastBytes,
    isFlat,
    losses,
    warnings: warningsOf(sensor),
    memory,
  };
}

async function startConsole(folder: string, file: string): Promise<{ console: Running; flags: string[] }> {
  const [port, database, token] = [await freePort(), join(folder, "console.sqlite"), join(folder, "token")];
  writeFileSync(token, run(["add-sensor", "soak", "--database", database]).out);
  const parameters = ["console", "--listen", `127.0.0.1:${port}`, "--database", database];
  const console = Running.program(parameters, sampled("console", file));
  await console.says(/listens|listening|http:/i);
  return { console, flags: ["--console", `ws://127.0.0.1:${port}`, "--token-file", token] };
}

function warningsOf({ text }: Running): string[] {
  return text.split("\n").filter((line) => /"level":[45]0/.test(line));
}

function sampled(name: string, file: string | undefined): NodeJS.ProcessEnv {
  return file === undefined ? {} : { NODE_OPTIONS: `--import ${SAMPLER}`, [SAMPLE_FILE]: file, [SAMPLE_NAME]: name };
}

/** Calls or handshakes of the services on these ports. */
function seenAt(path: string, counts: Part["counts"], ports: readonly number[]): number {
  const database = new Database(path, { readonly: true });
  const sum = database
    .prepare(
      `SELECT sum(json_extract(record, '$.${counts}')) FROM edge WHERE server_port IN (${ports.map(() => "?").join()})`,
    )
    .pluck()
    .get(...ports);
  database.close();
  return Number(sum ?? 0);
}

/** One client: keep-alive, paths with parameters, now and then a new connection. */
async function load(port: number, client: number, end: number, pauseMillis: number): Promise<number> {
  let sent = 0;
  while (performance.now() < end) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let request = 0; request < REQUESTS_PER_CONNECTION && performance.now() < end; request++) {
      if (request % REQUESTS_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve, pauseMillis));
      await ask(agent, port, `/clients/${client}/orders/${sent++}`);
    }
    agent.destroy();
  }
  return sent;
}

function ask(agent: Agent, port: number, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get({ agent, port, host: "127.0.0.1", path }, (response) => response.resume().on("end", resolve)).on(
      "error",
      reject,
    );
  });
}

async function metric(port: number, name: string): Promise<number> {
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(await metricsOf(port))?.[1] ?? 0);
}

async function metricsOf(port: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

function lossesIn(metrics: string): Record<string, number> {
  const lines = metrics.matchAll(
    /^eastwatch_(\S*(?:drop|refused|gap_bytes|lost|loss|thinned|not_sampled|overload)\S*) (\d+)$/gm,
  );
  return Object.fromEntries(
    [...lines].filter(([, , count]) => count !== "0").map(([, name, count]) => [name, Number(count)]),
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
