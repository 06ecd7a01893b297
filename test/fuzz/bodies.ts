import * as zlib from "node:zlib";
import type { Flow } from "../../sensor/flow/stream.js";
import { BodyReader } from "../../sensor/protocol/body/body-reader.js";
import { FAILED, PERMISSION_DENIED, SUCCEEDED, UNAUTHENTICATED, UNIMPLEMENTED } from "../../sensor/protocol/outcome.js";
import { defaultSettings } from "../../shared/config/settings.js";
import { NONE_OF_THESE } from "../support/no-operation-cases.js";
import { GRAPHQL_CASES, OTHER_CASES } from "../support/operation-cases.js";
import { spentMillis } from "./spent-time.js";
import { zstdOf } from "./zstd-frames.js";

export interface BodyFuzzResult {
  readonly runs: number;
  /** Bodies that said what they call. */
  readonly named: number;
  readonly slowestMillis: number;
  /** Memory of the process after the first tenth and at the end. */
  readonly residentBytes: readonly [number, number];
}

/** More of the CPU than this no body may take, whatever it holds; the collection of garbage of many may fall on one. */
const MAX_MILLIS = 500;
const RUNS_A_TURN = 256;
/** A label without what is no name. */
const LABEL =
  /^(\*|persisted\([\w-]{1,16}\)|(query|mutation|subscription)(\([\w$.:/-]{1,128}\))?|[A-Za-z_$][\w.$:/-]{0,260})$/;
