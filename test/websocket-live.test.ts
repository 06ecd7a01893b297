import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";
import type { Pipeline } from "../sensor/analysis/pipeline.js";
import type { EndpointRecord } from "../shared/event.js";
import { mulberry32 } from "./bench/random.js";
import { analyzeFile } from "./support/analysis-run.js";
import { captureLive, storedEndpoints } from "./support/live-capture.js";
import { IS_ROOT } from "./support/namespaces.js";

const ORIGIN = fileURLToPath(new URL("./support/stream-origin.js", import.meta.url));
const LOAD = fileURLToPath(new URL("./support/stream-load.js", import.meta.url));
const SKIP = IS_ROOT ? false : "SKIPPED: capturing and network namespaces need root";
const COUNT = 60;
/** Node has one of its own from 22 on, and before that where it is asked for. */
const OWN_WEBSOCKET = process.allowedNodeEnvironmentFlags.has("--experimental-websocket")
  ? ["--experimental-websocket"]
  : [];

/** WebSockets of one kind: how many, messages and bytes each way, close codes. */
interface Sum {
  sockets: number;
  received: number;
  receivedBytes: number;
  sent: number;
  sentBytes: number;
  codes: Record<string, number>;
}

const NOTHING: Sum = { sockets: 0, received: 0, receivedBytes: 0, sent: 0, sentBytes: 0, codes: {} };

/** By the first segment of their path. */
function sumsOf(rows: Iterable<readonly [path: string, sum: Sum]>): Record<string, Sum> {
  const sums: Record<string, Sum> = {};
  for (const [path, row] of rows) {
    const kind = path.split("/")[1];
    const sum = structuredClone(sums[kind] ?? NOTHING);
    sum.sockets += row.sockets;
    sum.received += row.received;
    sum.sent += row.sent;
    // What is compressed is not as long as it was meant.
    if (kind !== "deflate") {
      sum.receivedBytes += row.receivedBytes;
      sum.sentBytes += row.sentBytes;
    }
    for (const [code, times] of Object.entries(row.codes)) sum.codes[code] = (sum.codes[code] ?? 0) + times;
    sums[kind] = sum;
  }
  return sums;
}

function fromLog(lines: readonly string[]): Record<string, Sum> {
  return sumsOf(
    lines.map((line) => {
      const [path, , ...numbers] = line.split(" ");
      const [received, receivedBytes, sent, sentBytes, code] = numbers.map(Number);
      // RFC 6455 §7.4.1: what an end calls its socket's end that had no code, or no Close at all.
      const name = code === 1005 || code === 1006 ? "none" : code;
      return [path, { sockets: 1, received, receivedBytes, sent, sentBytes, codes: { [name]: 1 } }] as const;
    }),
  );
}

function fromInventory(endpoints: Iterable<EndpointRecord>): Record<string, Sum> {
  const rows: [string, Sum][] = [];
  for (const { template, streams } of endpoints) {
    if (streams?.kinds.websocket === undefined && !template.startsWith("<")) continue;
    rows.push([
      template,
      {
        sockets: streams?.kinds.websocket ?? 0,
        received: streams?.requestMessages ?? 0,
        receivedBytes: streams?.requestMessageBytes ?? 0,
        sent: streams?.responseMessages ?? 0,
        sentBytes: streams?.responseMessageBytes ?? 0,
        codes: streams?.closes ?? {},
      },
    ]);
  }
  return sumsOf(rows);
}

function anomaliesOf(pipeline: Pipeline): unknown[] {
  return [...pipeline.detection.all()].filter(({ rule }) => rule === "framing-anomaly").map(({ evidence }) => evidence);
}

function total(sums: Record<string, Sum>, field: "received" | "sent"): number {
  return Object.values(sums).reduce((all, sum) => all + sum[field], 0);
}

t.test("what is told of WebSockets, events and polls is what their servers wrote down", { skip: SKIP }, async (t) => {
  const { log, capture, database } = await captureLive(t, "ws", ORIGIN, (inClient) => {
    const load = [...OWN_WEBSOCKET, "--no-warnings", LOAD, "10.98.0.2", "8080", String(COUNT)];
    const { stdout, stderr } = inClient(process.execPath, ...load);
    t.match(stdout + stderr, /^done/m);
  });
  const logged = fromLog(readFileSync(log, "utf8").trim().split("\n"));
  t.match(Object.keys(logged).sort(), ["deflate", "h2", "plain"]);

  const endpoints = storedEndpoints(database);
  t.same(fromInventory(endpoints), logged, "the sensor's inventory");
  const at = (path: string): Partial<EndpointRecord> => endpoints.find(({ template }) => template === path) ?? {};
  const bytes = Array.from({ length: 40 }, (_none, tick) => 2 * `{"tick":${tick}}`.length).reduce((a, b) => a + b, 0);
  t.match(at("/events").streams, { kinds: { "event-stream": 2 }, responseMessages: 80, responseMessageBytes: bytes });
  t.match(at("/poll").streams?.kinds, { "long-poll": 6 });
  t.same([at("/poll").durationMillis, at("/slow").streams], [undefined, undefined], "held back, and slow");
  t.match(at("/slow").durationMillis, { count: 5 });

  const { pipeline: whole } = await analyzeFile(capture);
  t.same(fromInventory(whole.inventory.endpoints()), logged, "the same from the capture");
  t.same(anomaliesOf(whole), []);
  const compressed = [...whole.inventory.endpoints()].filter(({ template }) => template.startsWith("/deflate"));
  const { received, sent } = logged.deflate;
  const told = compressed.reduce((sum, { streams }) => sum + (streams?.frames.compressed ?? 0), 0);
  t.equal(told, received + sent, "every message that was compressed");

  const random = mulberry32(0x5eed);
  for (const [name, least, isSeen] of [
    // One frame of a burst holds many messages: of 120 seeds the least was 0.78.
    ["one frame in a hundred lost", 0.65, () => random() >= 0.01],
    ["one frame in ten lost", 0.2, () => random() >= 0.1],
    ["joined in the middle", 0.2, (frame: number) => frame > 1_000],
  ] as const) {
    const { pipeline } = await analyzeFile(capture, isSeen);
    const sums = fromInventory(pipeline.inventory.endpoints());
    const counters = pipeline.counters();
    t.same(anomaliesOf(pipeline), [], `${name}: no fault is made of it`);
    for (const way of ["received", "sent"] as const) {
      const [seen, all] = [total(sums, way), total(logged, way)];
      t.ok(seen <= all && seen >= least * all, `${name}: ${seen} of ${all} ${way}`);
    }
    t.comment(
      `${name}: frames lost in ${counters.websocket_frames_lost} sides, found in ${counters.websocket_frames_found}, ` +
        `given up in ${counters.websocket_given_up}; joined late ${counters.websocket_joined_late}`,
    );
  }
});
