import { MAX_WORDS } from "../../protocol/shape.js";

/** A word is kept once it came in so many calls: until then only a hash of it is. */
const MIN_CALLS = 4;

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
    const hash = hashOf(word);
    const known = this.#words.get(hash);
    if (known === undefined) {
      if (this.#words.size >= MAX_WORDS) return this.spoil();
      this.#words.set(hash, { calls: 1, word: "" });
      return false;
    }
    if (++known.calls < MIN_CALLS || known.word !== "") return false;
    known.word = word;
    return true;
  }

  /** Something stood there that is none of a few words. True where any was known. */
  spoil(): boolean {
    if (this.#words === undefined) return false;
    const hadKnown = this.known().length > 0;
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
    this.#words = state === null ? undefined : new Map(state.map(([hash, calls, word]) => [hash, { calls, word }]));
  }
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 15);
}
