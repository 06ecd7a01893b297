import { createSocket } from "node:dgram";
import { join } from "node:path";
import Database from "better-sqlite3";
import t from "tap";
import type { FrameSink } from "../sensor/capture/frame.js";
import { interfaceState } from "../sensor/capture/host-interfaces.js";
import { InterfaceCapture } from "../sensor/capture/interface-capture.js";
import { SeenUntil } from "../sensor/capture/seen-until.js";
import type { BlindInterval } from "../shared/health.js";
import { captureProcessOf } from "./support/capture-run.js";
import { freePort } from "./support/free-port.js";
import { IS_ROOT } from "./support/namespaces.js";
import { Running, temporaryFolder, until } from "./support/program.js";
import { Scene } from "./support/scene.js";
import { slowCapture } from "./support/slow-capture.js";

const SKIP = IS_ROOT ? false : "SKIPPED: capturing needs root";
const PORT = 40_019;
const START = 1_600_000_000e6;
const HOUR = 3_600e6;

t.test("what is certainly seen ends with the last frame, the last count and the last look", async (t) => {
  const seen = new SeenUntil();
  const second = 1_000_000;
  seen.begin(10 * second);
  seen.frame(9.9 * second);
  t.equal(seen.micros, 10 * second, "what came before the beginning is of the interval that ended then");
  for (const at of [11, 12, 13, 14]) seen.sound(at * second);
  seen.frame(10.4 * second);
  seen.counted(11 * second);
  t.equal(seen.micros, 10.4 * second, "frames behind the last may wait in the kernel still");
  seen.counted(12 * second);
  t.equal(seen.micros, 11.7 * second, "where none came for a second none older than its time-out does");
  seen.frame(12.5 * second);
  t.equal(seen.micros, 12 * second, "what was dropped since the last count nobody knows");
  seen.counted(20 * second);
  seen.counted(21 * second);
  t.equal(seen.micros, 14 * second, "since the last look it may be another interface");
});

t.test("an endpoint is not dormant for the time in which the sensor was blind", (t) => {
  const scene = new Scene({ dormantSeconds: 48 * 3_600 }, 24 * 3_600);
  scene.get("/old", { atMicros: START });
  const states = () => scene.endpoints().map(({ template, state }) => `${template} ${state}`);
  const blind = { kind: "blind", interfaceName: "eth0", reason: "the sensor was not running" } as const;
  scene.inventory.blindTimes.note({ ...blind, fromMicros: START + HOUR, untilMicros: START + 900 * HOUR });
  scene.get("/now", { atMicros: START + 901 * HOUR });
  t.same(states(), ["/now active", "/old active"], "two hours were watched since: it is learned still");
  scene.get("/now", { atMicros: START + 947 * HOUR });
  t.same(states(), ["/now active", "/old active"], "48 hours were");
  scene.get("/late", { atMicros: START + 946 * HOUR });
  t.same(states(), ["/late new", "/now active", "/old active"], "a day was learned");
  scene.get("/now", { atMicros: START + 947 * HOUR + 1 });
  t.same(states(), ["/late new", "/now active", "/old dormant"]);
  t.match(
    scene.detection.all().filter(({ rule }) => rule === "new-endpoint"),
    [{ template: "/late" }],
    "and no finding tells of the others",
  );
  t.end();
});

interface Sent {
  readonly beforeMicros: number;
  /** Infinite while it is being sent. */
  afterMicros: number;
}

/** Sends a numbered datagram every 10 ms on loopback, under a capture of its own; keeps what is captured and what is told of it. */
class PacedCapture {
  readonly sent: Sent[] = [];
  readonly captured = new Set<number>();
  /** By their beginnings, as they were told last. */
  readonly blind = new Map<number, BlindInterval>();
  /** How often it was told what was dropped. */
  counts = 0;
  readonly capture: InterfaceCapture;
  readonly #socket = createSocket("udp4");
  readonly #timer: NodeJS.Timeout;
  #isEnded = false;

