import { fstatSync, readSync } from "node:fs";
import { CaptureError } from "./capture-error.js";
import { type FileWindow, loadNativeBinding } from "./native-binding.js";

const PIECE_BYTES = 1 << 18;
/**
 * From this size on most of a record is the body of something, which is skipped: looking at the file through a window fetches only
 * what is looked at. Where all of it is, having the pages put under the window costs more than copying them.
 */
const LARGE_RECORD_BYTES = 16 * 1024;

/** A plain file, piece by piece and in order. Close it. */
export class FilePieces {
  readonly #descriptor: number;
  readonly #piece = Buffer.allocUnsafe(PIECE_BYTES);
  #window: FileWindow | undefined = undefined;
  #mayOpenWindow = true;
  #isShown = false;
  /** Bytes handed out so far. */
  position = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** What comes next, borrowed until the next call; empty at the end. `recordBytes` is the size of the record where it begins. */
  next(recordBytes: number): Buffer {
    const shown = recordBytes >= LARGE_RECORD_BYTES ? this.#show() : undefined;
    this.#isShown = shown !== undefined;
    const piece =
      shown ?? this.#piece.subarray(0, readSync(this.#descriptor, this.#piece, 0, PIECE_BYTES, this.position));
    this.position += piece.length;
    return piece;
  }

  /** Throws CaptureError where not all that `next` gave was the file's. */
  check(): void {
    if (!this.#isShown) return;
    const { size } = fstatSync(this.#descriptor);
    if (size < this.position) throw new CaptureError(`was cut to ${size} bytes while it was read`, size);
    if (this.#window?.isBroken())
      throw new CaptureError(
        `has bytes before byte ${this.position} that can't be read: its device fails, or it was changed while it was read`,
        this.position,
      );
  }

  close(): void {
    this.#window?.close();
    this.#window = undefined;
  }

  #show(): Buffer | undefined {
    if (this.#mayOpenWindow) {
      const binding = loadNativeBinding();
      this.#window = typeof binding === "string" ? undefined : binding.openWindow();
      this.#mayOpenWindow = false;
    }
    const length = this.#window?.show(this.#descriptor, this.position);
    if (length === undefined) this.close();
    return length === undefined ? undefined : this.#window?.bytes.subarray(0, length);
  }
}
