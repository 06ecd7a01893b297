const NO_TEXTS: string[] = [];
const NO_COUNTS: number[] = [];

/**
 * How often each of a bounded number of texts was seen; those beyond the bound are only counted together. Two short arrays, made when
 * first needed, rather than a map: an edge has five tallies, mostly empty or of one text.
 */
export class Tally {
  #texts = NO_TEXTS;
  #counts = NO_COUNTS;
  readonly #maxTexts: number;
  beyond = 0;
  #last = "";

  constructor(maxTexts: number) {
    this.#maxTexts = maxTexts;
  }

  add(text: string, times = 1): void {
    this.#last = text;
    const at = this.#texts.indexOf(text);
    if (at >= 0) this.#counts[at] += times;
    else if (this.#texts.length >= this.#maxTexts) this.beyond += times;
    else if (this.#texts.length > 0) {
      this.#texts.push(text);
      this.#counts.push(times);
    } else {
      this.#texts = [text];
      this.#counts = [times];
    }
  }

  /** For texts of which only the presence matters: nothing to do where it is the one seen last. */
  note(text: string): void {
    if (text !== this.#last) this.add(text);
  }

  has(text: string): boolean {
    return this.#texts.includes(text);
  }

  count(text: string): number {
    const at = this.#texts.indexOf(text);
    return at < 0 ? 0 : this.#counts[at];
  }

  get size(): number {
    return this.#texts.length;
  }

  merge(other: Tally): void {
    for (const [text, count] of other.#entries()) this.add(text, count);
    this.beyond += other.beyond;
  }

  /** Most frequent first, then by text. */
  texts(): string[] {
    return this.#entries()
      .sort((a, b) => b[1] - a[1] || compare(a[0], b[0]))
      .map(([text]) => text);
  }

  /** In the order of the texts, so that the same counts always give the same record. */
  sortedTexts(): string[] {
    return [...this.#texts].sort(compare);
  }

  record(): Record<string, number> {
    return Object.fromEntries(this.#entries().sort((a, b) => compare(a[0], b[0])));
  }

  restore(record: Readonly<Record<string, number>>): void {
    for (const [text, count] of Object.entries(record)) this.add(text, count);
  }

  #entries(): [string, number][] {
    return this.#texts.map((text, at) => [text, this.#counts[at]]);
  }
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
