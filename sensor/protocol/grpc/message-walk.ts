/** A flag and the length, four bytes. */
const PREFIX_BYTES = 5;
/** gRPC-Web, Connect: what follows is no message but the trailers. */
const TRAILERS = 0x80;
const CONNECT_END = 0x02;

/** Counts the messages of one direction by what frames them; their content is skipped by its length. */
export class MessageWalk {
  /** Whole ones, and one whose content is under way. */
  messages = 0;
  /** Their content, as sent. */
  bytes = 0;
  /** Where messages begin is no longer known. */
  isLost = false;
  #prefix = 0;
  #flags = 0;
  #length = 0;
  #left = 0;

  take(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end && !this.isLost) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, end - at);
        this.#left -= taken;
        at += taken;
      } else this.#prefixByte(bytes[at++]);
    }
  }

  /** Bytes that were lost. */
  skip(length: number): void {
    if (length > this.#left) this.isLost = true;
    else this.#left -= length;
  }

  #prefixByte(byte: number): void {
    if (this.#prefix === 0) {
      this.#flags = byte;
      this.#length = 0;
    } else this.#length = this.#length * 256 + byte;
    if (++this.#prefix < PREFIX_BYTES) return;
    this.#prefix = 0;
    this.#left = this.#length;
    if ((this.#flags & (TRAILERS | CONNECT_END)) !== 0) return;
    this.messages++;
    this.bytes += this.#length;
  }
}
