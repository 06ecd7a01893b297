/**
 * Tells names apart by their length and four of their bytes, letters without their case: not every pair of names, but nearly all,
 * and without looking at each byte.
 */
export function hashName(bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  if (length <= 0) return 0;
  const outer = ((bytes[start] | 0x20) << 8) | (bytes[end - 1] | 0x20);
  const inner = ((bytes[start + (length >> 1)] | 0x20) << 8) | (bytes[start + ((length * 3) >> 2)] | 0x20);
  const hash = Math.imul((outer << 16) | inner, 0x9e3779b1) ^ Math.imul(length, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}

type WordFor = (bytes: Buffer, start: number, end: number) => string | undefined;

/** Finds which of a fixed list of words stands in a range of bytes, whatever its case, without making a string. */
export class WordTable {
  readonly words: readonly string[];
  readonly #slots: Int32Array;
  readonly #hashes: Int32Array;
  readonly #bytes: readonly Buffer[];
  readonly #wordFor: WordFor | undefined;

  /**
   * `words` are in lower case; those at the positions `apart` have their place in the list and are not found. `wordFor` names the word
   * that stands for what is none of them, where one does.
   */
  constructor(words: readonly string[], apart: readonly number[] = [], wordFor?: WordFor) {
    this.words = words;
    this.#wordFor = wordFor;
    this.#slots = new Int32Array(1 << Math.ceil(Math.log2(words.length * 4))).fill(-1);
    this.#hashes = new Int32Array(words.length);
    this.#bytes = words.map((word) => Buffer.from(word, "latin1"));
    for (const [index, bytes] of this.#bytes.entries()) {
      if (apart.includes(index)) continue;
      this.#hashes[index] = hashName(bytes, 0, bytes.length);
      let slot = this.#hashes[index] & (this.#slots.length - 1);
      while (this.#slots[slot] >= 0) slot = (slot + 1) & (this.#slots.length - 1);
      this.#slots[slot] = index;
    }
  }

  /** Index of the word in bytes[start, end), -1 where it is none. `hash` is `hashName` of the range. */
  find(bytes: Buffer, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; this.#slots[slot] >= 0; slot = (slot + 1) & mask) {
      const index = this.#slots[slot];
      if (this.#hashes[index] === hash && matches(this.#bytes[index], bytes, start, end)) return index;
    }
    const word = this.#wordFor?.(bytes, start, end);
    return word === undefined ? -1 : this.words.indexOf(word);
  }

  /** The same for callers that have no hash at hand. */
  indexOf(bytes: Buffer, start: number, end: number): number {
    return this.find(bytes, start, end, hashName(bytes, start, end));
  }
}

function matches(word: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let at = 0; at < word.length; at++) {
    const byte = bytes[start + at];
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower !== word[at]) return false;
  }
  return true;
}
