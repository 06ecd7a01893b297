import type { Side } from "../../flow/stream.js";
import { StartLine } from "./start-line.js";

const LF = 10;
const CR = 13;
const FIRST_BYTES = 2_048;
const LINE = new StartLine();

/** Gathers a head that came in pieces. Each new byte is looked at once for the head's end. */
export class HeadBuffer {
  bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  length = 0;
  /** Time of the first byte. */
  atMicros = 0;
  /** More than the bound without an end. */
  isTooLarge = false;
  readonly #from: Side;
  readonly #maxBytes: number;
  #line: "first" | "other" | "start" | "start-cr" = "first";
  /** No head of this side came before. */
  isFirst = true;

  constructor(from: Side, maxBytes: number) {
    this.#from = from;
    this.#maxBytes = maxBytes;
  }

  clear(): void {
    this.length = 0;
    this.isTooLarge = false;
    this.#line = "first";
  }

  /** Takes bytes up to the head's end; the position after it, or -1 where more are needed. */
  take(bytes: Buffer, start: number, end: number, atMicros: number): number {
    if (this.length === 0) this.atMicros = atMicros;
    const before = this.length;
    this.#append(bytes, start, end);
    for (let at = before; at < this.length; at++) {
      if (!this.#endsAt(at)) continue;
      this.length = at + 1;
      return start + at + 1 - before;
    }
    this.isTooLarge = this.length > this.#maxBytes;
    return -1;
  }

  #append(bytes: Buffer, start: number, end: number): void {
    const needed = this.length + end - start;
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
      this.bytes.copy(larger, 0, 0, this.length);
      this.bytes = larger;
    }
    bytes.copy(this.bytes, this.length, start, end);
    this.length = needed;
  }

  #endsAt(at: number): boolean {
    const byte = this.bytes[at];
    if (byte !== LF) {
      if (this.#line === "start" && byte === CR) this.#line = "start-cr";
      else if (this.#line !== "first") this.#line = "other";
      return false;
    }
    const line = this.#line;
    this.#line = "start";
    if (line === "first") return this.#from === "client" && this.#isSimpleRequest(at);
    return line !== "other";
  }

  /** RFC 1945 §4.1: a request line without a version has no fields after it; neither has what is no request line. */
  #isSimpleRequest(newline: number): boolean {
    const end = newline > 0 && this.bytes[newline - 1] === CR ? newline - 1 : newline;
    return !LINE.readRequest(this.bytes, 0, end, this.isFirst) || LINE.version === "0.9";
  }
}
