/** Buffers kept for the next message, each of at most so many bytes: a third of all handshakes needs one, for an instant. */
const MAX_SPARE = 16;
const MAX_SPARE_BYTES = 16_384;
/** A spare buffer is not taken for a message that needs less than a quarter of it. */
const MAX_WASTE = 4;

/** Bytes of handshake messages that wait for their rest, of all connections together: bounded, and what found no room is counted. */
export class HeldBytes {
  readonly counters = { handshake_bytes_held: 0, handshakes_cut: 0 };
  readonly #most: number;
  readonly #spare: Buffer[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** A buffer of at least so many bytes; undefined, and counted, where there is no room for it beside the one it takes the place of. */
  take(bytes: number, replaced: Buffer | undefined): Buffer | undefined {
    const before = replaced?.length ?? 0;
    const spare = this.#spare.at(-1);
    const isFit = spare !== undefined && spare.length >= bytes && spare.length <= MAX_WASTE * bytes;
    const length = isFit ? spare.length : bytes;
    if (this.counters.handshake_bytes_held + length - before > this.#most) {
      this.counters.handshakes_cut++;
      return undefined;
    }
    this.counters.handshake_bytes_held += length - before;
    return (isFit ? this.#spare.pop() : undefined) ?? Buffer.allocUnsafe(bytes);
  }

  release(buffer: Buffer): void {
    this.counters.handshake_bytes_held -= buffer.length;
    if (this.#spare.length < MAX_SPARE && buffer.length <= MAX_SPARE_BYTES) this.#spare.push(buffer);
  }
}