  constructor() {
    const how = { bufferBytes: 8 << 20, snapLength: 262_144, promiscuous: true, implementation: "native" } as const;
    const settings = {
      ...how,
      interface: ["lo"],
      filter: `udp dst port ${PORT}`,
      restartMinMillis: 300,
      restartMaxMillis: 300,
    };
    const sink: FrameSink = {
      frame: ({ bytes, end }) => void this.captured.add(bytes.readUInt32BE(end - 4)),
      statistics: () => void this.counts++,
    };
    this.capture = new InterfaceCapture("lo", settings, undefined, sink, {
      blind: (interval) => void this.blind.set(interval.fromMicros, interval),
      notice: () => {},
      refused: () => {},
    });
    this.capture.start();
    this.#timer = setInterval(() => this.#send(), 10);
  }

  begins(): Promise<true> {
    return until("frames", () => (this.captured.size > 20 ? true : undefined));
  }

  /** Resolves once there were so many blind intervals. */
  seesAgain(times: number, millis?: number): Promise<true> {
    const ended = () => [...this.blind.values()].filter(({ untilMicros }) => untilMicros !== undefined);
    return until("the next capture", () => (ended().length === times ? true : undefined), millis);
  }

  /** Datagrams that were not captured and not sent in a blind interval, among those sent within these times. */
  untold(fromMicros: number, untilMicros: number): Sent[] {
    return this.sent.filter((sent, number) => {
      const isIn = sent.beforeMicros > fromMicros && sent.afterMicros < untilMicros;
      return isIn && !this.captured.has(number) && !this.#isBlind(sent);
    });
  }

  async end(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearInterval(this.#timer);
    await this.capture.stop();
    this.#socket.close();
  }

  #isBlind({ beforeMicros, afterMicros }: Sent): boolean {
    const intervals = [...this.blind.values()];
    return intervals.some(({ fromMicros, untilMicros = Number.POSITIVE_INFINITY }) => {
      return afterMicros >= fromMicros && beforeMicros <= untilMicros;
    });
  }

  #send(): void {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(this.sent.length);
    const sent = { beforeMicros: Date.now() * 1_000, afterMicros: Number.POSITIVE_INFINITY };
    this.sent.push(sent);
    this.#socket.send(number, PORT, "127.0.0.1", () => {
      sent.afterMicros = (Date.now() + 1) * 1_000;
    });
  }
}

t.test(
  "what a capture process takes with it was sent in the blind interval that is told",
  { skip: SKIP },
  async (t) => {
    const run = new PacedCapture();
    t.teardown(() => run.end());
    await run.begins();
    const fromMicros = Date.now() * 1_000;
    for (let death = 1; death <= 3; death++) {
      const { counts } = run;
      // A count is handed on at once while frames wait in the kernel: then most is lost after the last that was heard.
      await until("two counts", () => {
        const untold = run.untold(fromMicros, run.capture.seenUntilMicros);
        if (untold.length > 0) t.same(untold, [], "missing of what is told as seen");
        return run.counts > counts + 1 ? true : undefined;
      });
      process.kill(captureProcessOf(process.pid), "SIGKILL");
      await run.seesAgain(death);
    }
    const last = run.sent.length;
    await until("the last frame", () => (run.captured.has(last) ? true : undefined));
    await run.end();
    const lost = run.sent.length - run.captured.size;
    t.ok(lost > 30, `${lost} datagrams were not captured`);
    t.same(run.untold(fromMicros, run.sent[last].afterMicros), [], "each of them was sent in a blind interval");
  },
);

