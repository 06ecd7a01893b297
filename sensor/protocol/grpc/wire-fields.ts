const MAX_FIELD_NUMBER = 536_870_911;
export const MAX_VARINT_BYTES = 10;
/** As much of a varint as a number counts exactly. */
const MAX_EXACT_BITS = 53;

export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH = 2;
export const FIXED32 = 5;

/** Walks through the fields of one message as Protocol Buffers write them (protobuf.dev, encoding). Groups are no longer written. */
export class WireFields {
  number = 0;
  type = VARINT;
  /** Of a varint; less exact beyond 53 bits. */
  value = 0;
  /** Of any other. */
  valueStart = 0;
  valueEnd = 0;
  /** What stands there is no message, or the last field goes on beyond the end: `isCut`. */
  isBroken = false;
  isCut = false;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  open(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.isBroken = this.isCut = false;
  }

  /** Goes to the next field; false at the end and where the message breaks off. A value that is not whole is told as far as it goes. */
  next(): boolean {
    if (this.#at >= this.#end || this.isCut || this.isBroken || !this.#varint()) return false;
    const tag = this.value;
    this.number = Math.floor(tag / 8);
    this.type = tag % 8;
    if (this.number === 0 || this.number > MAX_FIELD_NUMBER) return this.#fail();
    switch (this.type) {
      case VARINT:
        return this.#varint();
      case FIXED64:
        return this.#take(8);
      case FIXED32:
        return this.#take(4);
      case LENGTH:
        return this.#varint() && this.#take(this.value);
      default:
        return this.#fail();
    }
  }

  #take(length: number): boolean {
    this.valueStart = this.#at;
    this.isCut = length > this.#end - this.#at;
    this.valueEnd = this.#at = this.isCut ? this.#end : this.#at + length;
    return true;
  }

  #varint(): boolean {
    let value = 0;
    for (let count = 0; count < MAX_VARINT_BYTES; count++) {
      if (this.#at >= this.#end) {
        this.isCut = true;
        return false;
      }
      const byte = this.#bytes[this.#at++];
      if (count * 7 < MAX_EXACT_BITS) value += (byte & 0x7f) * 2 ** (count * 7);
      if (byte < 0x80) {
        this.value = value;
        return true;
      }
    }
    return this.#fail();
  }

  #fail(): false {
    this.isBroken = true;
    return false;
  }
}
