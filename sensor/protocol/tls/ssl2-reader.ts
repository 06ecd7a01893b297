import { Cursor } from "../../bytes/cursor.js";
import { type ClientHello, readSsl2ClientHello } from "./hello.js";
import { hashBytes } from "./session-id.js";
import { SSL2_BODY_OFFSET, SSL2_HEAD_BYTES, ssl2HelloLength } from "./ssl2-hello.js";

const ENOUGH_TO_TELL = 11;

/** Reads the hello in SSL 2.0's form that a client may begin with, and is done where the first bytes are none. */
export class Ssl2Reader {
  hello: ClientHello | undefined = undefined;
  /** `sessionIdHash` of it. */
  sessionIdHash = 0;
  isDone = false;
  #held: Buffer | undefined = undefined;

  /** Position after what was taken of bytes[start, end). */
  take(bytes: Buffer, start: number, end: number): number {
    if (this.#held === undefined && bytes[start] < 0x80) {
      this.isDone = true;
      return start;
    }
    const before = this.#held?.length ?? 0;
    const all = Buffer.concat([this.#held ?? Buffer.alloc(0), bytes.subarray(start, end)]);
    const length = ssl2HelloLength(all, 0, all.length);
    if (length === undefined && all.length >= ENOUGH_TO_TELL) {
      this.isDone = true;
      return start;
    }
    if (length === undefined || all.length < length) {
      this.#held = all;
      return end;
    }
    this.isDone = true;
    this.hello = readSsl2ClientHello(new Cursor(all, SSL2_BODY_OFFSET, length));
    const sessionId = SSL2_HEAD_BYTES + all.readUInt16BE(5);
    this.sessionIdHash = hashBytes(all, sessionId, sessionId + all.readUInt16BE(7));
    return start + length - before;
  }
}
