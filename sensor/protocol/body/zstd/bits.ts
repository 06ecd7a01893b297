import { ZstdError } from "./zstd-error.js";

/** Bits that are written first to last and read last to first (RFC 8878 §4.1): the highest bit set of the last byte marks where they end. */
export class BackwardBits {
  /** Bits that are left; below 0 where more were read than there are, which then are zeros. */
  left = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;

  begin(bytes: Buffer, start: number, end: number): void {
    if (end <= start || bytes[end - 1] === 0) throw new ZstdError("bits without an end");
    this.#bytes = bytes;
    this.#start = start;
    this.left = (end - start) * 8 - Math.clz32(bytes[end - 1]) + 23;
  }

  /** At most 31 bits. */
  read(count: number): number {
    if (count > 16) {
      const high = this.read(count - 16);
      return high * 65_536 + this.read(16);
    }
    this.left -= count;
    return this.#at(this.left, count);
  }

  /** At most 16 bits, without taking them. */
  peek(count: number): number {
    return this.#at(this.left - count, count);
  }

  #at(position: number, count: number): number {
    if (position < 0) return position + count <= 0 ? 0 : this.#at(0, position + count) << -position;
    const at = this.#start + (position >>> 3);
    const bytes = this.#bytes;
    const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
    return (word >>> (position & 7)) & ((1 << count) - 1);
  }
}
