import { Pipeline } from "../../sensor/analysis/pipeline.js";
import { strictSettings } from "./analysis-run.js";
import { TcpDialog } from "./frame-builder.js";
import { frameOf, START_MICROS } from "./timed-frame.js";
import { vxlan } from "./tunnel-builder.js";

/** A frame as one session shows it. */
export interface Shown {
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

/** Of Ethernet. */
export const HEADER = 14;
/** Packets of a connection follow each other by so much. */
const STEP_MICROS = 400;

/** The frames of one connection with a call or more, as they pass. */
export function connection({
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

export function isAsked(frame: Buffer): boolean {
  return frame.readUInt16BE(HEADER + 20 + 2) === 8_080;
}

/** What a session shows of it: later by its skew, and without what `isLost` takes away. */
export function shown(
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
export class Told {
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

  get calls(): number {
    const endpoints = [...this.pipeline.inventory.endpoints()];
    return endpoints.reduce((sum, { calls, incompleteCalls }) => sum + calls - incompleteCalls, 0);
  }

  get flows(): number {
    return this.pipeline.counters().flows;
  }
}
