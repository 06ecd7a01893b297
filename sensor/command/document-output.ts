import { closeSync, openSync, writeSync } from "node:fs";
import { CommandError } from "../../shared/command-error.js";

/** Writes a document to a file, or to standard output where none is named. */
export function writeDocument(out: string | undefined, pieces: Iterable<string | Uint8Array>): void {
  const descriptor = out === undefined ? 1 : openOut(out);
  try {
    for (const piece of pieces) writeAll(descriptor, typeof piece === "string" ? Buffer.from(piece) : piece);
  } finally {
    if (out !== undefined) closeSync(descriptor);
  }
}

function openOut(out: string): number {
  try {
    return openSync(out, "w");
  } catch (error) {
    throw new CommandError(
      `--out "${out}" can't be written: ${(error as Error).message}; name a file you may write to`,
    );
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A pipe whose reader is slow; one whose reader is gone wants no more.
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
