const SLOTS = 65_536;
/** A body of more than this costs as much as so many small ones. */
const BYTES_A_UNIT = 4_096;
const MAX_UNITS = 65_535;

/**
 * Which bodies are worth a look: the first of each operation and side, then one in so many. Operations share a counter where their
 * hashes do, so that whoever makes up paths without end soon has no counter left that is new.
 */
export class BodySampler {
  readonly #first: number;
  readonly #oneIn: number;
  readonly #spent = new Uint16Array(SLOTS);
  readonly #passed = new Uint16Array(SLOTS);

  constructor(first: number, oneIn: number) {
    this.#first = Math.min(first, MAX_UNITS);
    this.#oneIn = oneIn;
  }

  admits(key: number): boolean {
    const slot = slotOf(key);
    if (this.#spent[slot] < this.#first) return true;
    if (++this.#passed[slot] < this.#oneIn) return false;
    this.#passed[slot] = 0;
    return true;
  }

  looked(key: number, bytes: number): void {
    const slot = slotOf(key);
    this.#spent[slot] = Math.min(MAX_UNITS, this.#spent[slot] + 1 + Math.floor(bytes / BYTES_A_UNIT));
  }
}

function slotOf(key: number): number {
  const mixed = Math.imul(key, 0x85ebca6b);
  return (mixed ^ (mixed >>> 16)) & (SLOTS - 1);
}
