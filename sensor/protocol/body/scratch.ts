import { decodeEscapes, hexValue } from "../../bytes/percent.js";

const VALUE_BYTES = 4_096;
const PERCENT = 0x25;
const PLUS = 0x2b;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
/** What `\b \f \n \r \t` stand for, RFC 8259 §7; all others stand for themselves. */
const ESCAPES = new Uint8Array(256).map((_, byte) => byte);
for (const [name, byte] of [
  ["b", 8],
  ["f", 12],
  ["n", 10],
  ["r", 13],
  ["t", 9],
] as const)
  ESCAPES[name.charCodeAt(0)] = byte;

/** Holds one value without its escapes, up to a bound, until the next one. Whatever is no escape stands for itself. */
export class Scratch {
  readonly bytes: Buffer;
  length = 0;
  readonly #maxBytes: number;

  constructor(maxBytes = VALUE_BYTES) {
    this.#maxBytes = maxBytes;
    this.bytes = Buffer.alloc(maxBytes + 4);
  }

  /** RFC 8259 §7. */
  unescapeJson(from: Buffer, start: number, end: number): void {
    this.length = 0;
    for (let at = start; at < end && this.length < this.#maxBytes; at++) {
      if (from[at] !== BACKSLASH || at + 1 >= end) this.bytes[this.length++] = from[at];
      else if (from[++at] === 0x75) at += this.#codeUnit(from, at + 1, end);
      else this.bytes[this.length++] = ESCAPES[from[at]];
    }
  }

  /** RFC 3986 §2.1; in forms a plus stands for a space. */
  decodePercent(from: Buffer, start: number, end: number, plus: "space" | "plus"): void {
    this.length = 0;
    for (let at = start; at < end && this.length < this.#maxBytes; at++) {
      const high = from[at] === PERCENT && at + 2 < end ? hexValue(from[at + 1]) : -1;
      const low = high < 0 ? -1 : hexValue(from[at + 2]);
      if (low >= 0) {
        this.bytes[this.length++] = high * 16 + low;
        at += 2;
      } else this.bytes[this.length++] = from[at] === PLUS && plus === "space" ? SPACE : from[at];
    }
  }

  /** What it holds, without what is left of escapes that were escaped themselves, however often. */
  decodeAgain(): void {
    this.length = decodeEscapes(this.bytes, 0, this.length, this.bytes);
  }

  /** The characters that XML 1.0 §4.6 names, and those given by number. */
  decodeEntities(from: Buffer, start: number, end: number): void {
    const text = from
      .latin1Slice(start, Math.min(end, start + this.#maxBytes))
      .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (_, decimal, hex, name) => {
        if (name !== undefined) return ENTITIES[String(name).toLowerCase()];
        return String.fromCharCode(Math.min(0xff, decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)));
      });
    this.length = this.bytes.write(text.slice(0, this.#maxBytes), 0, "latin1");
  }

  /** RFC 4180 §2: within quotation marks, two stand for one. */
  undouble(from: Buffer, start: number, end: number, mark: number): void {
    this.length = 0;
    for (let at = start; at < end && this.length < this.#maxBytes; at++) {
      this.bytes[this.length++] = from[at];
      if (from[at] === mark && from[at + 1] === mark) at++;
    }
  }

  /** Writes a `\uXXXX` as UTF-8; how many bytes it took. */
  #codeUnit(from: Buffer, start: number, end: number): number {
    let unit = 0;
    for (let at = start; at < start + 4; at++) {
      const digit = at < end ? hexValue(from[at]) : -1;
      if (digit < 0) return at - start;
      unit = unit * 16 + digit;
    }
    if (unit < 0x80) this.bytes[this.length++] = unit;
    else {
      // Halves of a pair come out one by one, which is no UTF-8, and beyond ASCII all the same.
      if (unit >= 0x800) this.bytes[this.length++] = 0xe0 | (unit >> 12);
      this.bytes[this.length++] = unit >= 0x800 ? 0x80 | ((unit >> 6) & 0x3f) : 0xc0 | (unit >> 6);
      this.bytes[this.length++] = 0x80 | (unit & 0x3f);
    }
    return 4;
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
