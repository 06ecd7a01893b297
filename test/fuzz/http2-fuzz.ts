import { type Message, UNKNOWN_PATH } from "../../sensor/protocol/message.js";
import { describe, feed, type Step } from "../support/dialog.js";
import {
  data,
  type Field,
  HELLO,
  type HeadersOptions,
  Http2Peers,
  message,
  PING,
  reset,
  SETTINGS_ACK,
  settings,
  windowUpdate,
} from "../support/http2-builder.js";
import { generatorOfRun } from "./mutate.js";
import { spentMillis } from "./spent-time.js";

export interface Http2FuzzResult {
  readonly runs: number;
  /** Calls that were made where bytes were lost and nothing else, those of them that were told, and those told whole. */
  readonly made: number;
  readonly told: number;
  readonly toldWhole: number;
  /**
   * Calls more than were made, and paths that were not: now and then content looks like frames after a loss, or an answer whose request
   * was lost in parts counts as two. Never one that is told whole.
   */
  readonly beyond: number;
}

type Side = "client" | "server";
type Random = () => number;

interface Conversation {
  readonly steps: readonly (readonly [Side, Buffer])[];
  /** `POST /a 200 12 40`, one for each call. */
  readonly calls: readonly string[];
}

const MOST_STREAMS = 12;
/** The preface, settings, and that they are acknowledged. */
const OPENING_STEPS = 4;
const SEGMENT_BYTES = 1_448;
const TABLE_BYTES = [0, 64, 200, 1_000, 4_096];

/**
 * Connections of HTTP/2 that lose bytes, are joined late or are changed, until the time is over. Of what is whole every call must be
 * told as it was made; of what only lost bytes none whole that was not made, and no fault; whatever happens, nothing may be thrown.
 * `only` is the one run to make.
 */
export function fuzzHttp2(millis: number, seed: number, only?: number): Http2FuzzResult {
  const end = spentMillis() + millis;
  const result = { runs: 0, made: 0, told: 0, toldWhole: 0, beyond: 0 };
  for (; only === undefined ? spentMillis() < end : result.runs === 0; result.runs++) {
    const run = only ?? result.runs;
    const random = generatorOfRun(seed, run);
    const kind = (["whole", "lossy", "lossy", "late", "hurt"] as const)[random() % 5];
    const talk = converse(random);
    try {
      const options = { isShared: true, rolesFrom: kind === "late" ? "ports" : "handshake", closed: "fin" } as const;
      const messages = feed(stepsOf(kind, talk, random), options);
      if (kind === "hurt") continue;
      const told = calls(messages);
      judge(kind === "whole", talk.calls, told, messages);
      result.made += talk.calls.length;
      result.told += told.length;
      const paths = new Set(talk.calls.map((line) => line.split(" ")[1]));
      const others = told.filter(({ path }) => path !== undefined && path !== UNKNOWN_PATH && !paths.has(path));
      result.beyond += Math.max(others.length, told.length - talk.calls.length);
      result.toldWhole += told.filter(({ isWhole }) => isWhole).length;
    } catch (error) {
      throw new Error(`run ${run} of seed ${seed}, HTTP/2, ${kind}: ${(error as Error).stack}`);
    }
  }
  return result;
}

function calls(messages: readonly Message[]) {
  return messages.flatMap((one) => {
    if (one.kind !== "call") return [];
    const { method, path, status, requestBodySize, responseBodySize } = one;
    const line = [method, path, status, requestBodySize, responseBodySize].map((word) => word ?? "-").join(" ");
    return [{ line, path, isWhole: one.complete }];
  });
}

function judge(
  isWhole: boolean,
  made: readonly string[],
  told: ReturnType<typeof calls>,
  messages: readonly Message[],
): void {
  const left = [...made];
  const isInvented = ({ line }: { readonly line: string }): boolean => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  };
  const isRight =
    !messages.some(({ kind }) => kind === "anomaly") &&
    !told.filter((call) => call.isWhole).some(isInvented) &&
    (!isWhole || (left.length === 0 && told.length === made.length));
  if (!isRight) throw new Error(`made ${made.join(", ")}; told ${describe(messages).join(", ")}`);
}

/** Streams side by side, each with what it is made of in its order. */
function converse(random: Random): Conversation {
  const peers = new Http2Peers(random() % 2 === 0 ? "plain" : "huffman");
  const made: string[] = [];
  const steps: [Side, Buffer][] = [
    ["client", HELLO],
    ["server", settings([3, 100])],
    ["client", SETTINGS_ACK],
    ["server", SETTINGS_ACK],
  ];
  const waiting = Array.from({ length: 1 + (random() % MOST_STREAMS) }, (_none, at) =>
    exchange(peers, 1 + 2 * at, made, random),
  );
  const open: (readonly [Side, () => Buffer])[][] = [];
  while (waiting.length > 0 || open.length > 0) {
    // Streams are opened in their order: the head of a new one is sent at once.
    const isNew = waiting.length > 0 && (open.length === 0 || random() % 3 === 0);
    const parts = isNew ? (waiting.shift() ?? []) : open[random() % open.length];
    const [side, make] = parts.shift() as readonly [Side, () => Buffer];
    steps.push([side, make()]);
    if (isNew && parts.length > 0) open.push(parts);
    else if (!isNew && parts.length === 0) open.splice(open.indexOf(parts), 1);
    if (random() % 12 === 0)
      steps.push([random() % 2 === 0 ? "client" : "server", random() % 2 ? PING : windowUpdate(0)]);
    if (random() % 16 === 0) peers[random() % 2 === 0 ? "client" : "server"].resize(TABLE_BYTES[random() % 5]);
  }
  return { steps, calls: made };
}