const TYPES = [
  "application/json",
  "application/graphql",
  "text/plain",
  "text/xml",
  "application/soap+xml",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=X",
  "multipart/mixed; boundary=X",
  "application/x-protobuf",
  undefined,
];
const CODINGS: readonly (readonly [string | undefined, (bytes: Buffer, random: () => number) => Buffer])[] = [
  [undefined, (bytes) => bytes],
  [undefined, (bytes) => bytes],
  ["gzip", (bytes) => zlib.gzipSync(bytes)],
  ["gzip, gzip", (bytes) => zlib.gzipSync(zlib.gzipSync(bytes))],
  ["deflate", (bytes) => zlib.deflateSync(bytes)],
  ["br", (bytes) => zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ["zstd", zstdOf],
];
/** What JSON, GraphQL, XML and forms are made of. */
const TOKENS =
  '{ } [ ] " , : \\ \\" \\u0041 \\ud83d null true 1e9 -0 jsonrpc "2.0" method params id query mutation fragment ... on @ ( ) $a ! # """ __schema < > </ /> <!-- --> <![CDATA[ ]]> --X \r\n--X\r\n Content-Type:application/http \r\n\r\n Envelope Body & = % %7B + Action Version \n \r\n \0'.split(
    " ",
  );
const SEEDS = [...GRAPHQL_CASES, ...OTHER_CASES, ...NONE_OF_THESE].flatMap(({ body, answer }) =>
  [body, answer].filter((text): text is string => text !== undefined),
);

/** Shows made-up and damaged bodies to the one reader of all bodies until the time is over. What is thrown names its run and seed. */
export async function fuzzBodies(millis: number, seed: number, random: () => number): Promise<BodyFuzzResult> {
  const reader = new BodyReader({ ...defaultSettings().data, maxHeldBytes: 1 << 20 });
  const flow = { serverAddress: "10.0.0.2", serverPort: 80 } as Flow;
  const start = spentMillis();
  let [runs, named, slowestMillis, firstBytes] = [0, 0, 0, 0];
  for (let now = start; now - start < millis; now = spentMillis()) {
    const before = process.cpuUsage();
    try {
      named += look(reader, flow, random) ? 1 : 0;
    } catch (error) {
      throw new Error(`run ${runs} of seed ${seed}: ${(error as Error).stack}`);
    }
    const used = process.cpuUsage(before);
    const took = (used.user + used.system) / 1_000;
    if (took > MAX_MILLIS) throw new Error(`run ${runs} of seed ${seed} took ${took.toFixed(0)} ms`);
    slowestMillis = Math.max(slowestMillis, took);
    if (reader.heldBytes !== 0) throw new Error(`run ${runs} of seed ${seed} left ${reader.heldBytes} bytes held`);
    if (firstBytes === 0 && now - start > millis / 10) firstBytes = process.memoryUsage().rss;
    // What was decoded is given back between turns, as it is where frames come in one after the other.
    if (++runs % RUNS_A_TURN === 0) await new Promise(setImmediate);
  }
  const residentBytes = [firstBytes, process.memoryUsage().rss] as const;
  return { runs, named, slowestMillis: Math.round(slowestMillis), residentBytes };
}

/** Whether the body said what it calls. */
function look(reader: BodyReader, flow: Flow, random: () => number): boolean {
  const [coding, code] = CODINGS[random() % CODINGS.length];
  const whole = code(encoded(body(random), random), random);
  const bytes = random() % 8 === 0 ? damaged(whole, random) : whole;
  const type = TYPES[random() % TYPES.length];
  const side = random() % 4 === 0 ? "server" : "client";
  const facts = {
    method: "POST",
    pathShape: random() % 1_000,
    status: 200,
    requestContentType: type,
    responseContentType: type,
    rpc: side === "server" ? { ...RPC, system: SYSTEMS[random() % SYSTEMS.length] } : undefined,
  };
  const one = reader.ofFlow(flow).open(side, facts, coding, random() % 2 === 0 ? bytes.length : -1);
  for (let at = 0; at < bytes.length; ) {
    const stop = Math.min(bytes.length, at + 1 + (random() % (random() % 2 === 0 ? 7 : 5_000)));
    if (random() % 40 === 0) one?.gap(stop - at);
    else one?.take(bytes, at, stop);
    at = stop;
  }
  const { operations, outcome } = one?.end(random() % 3 === 0 ? "cut" : "whole") ?? {};
  if (!OUTCOMES.has(outcome)) throw new Error(`the outcome ${outcome} is none that an answer's body may tell`);
  for (const { label } of operations ?? [])
    if (label !== undefined && !LABEL.test(label)) throw new Error(`the label ${JSON.stringify(label)} is no name`);
  return operations !== undefined;
}

const RPC = { method: "a", isDiscovery: false, requestType: undefined, responseType: undefined } as const;
const SYSTEMS = ["graphql", "jsonrpc", "soap"] as const;
/** gRPC's codes that stand for what such answers tell, and that they told nothing. */
const OUTCOMES: ReadonlySet<number | undefined> = new Set([
  ...[undefined, SUCCEEDED, FAILED, PERMISSION_DENIED],
  ...[UNIMPLEMENTED, UNAUTHENTICATED],
]);

function body(random: () => number): Buffer {
  const seed = Buffer.from(SEEDS[random() % SEEDS.length]);
  switch (random() % 6) {
    case 0:
      return seed;
    case 1:
      return damaged(seed, random);
    case 2:
      return Buffer.from(Array.from({ length: random() % 400 }, () => TOKENS[random() % TOKENS.length]).join(""));
    case 3:
      return Buffer.concat([
        seed.subarray(0, random() % (seed.length + 1)),
        Buffer.from(SEEDS[random() % SEEDS.length]),
      ]);
    case 4:
      return nested(random);
    default:
      return damaged(damaged(seed, random), random);
  }
}

/** Most in UTF-8, some with a mark or in UTF-16. */
function encoded(bytes: Buffer, random: () => number): Buffer {
  const way = random() % 16;
  if (way > 3) return bytes;
  const text = (way === 0 ? "" : "\ufeff") + bytes.toString("latin1");
  if (way === 1) return Buffer.from(text);
  const wide = Buffer.from(text, "utf16le");
  return way === 2 ? wide : wide.swap16();
}

/** The same token again and again, between two halves of something. */
function nested(random: () => number): Buffer {
  const [front, back] = [SEEDS[random() % SEEDS.length], SEEDS[random() % SEEDS.length]];
  const token = TOKENS[random() % TOKENS.length] + TOKENS[random() % TOKENS.length];
  const text = front.slice(0, random() % (front.length + 1)) + token.repeat(random() % 6_000) + back;
  return Buffer.from(text);
}

/** Changed bytes, a piece left out, a piece told twice, a token put in. */
function damaged(bytes: Buffer, random: () => number): Buffer {
  const at = random() % (bytes.length + 1);
  const until = Math.min(bytes.length, at + (random() % 40));
  switch (random() % 4) {
    case 0:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(until)]);
    case 1:
      return Buffer.concat([bytes.subarray(0, until), bytes.subarray(at)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(TOKENS[random() % TOKENS.length]), bytes.subarray(at)]);
    default: {
      const changed = Buffer.from(bytes);
      for (let count = random() % 8; count >= 0 && changed.length > 0; count--)
        changed[random() % changed.length] = random() & 0xff;
      return changed;
    }
  }
}
