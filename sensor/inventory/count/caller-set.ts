import { compare } from "./tally.js";

const SKETCH_BITS = 4_096;

/**
 * Addresses of callers: the first ones by name, and an estimate of how many there were (linear counting, Whang 1990: within some 3 %
 * up to a few thousand).
 */
export class CallerSet {
  readonly #addresses = new Set<string>();
  readonly #maxAddresses: number;
  #sketch: Uint32Array | undefined = undefined;
  #last = "";

  constructor(maxAddresses: number) {
    this.#maxAddresses = maxAddresses;
  }

  add(address: string): void {
    if (address === this.#last) return;
    this.#last = address;
    if (this.#sketch === undefined) {
      if (this.#addresses.size < this.#maxAddresses || this.#addresses.has(address)) {
        this.#addresses.add(address);
        return;
      }
      this.#sketch = new Uint32Array(SKETCH_BITS / 32);
      for (const known of this.#addresses) mark(this.#sketch, known);
    }
    mark(this.#sketch, address);
  }

  merge(other: CallerSet): void {
    for (const address of other.#addresses) this.add(address);
    if (other.#sketch === undefined) return;
    this.#sketch ??= new Uint32Array(SKETCH_BITS / 32);
    for (const known of this.#addresses) mark(this.#sketch, known);
    for (let at = 0; at < this.#sketch.length; at++) this.#sketch[at] |= other.#sketch[at];
  }

  get size(): number {
    if (this.#sketch === undefined) return this.#addresses.size;
    let zeros = 0;
    for (const word of this.#sketch) zeros += 32 - bitCount(word);
    const estimate = zeros === 0 ? SKETCH_BITS * Math.log(SKETCH_BITS) : -SKETCH_BITS * Math.log(zeros / SKETCH_BITS);
    return Math.max(this.#addresses.size + 1, Math.round(estimate));
  }

  list(): string[] {
    return [...this.#addresses].sort(compare);
  }

  /** The estimate's bits, for `restore`; undefined where the list is whole. */
  state(): string | undefined {
    return this.#sketch && Buffer.from(this.#sketch.buffer).toString("base64");
  }

  restore(addresses: readonly string[], state: string | undefined): void {
    for (const address of addresses) this.#addresses.add(address);
    if (state === undefined) return;
    const bytes = Buffer.from(state, "base64");
    this.#sketch = new Uint32Array(SKETCH_BITS / 32);
    bytes.copy(Buffer.from(this.#sketch.buffer));
  }
}

function mark(sketch: Uint32Array, text: string): void {
  let hash = 0x811c9dc5 | 0;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  const bit = (hash ^ (hash >>> 13)) & (SKETCH_BITS - 1);
  sketch[bit >>> 5] |= 1 << (bit & 31);
}

function bitCount(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return (((rest + (rest >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
