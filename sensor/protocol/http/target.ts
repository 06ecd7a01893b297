import { SLOTS, StringTable } from "../../bytes/string-table.js";
import { WordTable } from "../../bytes/word-table.js";
import { bytesBelow, lowestByte, viewOf } from "../../bytes/word-view.js";
import { encodingOf, MIN_ENCODED } from "../data/encoded-text.js";
import type { FieldMemory } from "../data/field-memory.js";
import { MASK } from "../message.js";
import { maskHost } from "./host-mask.js";
import {
  ANNOUNCING_SEGMENTS,
  MIN_ANNOUNCED_LENGTH,
  MIN_ANNOUNCED_LETTERS,
  MIN_SECRET_LENGTH,
  maskPath,
} from "./secret.js";

const SLASH = 0x2f;
const QUESTION = 0x3f;
const HASH = 0x23;
const COLON = 0x3a;
const AT = 0x40;
const MAX_SCHEME_LENGTH = 32;
const MAX_HOSTS = 1_024;

const WORD = 4;
const FOUR_ONES = 0x01010101;
const FOUR_QUESTIONS = 0x3f3f3f3f;
const FOUR_HASHES = 0x23232323;
const SUSPICIOUS = 1;
const MAY_HOLD_DATA = 2;

const NOT_HEX = 1;
const DIGIT = 2;
/** Parts parameters or userinfo, or may stand for a byte that does. */
const MARK = 4;
const LOWER = 8;
const UPPER = 16;
/** Bits of each byte that decide whether a segment may be a secret or data of a person. */
const CLASSES = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  if (byte >= 0x30 && byte <= 0x39) CLASSES[byte] = DIGIT;
  else if (byte !== 0x2d && !((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)) CLASSES[byte] = NOT_HEX;
  if (byte >= 0x61 && byte <= 0x7a) CLASSES[byte] |= LOWER;
  if (byte >= 0x41 && byte <= 0x5a) CLASSES[byte] |= UPPER;
}
for (const mark of Buffer.from(";&=@:%")) CLASSES[mark] |= MARK;
const ANNOUNCING = new WordTable(ANNOUNCING_SEGMENTS);
/** As short as a number or code may be that is given to a person. */
const MIN_DATA_LENGTH = 9;
/** As few digits as such a number or code has, where letters are around it. */
const MIN_DATA_DIGITS = 6;

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
  readonly #fields: FieldMemory;
  /** The one that was told last, and as what. */
  #lastHost = "";
  #lastTold = "";
  /** As what others are told: the same few come again and again. Bounded by starting over. */
  readonly #told = new Map<string, string>();
  /** Paths come again and again: what there is about each is remembered with it. */
  readonly #paths = new StringTable();
  readonly #traits = new Uint8Array(SLOTS);
  readonly #shapes = new Int32Array(SLOTS);
  /** How those are told that hold a secret. */
  readonly #masked: string[] = new Array(SLOTS).fill("");

  constructor(strings: StringTable, fields: FieldMemory) {
    this.#strings = strings;
    this.#fields = fields;
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
    const at = pathEnd(bytes, start, end);
    this.pathStart = start;
    this.pathEnd = at;
    if (at < end && bytes[at] === QUESTION) this.queryStart = at + 1;
    const paths = this.#paths;
    this.path = at === start ? "/" : paths.get(bytes, start, at);
    const { slot } = paths;
    let traits = 0;
    if (at !== start && paths.wasKnown) {
      traits = this.#traits[slot];
      this.shape = this.#shapes[slot];
      if ((traits & SUSPICIOUS) !== 0) this.path = this.#masked[slot];
    } else {
      traits = this.#look(bytes, start, at);
      if ((traits & SUSPICIOUS) !== 0 && !this.#mask()) traits &= ~SUSPICIOUS;
      if (at !== start && slot >= 0) {
        this.#traits[slot] = traits;
        this.#shapes[slot] = this.shape;
        if ((traits & SUSPICIOUS) !== 0) this.#masked[slot] = this.path;
      }
    }
    if (traits === 0) return;
    this.mayHoldData = (traits & MAY_HOLD_DATA) !== 0;
    this.hasSecret = (traits & SUSPICIOUS) !== 0;
  }

  /** Whether the path held what had to be masked. */
  #mask(): boolean {
    const { path } = this;
    this.path = maskPath(path);
    return this.path !== path && this.path.includes(MASK);
  }

  /** Reads the path bytes[start, end) for its shape; what there is about it, SUSPICIOUS and MAY_HOLD_DATA. */
  #look(bytes: Buffer, start: number, end: number): number {
    let traits = 0;
    let shape = 0;
    let hash = 0;
    let seen = 0;
    let beforeStart = start;
    let segmentStart = start;
    for (let at = start; at <= end; at++) {
      const byte = at === end ? SLASH : bytes[at];
      if (byte !== SLASH) {
        seen |= CLASSES[byte];
        hash = (hash << 5) - hash + byte;
        continue;
      }
      if (at - segmentStart >= MIN_ENCODED && encodingOf(bytes, segmentStart, at) !== undefined)
        traits |= MAY_HOLD_DATA;
      const isOdd = (seen & (MARK | DIGIT)) !== 0;
      if (isOdd || at - segmentStart >= MIN_ANNOUNCED_LETTERS)
        if (maySecret(seen, bytes, beforeStart, segmentStart, at)) traits |= SUSPICIOUS;
      if (isOdd) {
        if (mayBeData(seen, bytes, segmentStart, at)) traits |= MAY_HOLD_DATA;
        hash = Math.imul(shape, 31);
      }
      shape = hash;
      beforeStart = segmentStart;
      segmentStart = at + 1;
      seen = 0;
    }
    this.shape = hash | 0;
    if ((traits & MAY_HOLD_DATA) === 0 && this.#fields.classifier.mayBeAdded(bytes, start, end))
      traits |= MAY_HOLD_DATA;
    return traits;
  }

  #readAuthorityForm(bytes: Buffer, start: number, end: number): void {
    this.authority = this.#readAuthority(bytes, start, end);
    this.path = this.authority;
  }

  #readAuthority(bytes: Buffer, start: number, end: number): string {
    const hostStart = afterUserinfo(bytes, start, end);
    if (hostStart !== start) this.hasUserinfo = true;
    return this.host(bytes, hostStart, end);
  }

  /** The host bytes[start, end). Who takes a token, or a number of a person's, for one sends it where hosts are told. */
  host(bytes: Buffer, start: number, end: number): string {
    const host = this.#strings.get(bytes, start, end);
    if (host === this.#lastHost) return this.#lastTold;
    this.#lastHost = host;
    this.#lastTold = this.#told.get(host) ?? this.#tell(host);
    return this.#lastTold;
  }

  #tell(host: string): string {
    const told = this.#fields.maskName(maskHost(host));
    if (this.#told.size >= MAX_HOSTS) this.#told.clear();
    this.#told.set(host, told);
    return told;
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

/** Where the query or the fragment begins, else `end`. */
function pathEnd(bytes: Buffer, start: number, end: number): number {
  const view = viewOf(bytes);
  let at = start;
  for (; at + WORD <= end; at += WORD) {
    const word = view.getInt32(at, true);
    const found = bytesBelow(word ^ FOUR_QUESTIONS, FOUR_ONES) | bytesBelow(word ^ FOUR_HASHES, FOUR_ONES);
    if (found !== 0) return at + lowestByte(found);
  }
  while (at < end && bytes[at] !== QUESTION && bytes[at] !== HASH) at++;
  return at;
}

/** RFC 9110 §4.2.4: userinfo does not belong in HTTP, and what stands there is a password more often than not. */
function afterUserinfo(bytes: Buffer, start: number, end: number): number {
  for (let at = end - 1; at >= start; at--) if (bytes[at] === AT) return at + 1;
  return start;
}

/** Whether the segment bytes[start, end), which by the classes `seen` has a mark or a digit, or is long, needs a closer look. */
function maySecret(seen: number, bytes: Buffer, beforeStart: number, start: number, end: number): boolean {
  if ((seen & MARK) !== 0) return true;
  const length = end - start;
  if (length < MIN_ANNOUNCED_LENGTH) return false;
  if (length >= MIN_SECRET_LENGTH && (seen & NOT_HEX) !== 0 && (seen & (DIGIT | UPPER)) !== 0) return true;
  return ANNOUNCING.indexOf(bytes, beforeStart, start - 1) >= 0;
}

/**
 * Whether bytes[start, end) may hold data: digits without letters but capitals, something that parts a name from a host, or so many
 * digits among other letters than those of hashes.
 */
function mayBeData(seen: number, bytes: Buffer, start: number, end: number): boolean {
  if ((seen & MARK) !== 0) return true;
  if (end - start < MIN_DATA_LENGTH) return false;
  if ((seen & LOWER) === 0) return true;
  return (seen & NOT_HEX) !== 0 && digitsIn(bytes, start, end) >= MIN_DATA_DIGITS;
}

function digitsIn(bytes: Buffer, start: number, end: number): number {
  let digits = 0;
  for (let at = start; at < end; at++) if ((CLASSES[bytes[at]] & DIGIT) !== 0) digits++;
  return digits;
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
