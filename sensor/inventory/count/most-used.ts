import { compare } from "./tally.js";

/** A text, how often it was seen at most, and how much of that may be another's. */
export type MostUsedState = readonly (readonly [text: string, count: number, unsure: number])[];

const NO_TEXTS: readonly string[] = [];
const NO_COUNTS: number[] = [];

/**
 * Of texts that whoever sends them chooses, and of which there may be any number, those that are used most: Space-Saving (Metwally,
 * Agrawal, El Abbadi 2005). One that finds no room takes the place of the one used least, and its count, for it may have been there
 * before: so whatever makes up more than one in `maxTexts` of all is among them, in whatever order they came. Counts that are told are
 * those that are sure.
 */
export class MostUsed {
  readonly #maxTexts: number;
  #texts = NO_TEXTS;
  #counts = NO_COUNTS;
  #unsure = NO_COUNTS;
  /** Where the one seen last stands: most come many times over. */
  #at = -1;
  /** Another number whenever others stand there than before. */
  version = 0;

  constructor(maxTexts: number) {
    this.#maxTexts = maxTexts;
  }

  /** The text whose place was taken, where one's was. */
  add(text: string, times = 1, unsure = 0): string | undefined {
    if (this.#at < 0 || this.#texts[this.#at] !== text) this.#at = this.#texts.indexOf(text);
    if (this.#at >= 0) {
      this.#counts[this.#at] += times;
      this.#unsure[this.#at] += unsure;
      return undefined;
    }
    this.version++;
    if (this.#texts.length >= this.#maxTexts) return this.#replaceLeast(text, times, unsure);
    this.#at = this.#texts.length;
    // As long as they need to be: an array that grows by itself takes room for 17, in thousands of endpoints.
    this.#texts = this.#texts.concat(text);
    this.#counts = this.#counts.concat(times);
    this.#unsure = this.#unsure.concat(unsure);
    return undefined;
  }

  #replaceLeast(text: string, times: number, unsure: number): string {
    const least = Math.min(...this.#counts);
    const at = this.#counts.indexOf(least);
    const gone = this.#texts[at];
    // To the end: of those that are used least the one that came first goes first.
    this.#texts = [...this.#texts.toSpliced(at, 1), text];
    this.#counts = [...this.#counts.toSpliced(at, 1), least + times];
    this.#unsure = [...this.#unsure.toSpliced(at, 1), least + unsure];
    this.#at = this.#texts.length - 1;
    return gone;
  }

  get size(): number {
    return this.#texts.length;
  }

  has(text: string): boolean {
    return this.#texts[this.#at] === text || this.#texts.includes(text);
  }

  /** How often it was seen at least. */
  count(text: string): number {
    const at = this.#texts.indexOf(text);
    return at < 0 ? 0 : this.#counts[at] - this.#unsure[at];
  }

  /** In the order in which they came to stand there. */
  list(): readonly string[] {
    return this.#texts;
  }

  /** Most used first, then by text. */
  texts(): string[] {
    if (this.#texts.length < 2) return [...this.#texts];
    return this.#texts
      .map((text, at) => ({ text, count: this.#counts[at] - this.#unsure[at] }))
      .sort((a, b) => b.count - a.count || compare(a.text, b.text))
      .map(({ text }) => text);
  }

  /** Of each how often it was seen at least. */
  record(): Record<string, number> {
    return Object.fromEntries(this.texts().map((text) => [text, this.count(text)]));
  }

  merge(other: MostUsed): void {
    for (const [text, count, unsure] of other.state()) this.add(text, count, unsure);
  }

  delete(text: string): void {
    const at = this.#texts.indexOf(text);
    if (at < 0) return;
    this.version++;
    this.#at = -1;
    this.#texts = this.#texts.toSpliced(at, 1);
    this.#counts = this.#counts.toSpliced(at, 1);
    this.#unsure = this.#unsure.toSpliced(at, 1);
  }

  state(): MostUsedState {
    return this.#texts.map((text, at) => [text, this.#counts[at], this.#unsure[at]]);
  }

  restore(state: MostUsedState): void {
    for (const [text, count, unsure] of state) this.add(text, count, unsure);
  }
}
