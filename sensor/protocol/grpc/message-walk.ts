import { Base64Text } from "./base64-text.js";
import { isTextForm } from "./framed-type.js";
import { COMPRESSED, CONNECT_END, type MessageLook, TRAILERS } from "./message-look.js";
import { statusOfEnd, statusOfTrailers } from "./stream-end.js";

/** A flag and the length, four bytes. */
const PREFIX_BYTES = 5;
const MAX_TRAILER_BYTES = 512;

/** Counts the messages of one direction by what frames them; their content is skipped by its length, or looked at. */
export class MessageWalk {
  /** Whole ones, and one whose content is under way. */
  messages = 0;
  /** Their content, as sent. */
  bytes = 0;
  /** Where messages begin is no longer known. */
  isLost = false;
  /** gRPC-Web sends the trailers where a message would stand, Connect how it ended. */
  status: number | undefined = undefined;
  look: MessageLook | undefined = undefined;
  /** Flags of all messages and trailers together. */
  #allFlags = 0;
  #prefix = 0;
  #flags = 0;
  #length = 0;
  #left = 0;
  #trailers: Buffer | undefined = undefined;
  readonly #text: Base64Text | undefined;

  constructor(contentType: string | undefined) {
    this.#text = isTextForm(contentType) ? new Base64Text() : undefined;
  }

  /** Whether it was messages of gRPC beyond doubt, to whoever was not told: their lengths fill what came, and no other flag is there. */
  get isExact(): boolean {
    return this.messages > 0 && !this.isLost && this.#prefix === 0 && this.#left === 0 && this.#allFlags <= COMPRESSED;
  }

  take(bytes: Buffer, start: number, end: number): void {
    if (this.#text === undefined) {
      this.#walk(bytes, start, end);
      return;
    }
    this.#text.take(bytes, start, end, (content, from, to) => this.#walk(content, from, to));
    if (this.#text.isBroken) this.#lose();
  }

  #walk(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end && !this.isLost) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, end - at);
        if ((this.#flags & (TRAILERS | CONNECT_END)) !== 0) this.#trailer(bytes, at, at + taken);
        else this.look?.take(bytes, at, at + taken);
        this.#left -= taken;
        at += taken;
        if (this.#left === 0) this.#ends();
      } else this.#prefixByte(bytes[at++]);
    }
  }

  /** Bytes that were lost. */
  skip(length: number): void {
    this.#trailers = undefined;
    // How many bytes text stands for that was lost can't be told.
    if (length > this.#left || (this.#text !== undefined && length > 0)) {
      this.#lose();
      return;
    }
    this.look?.gap(length);
    this.#left -= length;
    if (this.#left === 0 && length > 0) this.#ends();
  }

  #lose(): void {
    if (this.isLost) return;
    this.isLost = true;
    this.look?.end();
  }

  #prefixByte(byte: number): void {
    if (this.#prefix === 0) {
      this.#flags = byte;
      this.#allFlags |= byte;
      this.#length = 0;
    } else this.#length = this.#length * 256 + byte;
    if (++this.#prefix < PREFIX_BYTES) return;
    this.#prefix = 0;
    this.#left = this.#length;
    if ((this.#flags & (TRAILERS | CONNECT_END)) !== 0) {
      if (this.#flags === TRAILERS || this.#flags === CONNECT_END) this.#trailers = Buffer.alloc(0);
      return;
    }
    this.messages++;
    this.bytes += this.#length;
    this.look?.begins(this.#flags, this.#length);
    if (this.#length === 0) this.look?.ends("whole");
  }

  #ends(): void {
    if (this.#trailers === undefined) this.look?.ends("whole");
    else {
      const text = this.#trailers.latin1Slice();
      const isCut = this.#trailers.length < this.#length;
      const status = this.#flags === TRAILERS ? statusOfTrailers(text, isCut) : statusOfEnd(text, isCut);
      this.status = status ?? this.status;
    }
    this.#trailers = undefined;
  }

  #trailer(bytes: Buffer, start: number, end: number): void {
    if (this.#trailers === undefined) return;
    const room = MAX_TRAILER_BYTES - this.#trailers.length;
    if (room > 0) this.#trailers = Buffer.concat([this.#trailers, bytes.subarray(start, Math.min(end, start + room))]);
  }
}
