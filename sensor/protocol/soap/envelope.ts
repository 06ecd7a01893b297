const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const COLON = 0x3a;
const QUESTION = 0x3f;
const EXCLAMATION = 0x21;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
/** Stands where bytes were lost. */
const LOST = 0;
/** UTF-8's byte order mark. */
const MARK_BYTES = new Set([0xef, 0xbb, 0xbf]);
const ENVELOPE = Buffer.from("Envelope");
const BODY = Buffer.from("Body");
const COMMENT = Buffer.from("<!--");
const COMMENT_END = Buffer.from("-->");
const CDATA = Buffer.from("<![CDATA[");
const CDATA_END = Buffer.from("]]>");
const MAX_TAGS = 4_096;
/** A name's prefix and what comes before the root are not longer. */
const MAX_BEGINNING = 256;

/** Finds in a SOAP envelope the first element of its body. Nothing is built, and what is no envelope is left at its first element. */
export class EnvelopeReader {
  /** The element's name without its prefix; empty where none was seen. */
  nameStart = 0;
  nameEnd = 0;
  #bytes: Buffer = Buffer.alloc(0);
  /** Of the tag read last. */
  #isEnd = false;
  #isEmpty = false;

  /** Whether the first element may be an envelope. */
  mayBegin(bytes: Buffer, start: number, end: number): boolean {
    let at = start;
    while (at < end && (bytes[at] <= 0x20 || MARK_BYTES.has(bytes[at]))) at++;
    if (at >= end) return true;
    if (bytes[at] !== LESS) return false;
    return end - start < MAX_BEGINNING || this.#tag(bytes, start, end) < 0 || this.isNamed(ENVELOPE);
  }

  /** Whether an envelope begins there. */
  read(bytes: Buffer, start: number, end: number): boolean {
    let at = this.#tag(bytes, start, end);
    if (at < 0 || this.#isEnd || !this.isNamed(ENVELOPE)) return false;
    let depth = this.#isEmpty ? 0 : 1;
    let isInBody = false;
    for (let tags = 0; tags < MAX_TAGS && depth > 0; tags++) {
      at = this.#tag(bytes, at, end);
      if (at < 0) break;
      if (this.#isEnd) {
        depth--;
        continue;
      }
      if (isInBody && depth === 2) return true;
      if (this.#isEmpty) continue;
      if (depth === 1) isInBody = this.isNamed(BODY);
      depth++;
    }
    this.nameStart = this.nameEnd = 0;
    return true;
  }

  isNamed(name: Buffer): boolean {
    const { nameStart, nameEnd } = this;
    return nameEnd - nameStart === name.length && this.#bytes.compare(name, 0, name.length, nameStart, nameEnd) === 0;
  }

  /** Reads the next element's tag; the position after it, -1 where there is none or its end is not seen. */
  #tag(bytes: Buffer, start: number, end: number): number {
    this.#bytes = bytes;
    let at = start;
    for (;;) {
      while (at < end && bytes[at] !== LESS && bytes[at] !== LOST) at++;
      if (at + 1 >= end || bytes[at] === LOST) return -1;
      const next = bytes[at + 1];
      if (next !== QUESTION && next !== EXCLAMATION) return this.#element(bytes, at + 1, end);
      if (beginsWith(bytes, at, end, COMMENT)) at = after(bytes, at + COMMENT.length, end, COMMENT_END);
      else if (beginsWith(bytes, at, end, CDATA)) at = after(bytes, at + CDATA.length, end, CDATA_END);
      else while (at < end && bytes[at] !== GREATER) at++;
      if (at < 0) return -1;
    }
  }

  #element(bytes: Buffer, start: number, end: number): number {
    this.#isEnd = bytes[start] === SLASH;
    let at = this.#isEnd ? start + 1 : start;
    this.nameStart = at;
    for (; at < end && isNameByte(bytes[at]); at++) if (bytes[at] === COLON) this.nameStart = at + 1;
    this.nameEnd = at;
    for (let quote = 0; at < end && bytes[at] !== LOST; at++) {
      const byte = bytes[at];
      if (quote !== 0) quote = byte === quote ? 0 : quote;
      else if (byte === QUOTE || byte === APOSTROPHE) quote = byte;
      else if (byte === GREATER) {
        this.#isEmpty = bytes[at - 1] === SLASH && !this.#isEnd;
        return at + 1;
      }
    }
    return -1;
  }
}

function beginsWith(bytes: Buffer, start: number, end: number, word: Buffer): boolean {
  return start + word.length <= end && bytes.compare(word, 0, word.length, start, start + word.length) === 0;
}

/** Position after the next `word`, -1 without one. */
function after(bytes: Buffer, start: number, end: number, word: Buffer): number {
  const found = bytes.subarray(start, end).indexOf(word);
  return found < 0 ? -1 : start + found + word.length;
}

/** What ends a name: white space, `/`, `>`, `=`, quotation marks. */
function isNameByte(byte: number): boolean {
  return (
    byte > 0x20 &&
    byte !== SLASH &&
    byte !== GREATER &&
    byte !== 0x3d &&
    byte !== QUOTE &&
    byte !== APOSTROPHE &&
    byte !== LESS
  );
}
