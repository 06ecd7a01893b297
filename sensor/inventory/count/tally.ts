const NO_TEXTS: string[] = [];
const NO_COUNTS: number[] = [];

/**
 * How often each of a bounded number of texts was seen; those beyond the bound are only counted together. Two short arrays, made when
 * first needed, rather than a map, and the text seen last is counted beside them: an edge has five tallies, mostly empty or of one
 * text, and with thousands of edges each object more is one more that is not in the processor's cache.
 */
export class Tally {
  #texts = NO_TEXTS;
  #counts = NO_COUNTS;
  readonly #maxTexts: number;
  /** How often `#last` was seen that `#counts` does not know of yet. */
  #lastTimes = 0;
  beyond = 0;
  #last = "";

  constructor(maxTexts: number) {
    this.#maxTexts = maxTexts;
  }

  add(text: string, times = 1): void {
    if (text === this.#last && this.#lastTimes > 0) {
      this.#lastTimes += times;
      return;
    }
    this.#settle();
    this.#last = text;
    this.#lastTimes = times;
  }

  /** For texts of which only the presence matters: nothing to do where it is the one seen last. */
  note(text: string): void {
    if (text !== this.#last) this.add(text);
  }

  has(text: string): boolean {
    this.#settle();
    return this.#texts.includes(text);
  }

  count(text: string): number {
    this.#settle();
    const at = this.#texts.indexOf(text);
    return at < 0 ? 0 : this.#counts[at];
  }

  get size(): number {
    this.#settle();
    return this.#texts.length;
  }

  merge(other: Tally): void {
    for (const [text, count] of other.#entries()) this.add(text, count);
    this.beyond += other.beyond;
  }

  delete(text: string): void {
    this.#settle();
    const at = this.#texts.indexOf(text);
    if (at < 0) return;
    this.#texts = this.#texts.toSpliced(at, 1);
    this.#counts = this.#counts.toSpliced(at, 1);
    this.#last = "";
  }

  /** Most frequent first, then by text. */
  texts(): string[] {
    return this.#entries()
      .sort((a, b) => b[1] - a[1] || compare(a[0], b[0]))
      .map(([text]) => text);
  }

  /** In the order of the texts, so that the same counts always give the same record. */
  sortedTexts(): string[] {
    this.#settle();
    return [...this.#texts].sort(compare);
  }

  record(): Record<string, number> {
    return Object.fromEntries(this.#entries().sort((a, b) => compare(a[0], b[0])));
  }

  restore(record: Readonly<Record<string, number>>): void {
    for (const [text, count] of Object.entries(record)) this.add(text, count);
  }

  #settle(): void {
    const text = this.#last;
    const times = this.#lastTimes;
    if (times === 0) return;
    this.#lastTimes = 0;
    const at = this.#texts.indexOf(text);
    if (at >= 0) this.#counts[at] += times;
    else if (this.#texts.length >= this.#maxTexts) this.beyond += times;
    else {
      // As long as they need to be: an array that grows by itself takes room for 17, in thousands of edges.
      this.#texts = this.#texts.concat(text);
      this.#counts = this.#counts.concat(times);
    }
  }

  #entries(): [string, number][] {
    this.#settle();
    return this.#texts.map((text, at) => [text, this.#counts[at]]);
  }
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Sorted, each once. */
export function textsOfBoth(one: Tally, other: Tally): string[] {
  return [...new Set([...one.sortedTexts(), ...other.sortedTexts()])].sort(compare);
}
