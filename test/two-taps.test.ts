import t from "tap";
import { Pipeline } from "../sensor/analysis/pipeline.js";
import { strictSettings } from "./support/analysis-run.js";
import { TcpDialog } from "./support/frame-builder.js";
import { frameOf, START_MICROS } from "./support/timed-frame.js";
import { vxlan } from "./support/tunnel-builder.js";

/** A frame as one session shows it. */
interface Shown {
  readonly atMicros: number;
  readonly network: number;
  readonly frame: Buffer;
}

interface Connection {
  readonly atMicros?: number;
  readonly port?: number;
  readonly client?: string;
  readonly clientSequence?: number;
  readonly serverSequence?: number;
  readonly path?: string;
  readonly answer?: string;
  readonly calls?: number;
}

const HEADER = 14;
/** Packets of a connection follow each other by so much. */
const STEP_MICROS = 400;
const MILLI = 1_000;

/** The frames of one connection with a call or more, as they pass. */
function connection({
  atMicros = 0,
  port = 40_000,
  client = "10.0.0.1",
  clientSequence = 0x1234_5678 ^ Math.imul(port, 0x9e37_79b1),
  serverSequence = 0x3456_789a ^ Math.imul(port, 0x85eb_ca77),
  path = "/a",
  answer = "ok",
  calls = 1,
}: Connection = {}): { readonly atMicros: number; readonly frame: Buffer }[] {
  const frames: { readonly atMicros: number; readonly frame: Buffer }[] = [];
  const emit = (frame: Buffer): void => {
    frames.push({ atMicros: START_MICROS + atMicros + frames.length * STEP_MICROS, frame });
  };
  const dialog = new TcpDialog({ client, clientPort: port, clientSequence, serverSequence }, emit).open();
  for (let call = 0; call < calls; call++)
    dialog
      .send("client", `GET ${path} HTTP/1.1\r\nHost: 10.0.0.2\r\n\r\n`)
      .send("server", `HTTP/1.1 200 OK\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`);
  dialog.close();
  return frames;
}

function isAsked(frame: Buffer): boolean {
  return frame.readUInt16BE(HEADER + 20 + 2) === 8_080;
}

/** What a session shows of it: later by its skew, and without what `isLost` takes away. */
function shown(
  frames: readonly { readonly atMicros: number; readonly frame: Buffer }[],
  network: number,
  skewMicros = 0,
  isLost: (index: number, frame: Buffer) => boolean = () => false,
): Shown[] {
  return frames
    .filter(({ frame }, index) => !isLost(index, frame))
    .map(({ atMicros, frame }) => ({ atMicros: atMicros + skewMicros, network, frame }));
}

/** What is told of the frames of all sessions. */
class Told {
  readonly pipeline = new Pipeline(strictSettings(), {}, 1);

  constructor(...sessions: readonly (readonly Shown[])[]) {
    const all = sessions.flat().sort((a, b) => a.atMicros - b.atMicros);
    for (const { network, frame, atMicros } of all)
      this.pipeline.frame(frameOf({ bytes: network === 0 ? frame : vxlan(network, frame), atMicros }));
    this.pipeline.finish();
  }

  get rows(): string[] {
    const { inventory } = this.pipeline;
    return [
      ...[...inventory.services()].map(({ name, connections, calls }) => `${name}: ${connections} with ${calls} calls`),
      ...[...inventory.edges()].map(
        ({ clientAddress, virtualNetwork = "-", calls }) => `from ${clientAddress} in ${virtualNetwork} ×${calls}`,
      ),
      ...[...inventory.endpoints()].map(
        ({ template, virtualNetwork = "-", calls, incompleteCalls }) =>
          `${template} in ${virtualNetwork} ×${calls}${incompleteCalls === 0 ? "" : `, ${incompleteCalls} incomplete`}`,
      ),
    ];
  }

  /** Counters that tell of trouble, and are not 0. */
  get troubles(): Record<string, number> {
    const counters = this.pipeline.counters();
    const names = ["gap_bytes", "gaps", "overlap_conflicts", "resets_doubted", "stray_segments", "pending_bytes"];
    const told = [...names, "flows_idle", "flows_open", "bytes_lost", "bytes_joined_late", "flows_joined_late"];
    return Object.fromEntries(told.filter((name) => counters[name] !== 0).map((name) => [name, counters[name]]));
  }

  get flows(): number {
    return this.pipeline.counters().flows;
  }
}

const ONCE = ["10.0.0.2:8080 (vxlan 7): 1 with 1 calls", "from 10.0.0.1 in vxlan 7 ×1", "/a in vxlan 7 ×1"];

t.test("a connection that a session at each end shows is one, however late one of them is", async (t) => {
  const frames = connection();
  for (const skew of [0, 1, 150, 390, 1_000, 5 * MILLI, 20 * MILLI, 50 * MILLI, 200 * MILLI]) {
    const told = new Told(shown(frames, 7), shown(frames, 8, skew));
    t.same(told.rows, ONCE, `${skew} µs`);
    t.same(told.troubles, {}, `${skew} µs`);
    t.equal(told.flows, 1, `${skew} µs`);
  }
});

t.test("each end shows first what it sends", async (t) => {
  const frames = connection({ calls: 3 });
  for (const delay of [100, 300, 500, 5 * MILLI]) {
    const client = frames.map(({ atMicros, frame }) => ({
      atMicros: atMicros + (isAsked(frame) ? 0 : delay),
      frame,
      network: 7,
    }));
    const server = frames.map(({ atMicros, frame }) => ({
      atMicros: atMicros + (isAsked(frame) ? delay : 0),
      frame,
      network: 8,
    }));
    const told = new Told(client, server);
    t.same(
      told.rows,
      ["10.0.0.2:8080 (vxlan 7): 1 with 3 calls", "from 10.0.0.1 in vxlan 7 ×3", "/a in vxlan 7 ×3"],
      `${delay} µs`,
    );
    t.same(told.troubles, {}, `${delay} µs`);
  }
});
