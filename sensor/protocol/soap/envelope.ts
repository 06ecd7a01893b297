const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const COLON = 0x3a;
const HYPHEN = 0x2d;
const QUESTION = 0x3f;
const EXCLAMATION = 0x21;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
/** Stands where bytes were lost. */
const LOST = 0;
/** UTF-8's byte order mark. */
const MARK_BYTES = new Set([0xef, 0xbb, 0xbf]);
const ENVELOPE = Buffer.from("Envelope");
const HEADER = Buffer.from("Header");
const BODY = Buffer.from("Body");
const ACTION = Buffer.from("Action");
const DECLARATION = Buffer.from("xmlns");
/** What the names of all editions of WS-Addressing end in, as `http://www.w3.org/2005/08/addressing`. */
const ADDRESSING = Buffer.from("/addressing");
const COMMENT = Buffer.from("<!--");
const COMMENT_END = Buffer.from("-->");
const CDATA = Buffer.from("<![CDATA[");
const CDATA_END = Buffer.from("]]>");
const MAX_TAGS = 4_096;
/** A name's prefix and what comes before the root are not longer. */
const MAX_BEGINNING = 256;
/** An action is an IRI with some white space around it. */
const MAX_ACTION_BYTES = 512;
/** What stands before the first of several parts, and its own head, are not longer. */
const MAX_PART_HEAD = 1_024;
const HEAD_END = Buffer.from("\r\n\r\n");
/** Elements of a header that are called so, of which one may be WS-Addressing's. */
const MAX_ACTIONS = 4;

/**
 * Finds in a SOAP envelope the action that its header names, if it does, and the first element of its body. Nothing is built, and what
 * is no envelope is left at its first element.
 */
export class EnvelopeReader {
  /** The element's name without its prefix; empty where none was seen. */
  nameStart = 0;
  nameEnd = 0;
  /** What stands in the header's action (WS-Addressing 1.0 §3.1); empty where none was seen whole. */
  actionStart = 0;
  actionEnd = 0;
  #prefixStart = 0;
  #bytes: Buffer = Buffer.alloc(0);
  /** Of the tag read last. */
  #isEnd = false;
  #isEmpty = false;

  /** Whether the first element may be an envelope. */
  mayBegin(bytes: Buffer, start: number, end: number): boolean {
    let at = afterPartHead(bytes, start, end);
    while (at < end && (bytes[at] <= 0x20 || MARK_BYTES.has(bytes[at]))) at++;
    if (at >= end) return true;
    if (bytes[at] !== LESS) return false;
    return end - at < MAX_BEGINNING || this.#tag(bytes, at, end) < 0 || this.isNamed(ENVELOPE);
  }

  /** Whether an envelope begins there. */
  read(bytes: Buffer, start: number, end: number): boolean {
    this.actionStart = this.actionEnd = 0;
    let at = this.#tag(bytes, afterPartHead(bytes, start, end), end);
    if (at < 0 || this.#isEnd || !this.isNamed(ENVELOPE)) return false;
    let depth = this.#isEmpty ? 0 : 1;
    let [isInBody, isInHeader] = [false, false];
    let actionsLeft = MAX_ACTIONS;
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
      if (depth === 1) isInHeader = this.isNamed(HEADER);
      else if (isInHeader && depth === 2 && this.isNamed(ACTION) && actionsLeft-- > 0)
        this.#action(bytes, start, at, end);
      depth++;
    }
    this.nameStart = this.nameEnd = 0;
    return true;
  }

  isNamed(name: Buffer): boolean {
    const { nameStart, nameEnd } = this;
    return nameEnd - nameStart === name.length && this.#bytes.compare(name, 0, name.length, nameStart, nameEnd) === 0;
  }

  /** Notes what the element whose tag ends at `tagEnd` holds, where it is WS-Addressing's and a text that comes to its end. */
  #action(bytes: Buffer, start: number, tagEnd: number, end: number): void {
    if (this.actionStart !== this.actionEnd || !this.#isOfAddressing(bytes, start, tagEnd)) return;
    const stop = Math.min(end - 1, tagEnd + MAX_ACTION_BYTES);
    let at = tagEnd;
    while (at < stop && bytes[at] !== LESS && bytes[at] !== LOST) at++;
    if (bytes[at] !== LESS || bytes[at + 1] !== SLASH) return;
    this.actionStart = tagEnd;
    this.actionEnd = at;
  }

  /** Whether the prefix of the tag read last was declared to be WS-Addressing's, in it or before. */
  #isOfAddressing(bytes: Buffer, start: number, end: number): boolean {
    const seen = bytes.subarray(start, end);
    const prefix = bytes.subarray(this.#prefixStart, Math.max(this.#prefixStart, this.nameStart - 1));
    const name = prefix.length === 0 ? DECLARATION : Buffer.concat([DECLARATION, Buffer.from(":"), prefix]);
    // The innermost declaration holds, which is the last but for those of elements that are over.
    for (let at = seen.lastIndexOf(name); at > 0; at = seen.lastIndexOf(name, at - 1)) {
      const value = declaredValue(seen, at + name.length);
      if (value !== undefined) return value.subarray(-ADDRESSING.length).equals(ADDRESSING);
    }
    return false;
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
    this.nameStart = this.#prefixStart = at;
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

/** Where the first part's content begins, if it is of several (RFC 2046 §5.1.1); `end` where its head goes on. */
function afterPartHead(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === 0x0d || bytes[at] === 0x0a)) at++;
  if (at >= end || bytes[at] !== HYPHEN) return start;
  if (at + 1 === end) return end;
  if (bytes[at + 1] !== HYPHEN) return start;
  const found = bytes.subarray(at, Math.min(end, at + MAX_PART_HEAD)).indexOf(HEAD_END);
  if (found >= 0) return at + found + HEAD_END.length;
  return end - at < MAX_PART_HEAD ? end : start;
}

/** What stands in quotation marks behind a declaration's name; undefined where there is something else, as of a longer name. */
function declaredValue(bytes: Buffer, nameEnd: number): Buffer | undefined {
  let at = nameEnd;
  while (bytes[at] <= 0x20) at++;
  if (bytes[at] !== EQUALS) return undefined;
  do at++;
  while (bytes[at] <= 0x20);
  const quote = bytes[at];
  if (quote !== QUOTE && quote !== APOSTROPHE) return undefined;
  const end = bytes.indexOf(quote, at + 1);
  return end < 0 ? undefined : bytes.subarray(at + 1, end);
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
    byte !== EQUALS &&
    byte !== QUOTE &&
    byte !== APOSTROPHE &&
    byte !== LESS
  );
}
