import { DistinctCount } from "./distinct-count.js";
import { compare } from "./tally.js";

/**
 * Addresses of callers: the first ones by name, and an estimate of how many there were beside them. What two of those listed share of the
 * marks is known, and does not hide the next.
 */
export class CallerSet {
  readonly #addresses = new Set<string>();
  readonly #maxAddresses: number;
  #all: DistinctCount | undefined = undefined;
  /** Undefined where it is to be counted anew. */
  #size: number | undefined = undefined;
  #last = "";

  constructor(maxAddresses: number) {
    this.#maxAddresses = maxAddresses;
  }

  add(address: string): void {
    if (address === this.#last) return;
    this.#last = address;
    if (this.#all === undefined) {
      if (this.#addresses.size < this.#maxAddresses || this.#addresses.has(address)) {
        this.#addresses.add(address);
        return;
      }
      this.#all = new DistinctCount().addAll(this.#addresses);
      this.#size = undefined;
    }
    if (this.#all.add(address)) this.#size = undefined;
  }

  merge(other: CallerSet): void {
    for (const address of other.#addresses) this.add(address);
    if (other.#all === undefined) return;
    this.#size = undefined;
    this.#all ??= new DistinctCount();
    this.#all.addAll(this.#addresses).merge(other.#all);
  }

  get size(): number {
    if (this.#all === undefined) return this.#addresses.size;
    if (this.#size !== undefined) return this.#size;
    const others = Math.round(this.#all.estimate() - new DistinctCount().addAll(this.#addresses).estimate());
    this.#size = this.#addresses.size + Math.max(1, others);
    return this.#size;
  }

  list(): string[] {
    return [...this.#addresses].sort(compare);
  }

  /** The estimate's marks, for `restore`; undefined where the list is whole. */
  state(): string | undefined {
    return this.#all?.state();
  }

  restore(addresses: readonly string[], state: string | undefined): void {
    for (const address of addresses) this.#addresses.add(address);
    if (state !== undefined) this.#all = new DistinctCount().restore(state);
  }
}
