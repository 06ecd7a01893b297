import { wordHash } from "../../bytes/word-hash.js";
import { viewOf } from "../../bytes/word-view.js";
import type { Operation } from "../rpc/dialect.js";

const SLOTS = 256;
const MIN_BYTES = 4;
const MAX_BYTES = 2_048;
const QUOTE = 0x22;
const COMMENT = 0x23;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
/** Longer numbers may stand for somebody. */
const MAX_DIGITS = 4;

/** What may be called of a document: its operations by their names, in their order. */
export interface KnownDocument {
  readonly bytes: Buffer;
  readonly names: readonly (string | undefined)[];
  readonly operations: readonly Operation[];
}

/**
 * Documents as they came before, byte by byte: clients send the same few again and again, and what differs beside them. A document is
 * kept when it comes the second time, and only where it is names and marks: what is written into texts, comments and long numbers may
 * be data of a person.
 */
export class KnownDocuments {
  readonly #known: (KnownDocument | undefined)[] = new Array(SLOTS).fill(undefined);
  readonly #seen = new Int32Array(SLOTS);
  /** Of the document asked for last; 0 where it is none that may be kept. */
  #hash = 0;

  /** The document bytes[start, end), as it stands in its request. */
  find(bytes: Buffer, start: number, end: number): KnownDocument | undefined {
    this.#hash = 0;
    if (end - start < MIN_BYTES || end - start > MAX_BYTES) return undefined;
    // One that is 0 says that there is none.
    this.#hash = wordHash(viewOf(bytes), start, end) | (1 << 30);
    const known = this.#known[this.#hash & (SLOTS - 1)];
    return known !== undefined && isSame(known.bytes, bytes, start, end) ? known : undefined;
  }

  /** Whether the document asked for last, which was not found, came before and may be kept. */
  mayLearn(bytes: Buffer, start: number, end: number): boolean {
    if (this.#hash === 0) return false;
    const slot = this.#hash & (SLOTS - 1);
    const isAgain = this.#seen[slot] === this.#hash;
    this.#seen[slot] = this.#hash;
    return isAgain && isBare(bytes, start, end);
  }

  learn(document: KnownDocument): void {
    this.#known[this.#hash & (SLOTS - 1)] = document;
  }
}

function isSame(known: Buffer, bytes: Buffer, start: number, end: number): boolean {
  return known.length === end - start && known.compare(bytes, start, end) === 0;
}

function isBare(bytes: Buffer, start: number, end: number): boolean {
  let digits = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    digits = byte >= 0x30 && byte <= 0x39 ? digits + 1 : 0;
    if (byte === QUOTE || byte === COMMENT || digits > MAX_DIGITS) return false;
    // RFC 8259 §7: which may stand for a quote.
    if (byte === LETTER_U && bytes[at - 1] === BACKSLASH) return false;
  }
  return true;
}
