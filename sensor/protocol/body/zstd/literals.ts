import { BackwardBits } from "./bits.js";
import { described, readStateTable } from "./state-table.js";
import { ZstdError } from "./zstd-error.js";

export const MAX_BLOCK_BYTES = 131_072;
const MAX_BITS = 11;
const MAX_WEIGHT_LOG = 6;
const DIRECT = 128;
const FIRST_LEAP_BYTES = 6;

/** How literals are coded (RFC 8878 §4.2): the next so many bits tell the byte, and how many of them are its own. */
interface PrefixCode {
  readonly maxBits: number;
  readonly bytes: Uint8Array;
  readonly lengths: Uint8Array;
}

/** Literals of a frame's blocks (RFC 8878 §3.1.1.3.1). */
export class Literals {
  readonly bytes = Buffer.alloc(MAX_BLOCK_BYTES);
  length = 0;
  readonly #bits = new BackwardBits();
  readonly #weights = new Uint8Array(256);
  /** Of an earlier block, for one that has none of its own. */
  #code: PrefixCode | undefined = undefined;

  /** A frame begins. */
  clear(): void {
    this.#code = undefined;
  }

  /** Reads the section at `start`; where it ends. */
  read(bytes: Buffer, start: number, end: number): number {
    const type = bytes[start] & 3;
    const form = (bytes[start] >> 2) & 3;
    if (type < 2) return this.#plain(bytes, start, end, type === 1, form);
    const headBytes = form < 2 ? 3 : form + 2;
    if (start + headBytes > end) throw new ZstdError("literals that end early");
    const head = bytes.readUIntLE(start, headBytes);
    const sizeBits = form < 2 ? 10 : form === 2 ? 14 : 18;
    const unit = 2 ** sizeBits;
    this.#sized(Math.floor(head / 16) % unit);
    const from = start + headBytes;
    const until = from + (Math.floor(head / 16 / unit) % unit);
    if (until > end) throw new ZstdError("literals that end early");
    const at = type === 2 ? this.#readCode(bytes, from, until) : from;
    if (this.#code === undefined) throw new ZstdError("literals whose code did not come");
    if (form === 0) this.#decode(this.#code, bytes, at, until, 0, this.length);
    else this.#decodeFour(this.#code, bytes, at, until);
    return until;
  }

  #sized(length: number): void {
    if (length > MAX_BLOCK_BYTES) throw new ZstdError("literals larger than a block");
    this.length = length;
  }

  #plain(bytes: Buffer, start: number, end: number, isRepeated: boolean, form: number): number {
    const headBytes = (form & 1) === 0 ? 1 : form === 1 ? 2 : 3;
    if (start + headBytes > end) throw new ZstdError("literals that end early");
    this.#sized(bytes.readUIntLE(start, headBytes) >> (headBytes === 1 ? 3 : 4));
    const from = start + headBytes;
    const until = from + (isRepeated ? 1 : this.length);
    if (until > end) throw new ZstdError("literals that end early");
    if (isRepeated) this.bytes.fill(bytes[from], 0, this.length);
    else bytes.copy(this.bytes, 0, from, until);
    return until;
  }

  #decodeFour(code: PrefixCode, bytes: Buffer, start: number, end: number): void {
    const quarter = (this.length + 3) >> 2;
    let from = start + FIRST_LEAP_BYTES;
    if (from > end || quarter * 3 > this.length) throw new ZstdError("literals that end early");
    for (let stream = 0; stream < 4; stream++) {
      const until = stream === 3 ? end : from + bytes.readUInt16LE(start + stream * 2);
      if (until > end) throw new ZstdError("literals that end early");
      this.#decode(code, bytes, from, until, stream * quarter, stream === 3 ? this.length : (stream + 1) * quarter);
      from = until;
    }
  }

  #decode(code: PrefixCode, bytes: Buffer, start: number, end: number, to: number, until: number): void {
    const bits = this.#bits;
    bits.begin(bytes, start, end);
    const { maxBits, lengths } = code;
    for (let at = to; at < until; at++) {
      const next = bits.peek(maxBits);
      this.bytes[at] = code.bytes[next];
      bits.left -= lengths[next];
    }
    if (bits.left !== 0) throw new ZstdError("literals that do not end with their bits");
  }

  /** RFC 8878 §4.2.1; where the description ends. */
  #readCode(bytes: Buffer, start: number, end: number): number {
    if (start >= end) throw new ZstdError("a code that ends early");
    const first = bytes[start];
    const until = start + 1 + (first < DIRECT ? first : (first - DIRECT + 2) >> 1);
    if (until > end) throw new ZstdError("a code that ends early");
    const count =
      first < DIRECT ? this.#coded(bytes, start + 1, until) : this.#direct(bytes, start + 1, first - DIRECT + 1);
    this.#code = codeOf(this.#weights, count);
    return until;
  }

  #direct(bytes: Buffer, start: number, count: number): number {
    for (let at = 0; at < count; at++) {
      const pair = bytes[start + (at >> 1)];
      this.#weights[at] = (at & 1) === 0 ? pair >> 4 : pair & 15;
    }
    return count;
  }

  /** RFC 8878 §4.2.1.2: two states by turns, until there are no bits left. */
  #coded(bytes: Buffer, start: number, end: number): number {
    const table = readStateTable(bytes, start, end, MAX_WEIGHT_LOG, 256);
    const bits = this.#bits;
    bits.begin(bytes, described.end, end);
    let state = bits.read(table.log);
    let other = bits.read(table.log);
    if (bits.left < 0) throw new ZstdError("weights that end early");
    for (let count = 0; count < 254; ) {
      this.#weights[count++] = table.symbols[state];
      const following = table.follow(state, bits);
      state = other;
      if (bits.left < 0) {
        this.#weights[count++] = table.symbols[state];
        return count;
      }
      other = following;
    }
    throw new ZstdError("more weights than bytes");
  }
}

/** RFC 8878 §4.2.1.3: the last weight is what the others leave. */
function codeOf(weights: Uint8Array, given: number): PrefixCode {
  let sum = 0;
  for (let at = 0; at < given; at++) {
    if (weights[at] > MAX_BITS) throw new ZstdError("a code that is too long");
    if (weights[at] > 0) sum += 1 << (weights[at] - 1);
  }
  const maxBits = 32 - Math.clz32(sum);
  const rest = (1 << maxBits) - sum;
  if (sum === 0 || maxBits > MAX_BITS || (rest & (rest - 1)) !== 0) throw new ZstdError("a code that has holes");
  weights[given] = 32 - Math.clz32(rest);
  const code = { maxBits, bytes: new Uint8Array(1 << maxBits), lengths: new Uint8Array(1 << maxBits) };
  let at = 0;
  for (let weight = 1; weight <= maxBits; weight++)
    for (let byte = 0; byte <= given; byte++) {
      if (weights[byte] !== weight) continue;
      const until = at + (1 << (weight - 1));
      code.bytes.fill(byte, at, until);
      code.lengths.fill(maxBits + 1 - weight, at, until);
      at = until;
    }
  return code;
}
