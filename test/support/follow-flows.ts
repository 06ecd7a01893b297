import { Decoder } from "../../sensor/decode/decoder.js";
import { type FlowSettings, FlowTable } from "../../sensor/flow/flow-table.js";
import { DECODE_BOUNDS, FLOW_BOUNDS } from "./flow-bounds.js";
import { TcpDialog } from "./frame-builder.js";
import { StreamRecorder } from "./stream-recorder.js";
import { frameOf, START_MICROS, type TimedFrame } from "./timed-frame.js";

/** Feeds frames, the first at START_MICROS and each a millisecond after the one before unless it brings its own time. */
export function follow(frames: readonly (Buffer | TimedFrame)[], settings: Partial<FlowSettings> = {}) {
  const recorder = new StreamRecorder();
  const table = new FlowTable({ ...FLOW_BOUNDS, ...settings }, recorder, 99);
  const decoder = new Decoder(DECODE_BOUNDS, table);
  let atMicros = START_MICROS;
  for (const frame of frames) {
    const timed = Buffer.isBuffer(frame) ? { bytes: frame, atMicros } : frame;
    atMicros = timed.atMicros + 1_000;
    decoder.frame(frameOf(timed));
  }
  table.finish(atMicros);
  return { log: recorder.log, recorder, counters: { ...table.counters, ...table.reassembly.counters } };
}

export function dialog(
  run: (dialog: TcpDialog) => void,
  options: ConstructorParameters<typeof TcpDialog>[0] = {},
): Buffer[] {
  const frames: Buffer[] = [];
  run(new TcpDialog(options, (frame) => frames.push(frame)));
  return frames;
}
