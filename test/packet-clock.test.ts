import t from "tap";
import { Pipeline } from "../sensor/analysis/pipeline.js";
import { PacketClock } from "../sensor/bytes/packet-clock.js";
import type { FrameSink } from "../sensor/capture/frame.js";
import { diagnose } from "../sensor/doctor/diagnosis.js";
import { LinkLook } from "../sensor/doctor/link-look.js";
import { defaultSettings } from "../shared/config/settings.js";
import { strictSettings } from "./support/analysis-run.js";
import { TcpDialog } from "./support/frame-builder.js";
import { frameOf, START_MICROS } from "./support/timed-frame.js";

const SECOND = 1e6;
const HOUR = 3_600 * SECOND;

/** Connections that stay open, each with a call before and one after what happens to the clock. */
class Scene {
  readonly pipeline = new Pipeline(strictSettings(), {}, 1);
  atMicros = START_MICROS;
  readonly #dialogs: TcpDialog[] = [];
  #offsetMicros = 0;

  constructor(connections = 20) {
    for (let made = 0; made < connections; made++)
      this.#dialogs.push(new TcpDialog({ clientPort: 40_000 + made }, (bytes) => this.frame(bytes)).open());
    this.call();
  }

  frame(bytes: Buffer, offMicros = 0): void {
    this.atMicros += 1_000;
    this.pipeline.frame(frameOf({ bytes, atMicros: this.atMicros + this.#offsetMicros + offMicros }));
  }

  /** One frame of another connection, stamped wrongly. */
  misdated(offMicros: number, text = "GET /odd HTTP/1.1\r\nHost: a\r\n\r\n"): this {
    let frames = 0;
    new TcpDialog({ clientPort: 50_000 }, (bytes) => ++frames === 4 && this.frame(bytes, offMicros))
      .open()
      .send("client", text);
    return this;
  }

  step(byMicros: number): this {
    this.#offsetMicros += byMicros;
    return this;
  }

  pass(micros: number): this {
    this.atMicros += micros;
    return this;
  }

  call(): this {
    for (const dialog of this.#dialogs)
      dialog
        .send("client", "GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
        .send("server", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    return this;
  }

  get told(): Record<string, number> {
    const { flows, flows_idle, flows_joined_late, calls, clock_steps, frames_misdated } = this.pipeline.counters();
    return { flows, flows_idle, flows_joined_late, calls, clock_steps, frames_misdated };
  }
}

const KEPT = { flows: 20, flows_idle: 0, flows_joined_late: 0, calls: 40, clock_steps: 0, frames_misdated: 0 };

t.test("one frame stamped far off ends no connection, and makes nothing old", async (t) => {
  for (const off of [HOUR, -HOUR, 400 * SECOND, 80 * 365 * 24 * HOUR, -50 * 365 * 24 * HOUR]) {
    const scene = new Scene().misdated(off).call();
    t.same(scene.told, { ...KEPT, flows: 21, flows_joined_late: 1, frames_misdated: 1 }, `${off / SECOND} s`);
    scene.pipeline.silence(20 * SECOND);
    t.equal(scene.pipeline.counters().flows_idle, 0, `${off / SECOND} s, and a quiet link after it`);
    t.equal(scene.pipeline.counters().flows_open, 21, `${off / SECOND} s`);
    scene.pipeline.finish();
    const [endpoint] = [...scene.pipeline.inventory.endpoints()].filter(({ template }) => template === "/a");
    t.match(endpoint, { calls: 40, state: "active" }, `${off / SECOND} s`);
  }
  const often = new Scene();
  for (let turn = 0; turn < 50; turn++) often.misdated(HOUR + turn * SECOND).call();
  t.equal(often.told.flows_idle, 0);
  t.equal(often.told.frames_misdated, 50);
});

t.test("time that passes ends what is silent, in captures with and without frames meanwhile", async (t) => {
  const silent = new Scene().pass(HOUR);
  for (let other = 0; other < 4; other++)
    new TcpDialog({ clientPort: 60_000 + other }, (bytes) => silent.frame(bytes)).open();
  t.match(silent.told, { flows_idle: 20, flows_joined_late: 0, clock_steps: 0, frames_misdated: 0 });
  t.equal(silent.pipeline.counters().flows_open, 4, "those that begin with the first frame after it go on");
  const sparse = new Scene();
  for (let other = 0; other < 12; other++) {
    sparse.pass(60 * SECOND);
    new TcpDialog({ clientPort: 60_000 + other }, (bytes) => sparse.frame(bytes)).open();
  }
  t.match(sparse.told, { clock_steps: 0, frames_misdated: 0 });
  t.ok(sparse.told.flows_idle >= 20);
  const quiet = new Scene();
  quiet.pipeline.silence(299 * SECOND);
  t.equal(quiet.told.flows_idle, 0);
  quiet.pipeline.silence(306 * SECOND);
  t.equal(quiet.told.flows_idle, 20);
});

t.test("where the clock is stepped no time has passed", async (t) => {
  for (const by of [-HOUR, -20 * SECOND, -20 * 365 * 24 * HOUR]) {
    const scene = new Scene().step(by).call().call();
    scene.pipeline.silence(20 * SECOND);
    t.same(scene.told, { ...KEPT, calls: 60, clock_steps: 1 }, `back by ${by / SECOND} s, in a capture file`);
  }
  for (const by of [HOUR, -HOUR, 50 * 365 * 24 * HOUR]) {
    const scene = new Scene();
    const { clock } = scene.pipeline;
    for (let second = 0; second < 5; second++) {
      clock.look(second * SECOND);
      scene.call();
    }
    scene.step(by).call();
    scene.pipeline.silence(20 * SECOND);
    t.match(scene.told, { flows: 20, flows_idle: 0, calls: 140, clock_steps: 1 }, `by ${by / SECOND} s, live`);
    for (let second = 5; second < 400; second++) clock.look(second * SECOND);
    scene.pipeline.silence(395 * SECOND);
    t.match(scene.told, { flows_idle: 20, clock_steps: 1 }, "and then silence ends them");
  }
});

t.test("live, a clock set back by some seconds makes nothing late for as long", async (t) => {
  for (const by of [-2.5, -5, -9]) {
    const clock = new PacketClock();
    const lags = slipped(clock, by * SECOND, () => 0);
    t.equal(clock.counters.clock_steps, 1, `${by} s`);
    t.equal(clock.counters.frames_misdated, 0, `${by} s`);
    t.ok(Math.max(...lags) < 1.3 * SECOND, `${by} s: at most ${Math.max(...lags) / SECOND} s late`);
    t.ok(Math.abs(clock.stepMicros - by * SECOND) < 0.1 * SECOND, `${by} s: told as ${clock.stepMicros / SECOND} s`);
    t.ok(Math.abs(clock.elapsedMicros - START_MICROS - 60 * SECOND) < 0.2 * SECOND, `${by} s: time went on meanwhile`);
  }
  const small = new PacketClock();
  t.ok(Math.max(...slipped(small, -1.2 * SECOND, () => 0)) < 1.3 * SECOND);
  t.equal(small.counters.clock_steps, 0, "as far as other interfaces explain");
  const two = new PacketClock();
  slipped(two, 0, (millis) => (millis % 100 === 0 ? 0 : -3 * SECOND));
  t.equal(two.counters.clock_steps, 0, "one interface behind another one");
  const seldom = new PacketClock();
  slipped(seldom, 0, (millis) => (millis === 20_000 || millis === 20_010 ? -5 * SECOND : 0));
  t.equal(seldom.counters.clock_steps, 0, "two frames far back");
});

/** A minute of frames each 10 ms, looked at each 50, in the middle of which the clock is set; how late they were at each look. */
function slipped(clock: PacketClock, byMicros: number, offOf: (millis: number) => number): number[] {
  const lags: number[] = [];
  for (let millis = 0; millis <= 60_000; millis += 10) {
    const micros = millis * 1_000;
    clock.see(START_MICROS + micros + (millis > 30_000 ? byMicros : 0) + offOf(millis));
    if (millis % 50 !== 0) continue;
    clock.look(micros);
    lags.push(START_MICROS + micros - clock.elapsedMicros);
  }
  return lags;
}

t.test("one interface read later than another is no step, and what passed there is not dated anew", async (t) => {
  for (const lag of [1.5, 3, 12, 60]) {
    const pipeline = new Pipeline(strictSettings(), {}, 1);
    const [prompt, late] = ["eth0", "eth1"].map((name) => pipeline.capture(name));
    let micros = 0;
    const speak = (sink: FrameSink, clientPort: number, offMicros: number) =>
      new TcpDialog({ clientPort }, (bytes) =>
        sink.frame(frameOf({ bytes, atMicros: START_MICROS + micros + offMicros })),
      )
        .open()
        .send("client", "GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
        .send("server", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        .close();
    const pass = (sinks: readonly (readonly [FrameSink, number])[], seconds: number, offSeconds: number) => {
      for (const end = micros + seconds * SECOND; micros < end; micros += 100_000) {
        for (const [sink, behind] of sinks)
          speak(sink, (sink === late ? 30_000 : 20_000) + micros / 100_000, (offSeconds - behind) * SECOND);
        pipeline.clock.look(micros);
      }
    };
    pass([[prompt, 0]], 1, 0);
    pass(
      [
        [prompt, 0],
        [late, lag],
      ],
      2,
      0,
    );
    pass([[late, lag]], 2, 0);
    const told = pipeline.counters();
    t.match(told, { clock_steps: 0, frames_misdated: 0, calls: 70, flows_idle: 0 }, `${lag} s behind`);
    const [endpoint] = [...pipeline.inventory.endpoints()];
    const firstMicros = START_MICROS + Math.min(0, SECOND - lag * SECOND);
    t.equal(endpoint.firstMicros, firstMicros, `${lag} s behind, and seen first then`);
    pass(
      [
        [prompt, 0],
        [late, 0.2],
      ],
      3,
      -HOUR / SECOND,
    );
    t.match(pipeline.counters(), { clock_steps: 1, calls: 130 }, "a clock that was set back is told all the same");
  }
  const one = new Pipeline(strictSettings(), {}, 1);
  const sink = one.capture("eth0");
  const frames: Buffer[] = [];
  new TcpDialog({}, (bytes) => frames.push(bytes)).open();
  for (const [at, bytes] of frames.entries()) sink.frame(frameOf({ bytes, atMicros: START_MICROS + at }));
  for (const bytes of frames) sink.frame(frameOf({ bytes, atMicros: START_MICROS - 30 * SECOND }));
  t.match(one.counters(), { clock_steps: 1 }, "one that is behind itself was set back");
});

t.test("live, frames that come after a real pause are no step", async (t) => {
  const scene = new Scene();
  const { clock } = scene.pipeline;
  for (let second = 0; second < 120; second++) clock.look(second * SECOND);
  scene.pass(120 * SECOND).call();
  t.same(scene.told, KEPT);
});

t.test("doctor says that the clock was stepped, and that frames are misdated", async (t) => {
  const told = (make: (look: LinkLook, frame: (offMicros: number) => void) => void): string | undefined => {
    const look = new LinkLook(defaultSettings(), 1_500);
    let at = START_MICROS;
    const frames: Buffer[] = [];
    new TcpDialog({}, (bytes) => frames.push(bytes)).open().send("client", "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    make(look, (off) => {
      at += 1_000;
      look.frame(frameOf({ bytes: frames[at % frames.length], atMicros: at + off }));
    });
    const checks = diagnose({
      ...{ interfaceName: "eth0", seconds: 5, link: look.facts(), blindReason: undefined, carried: new Map() },
      ...{ bridges: new Map(), clockStepMillis: 0, bufferBytes: 1_000 },
    });
    return checks.find(({ subject }) => subject === "clock")?.text;
  };
  const stepped = (by: number) => (look: LinkLook, frame: (offMicros: number) => void) => {
    look.time(0);
    for (let count = 0; count < 50; count++) frame(0);
    look.time(SECOND);
    for (let count = 0; count < 50; count++) frame(by);
  };
  t.equal(told(stepped(HOUR)), "the clock of packet times was stepped, by 3600.0 s in all");
  t.equal(told(stepped(-HOUR)), "the clock of packet times was stepped, by -3600.0 s in all");
  t.equal(
    told((_, frame) => [0, 0, 0, HOUR, 0, 0, 0, 0].forEach(frame)),
    "1 frame is stamped over 10 s off those around them",
  );
  t.equal(
    told((_, frame) => [0, 0, 0].forEach(frame)),
    "packet times and the host's clock run evenly",
  );
});
