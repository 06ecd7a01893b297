import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { CommandError } from "../../shared/command-error.js";
import { writeReason } from "../../shared/file-reason.js";

/**
 * The file that `--out` names. What stood there stays until all of the new is written, so that a full disk leaves neither half a document nor
 * none. What is no plain file, such as a pipe, a device or a link, is written as it is. Throws CommandError.
 */
export class OutputFile {
  readonly #out: string;
  /** What is written to: the file itself where nothing is put in its place. */
  #written = "";
  #descriptor = -1;
  #isFinished = false;

  /** `mode` is the file's, whatever it was before; without it a new one has what the user's mask leaves and another keeps its own. */
  constructor(out: string, mode?: number) {
    this.#out = out;
    this.#attempt(() => this.#open(mode));
  }

  write(bytes: Uint8Array): void {
    this.#attempt(() => writeWhole(this.#descriptor, bytes));
  }

  /** All is written: from now on it is what the name says. */
  finish(): void {
    this.#close();
    if (this.#written !== this.#out) this.#attempt(() => renameSync(this.#written, this.#out));
    this.#isFinished = true;
  }

  /** Takes away what was begun and not finished; does nothing after `finish`. */
  abandon(): void {
    if (this.#isFinished) return;
    this.#close();
    if (this.#written !== this.#out) rmSync(this.#written, { force: true });
  }

  #open(mode: number | undefined): void {
    const before = lstatSync(this.#out, { throwIfNoEntry: false });
    const isReplaced = isReplaceable(this.#out, before);
    // In a folder that others may write to, a name that can be guessed may be a link of theirs.
    this.#written = isReplaced ? `${this.#out}.${randomBytes(4).toString("hex")}.part` : this.#out;
    this.#descriptor = openSync(
      this.#written,
      isReplaced ? "wx" : "w",
      mode ?? (before?.isFile() === true ? before.mode & 0o777 : 0o666),
    );
    if (mode !== undefined) fchmodSync(this.#descriptor, mode);
    else if (before !== undefined && isReplaced) giveSame(this.#descriptor, before);
  }

  #close(): void {
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      throw new CommandError(
        `--out "${this.#out}" can't be written: ${writeReason(error, "name a file you may write to")}`,
      );
    }
  }
}

/** Waits for a pipe whose reader is slow; one whose reader is gone wants no more. Throws what the file system throws. */
export function writeWhole(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function isReplaceable(path: string, before: Stats | undefined): boolean {
  if (before === undefined) return true;
  if (!before.isFile()) return false;
  try {
    accessSync(dirname(path), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Mode and, where root writes, owner of what it takes the place of. */
function giveSame(descriptor: number, { mode, uid, gid }: Stats): void {
  if (process.getuid?.() === 0) fchownSync(descriptor, uid, gid);
  fchmodSync(descriptor, mode & 0o7777);
}
