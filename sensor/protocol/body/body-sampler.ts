/** Operations and sides told apart; a power of two. */
const SLOTS = 32_768;
/** A body of more than this costs as much as so many small ones. */
const BYTES_A_UNIT = 4_096;
/** Up to so many times the number of the first ones, one in three is worth a look; from there on one in nine, and ever fewer. */
const STRETCH = 9;
const ONE_OF_STRETCH = 3;
const MAX_COUNT = 0x7fff_ffff;
/** 2³² by the golden ratio: its multiples fall evenly, and in step with nothing that comes in turns. */
const GOLDEN = 0x9e3779b1;

/**
 * Which bodies are worth a look: the first of each operation and side, a part of those that follow, which falls with their number until it is
 * one in so many. What has to be seen some twenty times, as the few words that may stand in a field, would else be known after a thousand
 * calls and more, and what begins to come after the first hundred after thousands. Operations
 * share a counter where their hashes do, so that whoever makes up paths without end soon has no counter left that is new.
 */
export class BodySampler {
  readonly #first: number;
  readonly #oneIn: number;
  /** From so many on it is one in `#oneIn`. */
  readonly #steady: number;
  /** Below `#first` what was spent on looking; then what came until it is steady; from there on how many were passed over since the last look. */
  readonly #counts: Uint32Array;

  constructor(first: number, oneIn: number, slots = SLOTS) {
    this.#first = first;
    this.#oneIn = oneIn;
    const steady = oneIn > ONE_OF_STRETCH ? first * Math.max(STRETCH, oneIn) : first;
    this.#steady = Math.min(steady, MAX_COUNT);
    this.#counts = new Uint32Array(slots);
  }

  admits(key: number): boolean {
    const slot = slotOf(key, this.#counts.length);
    const count = this.#counts[slot];
    if (count < this.#first) return true;
    if (count < this.#steady) {
      this.#counts[slot] = count + 1;
      return Math.imul(count, GOLDEN) >>> 0 < 0x1_0000_0000 * this.#part(count);
    }
    if (count + 1 - this.#steady < this.#oneIn) {
      this.#counts[slot] = count + 1;
      return false;
    }
    this.#counts[slot] = this.#steady;
    return true;
  }

  /** Of what comes next it is so much that is worth a look. */
  #part(count: number): number {
    return count < this.#first * STRETCH ? 1 / ONE_OF_STRETCH : this.#first / count;
  }

  looked(key: number, bytes: number): void {
    const slot = slotOf(key, this.#counts.length);
    const count = this.#counts[slot];
    const units = Math.floor(bytes / BYTES_A_UNIT);
    if (count < this.#first) this.#counts[slot] = Math.min(this.#first, count + 1 + units);
    else if (count < this.#steady)
      this.#counts[slot] = Math.min(this.#steady, Math.ceil(count + units / this.#part(count)));
  }
}

function slotOf(key: number, slots: number): number {
  const mixed = Math.imul(key, 0x85ebca6b);
  return (mixed ^ (mixed >>> 16)) & (slots - 1);
}
