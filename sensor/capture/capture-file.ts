import { closeSync, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CaptureError } from "./capture-error.js";
import { CaptureReader } from "./capture-reader.js";
import type { FrameSink } from "./frame.js";

const PIECE_BYTES = 1 << 18;
/** What decompression loses where it meets damage: all it made of the piece it was given last. A file's are read again. */
const COMPRESSED_PIECE_BYTES = 16 * 1024;

/** Bytes read so far of the file as it lies on disk, and of how many; undefined where that is not known. */
export type ReadProgress = (bytesRead: number, totalBytes: number | undefined) => void;

/**
 * Reads a pcap or pcapng file, or gzip of either; `-` is standard input. Throws CaptureError, naming the file and the byte, after
 * everything readable has gone to the sink.
 */
export async function readCaptureFile(path: string, sink: FrameSink, progress: ReadProgress = () => {}): Promise<void> {
  const reader = new CaptureReader(sink);
  try {
    if (path === "-") await readStream(process.stdin, reader, progress, undefined);
    else await readFile(path, reader, progress);
    reader.end();
  } catch (error) {
    const name = path === "-" ? "standard input" : `capture "${path}"`;
    if (error instanceof CaptureError) throw new CaptureError(`${name} ${error.message}`, error.offset);
    if (!isSystemError(error)) throw error;
    throw new CaptureError(`${name} can't be read: ${systemReason(error)}`, 0);
  }
}

async function readFile(path: string, reader: CaptureReader, progress: ReadProgress): Promise<void> {
  const descriptor = openSync(path, "r");
  try {
    const status = fstatSync(descriptor);
    const total = status.isFile() ? status.size : undefined;
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    let length = status.isFile() || status.isDirectory() ? readSync(descriptor, piece) : 0;
    if (!status.isFile() || isGzip(piece, length)) {
      const source = createReadStream(path, { highWaterMark: COMPRESSED_PIECE_BYTES });
      const readAgain = status.isFile() ? descriptor : undefined;
      await readStream(source, reader, progress, total, readAgain);
      return;
    }
    for (let position = 0; length > 0; length = readSync(descriptor, piece)) {
      reader.push(length === PIECE_BYTES ? piece : piece.subarray(0, length));
      position += length;
      progress(position, total);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Data events rather than iteration: what was decompressed before an error must not be lost with it. */
function readStream(
  source: Readable,
  reader: CaptureReader,
  progress: ReadProgress,
  total: number | undefined,
  descriptor?: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let bytesRead = 0;
    let uncompressed = 0;
    let gunzip: ReturnType<typeof createGunzip> | undefined;
    const fail = (error: Error): void => {
      source.destroy();
      gunzip?.destroy();
      reject(error);
    };
    const push = (piece: Buffer): void => {
      uncompressed += piece.length;
      try {
        reader.push(piece);
      } catch (error) {
        fail(error as Error);
      }
    };
    const startGunzip = (): ReturnType<typeof createGunzip> => {
      const made = createGunzip({ chunkSize: PIECE_BYTES });
      made.on("data", push);
      made.on("end", resolve);
      made.on("error", async (error: NodeJS.ErrnoException) => {
        source.destroy();
        try {
          if (descriptor !== undefined && error.code === "Z_DATA_ERROR")
            for (const piece of await lastPieces(descriptor, bytesRead, uncompressed)) push(piece);
        } catch (other) {
          fail(other as Error);
        }
        const what = `is damaged: its compression ends or breaks after ${uncompressed} bytes (${error.message})`;
        fail(new CaptureError(what, uncompressed));
      });
      return made;
    };
    source.on("data", (piece: Buffer) => {
      if (bytesRead === 0 && isGzip(piece, piece.length)) gunzip = startGunzip();
      bytesRead += piece.length;
      progress(bytesRead, total);
      if (gunzip === undefined) push(piece);
      else if (!gunzip.write(piece)) {
        source.pause();
        gunzip.once("drain", () => source.resume());
      }
    });
    source.on("error", fail);
    source.on("end", () => (gunzip === undefined ? resolve() : gunzip.end()));
  });
}

/** What comes after `skip` uncompressed bytes and before the damage that was met within the first `bytesRead` of the file. */
async function lastPieces(descriptor: number, bytesRead: number, skip: number): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  let uncompressed = 0;
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
  // What it is given after that, it never says to have taken.
  let goOn = (): void => {};
  gunzip.on("error", () => goOn());
  gunzip.on("data", (piece: Buffer) => {
    const before = Math.max(0, skip - uncompressed);
    uncompressed += piece.length;
    if (before < piece.length) pieces.push(piece.subarray(before));
  });
  // One piece may have been on its way besides the one that broke.
  const singly = Math.max(0, bytesRead - 2 * COMPRESSED_PIECE_BYTES);
  for (let position = 0; position < bytesRead && !gunzip.destroyed; ) {
    const wanted = position < singly ? Math.min(COMPRESSED_PIECE_BYTES, singly - position) : 1;
    const piece = Buffer.allocUnsafe(wanted);
    const length = readSync(descriptor, piece, 0, wanted, position);
    if (length === 0) break;
    position += length;
    await new Promise<void>((resolve) => {
      goOn = resolve;
      gunzip.write(piece.subarray(0, length), () => resolve());
    });
  }
  gunzip.destroy();
  return pieces;
}

function isGzip(bytes: Buffer, length: number): boolean {
  return length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && "syscall" in error;
}

function systemReason(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "there is no such file";
  if (error.code === "EACCES") return "this user may not read it";
  if (error.code === "EISDIR") return "it is a folder";
  return error.message;
}