t.test("a capture process that hangs is told as blind since it was last heard", { skip: SKIP }, async (t) => {
  const run = new PacedCapture();
  t.teardown(() => run.end());
  await run.begins();
  const stoppedMicros = Date.now() * 1_000;
  process.kill(captureProcessOf(process.pid), "SIGSTOP");
  await run.seesAgain(1, 40_000);
  const [{ reason, fromMicros }] = run.blind.values();
  t.equal(reason, "its process has not been heard for 10 s");
  t.ok(fromMicros < stoppedMicros && fromMicros > stoppedMicros - 3e6, `${stoppedMicros - fromMicros} µs before`);
});

t.test("an interface of another hardware type is another: a capture keeps the link type it began with", async (t) => {
  t.match(interfaceState("lo"), /^1 772 (up|down)$/, "ARPHRD_LOOPBACK");
});

t.test("what passed before the capture began is told: the sensor is starting until then", { skip: SKIP }, async (t) => {
  const database = join(temporaryFolder(t), "s.sqlite");
  const port = await freePort();
  const beforeMicros = Date.now() * 1_000;
  const flags = ["sensor", "-i", "lo", "--database", database, "--listen", `127.0.0.1:${port}`];
  const sensor = Running.program(flags, slowCapture(3_000));
  t.teardown(() => sensor.end("SIGKILL"));
  const health = async (): Promise<string | undefined> => {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    return answer && `${answer.status} ${await answer.text()}`;
  };
  const told = new Set<string>();
  // Twice, so that it was asked while the analysis told of itself already.
  await until("its log", async () => {
    told.add((await health()) ?? "");
    return sensor.text.includes("runs on lo") ? true : undefined;
  });
  told.add((await health()) ?? "");
  t.equal(sensor.text.includes("captures lo"), false, "it was asked in time");
  told.delete("");
  t.same([...told], ["503 starting\n"]);
  const lock = new Database(database);
  t.teardown(() => lock.close());
  lock.exec("BEGIN IMMEDIATE");
  await sensor.says(/captures lo/);
  const capturesMicros = Date.now() * 1_000;
  await sensor.says(/can't be written: database is locked; it is tried again/);
  lock.exec("COMMIT");
  await until("the health", async () => ((await health()) === "200 ok\n" ? true : undefined));
  t.equal(await sensor.end(), 0);
  const file = new Database(database, { readonly: true });
  t.teardown(() => file.close());
  const records = file.prepare<[], string>("SELECT record FROM blind").pluck().all();
  const intervals = records.map((record) => JSON.parse(record) as BlindInterval);
  t.match(intervals, [{ interfaceName: "lo", reason: "the sensor was starting" }]);
  const [{ fromMicros, untilMicros = 0 }] = intervals;
  t.ok(fromMicros >= beforeMicros && fromMicros < beforeMicros + 1e6, `${fromMicros - beforeMicros} µs`);
  t.ok(untilMicros > fromMicros + 3e6 && untilMicros <= capturesMicros, `${untilMicros - fromMicros} µs`);
});

t.test("an interface that can't be captured from the first is blind, and not starting for ever", async (t) => {
  const told: BlindInterval[] = [];
  const before: BlindInterval = { kind: "blind", interfaceName: "no0", fromMicros: 5e6, reason: "starting" };
  const settings = {
    ...{ bufferBytes: 8 << 20, snapLength: 262_144, promiscuous: true, implementation: "native" as const },
    ...{ interface: ["no0"], filter: "", restartMinMillis: 60_000, restartMaxMillis: 60_000 },
  };
  const sink: FrameSink = { frame() {}, statistics() {} };
  const capture = new InterfaceCapture("no0", settings, before, sink, {
    blind: (interval) => void told.push(interval),
    notice() {},
    refused() {},
  });
  capture.start();
  t.same([capture.isStarting, capture.isCapturing], [true, false]);
  await until("its failure", () => (told.length === 3 ? true : undefined));
  t.same([capture.isStarting, capture.isCapturing], [false, false]);
  t.match(told, [{ reason: "starting" }, { reason: "starting", untilMicros: Number }, { reason: /gone/ }]);
  await capture.stop();
});
