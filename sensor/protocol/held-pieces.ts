import type { Side } from "../flow/stream.js";

interface Piece {
  readonly from: Side;
  readonly bytes: Buffer;
  readonly atMicros: number;
}

/** The first bytes of a flow, kept until a protocol knows them, and how many of each side there were that are not kept. */
export class HeldPieces {
  #pieces: Piece[] = [];
  #lostFromClient = 0;
  #lostFromServer = 0;

  /** Keeps a copy. */
  hold(from: Side, bytes: Buffer, start: number, end: number, atMicros: number): void {
    this.#pieces.push({ from, bytes: Buffer.from(bytes.subarray(start, end)), atMicros });
  }

  of(from: Side): Buffer[] {
    return this.#pieces.filter((piece) => piece.from === from).map(({ bytes }) => bytes);
  }

  get bytes(): number {
    return this.#pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  lost(from: Side, length: number): void {
    if (from === "client") this.#lostFromClient += length;
    else this.#lostFromServer += length;
  }

  lostOf(from: Side): number {
    return from === "client" ? this.#lostFromClient : this.#lostFromServer;
  }

  drop(from: Side): void {
    for (const bytes of this.of(from)) this.lost(from, bytes.length);
    this.#pieces = this.#pieces.filter((piece) => piece.from !== from);
  }

  /** All that is kept, in its order; nothing is from then on. */
  take(): readonly Piece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }
}
