import { createGunzip } from "node:zlib";
import { CaptureError } from "./capture-error.js";

const CHUNK_BYTES = 1 << 18;

/** Undefined where all was taken. */
type Failure = NodeJS.ErrnoException | undefined;

/** One stream of gzip. What `take` throws ends it as damage does. */
class Inflater {
  readonly #gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  #failure: Failure = undefined;
  #settle = (): void => {};
  #isOver = false;
  /** Bytes that came out. */
  produced = 0;

  constructor(take: (piece: Buffer) => void) {
    this.#gunzip.on("data", (piece: Buffer) => {
      if (this.#failure !== undefined) return;
      this.produced += piece.length;
      try {
        take(piece);
      } catch (error) {
        this.#failure = error as Error;
      }
    });
    // Zeros behind the last member fill a block of tape or disk up. Of the piece that they are in, it never says that it has taken it.
    this.#gunzip.on("end", () => {
      this.#isOver = true;
      this.#settle();
    });
    // Of the piece that is damaged it never says that it has taken it.
    this.#gunzip.on("error", (error) => {
      this.#failure ??= error;
      this.#settle();
    });
  }

  write(piece: Buffer): Promise<Failure> {
    return this.#settled((settle) => this.#gunzip.write(piece, settle));
  }

  end(): Promise<Failure> {
    return this.#settled(() => this.#gunzip.end());
  }

  destroy(): void {
    this.#gunzip.destroy();
  }

  #settled(act: (settle: () => void) => void): Promise<Failure> {
    return new Promise((resolve) => {
      this.#settle = () => resolve(this.#failure);
      if (this.#failure === undefined && !this.#isOver) act(this.#settle);
      else this.#settle();
    });
  }
}

/**
 * Gzip in pieces of any size, out of which comes all that lies before damage. As an inflater drops what it has made of the piece in
 * which it meets damage, a second one comes after it and takes that piece byte by byte. Where the pieces before can be read `again`
 * it is given them then, else it follows one piece behind.
 */
export class GzipInflater {
  readonly #take: (piece: Buffer) => void;
  readonly #again: (() => Iterable<Buffer>) | undefined;
  readonly #ahead: Inflater;
  readonly #behind = new Inflater((piece) => this.#takeBehind(piece));
  /** Of what comes out of the second, bytes that came out of the first as well. */
  #known = Number.POSITIVE_INFINITY;

  /** `again` gives the compressed pieces taken so far, without the last. */
  constructor(take: (piece: Buffer) => void, again?: () => Iterable<Buffer>) {
    this.#take = take;
    this.#again = again;
    this.#ahead = new Inflater(take);
  }

  /** Rejects with CaptureError at damage, and with what `take` throws. */
  async write(piece: Buffer): Promise<void> {
    const failure = await this.#ahead.write(piece);
    if (failure !== undefined) await this.#giveUp(failure, piece);
    else if (this.#again === undefined) await this.#behind.write(piece);
  }

  async end(): Promise<void> {
    const failure = await this.#ahead.end();
    if (failure !== undefined) await this.#giveUp(failure, Buffer.alloc(0));
  }

  destroy(): void {
    this.#ahead.destroy();
    this.#behind.destroy();
  }

  async #giveUp(failure: NodeJS.ErrnoException, piece: Buffer): Promise<never> {
    if (!isDamage(failure)) throw failure;
    this.#known = this.#ahead.produced;
    for (const before of this.#again?.() ?? []) await this.#behind.write(before);
    for (let at = 0; at < piece.length; at++) {
      const other = await this.#behind.write(piece.subarray(at, at + 1));
      if (isDamage(other)) break;
      if (other !== undefined) throw other;
    }
    const produced = Math.max(this.#ahead.produced, this.#behind.produced);
    throw new CaptureError(
      `is damaged: its compression ends or breaks after ${produced} bytes (${failure.message})`,
      produced,
    );
  }

  #takeBehind(piece: Buffer): void {
    const known = Math.min(piece.length, Math.max(0, this.#known - (this.#behind.produced - piece.length)));
    if (known < piece.length) this.#take(piece.subarray(known));
  }
}

/** Not what `take` threw. */
function isDamage(failure: Failure): boolean {
  return failure?.code?.startsWith("Z_") === true;
}
