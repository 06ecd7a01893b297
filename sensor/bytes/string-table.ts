import { isUtf8 } from "node:buffer";
import { wordHash } from "./word-hash.js";
import { viewOf } from "./word-view.js";

export const SLOTS = 8_192;
const MAX_LENGTH = 256;
const WORD = 4;
const TOP_BITS = 0x80808080;

/**
 * Strings of byte ranges, so that a value seen again and again is one string. A direct-mapped cache: bounded, and values that share
 * a slot only cost a new string. One is kept when it comes the second time: those that never come again drive out none that do, and
 * are not written down. Four bytes are compared at a time.
 */
export class StringTable {
  /** Hashes of those that came last. */
  readonly #seen = new Int32Array(SLOTS);
  readonly #hashes = new Int32Array(SLOTS);
  readonly #lengths = new Int32Array(SLOTS);
  readonly #texts: string[] = new Array(SLOTS).fill("");
  readonly #known = new DataView(new ArrayBuffer(SLOTS * MAX_LENGTH));
  /** Of the last `get`: which of SLOTS the string has, -1 where it is not kept, and whether it was there before. */
  slot = -1;
  wasKnown = false;

  get(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    this.wasKnown = false;
    this.slot = -1;
    if (length === 0) return "";
    if (length < WORD || length > MAX_LENGTH) return decode(bytes, start, end);
    const view = viewOf(bytes);
    const hash = wordHash(view, start, end);
    const slot = hash & (SLOTS - 1);
    this.slot = slot;
    if (this.#hashes[slot] === hash && this.#lengths[slot] === length && this.#isAt(slot, view, start, length)) {
      this.wasKnown = true;
      return this.#texts[slot];
    }
    const text = decode(bytes, start, end);
    if (this.#seen[slot] !== hash) {
      this.#seen[slot] = hash;
      this.slot = -1;
      return text;
    }
    this.#hashes[slot] = hash;
    this.#lengths[slot] = length;
    this.#texts[slot] = text;
    this.#keep(slot, view, start, length);
    return text;
  }

  #isAt(slot: number, view: DataView, start: number, length: number): boolean {
    const known = this.#known;
    const base = slot * MAX_LENGTH;
    const last = length - WORD;
    for (let at = 0; at < last; at += WORD)
      if (known.getInt32(base + at, true) !== view.getInt32(start + at, true)) return false;
    return known.getInt32(base + last, true) === view.getInt32(start + last, true);
  }

  #keep(slot: number, view: DataView, start: number, length: number): void {
    const base = slot * MAX_LENGTH;
    const last = length - WORD;
    for (let at = 0; at < last; at += WORD) this.#known.setInt32(base + at, view.getInt32(start + at, true), true);
    this.#known.setInt32(base + last, view.getInt32(start + last, true), true);
  }
}

/** RFC 3986 §2.5: text beyond ASCII is UTF-8 in what is newer; valid UTF-8 is taken for it, every other byte stands for itself. */
function decode(bytes: Buffer, start: number, end: number): string {
  if (!isAscii(bytes, start, end) && isUtf8(bytes.subarray(start, end))) return bytes.toString("utf8", start, end);
  return bytes.latin1Slice(start, end);
}

function isAscii(bytes: Buffer, start: number, end: number): boolean {
  const view = viewOf(bytes);
  let at = start;
  for (; at <= end - WORD; at += WORD) if ((view.getInt32(at, true) & TOP_BITS) !== 0) return false;
  for (; at < end; at++) if (bytes[at] >= 0x80) return false;
  return true;
}
