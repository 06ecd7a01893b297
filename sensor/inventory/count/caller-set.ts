import { compare } from "./tally.js";

const SKETCH_BITS = 4_096;

/**
 * Addresses of callers: the first ones by name, and an estimate of how many there were beside them (linear counting, Whang 1990: within
 * some 3 % up to a few thousand). What two of those listed share of the marks is known, and does not hide the next.
 */
export class CallerSet {
  readonly #addresses = new Set<string>();
  readonly #maxAddresses: number;
  #sketch: Uint32Array | undefined = undefined;
  /** Undefined where it is to be counted anew. */
  #size: number | undefined = undefined;
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
      this.#sketch = marksOf(this.#addresses);
      this.#size = undefined;
    }
    if (mark(this.#sketch, address)) this.#size = undefined;
  }

  merge(other: CallerSet): void {
    for (const address of other.#addresses) this.add(address);
    if (other.#sketch === undefined) return;
    this.#size = undefined;
    this.#sketch ??= new Uint32Array(SKETCH_BITS / 32);
    for (const known of this.#addresses) mark(this.#sketch, known);
    for (let at = 0; at < this.#sketch.length; at++) this.#sketch[at] |= other.#sketch[at];
  }

  get size(): number {
    if (this.#sketch === undefined) return this.#addresses.size;
    if (this.#size !== undefined) return this.#size;
    const others = Math.round(estimateOf(this.#sketch) - estimateOf(marksOf(this.#addresses)));
    this.#size = this.#addresses.size + Math.max(1, others);
    return this.#size;
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

function marksOf(addresses: Iterable<string>): Uint32Array {
  const marks = new Uint32Array(SKETCH_BITS / 32);
  for (const address of addresses) mark(marks, address);
  return marks;
}

/** Of how many these are the marks. */
function estimateOf(marks: Uint32Array): number {
  let zeros = 0;
  for (const word of marks) zeros += 32 - bitCount(word);
  return zeros === 0 ? SKETCH_BITS * Math.log(SKETCH_BITS) : -SKETCH_BITS * Math.log(zeros / SKETCH_BITS);
}

/** Whether the mark is new. */
function mark(sketch: Uint32Array, text: string): boolean {
  let hash = 0x811c9dc5 | 0;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  const bit = (hash ^ (hash >>> 13)) & (SKETCH_BITS - 1);
  const before = sketch[bit >>> 5];
  sketch[bit >>> 5] = before | (1 << (bit & 31));
  return before !== sketch[bit >>> 5];
}

function bitCount(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return (((rest + (rest >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