function exchange(
  peers: Http2Peers,
  stream: number,
  made: string[],
  random: Random,
): (readonly [Side, () => Buffer])[] {
  const method = ["GET", "POST", "PUT"][random() % 3];
  const path = `/${["orders", "users", "p.S/M"][random() % 3]}/${random() % 3 === 0 ? random() : "list"}`;
  const status = [200, 201, 404, 500][random() % 4];
  const asked = method === "GET" ? Buffer.alloc(0) : contentOf(random);
  const answered = contentOf(random);
  const isTakenBack = random() % 12 === 0 && asked.length > 0;
  const type: Field[] = random() % 3 === 0 ? [["content-type", "application/grpc"]] : [["accept", "*/*"]];
  const more: Field[] = [...type, ["x-id", random() % 2 === 0 ? "same" : String(random())]];
  const parts: (readonly [Side, () => Buffer])[] = [
    ["client", () => peers.request(stream, path, more, { method, ends: method === "GET", ...framing(random) })],
  ];
  if (isTakenBack) {
    made.push(`${method} ${path} - 0 -`);
    return [...parts, ["client", () => reset(stream)]];
  }
  made.push(`${method} ${path} ${status} ${asked.length} ${answered.length}`);
  if (method !== "GET") parts.push(...contentParts("client", stream, asked, random));
  if (random() % 6 === 0) parts.push(["server", () => peers.answer(stream, 103, [["link", "</a>"]])]);
  parts.push(["server", () => peers.answer(stream, status, [...type, ["server", "s"]], framing(random))]);
  const hasTrailers = random() % 4 === 0;
  const content = contentParts("server", stream, answered, random, hasTrailers ? "goes on" : "ends");
  parts.push(...content);
  if (hasTrailers) parts.push(["server", () => peers.trailers(stream, [["grpc-status", "0"]])]);
  return parts;
}

function framing(random: Random): HeadersOptions {
  return {
    padding: random() % 5 === 0 ? random() % 40 : 0,
    isPrioritised: random() % 5 === 0,
    continuations: random() % 5 === 0 ? 1 + (random() % 3) : 0,
  };
}

function contentOf(random: Random): Buffer {
  const length = random() % (random() % 6 === 0 ? 6_000 : 60);
  const content = Buffer.alloc(length, random() & 0xff);
  return random() % 2 === 0 ? content : message(content.toString("latin1"));
}

function contentParts(side: Side, stream: number, content: Buffer, random: Random, last: "ends" | "goes on" = "ends") {
  const parts: (readonly [Side, () => Buffer])[] = [];
  for (let at = 0; ; ) {
    const length = Math.min(content.length - at, 1 + (random() % 3_000));
    const piece = content.subarray(at, at + length);
    at += length;
    const isLast = at >= content.length;
    const padding = random() % 6 === 0 ? random() % 30 : 0;
    parts.push([side, () => data(stream, piece, isLast ? last : "goes on", padding)]);
    if (isLast) return parts;
  }
}

function stepsOf(kind: "whole" | "lossy" | "late" | "hurt", { steps }: Conversation, random: Random): Step[] {
  // Half a preface is a line that nobody understands.
  const seen = kind === "late" ? steps.slice(OPENING_STEPS) : steps;
  const cut = seen.flatMap(([side, bytes]) => segments(side, kind === "hurt" ? hurt(bytes, random) : bytes, random));
  if (kind === "late") return cut.slice(random() % cut.length);
  if (kind === "whole") return cut;
  return cut.map((step): Step => (random() % 12 === 0 ? [step[0], step[1].length] : step));
}

/** In pieces as TCP cuts them: at the segments' size, or anywhere. */
function segments(side: Side, bytes: Buffer, random: Random): (readonly [Side, Buffer])[] {
  const most = [SEGMENT_BYTES, 60][random() % 2];
  const cut: (readonly [Side, Buffer])[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = random() % 3 === 0 ? 1 + (random() % most) : most;
    cut.push([side, bytes.subarray(at, at + length)]);
    at += length;
  }
  return cut;
}

function hurt(bytes: Buffer, random: Random): Buffer {
  if (random() % 4 !== 0) return bytes;
  const changed = Buffer.from(bytes);
  for (let change = random() % 6; change >= 0; change--) changed[random() % changed.length] = random() & 0xff;
  return changed;
}
