import type { StringTable } from "../../bytes/string-table.js";
import { WordTable } from "../../bytes/word-table.js";
import { MASK } from "../message.js";
import { ANNOUNCING_SEGMENTS, maskPath } from "./secret.js";

const SLASH = 0x2f;
const QUESTION = 0x3f;
const HASH = 0x23;
const COLON = 0x3a;
const AT = 0x40;
const MAX_SCHEME_LENGTH = 32;

const NOT_HEX = 1;
const DIGIT = 2;
/** Parts parameters or userinfo, or may stand for a byte that does. */
const MARK = 4;
const LOWER = 8;
/** Bits of each byte that decide whether a segment may be a secret or data of a person. */
const CLASSES = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  if (byte >= 0x30 && byte <= 0x39) CLASSES[byte] = DIGIT;
  else if (byte !== 0x2d && !((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)) CLASSES[byte] = NOT_HEX;
  if (byte >= 0x61 && byte <= 0x7a) CLASSES[byte] |= LOWER;
}
for (const mark of Buffer.from(";&=@:%")) CLASSES[mark] |= MARK;
const ANNOUNCING = new WordTable(ANNOUNCING_SEGMENTS);
const MIN_SECRET_LENGTH = 20;
/** As short as a secret may be where the segment before it announces one. */
const MIN_ANNOUNCED_LENGTH = 10;
/** As short as a number or code may be that is given to a person. */
const MIN_DATA_LENGTH = 9;

/** A request target taken apart, RFC 9112 §3.2. One object is used again for every request. */
export class Target {
  path = "";
  /** The path holds a secret, which was masked. */
  hasSecret = false;
  /** Authority of the absolute or authority form, as sent, without userinfo. */
  authority: string | undefined = undefined;
  hasUserinfo = false;
  /** The path may hold data of a person. */
  mayHoldData = false;
  /** Hash of the path without the segments that have digits, which mostly are what varies in it. */
  shape = 0;
  /** The path is bytes[pathStart, pathEnd), as sent. */
  pathStart = 0;
  pathEnd = 0;
  /** The query is bytes[queryStart, queryEnd), empty without one. */
  queryStart = 0;
  queryEnd = 0;
  readonly #strings: StringTable;

  constructor(strings: StringTable) {
    this.#strings = strings;
  }

  clear(): void {
    this.path = "";
    this.authority = undefined;
    this.hasSecret = false;
    this.hasUserinfo = false;
  }

  read(bytes: Buffer, start: number, end: number, isConnect: boolean): void {
    this.authority = undefined;
    this.hasUserinfo = false;
    this.hasSecret = false;
    this.mayHoldData = false;
    this.shape = 0;
    this.queryStart = this.queryEnd = end;
    if (bytes[start] === SLASH) this.#readPath(bytes, start, end);
    else if (isConnect) this.#readAuthorityForm(bytes, start, end);
    else this.#readAbsolute(bytes, start, end);
  }

  #readPath(bytes: Buffer, start: number, end: number): void {
    let suspicious = false;
    let mayHoldData = false;
    let shape = 0;
    let hash = 0;
    let seen = 0;
    let beforeStart = start;
    let segmentStart = start;
    let at = start;
    for (; at < end; at++) {
      const byte = bytes[at];
      if (byte === SLASH) {
        if ((seen & (MARK | DIGIT)) !== 0) {
          suspicious ||= maySecret(seen, bytes, beforeStart, segmentStart, at);
          mayHoldData ||= mayBeData(seen, at - segmentStart);
          hash = Math.imul(shape, 31);
        }
        shape = hash;
        beforeStart = segmentStart;
        segmentStart = at + 1;
        seen = 0;
        continue;
      }
      if (byte === QUESTION || byte === HASH) break;
      seen |= CLASSES[byte];
      hash = (hash << 5) - hash + byte;
    }
    if ((seen & (MARK | DIGIT)) !== 0) {
      suspicious ||= maySecret(seen, bytes, beforeStart, segmentStart, at);
      mayHoldData ||= mayBeData(seen, at - segmentStart);
      hash = Math.imul(shape, 31);
    }
    this.shape = hash | 0;
    this.mayHoldData = mayHoldData;
    this.pathStart = start;
    this.pathEnd = at;
    if (at < end && bytes[at] === QUESTION) this.queryStart = at + 1;
    const path = at === start ? "/" : this.#strings.get(bytes, start, at);
    this.path = suspicious ? maskPath(path) : path;
    this.hasSecret = suspicious && this.path !== path && this.path.includes(MASK);
  }

  #readAuthorityForm(bytes: Buffer, start: number, end: number): void {
    this.authority = this.#readAuthority(bytes, start, end);
    this.path = this.authority;
  }

  #readAuthority(bytes: Buffer, start: number, end: number): string {
    const hostStart = afterUserinfo(bytes, start, end);
    if (hostStart !== start) this.hasUserinfo = true;
    return this.#strings.get(bytes, hostStart, end);
  }

  /** absolute-form, `*`, or something that is none: then it stands as the path, as sent. */
  #readAbsolute(bytes: Buffer, start: number, end: number): void {
    const scheme = schemeEnd(bytes, start, end);
    if (scheme < 0) {
      this.#readPath(bytes, start, end);
      return;
    }
    let at = scheme;
    while (at < end && bytes[at] !== SLASH && bytes[at] !== QUESTION && bytes[at] !== HASH) at++;
    this.authority = this.#readAuthority(bytes, scheme, at);
    this.#readPath(bytes, at, end);
  }
}

/** RFC 9110 §4.2.4: userinfo does not belong in HTTP, and what stands there is a password more often than not. */
function afterUserinfo(bytes: Buffer, start: number, end: number): number {
  for (let at = end - 1; at >= start; at--) if (bytes[at] === AT) return at + 1;
  return start;
}

/** Whether the segment bytes[start, end), which has a mark or a digit by the classes `seen`, needs a closer look. */
function maySecret(seen: number, bytes: Buffer, beforeStart: number, start: number, end: number): boolean {
  if ((seen & MARK) !== 0) return true;
  const length = end - start;
  if (length < MIN_ANNOUNCED_LENGTH) return false;
  if (length >= MIN_SECRET_LENGTH && (seen & NOT_HEX) !== 0) return true;
  return ANNOUNCING.indexOf(bytes, beforeStart, start - 1) >= 0;
}

/** Digits without letters but capitals, or something that parts a name from a host. */
function mayBeData(seen: number, length: number): boolean {
  return (seen & MARK) !== 0 || ((seen & LOWER) === 0 && length >= MIN_DATA_LENGTH);
}

/** Position after `scheme://` (RFC 3986 §3.1), -1 where there is none. */
function schemeEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && at - start < MAX_SCHEME_LENGTH && isSchemeByte(bytes[at])) at++;
  if (at === start || at + 2 >= end || bytes[at] !== COLON || bytes[at + 1] !== SLASH || bytes[at + 2] !== SLASH)
    return -1;
  return at + 3;
}

/** ALPHA / DIGIT / "+" / "-" / "." */
function isSchemeByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (
    (lower >= 0x61 && lower <= 0x7a) ||
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  );
}
