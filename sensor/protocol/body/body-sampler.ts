/** Operations and sides told apart; a power of two. */
const SLOTS = 32_768;
/** A body of more than this costs as much as so many small ones. */
const BYTES_A_UNIT = 4_096;
/** Behind the first ones comes a stretch of so many times their number, of which one in three is worth a look. */
const STRETCH = 8;
const ONE_OF_STRETCH = 3;
/** 2³² by the golden ratio: its multiples fall evenly, and in step with nothing that comes in turns. */
const GOLDEN = 0x9e3779b1;

/**
 * Which bodies are worth a look: the first of each operation and side, a part of those that follow, then one in so many. What has to be
 * seen some twenty times, as the few words that may stand in a field, would else be known after a thousand calls and more. Operations
 * share a counter where their hashes do, so that whoever makes up paths without end soon has no counter left that is new.
 */
export class BodySampler {
  readonly #first: number;
  readonly #oneIn: number;
  /** Where the stretch ends. */
  readonly #steady: number;
  /** Below `#first` what was spent on looking; then what came of the stretch; from its end on how many were passed over since the last look. */
  readonly #counts: Uint32Array;

  constructor(first: number, oneIn: number, slots = SLOTS) {
    this.#first = first;
    this.#oneIn = oneIn;
    this.#steady = oneIn > ONE_OF_STRETCH ? first * (1 + STRETCH) : first;
    this.#counts = new Uint32Array(slots);
  }

  admits(key: number): boolean {
    const slot = slotOf(key, this.#counts.length);
    const count = this.#counts[slot];
    if (count < this.#first) return true;
    if (count < this.#steady) {
      this.#counts[slot] = count + 1;
      return Math.imul(count, GOLDEN) >>> 0 < 0x1_0000_0000 / ONE_OF_STRETCH;
    }
    if (count + 1 - this.#steady < this.#oneIn) {
      this.#counts[slot] = count + 1;
      return false;
    }
    this.#counts[slot] = this.#steady;
    return true;
  }

  looked(key: number, bytes: number): void {
    const slot = slotOf(key, this.#counts.length);
    const count = this.#counts[slot];
    const units = Math.floor(bytes / BYTES_A_UNIT);
    if (count < this.#first) this.#counts[slot] = Math.min(this.#first, count + 1 + units);
    else if (count < this.#steady) this.#counts[slot] = Math.min(this.#steady, count + ONE_OF_STRETCH * units);
  }
}

function slotOf(key: number, slots: number): number {
  const mixed = Math.imul(key, 0x85ebca6b);
  return (mixed ^ (mixed >>> 16)) & (slots - 1);
}
