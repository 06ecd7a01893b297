import type { StringTable } from "../../bytes/string-table.js";
import { MASK } from "../message.js";
import { maskPath } from "./secret.js";

const SLASH = 0x2f;
const QUESTION = 0x3f;
const HASH = 0x23;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const AT = 0x40;

const NOT_HEX = 1;
const UPPER = 2;
const LOWER = 4;
const DIGIT = 8;
/** Bits of each byte that decide whether a segment may be a secret. */
const CLASSES = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  if (byte >= 0x30 && byte <= 0x39) CLASSES[byte] = DIGIT;
  else if (byte >= 0x41 && byte <= 0x5a) CLASSES[byte] = UPPER | (byte > 0x46 ? NOT_HEX : 0);
  else if (byte >= 0x61 && byte <= 0x7a) CLASSES[byte] = LOWER | (byte > 0x66 ? NOT_HEX : 0);
  else if (byte !== 0x2d) CLASSES[byte] = NOT_HEX;
}
const MIN_SECRET_LENGTH = 20;

/** A request target taken apart, RFC 9112 §3.2. One object is used again for every request. */
export class Target {
  path = "";
  /** The path holds a secret, which was masked. */
  hasSecret = false;
  /** Authority of the absolute or authority form, as sent, without userinfo. */
  authority: string | undefined = undefined;
  hasUserinfo = false;
  /** The query is bytes[queryStart, queryEnd), empty without one. */
  queryStart = 0;
  queryEnd = 0;
  readonly #strings: StringTable;

  constructor(strings: StringTable) {
    this.#strings = strings;
  }

  read(bytes: Buffer, start: number, end: number, isConnect: boolean): void {
    this.authority = undefined;
    this.hasUserinfo = false;
    this.hasSecret = false;
    this.queryStart = this.queryEnd = end;
    if (bytes[start] === SLASH) this.#readPath(bytes, start, end);
    else if (isConnect) this.#readAuthorityForm(bytes, start, end);
    else this.#readAbsolute(bytes, start, end);
  }

  #readPath(bytes: Buffer, start: number, end: number): void {
    let suspicious = false;
    let seen = 0;
    let segmentStart = start;
    let at = start;
    for (; at < end; at++) {
      const byte = bytes[at];
      if (byte === SLASH) {
        suspicious ||= maySecret(seen, at - segmentStart);
        segmentStart = at + 1;
        seen = 0;
        continue;
      }
      if (byte === QUESTION || byte === HASH) break;
      if (byte === SEMICOLON) suspicious = true;
      seen |= CLASSES[byte];
    }
    suspicious ||= maySecret(seen, at - segmentStart);
    if (at < end && bytes[at] === QUESTION) this.queryStart = at + 1;
    const path = at === start ? "/" : this.#strings.get(bytes, start, at);
    this.path = suspicious ? maskPath(path) : path;
    this.hasSecret = suspicious && this.path !== path && this.path.includes(MASK);
  }

  #readAuthorityForm(bytes: Buffer, start: number, end: number): void {
    this.authority = this.#strings.get(bytes, start, end);
    this.path = this.authority;
  }

  /** absolute-form, `*`, or something that is none: then it stands as the path, as sent. */
  #readAbsolute(bytes: Buffer, start: number, end: number): void {
    const scheme = schemeEnd(bytes, start, end);
    if (scheme < 0) {
      this.#readPath(bytes, start, end);
      return;
    }
    let authorityStart = scheme;
    let at = scheme;
    for (; at < end && bytes[at] !== SLASH && bytes[at] !== QUESTION && bytes[at] !== HASH; at++) {
      if (bytes[at] === AT) {
        // RFC 9110 §4.2.4: userinfo does not belong here, and what stands there is a password more often than not.
        this.hasUserinfo = true;
        authorityStart = at + 1;
      }
    }
    this.authority = this.#strings.get(bytes, authorityStart, at);
    this.#readPath(bytes, at, end);
  }
}

function maySecret(seen: number, length: number): boolean {
  return length >= MIN_SECRET_LENGTH && (seen & NOT_HEX) !== 0 && (seen & DIGIT) !== 0;
}

/** Position after `scheme://`, -1 where there is none. */
function schemeEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && at - start < 12 && isLetter(bytes[at])) at++;
  if (at === start || at + 2 >= end || bytes[at] !== COLON || bytes[at + 1] !== SLASH || bytes[at + 2] !== SLASH)
    return -1;
  return at + 3;
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
