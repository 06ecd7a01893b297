/** How often each of a bounded number of texts was seen; those beyond the bound are only counted together. */
export class Tally {
  readonly #counts = new Map<string, number>();
  readonly #maxTexts: number;
  beyond = 0;
  #last = "";

  constructor(maxTexts: number) {
    this.#maxTexts = maxTexts;
  }

  add(text: string, times = 1): void {
    this.#last = text;
    const count = this.#counts.get(text);
    if (count !== undefined) this.#counts.set(text, count + times);
    else if (this.#counts.size < this.#maxTexts) this.#counts.set(text, times);
    else this.beyond += times;
  }

  /** For texts of which only the presence matters: nothing to do where it is the one seen last. */
  note(text: string): void {
    if (text !== this.#last) this.add(text);
  }

  has(text: string): boolean {
    return this.#counts.has(text);
  }

  count(text: string): number {
    return this.#counts.get(text) ?? 0;
  }

  get size(): number {
    return this.#counts.size;
  }

  merge(other: Tally): void {
    for (const [text, count] of other.#counts) this.add(text, count);
    this.beyond += other.beyond;
  }

  /** Most frequent first, then by text. */
  texts(): string[] {
    return [...this.#counts].sort((a, b) => b[1] - a[1] || compare(a[0], b[0])).map(([text]) => text);
  }

  /** In the order of the texts, so that the same counts always give the same record. */
  sortedTexts(): string[] {
    return [...this.#counts.keys()].sort(compare);
  }

  record(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort((a, b) => compare(a[0], b[0])));
  }

  restore(record: Readonly<Record<string, number>>): void {
    for (const [text, count] of Object.entries(record)) this.add(text, count);
  }
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
