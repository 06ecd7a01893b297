/** Reading beyond the end of a cursor's bytes. */
export class OutOfBounds extends Error {
  constructor() {
    super("read beyond the end");
    this.name = "OutOfBounds";
  }
}

/** Reads big-endian fields from [at, end) of bytes it borrows; every read throws OutOfBounds beyond the end. */
export class Cursor {
  readonly bytes: Buffer;
  readonly end: number;
  at: number;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  u8(): number {
    return this.bytes[this.#advance(1)];
  }

  u16(): number {
    const at = this.#advance(2);
    return (this.bytes[at] << 8) | this.bytes[at + 1];
  }

  u24(): number {
    const at = this.#advance(3);
    return (this.bytes[at] << 16) | (this.bytes[at + 1] << 8) | this.bytes[at + 2];
  }

  skip(length: number): void {
    this.#advance(length);
  }

  /** The next `length` bytes, borrowed. */
  take(length: number): Buffer {
    const at = this.#advance(length);
    return this.bytes.subarray(at, at + length);
  }

  /** A cursor over the next `length` bytes, which this one skips. */
  sub(length: number): Cursor {
    const at = this.#advance(length);
    return new Cursor(this.bytes, at, at + length);
  }

  #advance(length: number): number {
    const at = this.at;
    if (length > this.end - at) throw new OutOfBounds();
    this.at = at + length;
    return at;
  }
}
