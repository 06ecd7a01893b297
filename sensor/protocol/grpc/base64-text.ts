const PADDING = 0x3d;
const SKIPPED = -2;
const INVALID = -1;
/** RFC 4648 §4. */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Int8Array(256).fill(INVALID);
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value;
VALUES[0x0d] = VALUES[0x0a] = SKIPPED;
const PIECE = 4_096;

const decoded = Buffer.alloc(PIECE);

/** Base64 as it comes, in pieces that may each have padding of their own: grpc-web's text form sends it so. */
export class Base64Text {
  /** What came was none. */
  isBroken = false;
  #bits = 0;
  #digits = 0;

  /** Hands over what bytes[start, end) stand for, borrowed. */
  take(bytes: Buffer, start: number, end: number, sink: (bytes: Buffer, start: number, end: number) => void): void {
    for (let from = start; from < end && !this.isBroken; from += PIECE) {
      const made = this.#decode(bytes, from, Math.min(end, from + PIECE));
      if (made > 0) sink(decoded, 0, made);
    }
  }

  #decode(bytes: Buffer, start: number, end: number): number {
    let made = 0;
    for (let at = start; at < end; at++) {
      const value = VALUES[bytes[at]];
      if (value >= 0) {
        this.#bits = ((this.#bits << 6) | value) & 0xffff;
        // Each but the first of four digits fills a byte.
        if (this.#digits > 0) decoded[made++] = this.#bits >>> (6 - 2 * this.#digits);
        this.#digits = (this.#digits + 1) & 3;
      } else if (bytes[at] === PADDING) this.#digits = 0;
      else if (value === INVALID) {
        this.isBroken = true;
        return made;
      }
    }
    return made;
  }
}
