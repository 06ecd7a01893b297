/** Operations and sides told apart; a power of two. */
const SLOTS = 32_768;
/** A body of more than this costs as much as so many small ones. */
const BYTES_A_UNIT = 4_096;

/**
 * Which bodies are worth a look: the first of each operation and side, then one in so many. Operations share a counter where their
 * hashes do, so that whoever makes up paths without end soon has no counter left that is new.
 */
export class BodySampler {
  readonly #first: number;
  readonly #oneIn: number;
  /** Below `#first` what was spent on looking; from there on how many were passed over since the last look. */
  readonly #counts: Uint32Array;

  constructor(first: number, oneIn: number, slots = SLOTS) {
    this.#first = first;
    this.#oneIn = oneIn;
    this.#counts = new Uint32Array(slots);
  }

  admits(key: number): boolean {
    const slot = slotOf(key, this.#counts.length);
    const count = this.#counts[slot];
    if (count < this.#first) return true;
    if (count + 1 - this.#first < this.#oneIn) {
      this.#counts[slot] = count + 1;
      return false;
    }
    this.#counts[slot] = this.#first;
    return true;
  }

  looked(key: number, bytes: number): void {
    const slot = slotOf(key, this.#counts.length);
    const count = this.#counts[slot];
    if (count < this.#first) this.#counts[slot] = Math.min(this.#first, count + 1 + Math.floor(bytes / BYTES_A_UNIT));
  }
}

function slotOf(key: number, slots: number): number {
  const mixed = Math.imul(key, 0x85ebca6b);
  return (mixed ^ (mixed >>> 16)) & (slots - 1);
}
