import { closeSync, openSync, readSync } from "node:fs";

/** How much of a pack is in memory at a time. */
export const PIECE_BYTES = 1 << 20;

/** A file from its beginning to its end. */
export function* filePieces(path: string): Iterable<Uint8Array> {
  const file = openSync(path, "r");
  try {
    for (;;) {
      const piece = Buffer.allocUnsafe(PIECE_BYTES);
      const length = readSync(file, piece);
      if (length === 0) return;
      yield piece.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}
