import { type AddedClasses, NO_ADDED_CLASSES } from "./added-classes.js";

/** What becomes of a byte in an export; whatever nobody spoke for is hidden. */
const ABSENT = 0;
const HIDDEN = 1;
const SHOWN = 2;
const HIDDEN_HUFFMAN = 3;

const FILL = 0x2a;
/** The same in HTTP/2's Huffman code (RFC 7541, Appendix B), of which it happens to be a whole byte. */
const HUFFMAN_FILL = 0xf9;
const FIRST_BYTES = 16 * 1024;

/** Memory that the sides of an export may take together. */
export class ByteBudget {
  left: number;

  constructor(bytes: number) {
    this.left = bytes;
  }
}

/**
 * What one end of a connection sent, by its place in the stream, and which of it may be shown. Of bytes that were sent twice the first
 * count: others in their place are hidden.
 */
export class SideBytes {
  /** What of the operator's classes is among what would be shown. */
  readonly added: AddedClasses;
  readonly #budget: ByteBudget;
  #bytes = Buffer.alloc(0);
  #marks = Buffer.alloc(0);
  #end = 0;

  constructor(budget: ByteBudget, added: AddedClasses = NO_ADDED_CLASSES) {
    this.#budget = budget;
    this.added = added;
  }

  /** Behind the last byte that is there. */
  get end(): number {
    return this.#end;
  }

  /** Takes bytes[start, end) of a segment; what there is no room for stays absent, and so hidden. */
  take(offset: number, bytes: Buffer, start: number, end: number): void {
    const until = offset + end - start;
    if (offset < 0 || !this.#reserve(until)) return;
    for (let at = offset; at < until; at++) {
      if (this.#marks[at] !== ABSENT) continue;
      this.#marks[at] = HIDDEN;
      this.#bytes[at] = bytes[start + at - offset];
    }
    if (until > this.#end) this.#end = until;
  }

  /** -1 where it was not captured. */
  at(offset: number): number {
    return offset >= 0 && offset < this.#end && this.#marks[offset] !== ABSENT ? this.#bytes[offset] : -1;
  }

  /** Latin-1, so that its places are those of the bytes; undefined where a byte of it was not captured. */
  text(start: number, end: number): string | undefined {
    if (!this.isThere(start, end)) return undefined;
    return this.#bytes.toString("latin1", start, end);
  }

  isThere(start: number, end: number): boolean {
    return end <= this.#end && !this.#marks.subarray(start, end).includes(ABSENT);
  }

  /** Place of a text at or behind `start`, of which all bytes up to it are there; -1 where there is none before `limit`. */
  find(text: string, start: number, limit: number): number {
    const end = Math.min(limit, this.#end);
    const at = this.#bytes.subarray(0, end).indexOf(text, start, "latin1");
    return at >= 0 && this.isThere(start, at + text.length) ? at : -1;
  }

  show(start: number, end: number): void {
    this.#mark(start, end, SHOWN);
  }

  /** They are in HTTP/2's Huffman code, and shall be still. */
  hideHuffman(start: number, end: number): void {
    this.#mark(start, end, HIDDEN_HUFFMAN);
  }

  hide(start: number, end: number): void {
    this.#mark(start, end, HIDDEN);
  }

  /** Overwrites what may not be shown of a segment's bytes[start, end); how many bytes that were. */
  redact(offset: number, bytes: Buffer, start: number, end: number): number {
    let hidden = 0;
    for (let at = start; at < end; at++) {
      const place = offset + at - start;
      const mark = place >= 0 && place < this.#end ? this.#marks[place] : ABSENT;
      if (mark === SHOWN && this.#bytes[place] === bytes[at]) continue;
      bytes[at] = mark === HIDDEN_HUFFMAN ? HUFFMAN_FILL : FILL;
      hidden++;
    }
    return hidden;
  }

  #mark(start: number, end: number, mark: number): void {
    const until = Math.min(end, this.#end);
    for (let at = Math.max(0, start); at < until; at++) if (this.#marks[at] !== ABSENT) this.#marks[at] = mark;
  }

  #reserve(bytes: number): boolean {
    const size = this.#bytes.length;
    if (bytes <= size) return true;
    const larger = Math.max(bytes, size * 2, FIRST_BYTES);
    // Both the bytes and what becomes of them.
    if ((larger - size) * 2 > this.#budget.left) return false;
    this.#budget.left -= (larger - size) * 2;
    this.#bytes = Buffer.concat([this.#bytes], larger);
    this.#marks = Buffer.concat([this.#marks], larger);
    return true;
  }
}
