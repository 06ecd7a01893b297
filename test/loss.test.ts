import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import t from "tap";
import { WebSocket } from "ws";
import type { FeedMessage } from "../console/api.js";
import { Feed } from "../console/http/feed.js";
import { FeedSampler } from "../sensor/analysis/feed-sampler.js";
import { Pipeline } from "../sensor/analysis/pipeline.js";
import type { Anomaly, Call } from "../sensor/protocol/message.js";
import { mulberry32 } from "./bench/random.js";
import { strictSettings } from "./support/analysis-run.js";
import { delta, sensorStore } from "./support/delivery.js";
import { ethernet, ipv4, TcpDialog } from "./support/frame-builder.js";
import { temporaryFolder, until } from "./support/program.js";
import { Scene } from "./support/scene.js";
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

/** Ethernet, IPv4 and TCP with timestamps, as the frame builder makes them. */
const HEADERS = 14 + 20 + 32;

function payloadOf(frames: readonly TimedFrame[]): number {
  return frames.reduce((sum, { bytes }) => sum + bytes.length - HEADERS, 0);
}

/** The same connections, but all at once. */
function together(frames: readonly TimedFrame[]): TimedFrame[] {
  const ordered: { readonly bytes: Buffer; readonly turn: number }[] = [];
  const turns = new Map<number, number>();
  for (const { bytes } of frames) {
    const port = Math.max(bytes.readUInt16BE(34), bytes.readUInt16BE(36));
    const turn = turns.get(port) ?? 0;
    turns.set(port, turn + 1);
    ordered.push({ bytes, turn });
  }
  ordered.sort((a, b) => a.turn - b.turn);
  return ordered.map(({ bytes }, index) => ({ bytes, atMicros: START_MICROS + index * FRAME_MICROS }));
}

type Measured = readonly [reported: number, real: number];

/** What is reported against what is true; right within 1 %. */
interface Place {
  readonly place: string;
  measure(t: Parameters<typeof temporaryFolder>[0]): Measured | Promise<Measured>;
}

function counted(frames: readonly TimedFrame[], settings = strictSettings()): Record<string, number> {
  const pipeline = new Pipeline(settings, {}, 1);
  for (const frame of frames) pipeline.frame(frameOf(frame));
  pipeline.finish();
  return { ...pipeline.counters(), ...pipeline.undecoded };
}

/** Any frame may be lost, handshakes and ends as well. */
function lostAtRandom(share: number, seed: number): Place {
  return {
    place: `${share * 100} % of the frames of connections`,
    measure() {
      const random = mulberry32(seed);
      const lost: TimedFrame[] = [];
      const kept: TimedFrame[] = [];
      for (const frame of traffic()) (random() < share ? lost : kept).push(frame);
      return [counted(kept).gap_bytes, payloadOf(lost)];
    },
  };
}

/** Of 10,000 frames so many are something that is not decoded, the others TCP. */
function undecodable(reason: string, frames: number, make: () => Buffer): Place {
  return {
    place: `${frames} frames of 10,000: ${reason}`,
    measure() {
      const tcp = traffic().slice(0, 10_000 - frames);
      const others = Array.from({ length: frames }, () => ({ bytes: make(), atMicros: START_MICROS }));
      return [counted([...tcp, ...others])[reason], frames];
    },
  };
}

