import type { Side, Stream } from "../../flow/stream.js";
import type { Exchange } from "../http/exchange.js";
import { Body } from "./body.js";
import { HeadBuffer } from "./head-buffer.js";

interface Piece {
  /** Undefined for bytes that were lost. */
  readonly bytes: Buffer | undefined;
  readonly length: number;
  readonly atMicros: number;
}

/**
 * `head` a head is expected or gathered · `body` · `waiting` for the answer that decides whose bytes come next · `lost` looking
 * for the next head · `handed` over to another protocol.
 */
export type SideMode = "head" | "body" | "waiting" | "lost" | "handed";

/** What one side of a connection is in the middle of. */
export class MessageSide {
  readonly from: Side;
  readonly body = new Body();
  mode: SideMode = "head";
  /** No head of this side was read yet. */
  isFirst = true;
  /** Whose message is being read. */
  exchange: Exchange | undefined = undefined;
  /** Time of the side's last byte. */
  lastMicros = 0;
  /** Bytes of this side were lost, or what it sent could not be followed. */
  wasLost = false;
  #head: HeadBuffer | undefined = undefined;
  #pieces: Piece[] | undefined = undefined;
  #heldBytes = 0;

  constructor(from: Side) {
    this.from = from;
  }

  /** The pieces of the head gathered so far; undefined where there are none. */
  get gathered(): HeadBuffer | undefined {
    return this.#head !== undefined && this.#head.length > 0 ? this.#head : undefined;
  }

  gather(bytes: Buffer, start: number, end: number, atMicros: number, maxBytes: number): number {
    this.#head ??= new HeadBuffer(this.from, maxBytes);
    this.#head.isFirst = this.isFirst;
    return this.#head.take(bytes, start, end, atMicros);
  }

  dropGathered(): void {
    this.#head?.clear();
  }

  /** Keeps a copy until the answer decides whom it is for; false beyond the bound. */
  hold(bytes: Buffer | undefined, length: number, atMicros: number, maxBytes: number): boolean {
    this.#heldBytes += bytes === undefined ? 0 : length;
    this.#pieces ??= [];
    if (this.#heldBytes > maxBytes || this.#pieces.length > 1_024) return false;
    this.#pieces.push({ bytes, length, atMicros });
    return true;
  }

  dropHeld(): void {
    this.#pieces = undefined;
    this.#heldBytes = 0;
  }

  /** Hands what was held to `stream`, as this side sent it. */
  release(stream: Pick<Stream, "data" | "gap">): void {
    const pieces = this.#pieces;
    this.dropHeld();
    for (const { bytes, length, atMicros } of pieces ?? []) {
      if (bytes === undefined) stream.gap(this.from, length, atMicros);
      else stream.data(this.from, bytes, 0, length, atMicros);
    }
  }
}
