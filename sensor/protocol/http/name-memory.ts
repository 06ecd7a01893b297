import { hashName } from "../../bytes/word-table.js";
import { FIELD_NAMES } from "./field-name.js";

const MAX_NAMES = 1_024;
const SLOTS = 4_096;
const WORD = 4;
const MAX_LENGTH = 64;
const MIN_LENGTH = WORD;

/**
 * Field names as they stood on the wire, colon included, and which one came after which: the next line's name is mostly one of the two
 * that came here before, and comparing four bytes at a time with those is all it costs. What is no valid name is never learned.
 * Bounded by starting over.
 */
export class NameMemory {
  /** Of each name: its length with the colon, its place in FIELD_NAMES or -1, its hash. */
  readonly lengths = new Uint8Array(MAX_NAMES);
  readonly ids = new Int32Array(MAX_NAMES);
  readonly hashes = new Int32Array(MAX_NAMES);
  readonly #bytes = new DataView(new ArrayBuffer(MAX_NAMES * MAX_LENGTH));
  /** Two for each name; those of 0 come first in a head. */
  readonly #successors = new Int32Array(MAX_NAMES * 2);
  readonly #slots = new Int32Array(SLOTS);
  #count = 1;

  /** The name that stands at `start`, as far as it is one of those that came after `before`; 0 where it is none. */
  guess(before: number, view: DataView, start: number, end: number): number {
    const first = this.#successors[before * 2];
    if (first !== 0 && this.#isAt(first, view, start, end)) return first;
    const second = this.#successors[before * 2 + 1];
    return second !== 0 && this.#isAt(second, view, start, end) ? second : 0;
  }

  /** Learns that the valid name bytes[start, end), a colon behind it, came after `before`. 0 where it can't be learned. */
  learn(before: number, bytes: Buffer, view: DataView, start: number, end: number): number {
    const length = end + 1 - start;
    if (length < MIN_LENGTH || length > MAX_LENGTH) return 0;
    const hash = hashName(bytes, start, end);
    let slot = hash & (SLOTS - 1);
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & (SLOTS - 1)) {
      const known = this.#slots[slot];
      if (this.lengths[known] === length && this.#isAt(known, view, start, end + 1)) return this.#follow(before, known);
    }
    if (this.#count === MAX_NAMES) {
      this.#forget();
      return 0;
    }
    const made = this.#count++;
    this.#slots[slot] = made;
    this.lengths[made] = length;
    this.hashes[made] = hash;
    this.ids[made] = FIELD_NAMES.find(bytes, start, end, hash);
    for (let at = 0; at < length; at++) this.#bytes.setUint8(made * MAX_LENGTH + at, bytes[start + at]);
    return this.#follow(before, made);
  }

  #follow(before: number, name: number): number {
    this.#successors[before * 2 + 1] = this.#successors[before * 2];
    this.#successors[before * 2] = name;
    return name;
  }

  #isAt(name: number, view: DataView, start: number, end: number): boolean {
    const length = this.lengths[name];
    if (start + length > end) return false;
    const base = name * MAX_LENGTH;
    const last = length - WORD;
    for (let at = 0; at < last; at += WORD)
      if (this.#bytes.getInt32(base + at, true) !== view.getInt32(start + at, true)) return false;
    return this.#bytes.getInt32(base + last, true) === view.getInt32(start + last, true);
  }

  #forget(): void {
    this.#count = 1;
    this.#slots.fill(0);
    this.#successors.fill(0);
  }
}