const PLACES: readonly Place[] = [
  lostAtRandom(0.01, 7),
  lostAtRandom(0.05, 8),
  lostAtRandom(0.2, 9),
  {
    place: "every twentieth frame cut at 100 bytes",
    measure() {
      let cut = 0;
      const frames = traffic().map(({ bytes, atMicros }, index) => {
        if (index % 20 !== 0 || bytes.length <= 100) return { bytes, atMicros };
        cut += bytes.length - 100;
        return { bytes: bytes.subarray(0, 100), atMicros, originalLength: bytes.length };
      });
      return [counted(frames).gap_bytes, cut];
    },
  },
  {
    place: "our bound on connections",
    measure() {
      const frames = together(traffic());
      const settings = strictSettings();
      const followed = counted(frames, { ...settings, flow: { ...settings.flow, maxFlows: 7 } });
      const seen = followed.bytes_parsed + followed.bytes_not_understood + followed.bytes_joined_late;
      return [followed.flows_refused === 3 ? followed.bytes_refused : 0, payloadOf(frames) - seen];
    },
  },
  {
    place: "our bound on what waits behind holes",
    measure() {
      const settings = strictSettings();
      const flow = { ...settings.flow, maxPendingBytesPerSide: 4_096 };
      const frames = traffic();
      // The beginnings of long answers: all that follows waits for them.
      const lost = frames.filter(({ bytes }) => bytes.length === HEADERS + 1_448 && bytes.includes("HTTP/1.1 4"));
      const kept = frames.filter((frame) => !lost.includes(frame));
      const { gap_bytes: gaps, pending_overflows: overflows } = counted(kept, { ...settings, flow });
      return [overflows > 0 ? gaps : 0, payloadOf(lost)];
    },
  },
  undecodable("ethertype-not-ip", 200, () => ethernet(0x0806, Buffer.alloc(28))),
  undecodable("ip-protocol-not-tcp", 500, () => ethernet(0x0800, ipv4("10.0.0.1", "10.0.0.2", 17, Buffer.alloc(20)))),
  undecodable("tunnel-encrypted", 100, () => ethernet(0x0800, ipv4("10.0.0.1", "10.0.0.2", 50, Buffer.alloc(40)))),
  undecodable("tcp-header-invalid", 50, () => ethernet(0x0800, ipv4("10.0.0.1", "10.0.0.2", 6, Buffer.alloc(20)))),
  undecodable("frame-truncated", 100, () => ethernet(0x0800, Buffer.alloc(0))),
  {
    place: "fragments that never become whole",
    measure() {
      const settings = strictSettings();
      const fragment = (identification: number): Buffer =>
        ethernet(0x0800, ipv4("10.0.0.1", "10.0.0.2", 6, Buffer.alloc(64), { identification, more: true }));
      const frames = Array.from({ length: 900 }, (_, index) => ({ bytes: fragment(index), atMicros: START_MICROS }));
      const decode = { ...settings.decode, maxFragmentedDatagrams: 600 };
      const told = counted(frames, { ...settings, decode });
      return [told["ip-fragment-refused"] * 1_000 + told["ip-fragment-expired"], 300 * 1_000 + 600];
    },
  },
  {
    place: "the live feed's bound",
    measure() {
      const sampler = new FeedSampler(40);
      const pipeline = new Pipeline(strictSettings(), sampler, 1);
      for (const frame of traffic()) pipeline.frame(frameOf(frame));
      pipeline.finish();
      return [sampler.take().callsNotSampled, CONNECTIONS * CALLS_EACH - 40];
    },
  },
  {
    place: "the outbox's bound",
    measure(t) {
      const store = sensorStore(temporaryFolder(t), { events: 1_000 });
      const scene = new Scene();
      for (let call = 0; call < 3_000; call++) scene.get(`/a/${call}`, { server: `10.1.${call >> 8}.${call & 255}` });
      let told = 0;
      for (let more = true; more; ) {
        const inventory = scene.inventory.takeDelta(500);
        more = inventory.rows.length > 0;
        told += inventory.rows.length;
        store.apply(delta({ inventory }));
      }
      const dropped = store.droppedTotal;
      const waiting = store.outbox.events;
      store.close();
      return [dropped, told - waiting];
    },
  },
  { place: "a page that reads nothing for a while", measure: slowPage },
  {
    place: "findings beyond their bound",
    measure() {
      const settings = strictSettings();
      const frames = Array.from({ length: 30 }, (_, index) => index).flatMap((server) => {
        const made: TimedFrame[] = [];
        const emit = (bytes: Buffer): void => void made.push({ bytes, atMicros: START_MICROS + server });
        const dialog = new TcpDialog({ server: `10.2.0.${server}` }, emit).open();
        dialog.send("client", "GET /a HTTP/1.1\r\nHost: a\r\n\r\n").close();
        return made;
      });
      const detect = { ...settings.detect, maxFindings: 20 };
      return [counted(frames, { ...settings, detect }).findings_refused, counted(frames).findings - 20];
    },
  },
];

t.test("what is dropped anywhere between frame and page is reported within 1 %", async (t) => {
  for (const { place, measure } of PLACES) {
    const [reported, real] = await measure(t);
    t.ok(real > 0 && Math.abs(reported - real) <= real / 100, `${place}: ${reported} reported of ${real}`);
  }
});

/** A page that reads nothing for a while: told of it afterwards, and so is whoever asks the console. */
async function slowPage(t: Parameters<typeof temporaryFolder>[0]): Promise<Measured> {
  const position = { calls: 0, handshakes: 0, told: 0 };
  const source = { position: () => position, since: () => ({ records: [], missed: 0 }), sensors: () => [] };
  const feed = new Feed(source, () => true);
  const server = createServer().on("upgrade", (request, socket, head) => feed.upgrade(request, socket, head, "s"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  const page = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const told = { records: 0, missed: 0 };
  page.on("message", (data) => {
    const { records, missed } = JSON.parse(String(data)) as Extract<FeedMessage, { type: "records" }>;
    told.records += records.length;
    told.missed += missed;
  });
  await new Promise((resolve) => page.on("open", resolve));
  await until("the page", () => (feed.browsers > 0 ? true : undefined));
  feed.start();
  let given = 0;
  const give = (count: number): void => {
    const reason = "x".repeat(20_000);
    for (let record = 0; record < count; record++, given++)
      feed.record({ kind: "blind", interfaceName: "eth0", fromMicros: 0, reason, sensor: "s" });
  };
  const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 110));
  give(900);
  await tick();
  page.pause();
  for (let round = 0; round < 12; round++) {
    give(300);
    await tick();
  }
  page.resume();
  await until("all of it", () => {
    if (told.records + told.missed < given) give(1);
    return told.records + told.missed === given || undefined;
  });
  feed.close();
  if (feed.missedTotal !== told.missed)
    throw new Error(`${feed.missedTotal} of the console's, ${told.missed} of the page`);
  return [told.missed, given - told.records];
}
