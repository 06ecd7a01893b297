import { closeSync, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import { readReason } from "../../shared/file-reason.js";
import { CaptureError } from "./capture-error.js";
import { CaptureReader } from "./capture-reader.js";
import { FilePieces } from "./file-pieces.js";
import type { FrameSink } from "./frame.js";
import { GzipInflater } from "./gzip-inflater.js";

const COMPRESSED_PIECE_BYTES = 64 * 1024;

/** Bytes read so far of the file as it lies on disk, and of how many; undefined where that is not known. */
export type ReadProgress = (bytesRead: number, totalBytes: number | undefined) => void;

/**
 * Reads a pcap or pcapng file, or gzip of either; `-` is standard input. Throws CaptureError, naming the file and the byte, after
 * everything readable has gone to the sink.
 */
export async function readCaptureFile(path: string, sink: FrameSink, progress: ReadProgress = () => {}): Promise<void> {
  const reader = new CaptureReader(sink);
  try {
    if (path === "-") await readStream(process.stdin, reader, progress);
    else await readFile(path, reader, progress);
    reader.end();
  } catch (error) {
    const name = path === "-" ? "standard input" : `capture "${path}"`;
    if (error instanceof CaptureError) throw new CaptureError(`${name} ${error.message}`, error.offset);
    if (!isSystemError(error)) throw error;
    throw new CaptureError(`${name} can't be read: ${readReason(error)}`, 0);
  }
}

async function readFile(path: string, reader: CaptureReader, progress: ReadProgress): Promise<void> {
  const descriptor = openSync(path, "r");
  try {
    const status = fstatSync(descriptor);
    const begin = Buffer.alloc(2);
    if (!status.isFile()) await readStream(createReadStream(path), reader, progress);
    else if (isGzip(begin.subarray(0, readSync(descriptor, begin, 0, 2, 0))))
      await readGzip(descriptor, status.size, reader, progress);
    else readPlain(descriptor, status.size, reader, progress);
  } finally {
    closeSync(descriptor);
  }
}

function readPlain(descriptor: number, total: number, reader: CaptureReader, progress: ReadProgress): void {
  const pieces = new FilePieces(descriptor);
  try {
    for (let piece = pieces.next(0); piece.length > 0; piece = pieces.next(reader.recordBytes)) {
      try {
        reader.push(piece);
      } finally {
        pieces.check();
      }
      progress(pieces.position, total);
    }
  } finally {
    pieces.close();
  }
}

async function readGzip(
  descriptor: number,
  total: number,
  reader: CaptureReader,
  progress: ReadProgress,
): Promise<void> {
  let position = 0;
  const inflater = new GzipInflater(
    (piece) => reader.push(piece),
    () => compressedPieces(descriptor, position),
  );
  try {
    for (const piece of compressedPieces(descriptor, total)) {
      await inflater.write(piece);
      position += piece.length;
      progress(position, total);
    }
    await inflater.end();
  } finally {
    inflater.destroy();
  }
}

/** The file's first `bytes`, piece by piece. */
function* compressedPieces(descriptor: number, bytes: number): Generator<Buffer> {
  for (let position = 0; position < bytes; ) {
    const piece = Buffer.allocUnsafe(Math.min(COMPRESSED_PIECE_BYTES, bytes - position));
    const length = readSync(descriptor, piece, 0, piece.length, position);
    if (length === 0) return;
    position += length;
    yield piece.subarray(0, length);
  }
}

/** What can be read once: a pipe, standard input. */
async function readStream(source: AsyncIterable<Buffer>, reader: CaptureReader, progress: ReadProgress): Promise<void> {
  let bytesRead = 0;
  let inflater: GzipInflater | undefined;
  try {
    for await (const piece of wholeBegin(source)) {
      if (bytesRead === 0 && isGzip(piece)) inflater = new GzipInflater((inflated) => reader.push(inflated));
      bytesRead += piece.length;
      progress(bytesRead, undefined);
      if (inflater === undefined) reader.push(piece);
      else await inflater.write(piece);
    }
    await inflater?.end();
  } finally {
    inflater?.destroy();
  }
}

/** The same bytes, the first two in one piece: they tell what it is, and a pipe may give one. */
async function* wholeBegin(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let begin: Buffer | undefined;
  for await (const piece of source) {
    const next: Buffer = begin === undefined ? piece : Buffer.concat([begin, piece]);
    begin = undefined;
    if (next.length === 1) begin = next;
    else yield next;
  }
  if (begin !== undefined) yield begin;
}

function isGzip(bytes: Buffer): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && "syscall" in error;
}
