import { Cursor } from "../../bytes/cursor.js";
import type { Side } from "../../flow/stream.js";
import type { HeldBytes } from "./held-bytes.js";

/** HandshakeType, RFC 8446 §4 and RFC 5246 §7.4. */
export const MESSAGE = {
  helloRequest: 0,
  clientHello: 1,
  serverHello: 2,
  newSessionTicket: 4,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
} as const;

const HEADER_BYTES = 4;
/** Longest message that is put together; the bodies of longer ones are skipped. */
const MAX_MESSAGE_BYTES = 256 * 1024;

export interface HandshakeSink {
  /** `body` is borrowed for the call; undefined where the message is too long to be put together. */
  message(from: Side, type: number, body: Cursor | undefined): void;
  /** There is no room for what is to be put together: nothing more of this side is read. */
  lost(from: Side): void;
}

/** Handshake messages of one side out of records that cut and join them in any way (RFC 8446 §5.1). */
export class HandshakeReader {
  readonly #from: Side;
  readonly #sink: HandshakeSink;
  readonly #budget: HeldBytes;
  #held: Buffer | undefined = undefined;
  #used = 0;
  #skip = 0;
  /** Bytes were lost: where messages begin is not known any more. */
  isBroken = false;

  constructor(from: Side, sink: HandshakeSink, budget: HeldBytes) {
    this.#from = from;
    this.#sink = sink;
    this.#budget = budget;
  }

  push(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end && !this.isBroken) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, end - at);
        this.#skip -= skipped;
        at += skipped;
      } else if (this.#used > 0) at = this.#complete(bytes, at, end);
      else at = this.#whole(bytes, at, end);
    }
  }

  /** Lets go of what waits. */
  release(): void {
    if (this.#held !== undefined) this.#budget.release(this.#held);
    this.#held = undefined;
    this.#used = 0;
  }

  /** A message that lies whole in these bytes is read where it lies. */
  #whole(bytes: Buffer, start: number, end: number): number {
    if (end - start < HEADER_BYTES) return this.#keep(bytes, start, end);
    const length = lengthAt(bytes, start);
    if (length > MAX_MESSAGE_BYTES) return this.#pass(bytes[start], start, length);
    const stop = start + HEADER_BYTES + length;
    if (stop > end) return this.#keep(bytes, start, end);
    this.#sink.message(this.#from, bytes[start], new Cursor(bytes, start + HEADER_BYTES, stop));
    return stop;
  }

  #complete(bytes: Buffer, start: number, end: number): number {
    const held = this.#held as Buffer;
    const wanted = this.#used < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + lengthAt(held, 0);
    const stop = this.#keep(bytes, start, Math.min(end, start + wanted - this.#used));
    if (this.#used < HEADER_BYTES) return stop;
    const grown = this.#held;
    if (grown === undefined) return stop;
    const length = lengthAt(grown, 0);
    if (length > MAX_MESSAGE_BYTES) {
      this.#used = 0;
      return this.#pass(grown[0], stop - HEADER_BYTES, length);
    }
    if (this.#used < HEADER_BYTES + length) return stop;
    this.#used = 0;
    this.#sink.message(this.#from, grown[0], new Cursor(grown, HEADER_BYTES, HEADER_BYTES + length));
    if (this.#used === 0) this.release();
    return stop;
  }

  #pass(type: number, start: number, length: number): number {
    this.#skip = length;
    this.#sink.message(this.#from, type, undefined);
    return start + HEADER_BYTES;
  }

  #keep(bytes: Buffer, start: number, end: number): number {
    const needed = this.#used + end - start;
    if (this.#held === undefined || this.#held.length < needed) {
      const before = this.#held?.length ?? 0;
      const larger = this.#budget.take(Math.max(needed, 2 * (before || 256)), this.#held);
      if (larger === undefined) {
        this.release();
        this.isBroken = true;
        this.#sink.lost(this.#from);
        return end;
      }
      this.#held?.copy(larger, 0, 0, this.#used);
      this.#held = larger;
    }
    bytes.copy(this.#held, this.#used, start, end);
    this.#used = needed;
    return end;
  }
}

function lengthAt(bytes: Buffer, at: number): number {
  return (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}
