/**
 * A fair sample of what came between two takes: each has the same chance to be in it (reservoir sampling, Vitter 1985, algorithm R),
 * and while there are no more than the bound, all are.
 */
export class Reservoir<T> {
  readonly #most: number;
  #sampled: T[] = [];
  #seen = 0;
  #random = 0x2545f491;

  constructor(most: number) {
    this.#most = most;
  }

  /** The next one is not in the sample, whatever place it would take. */
  passOver(): void {
    this.#seen++;
  }

  /** Place the next one takes; undefined where it is not in the sample. Ask before making it. */
  place(): number | undefined {
    this.#seen++;
    if (this.#sampled.length < this.#most) return this.#sampled.length;
    const place = this.#next() % this.#seen;
    return place < this.#most ? place : undefined;
  }

  put(place: number, value: T): void {
    this.#sampled[place] = value;
  }

  /** The sample, and how many were seen beyond it. */
  take(): { readonly sampled: T[]; readonly beyond: number } {
    const sampled = this.#sampled;
    const beyond = this.#seen - sampled.length;
    this.#sampled = [];
    this.#seen = 0;
    return { sampled, beyond };
  }

  /** xorshift32 (Marsaglia 2003): the same sample for the same input. */
  #next(): number {
    this.#random ^= this.#random << 13;
    this.#random ^= this.#random >>> 17;
    this.#random ^= this.#random << 5;
    return this.#random >>> 0;
  }
}
