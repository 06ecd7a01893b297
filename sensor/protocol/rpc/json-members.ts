const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
/** Stands where bytes were lost; no JSON text holds it. */
const LOST = 0;

const STRING_STOPS = new Uint8Array(256);
for (const byte of [QUOTE, BACKSLASH, LOST]) STRING_STOPS[byte] = 1;
const NESTING = new Uint8Array(256);
for (const byte of [QUOTE, OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY, LOST]) NESTING[byte] = 1;

export type JsonValue = "string" | "object" | "array" | "other";

/**
 * Walks through the members of one JSON object without building anything: values are skipped, and an object among them is walked by
 * another of these. Text that breaks off ends it there.
 */
export class JsonMembers {
  nameStart = 0;
  nameEnd = 0;
  /** Of a string without its quotation marks. */
  valueStart = 0;
  valueEnd = 0;
  kind: JsonValue = "other";
  /** The value's string, or the name, holds escapes. */
  hasEscape = false;
  /** The object's end was seen. */
  isWhole = false;
  /** Where the value that is the last broke off. */
  isCut = false;
  /** Position after what was read. */
  at = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #end = 0;
  #isFirst = true;

  /** Whether an object begins at `start` or behind white space. */
  open(bytes: Buffer, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#end = end;
    this.#isFirst = true;
    this.isWhole = this.isCut = false;
    this.at = skipSpace(bytes, start, end);
    if (this.at >= end || bytes[this.at] !== OPEN_OBJECT) return false;
    this.at++;
    return true;
  }

  /** Goes to the next member; false at the object's end, and where the text breaks off or is none. */
  next(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = skipSpace(bytes, this.at, end);
    if (at < end && bytes[at] === COMMA && !this.#isFirst) at = skipSpace(bytes, at + 1, end);
    else if (at < end && bytes[at] === CLOSE_OBJECT) return this.#finish(at + 1);
    else if (!this.#isFirst) return this.#breakOff(at);
    this.#isFirst = false;
    if (at >= end || bytes[at] !== QUOTE) return this.#breakOff(at);
    this.nameStart = at + 1;
    at = this.#stringEnd(at + 1);
    this.nameEnd = at;
    if (at >= end || bytes[at] !== QUOTE) return this.#breakOff(at);
    at = skipSpace(bytes, at + 1, end);
    if (at >= end || bytes[at] !== COLON) return this.#breakOff(at);
    return this.#value(skipSpace(bytes, at + 1, end));
  }

  isNamed(name: Buffer): boolean {
    const { nameStart, nameEnd } = this;
    if (nameEnd - nameStart !== name.length) return false;
    for (let at = 0; at < name.length; at++) if (this.#bytes[nameStart + at] !== name[at]) return false;
    return true;
  }

  /** A value whose end is not seen is told with what is there of it, and is the last. */
  #value(start: number): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    if (start >= end) return this.#breakOff(start);
    const first = bytes[start];
    if (first === QUOTE) {
      this.kind = "string";
      this.valueStart = start + 1;
      this.valueEnd = this.#stringEnd(start + 1);
      this.at = this.valueEnd + 1;
      this.isCut = this.valueEnd >= end || bytes[this.valueEnd] !== QUOTE;
    } else if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
      this.kind = first === OPEN_OBJECT ? "object" : "array";
      this.valueStart = start;
      const stop = skipNested(bytes, start, end);
      this.valueEnd = this.at = stop < 0 ? end : stop;
      this.isCut = stop < 0;
    } else {
      this.kind = "other";
      this.valueStart = start;
      let at = start;
      while (at < end && isWordByte(bytes[at])) at++;
      this.valueEnd = this.at = at;
      if (at === start) return this.#breakOff(at);
      this.isCut = at >= end || bytes[at] === LOST;
    }
    return true;
  }

  #stringEnd(start: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    this.hasEscape = false;
    let at = start;
    for (; at < end; at++) {
      if (STRING_STOPS[bytes[at]] === 0) continue;
      if (bytes[at] !== BACKSLASH) return at;
      this.hasEscape = true;
      at++;
    }
    return end;
  }

  #finish(at: number): false {
    this.isWhole = true;
    this.at = at;
    return false;
  }

  #breakOff(at: number): false {
    this.isCut = true;
    this.at = at;
    return false;
  }
}

/** Position after the end of the array or object that begins at `start`; -1 where that does not come. */
function skipNested(bytes: Buffer, start: number, end: number): number {
  let depth = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (NESTING[byte] === 0) continue;
    if (byte === QUOTE) {
      at++;
      while (at < end && bytes[at] !== QUOTE && bytes[at] !== LOST) at += bytes[at] === BACKSLASH ? 2 : 1;
      if (at < end && bytes[at] === LOST) return -1;
    } else if (byte === LOST) return -1;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if (--depth === 0) return at + 1;
  }
  return -1;
}

/** Objects of an array that are walked. */
const MAX_ITEMS = 64;

/**
 * Calls `take` for the object in bytes[start, end), or for each of the first ones where they stand in an array; it says whether to go on.
 * `end` is the object's, as far as it was seen.
 */
export function eachObject(
  bytes: Buffer,
  start: number,
  end: number,
  take: (start: number, end: number) => boolean,
): void {
  let at = skipSpace(bytes, start, end);
  if (at >= end || bytes[at] !== OPEN_ARRAY) {
    take(at, end);
    return;
  }
  for (let items = 0; items < MAX_ITEMS; items++) {
    at = skipSpace(bytes, at + 1, end);
    if (at >= end || bytes[at] !== OPEN_OBJECT) return;
    const stop = skipNested(bytes, at, end);
    if (!take(at, stop < 0 ? end : stop) || stop < 0) return;
    at = skipSpace(bytes, stop, end);
    if (at >= end || bytes[at] !== COMMA) return;
  }
}

/** Position of the first byte that is no white space; RFC 8259 §2. */
export function skipSpace(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(bytes[at])) at++;
  return at;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Numbers, `true`, `false`, `null`. */
function isWordByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (lower >= 0x61 && lower <= 0x7a) ||
    byte === 0x2d ||
    byte === 0x2b ||
    byte === 0x2e
  );
}
