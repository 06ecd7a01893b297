import { isUtf8 } from "node:buffer";

const SLOTS = 8_192;
const MAX_LENGTH = 256;

/**
 * Strings of byte ranges, so that a value seen again and again is one string. A direct-mapped cache: bounded, and values that share
 * a slot, or are not ASCII, only cost a new string.
 */
export class StringTable {
  readonly #hashes = new Int32Array(SLOTS);
  readonly #texts: string[] = new Array(SLOTS).fill("");

  get(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length === 0) return "";
    if (length > MAX_LENGTH) return decode(bytes, start, end);
    const hash = hashOf(bytes, start, end);
    const slot = hash & (SLOTS - 1);
    const known = this.#texts[slot];
    if (this.#hashes[slot] === hash && known.length === length && isEqual(known, bytes, start)) return known;
    const text = decode(bytes, start, end);
    this.#hashes[slot] = hash;
    this.#texts[slot] = text;
    return text;
  }
}

/** RFC 3986 §2.5: text beyond ASCII is UTF-8 in what is newer; valid UTF-8 is taken for it, every other byte stands for itself. */
function decode(bytes: Buffer, start: number, end: number): string {
  for (let at = start; at < end; at++) {
    if (bytes[at] < 0x80) continue;
    if (isUtf8(bytes.subarray(start, end))) return bytes.toString("utf8", start, end);
    break;
  }
  return bytes.latin1Slice(start, end);
}

function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
  return hash ^ (hash >>> 15);
}

function isEqual(text: string, bytes: Buffer, start: number): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) !== bytes[start + at]) return false;
  return true;
}
