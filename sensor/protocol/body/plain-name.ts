import { Scratch } from "./scratch.js";

const PERCENT = 0x25;
const PLUS = 0x2b;

/**
 * The name of a parameter as whoever receives it reads it: percent-decoded once (WHATWG URL §5.1; RFC 3986 §2.1 in paths). Names that
 * have nothing encoded, as nearly all, stay where they stand. Bytes are borrowed until the next name is read.
 */
export class PlainName {
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  readonly #plus: "space" | "plus";
  #scratch: Scratch | undefined = undefined;

  /** `plus`: what one stands for; a space in forms and queries. */
  constructor(plus: "space" | "plus" = "space") {
    this.#plus = plus;
  }

  read(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    let at = start;
    while (at < end && bytes[at] !== PERCENT && bytes[at] !== PLUS) at++;
    if (at < end) this.#decode(bytes, start, end);
  }

  #decode(bytes: Buffer, start: number, end: number): void {
    this.#scratch ??= new Scratch();
    this.#scratch.decodePercent(bytes, start, end, this.#plus);
    this.bytes = this.#scratch.bytes;
    this.start = 0;
    this.end = this.#scratch.length;
  }
}
