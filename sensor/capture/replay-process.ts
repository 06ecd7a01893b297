// Plays a capture file as if it were captured now, at its own pace, again and again: `replay-process FILE`. A named pipe is handed on
// as it comes, with the times it has. The twin of capture-process for hosts where nothing may be captured.
import { once } from "node:events";
import { createReadStream, statSync } from "node:fs";
import { readCaptureFile } from "./capture-file.js";
import { CaptureReader } from "./capture-reader.js";
import type { Frame } from "./frame.js";
import { leaveNoCore } from "./native-binding.js";
import { PcapngWriter } from "./pcapng-writer.js";

/** Pause between the end of the capture and its next beginning. */
const PAUSE_MICROS = 1e6;
const SNAP_LENGTH = 262_144;
const ETHERNET = 1;
const PIPE_BYTES = 256 * 1024;

leaveNoCore();

/** An orderly exit would wait for the thread that opens a named pipe, and this for somebody to write to it. */
function leave(): void {
  process.kill(process.pid, "SIGKILL");
}

interface StoredFrame {
  readonly frame: Frame;
  readonly offsetMicros: number;
}

async function load(path: string): Promise<StoredFrame[]> {
  const frames: StoredFrame[] = [];
  let firstMicros: number | undefined;
  await readCaptureFile(path, {
    frame(frame) {
      firstMicros ??= frame.atMicros;
      const bytes = Buffer.from(frame.bytes.subarray(frame.start, frame.end));
      const offsetMicros = Math.max(0, frame.atMicros - firstMicros);
      frames.push({ frame: { ...frame, bytes, start: 0, end: bytes.length, interfaceId: 0 }, offsetMicros });
    },
    statistics() {},
  });
  return frames;
}

function play(frames: readonly StoredFrame[], name: string): void {
  const writer = new PcapngWriter("eastwatch replay", (bytes) => process.stdout.write(bytes));
  const lengthMicros = Math.max(...frames.map(({ offsetMicros }) => offsetMicros)) + PAUSE_MICROS;
  let beganMicros = Date.now() * 1_000;
  let next = 0;
  writer.describeInterface(name, frames[0].frame.linkType, SNAP_LENGTH);
  setInterval(() => {
    const nowMicros = Date.now() * 1_000;
    while (next < frames.length && beganMicros + frames[next].offsetMicros <= nowMicros) {
      const { frame, offsetMicros } = frames[next++];
      writer.frame({ ...frame, atMicros: beganMicros + offsetMicros });
    }
    if (next === frames.length && nowMicros - beganMicros >= lengthMicros) {
      beganMicros += lengthMicros;
      next = 0;
    }
    writer.flush();
  }, 20);
}

/** Waits for whoever writes, one after the other, and for whoever reads. */
async function handOn(path: string): Promise<void> {
  const writer = new PcapngWriter("eastwatch replay", (bytes) => process.stdout.write(bytes));
  writer.describeInterface(path, ETHERNET, SNAP_LENGTH);
  writer.flush();
  for (;;) {
    const reader = new CaptureReader({
      frame: (frame) => writer.frame({ ...frame, interfaceId: 0 }),
      statistics() {},
    });
    for await (const piece of createReadStream(path, { highWaterMark: PIPE_BYTES })) {
      reader.push(piece as Buffer);
      writer.flush();
      if (process.stdout.writableNeedDrain) await once(process.stdout, "drain");
    }
  }
}

process.stdin.on("end", leave).resume();
process.stdout.on("error", leave);
const [path] = process.argv.slice(2);
try {
  if (statSync(path).isFIFO()) await handOn(path);
  else {
    const frames = await load(path);
    if (frames.length === 0) throw new Error(`capture "${path}" holds no frames`);
    play(frames, path);
  }
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
