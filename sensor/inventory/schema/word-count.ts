import { MAX_WORDS } from "../../protocol/shape.js";
import { isProgramWord } from "./program-word.js";

/** A word is kept once it came in so many calls: until then only a hash of it is. */
const MIN_CALLS = 4;
/**
 * As much is kept of what may be a name: twelve bits of a hash, which each family name has in common with forty of the 160,000 that the
 * census of the United States lists. Enough to tell a few from each other, and from those that a file declares.
 */
const OTHER_BITS = 0xfff;

/** Words that a program may have given out, and under a hash of twelve bits others, whose word is always empty. */
export type StoredWords = readonly (readonly [hash: number, calls: number, word: string])[];

/**
 * The few words that may stand at one place. What is not seen again and again leaves nothing but a hash, and where there are too many,
 * or something that is no word, there are none.
 */
export class WordCount {
  #words: Map<number, { calls: number; word: string }> | undefined = new Map();

  /** True where one more word is known, or none is any more. */
  add(word: string): boolean {
    if (this.#words === undefined) return false;
    const isNamed = isProgramWord(word);
    const hash = isNamed ? hashOf(word) : otherHash(word);
    const known = this.#words.get(hash);
    if (known === undefined) {
      if (this.#words.size >= MAX_WORDS) return this.spoil();
      this.#words.set(hash, { calls: 1, word: "" });
      return false;
    }
    if (++known.calls < MIN_CALLS) return false;
    if (!isNamed) return known.calls === MIN_CALLS;
    if (known.word !== "") return false;
    known.word = word;
    return true;
  }

  /** How many words that may be names were seen often enough, and are none of these. */
  othersBeside(words: readonly string[]): number {
    const declared = new Set(words.map(otherHash));
    const others = [...(this.#words ?? [])].filter(([hash, { calls }]) => isOther(hash) && calls >= MIN_CALLS);
    return others.filter(([hash]) => !declared.has(hash)).length;
  }

  /** Something stood there that is none of a few words. True where any was known. */
  spoil(): boolean {
    if (this.#words === undefined) return false;
    const hadKnown = this.known().length > 0 || this.othersBeside([]) > 0;
    this.#words = undefined;
    return hadKnown;
  }

  /** Those seen often enough, whether or not they are all. Sorted. */
  known(): string[] {
    return [...(this.#words?.values() ?? [])].flatMap(({ word }) => (word === "" ? [] : [word])).sort();
  }

  get isSpoilt(): boolean {
    return this.#words === undefined;
  }

  merge(other: WordCount): void {
    if (other.#words === undefined || this.#words === undefined) {
      this.spoil();
      return;
    }
    for (const [hash, { calls, word }] of other.#words) {
      const known = this.#words.get(hash);
      this.#words.set(hash, { calls: (known?.calls ?? 0) + calls, word: known?.word || word });
    }
    if (this.#words.size > MAX_WORDS) this.spoil();
  }

  /** Sorted; undefined while they are not sure to be all: one of them was seen too seldom. */
  list(): string[] | undefined {
    if (this.#words === undefined || this.#words.size === 0) return undefined;
    const words = [...this.#words.values()].map(({ word }) => word);
    return words.includes("") ? undefined : words.sort();
  }

  state(): StoredWords | null {
    return this.#words === undefined ? null : [...this.#words].map(([hash, { calls, word }]) => [hash, calls, word]);
  }

  restore(state: StoredWords | null): void {
    this.#words = state === null ? undefined : new Map();
    for (const [stored, calls, word] of state ?? []) {
      // Earlier versions kept what may be a name.
      const isNamed = word === "" || isProgramWord(word);
      const hash = isNamed ? stored : otherHash(word);
      this.#words?.set(hash, { calls: (this.#words.get(hash)?.calls ?? 0) + calls, word: isNamed ? word : "" });
    }
  }
}

function otherHash(word: string): number {
  return hashOf(word) & OTHER_BITS;
}

/** Of a word that is kept so few bits are set but once in a million. */
function isOther(hash: number): boolean {
  return (hash & ~OTHER_BITS) === 0;
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 15);
}
