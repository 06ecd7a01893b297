import t from "tap";
import { Pipeline } from "../sensor/analysis/pipeline.js";
import type { Anomaly, Call } from "../sensor/protocol/message.js";
import { mulberry32 } from "./bench/random.js";
import { strictSettings } from "./support/analysis-run.js";
import { TcpDialog } from "./support/frame-builder.js";
import { frameOf, START_MICROS, type TimedFrame } from "./support/timed-frame.js";

const CONNECTIONS = 10;
const CALLS_EACH = 100;
const FRAME_MICROS = 20;
const THINK_MICROS = 5_000;
const WORK_MICROS = 1_000;
const ANSWER_BYTES = [50, 300, 5_000, 20_000];

/**
 * Keep-alive connections: requests of one and of several segments, answers of none to fourteen behind their heads, two requests at a
 * time now and then, each call under a path of its own.
 */
function traffic(): TimedFrame[] {
  const frames: TimedFrame[] = [];
  let atMicros = START_MICROS;
  for (let connection = 0; connection < CONNECTIONS; connection++) {
    const dialog = new TcpDialog({ clientPort: 40_000 + connection, segmentBytes: 1_448 }, (bytes) => {
      atMicros += FRAME_MICROS;
      frames.push({ bytes, atMicros });
    }).open();
    for (let call = 0; call < CALLS_EACH; call++) {
      atMicros += THINK_MICROS;
      const calls = connection % 2 === 1 && call % 9 === 8 ? [call, ++call] : [call];
      dialog.send("client", calls.map((one) => request(connection, one)).join(""));
      atMicros += WORK_MICROS;
      dialog.send("server", calls.map(answer).join(""));
    }
    dialog.close();
  }
  return frames;
}

function isHead(call: number): boolean {
  return call % 5 === 3;
}

function request(connection: number, call: number): string {
  const padding = "x".repeat(call % 7 === 0 ? 3_000 : 10);
  const method = isHead(call) ? "HEAD" : "GET";
  return `${method} /${connection}/${call} HTTP/1.1\r\nHost: a\r\nX-Padding: ${padding}\r\n\r\n`;
}

/** A status of its own for each call of a connection. */
function answer(call: number): string {
  const length = ANSWER_BYTES[call % ANSWER_BYTES.length];
  const body = isHead(call) ? "" : "y".repeat(length);
  return `HTTP/1.1 ${400 + call} X\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

/** Calls by their path; `anomalies` are names. */
function callsOf(frames: readonly TimedFrame[], anomalies: string[] = []): Map<string, Call> {
  const calls = new Map<string, Call>();
  const take = (call: Call): void => {
    if (call.path !== undefined) calls.set(call.path, call);
  };
  const anomaly = ({ name }: Anomaly): void => void anomalies.push(name);
  const pipeline = new Pipeline(strictSettings(), { call: take, anomaly }, 1);
  for (const frame of frames) pipeline.frame(frameOf(frame));
  pipeline.finish();
  return calls;
}

t.test(
  "what a capture lost changes no time, no method, no status and no size of what it tells, and breaks no rule",
  (t) => {
    const frames = traffic();
    const truth = callsOf(frames);
    t.equal(truth.size, CONNECTIONS * CALLS_EACH);
    for (const [share, seed] of [
      [0.01, 77],
      [0.01, 154],
      [0.05, 231],
      [0.2, 308],
    ]) {
      const random = mulberry32(seed);
      const wrong: string[] = [];
      const kept = callsOf(
        frames.filter(() => random() >= share),
        wrong,
      );
      for (const [path, call] of kept) {
        const real = truth.get(path);
        if (call.atMicros !== real?.atMicros) wrong.push(`${path} time`);
        if (call.method !== real?.method) wrong.push(`${path} method ${call.method}`);
        if (call.durationMicros !== undefined && call.durationMicros !== real?.durationMicros)
          wrong.push(`${path} duration ${call.durationMicros}`);
        if (call.status !== undefined && call.status !== real?.status) wrong.push(`${path} status`);
        if (call.complete && call.responseBodySize !== real?.responseBodySize) wrong.push(`${path} size`);
      }
      t.same(wrong, [], `${share * 100} % lost: ${kept.size} calls told`);
      t.ok(kept.size > truth.size * (1 - 2.5 * share), "few are missing altogether");
    }
    t.end();
  },
);
