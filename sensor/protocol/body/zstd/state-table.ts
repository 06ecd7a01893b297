import type { BackwardBits } from "./bits.js";
import { ZstdError } from "./zstd-error.js";

const MAX_SYMBOLS = 256;
const counts = new Int16Array(MAX_SYMBOLS);
const next = new Uint16Array(MAX_SYMBOLS);

/** Decodes symbols by states (RFC 8878 §4.1.1): each has a symbol, and bits to be read that tell the next. */
export class StateTable {
  readonly log: number;
  readonly symbols: Uint8Array;
  readonly #bits: Uint8Array;
  readonly #bases: Uint16Array;

  /** `symbols` in use have the first of `counts`, of 2^log together; -1 stands for less than one. */
  constructor(log: number, distribution: ArrayLike<number>, symbols: number) {
    const size = 1 << log;
    this.log = log;
    this.symbols = new Uint8Array(size);
    this.#bits = new Uint8Array(size);
    this.#bases = new Uint16Array(size);
    this.#spread(distribution, symbols);
    for (let state = 0; state < size; state++) {
      const count = next[this.symbols[state]]++;
      this.#bits[state] = log - (31 - Math.clz32(count));
      this.#bases[state] = (count << this.#bits[state]) - size;
    }
  }

  #spread(distribution: ArrayLike<number>, symbols: number): void {
    const size = this.symbols.length;
    let last = size - 1;
    for (let symbol = 0; symbol < symbols; symbol++) {
      next[symbol] = Math.abs(distribution[symbol]);
      if (distribution[symbol] === -1) this.symbols[last--] = symbol;
    }
    const step = (size >> 1) + (size >> 3) + 3;
    let at = 0;
    for (let symbol = 0; symbol < symbols; symbol++)
      for (let count = distribution[symbol]; count > 0; count--) {
        this.symbols[at] = symbol;
        do at = (at + step) & (size - 1);
        while (at > last);
      }
  }

  follow(state: number, bits: BackwardBits): number {
    return this.#bases[state] + bits.read(this.#bits[state]);
  }

  /** The same symbol always. */
  static ofOne(symbol: number): StateTable {
    const only = new Int16Array(MAX_SYMBOLS);
    only[symbol] = 1;
    return new StateTable(0, only, symbol + 1);
  }
}

/** Where the description that was read last ends. */
export const described = { end: 0 };

/** A table as it is described (RFC 8878 §4.1.1), from `start` on. */
export function readStateTable(
  bytes: Buffer,
  start: number,
  end: number,
  maxLog: number,
  maxSymbols: number,
): StateTable {
  let position = start * 8;
  const read = (count: number): number => {
    if (position + count > end * 8) throw new ZstdError("a table that ends early");
    const at = position >>> 3;
    const word = (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16)) >>> (position & 7);
    position += count;
    return word & ((1 << count) - 1);
  };
  const log = read(4) + 5;
  if (log > maxLog) throw new ZstdError("a table that is too large");
  let left = 1 << log;
  let symbols = 0;
  while (left > 0) {
    if (symbols >= maxSymbols) throw new ZstdError("a table of too many symbols");
    // Of the values that may come, the lower ones take a bit less.
    const count = 32 - Math.clz32(left + 1);
    const short = (1 << count) - 2 - left;
    let value = read(count - 1);
    if (value >= short) {
      value |= read(1) << (count - 1);
      if (value >= 1 << (count - 1)) value -= short;
    }
    left -= Math.abs(value - 1);
    counts[symbols++] = value - 1;
    for (let more = value === 1 ? 3 : 0; more === 3; ) {
      more = read(2);
      if (symbols + more > maxSymbols) throw new ZstdError("a table of too many symbols");
      for (let at = 0; at < more; at++) counts[symbols++] = 0;
    }
  }
  if (left < 0) throw new ZstdError("a table that is overfull");
  described.end = (position + 7) >>> 3;
  return new StateTable(log, counts, symbols);
}
