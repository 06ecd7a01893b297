import { OutputFile, writeWhole } from "./output-file.js";

/** Writes a document to a file, or to standard output where none is named. Throws CommandError where the file can't be written. */
export function writeDocument(out: string | undefined, pieces: Iterable<string | Uint8Array>): void {
  if (out === undefined) {
    for (const piece of pieces) writeWhole(1, bytesOf(piece));
    return;
  }
  const file = new OutputFile(out);
  try {
    for (const piece of pieces) file.write(bytesOf(piece));
    file.finish();
  } finally {
    file.abandon();
  }
}

function bytesOf(piece: string | Uint8Array): Uint8Array {
  return typeof piece === "string" ? Buffer.from(piece) : piece;
}
