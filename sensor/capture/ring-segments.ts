import { readdirSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { CaptureError } from "./capture-error.js";
import { readCaptureFile } from "./capture-file.js";
import type { FrameSink } from "./frame.js";

/** One file of a packet ring; the higher its number, the later it was begun. */
export interface RingSegment {
  readonly number: number;
  readonly path: string;
  readonly bytes: number;
}

const NAME = /^packets-(\d{10,15})\.pcapng$/;

export function segmentPath(folder: string, number: number): string {
  return join(folder, `packets-${String(number).padStart(10, "0")}.pcapng`);
}

/** What a ring's folder holds, oldest first. Throws what the file system throws. */
export function ringSegments(folder: string): RingSegment[] {
  const segments: RingSegment[] = [];
  for (const name of readdirSync(folder)) {
    const number = Number(NAME.exec(name)?.[1] ?? Number.NaN);
    if (!Number.isSafeInteger(number)) continue;
    const path = join(folder, name);
    const bytes = statSync(path, { throwIfNoEntry: false })?.size;
    if (bytes !== undefined) segments.push({ number, path, bytes });
  }
  return segments.sort((a, b) => a.number - b.number);
}

/** Whoever deleted it first, it is gone. */
export function deleteSegment({ path }: RingSegment): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/**
 * Reads a ring, oldest packet first; it may be in use. What is cut short, as the file that is being written and those of a sensor that was
 * killed, is read as far as it goes. `sinkOf` makes a sink for each file: interfaces count from 0 in each.
 */
export async function readRing(segments: readonly RingSegment[], sinkOf: () => FrameSink): Promise<void> {
  for (const { path } of segments) {
    try {
      await readCaptureFile(path, sinkOf());
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
    }
  }
}
