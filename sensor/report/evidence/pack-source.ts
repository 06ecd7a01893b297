import { closeSync, fstatSync, lstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { filePieces, PIECE_BYTES } from "./file-pieces.js";
import { BLOCK_BYTES, END_BYTES, paddingBytes, readTarHeader, tarHeader } from "./tar.js";

/** No pack of ours has as many files; an archive that claims more is read no further. */
const MAX_FILES = 1_000;

/** A file as it lies in a pack, whatever its manifest says. */
export interface FoundFile {
  readonly name: string;
  readonly bytes: number;
  /** In pieces; fewer bytes than told where the pack ends before. */
  read(): Iterable<Uint8Array>;
}

/** A folder or an archive, read as it is. */
export interface PackSource {
  readonly files: readonly FoundFile[];
  /** Does the order of the files mean anything? */
  readonly isOrdered: boolean;
  /** What is wrong with how the files lie there, other than their contents: file or undefined for the whole, and why. */
  faults(createdSeconds: number): readonly Fault[];
  close(): void;
}

export interface Fault {
  readonly file: string | undefined;
  readonly kind: "changed" | "added" | "removed" | "reordered" | "cut-short" | "signature";
  readonly why: string;
}

export function openPack(path: string): PackSource {
  return lstatSync(path).isDirectory() ? new PackFolder(path) : new PackArchive(path);
}

class PackFolder implements PackSource {
  readonly files: readonly FoundFile[];
  readonly isOrdered = false;
  readonly #strange: readonly Fault[];

  constructor(path: string) {
    const entries = readdirSync(path, { withFileTypes: true });
    this.files = entries
      .filter((entry) => entry.isFile())
      .map(({ name }) => ({
        name,
        bytes: lstatSync(join(path, name)).size,
        read: () => filePieces(join(path, name)),
      }));
    this.#strange = entries
      .filter((entry) => !entry.isFile())
      .map(({ name }) => ({ file: name, kind: "added", why: "it is no regular file" }));
  }

  faults(): readonly Fault[] {
    return this.#strange;
  }

  close(): void {}
}

interface ArchivedFile extends FoundFile {
  readonly atByte: number;
  readonly header: Buffer;
}

class PackArchive implements PackSource {
  readonly files: readonly ArchivedFile[];
  readonly isOrdered = true;
  readonly #file: number;
  readonly #sizeBytes: number;
  readonly #endsAt: number;

  constructor(path: string) {
    this.#file = openSync(path, "r");
    this.#sizeBytes = fstatSync(this.#file).size;
    const files: ArchivedFile[] = [];
    let at = 0;
    while (files.length < MAX_FILES) {
      const header = this.#block(at);
      const entry = readTarHeader(header);
      if (entry === undefined) break;
      const { name, sizeBytes: bytes } = entry;
      const begin = at + BLOCK_BYTES;
      files.push({ name, bytes, header, atByte: begin, read: () => this.#read(begin, bytes) });
      at = begin + bytes + paddingBytes(bytes);
    }
    this.#endsAt = at;
    this.files = files;
  }

  /** Every byte that is not a file's is known beforehand: the header of its name and size, and zeros. */
  faults(createdSeconds: number): readonly Fault[] {
    const faults: Fault[] = [];
    for (const { name, bytes, header, atByte } of this.files) {
      if (atByte + bytes > this.#sizeBytes)
        faults.push({
          file: name,
          kind: "cut-short",
          why: `the archive ends ${atByte + bytes - this.#sizeBytes} bytes too early`,
        });
      if (!header.equals(tarHeader({ name, sizeBytes: bytes }, createdSeconds)))
        faults.push({ file: name, kind: "changed", why: "its header in the archive was changed" });
      if (!this.#isZero(atByte + bytes, paddingBytes(bytes)))
        faults.push({ file: name, kind: "changed", why: "the bytes behind it in the archive were changed" });
    }
    const rest = this.#sizeBytes - this.#endsAt;
    if (rest < END_BYTES) faults.push({ file: undefined, kind: "cut-short", why: "the end of the archive is missing" });
    else if (rest > END_BYTES || !this.#isZero(this.#endsAt, END_BYTES))
      faults.push({ file: undefined, kind: "added", why: "there is something behind the last file" });
    return faults;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Zeros beyond the end. */
  #block(at: number): Buffer {
    const block = Buffer.alloc(BLOCK_BYTES);
    readSync(this.#file, block, 0, BLOCK_BYTES, at);
    return block;
  }

  #isZero(at: number, bytes: number): boolean {
    const read = Buffer.alloc(bytes);
    // What is missing is told as the archive's end.
    readSync(this.#file, read, 0, bytes, at);
    return read.every((byte) => byte === 0);
  }

  *#read(at: number, bytes: number): Iterable<Uint8Array> {
    for (let done = 0; done < bytes; ) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, bytes - done));
      const length = readSync(this.#file, piece, 0, piece.length, at + done);
      if (length === 0) return;
      yield piece.subarray(0, length);
      done += length;
    }
  }
}
