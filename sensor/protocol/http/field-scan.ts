import { hashName } from "../../bytes/word-table.js";
import { bytesBelow, lowestByte, viewOf } from "../../bytes/word-view.js";
import type { AnomalyName } from "../anomaly-name.js";
import { FIELD_NAMES, TOKEN_FIELD } from "./field-name.js";
import type { HeadFacts } from "./head-facts.js";
import type { HeadShapes } from "./head-shape.js";
import { NameMemory } from "./name-memory.js";
import { isTokenField } from "./token-field.js";

/** Id of a field whose name nobody knows. */
const UNREAD = -1;
const LF = 10;
const CR = 13;
const COLON = 0x3a;
const SPACE = 0x20;
const TAB = 9;

/** What a line or value may be found to break; bits of `FieldScan.faults`. */
export const BARE_CR = 1;
export const BARE_LF = 2;
export const SPACE_BEFORE_COLON = 4;
export const OBS_FOLD = 8;
export const INVALID_NAME = 16;
export const NUL = 32;
const SAW_CRLF = 64;
const SAW_LF = 128;

export const FAULT_NAMES: readonly (readonly [number, AnomalyName])[] = [
  [BARE_CR, "bare-cr"],
  [BARE_LF, "bare-lf"],
  [SPACE_BEFORE_COLON, "space-before-colon"],
  [OBS_FOLD, "obs-fold"],
  [INVALID_NAME, "invalid-field-name"],
  [NUL, "nul-in-head"],
];

const FIRST_HITS = 64;
const WORD = 4;
/** Everything up to CR: what ends a line or breaks one. */
const BELOW_SO = 0x0e0e0e0e;

/** RFC 9110 §5.6.2: token characters. */
const IS_TOKEN = new Uint8Array(256);
for (const byte of Buffer.from("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
  IS_TOKEN[byte] = 1;

export function isTokenByte(byte: number): boolean {
  return IS_TOKEN[byte] === 1;
}

/**
 * The header lines of one message: where the fields stand that somebody reads, a hash over the names in their order, and what the
 * lines break. One object is used again for every head; positions hold as long as the bytes do.
 */
export class FieldScan {
  /** Fields found: `ids` are positions in FIELD_NAMES, values are bytes[starts, ends) without surrounding white space. */
  hits = 0;
  ids = new Int32Array(FIRST_HITS);
  starts = new Int32Array(FIRST_HITS);
  ends = new Int32Array(FIRST_HITS);
  order = 0;
  faults = 0;
  /** Of a head like an earlier one: what it says, which the fields found are no part of then. */
  facts: HeadFacts | undefined = undefined;
  carriedField = -1;
  carriedStart = 0;
  carriedEnd = 0;
  /** All lines end as they should, and none breaks a rule. */
  isClean = false;

  clear(): void {
    this.hits = 0;
    this.order = 0;
    this.faults = 0;
    this.facts = undefined;
    this.carriedField = -1;
    this.isClean = false;
  }

  /** The same for a head like one of `shapes`; -1 also where it is like none. */
  match(bytes: Buffer, start: number, end: number, shapes: HeadShapes): number {
    this.clear();
    if (bytes[start - 2] !== CR) return -1;
    const shape = shapes.match(bytes, start, end);
    if (shape === undefined) return -1;
    this.facts = shape.facts;
    const { carriedAt } = shape;
    if (carriedAt >= 0) {
      this.carriedField = shape.carriedField;
      this.carriedStart = shapes.valueStarts[carriedAt];
      this.carriedEnd = shapes.valueEnds[carriedAt];
    }
    this.order = shape.order;
    for (let value = 0; value < shape.ids.length; value++) {
      const id = shape.ids[value];
      const valueStart = shapes.valueStarts[value];
      if (id >= 0) this.#hit(id, bytes, valueStart, shapes.valueEnds[value]);
      else if (id === UNREAD && isTokenField(bytes, valueStart))
        this.#hit(TOKEN_FIELD, bytes, valueStart, shapes.valueEnds[value]);
    }
    return shapes.end;
  }

  /**
   * Reads lines from `start` to the empty line; its end, or -1 where the bytes end before. Each byte is looked at once.
   */
  scan(bytes: Buffer, start: number, end: number): number {
    this.clear();
    // The line before them is one of the head's.
    this.faults = bytes[start - 2] === CR ? SAW_CRLF : SAW_LF;
    const view = viewOf(bytes);
    let name = 0;
    let at = start;
    while (at < end) {
      const first = bytes[at];
      if (first === LF) {
        this.#judgeLineEnds(SAW_LF);
        return at + 1;
      }
      if (first === CR) {
        if (at + 1 >= end) return -1;
        if (bytes[at + 1] === LF) {
          this.#judgeLineEnds(SAW_CRLF);
          return at + 2;
        }
      }
      if (first === SPACE || first === TAB) at = this.#fold(bytes, view, at, end);
      else {
        const known = this.#names.guess(name, view, at, end);
        if (known === 0) at = this.#line(name, bytes, view, at, end);
        else at = this.#knownLine(known, bytes, view, at, end);
        name = this.#name;
      }
      if (at < 0) return -1;
    }
    return -1;
  }

  #knownLine(name: number, bytes: Buffer, view: DataView, start: number, end: number): number {
    const names = this.#names;
    this.#name = name;
    this.order = Math.imul(this.order ^ names.hashes[name], 0x01000193) + 1;
    return this.#value(bytes, view, start + names.lengths[name], end, names.ids[name]);
  }

  #line(before: number, bytes: Buffer, view: DataView, start: number, end: number): number {
    let at = start;
    while (at < end && IS_TOKEN[bytes[at]] === 1) at++;
    const nameEnd = at;
    while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
    if (at >= end) return -1;
    this.#name = 0;
    if (bytes[at] !== COLON || nameEnd === start) {
      this.faults |= INVALID_NAME;
      return this.#value(bytes, view, at, end, -1);
    }
    // RFC 9112 §5.1: some parsers strip it, others see another field: the difference smuggles requests.
    if (at !== nameEnd) this.faults |= SPACE_BEFORE_COLON;
    else this.#name = this.#names.learn(before, bytes, view, start, nameEnd);
    const names = this.#names;
    const known = this.#name;
    const hash = known > 0 ? names.hashes[known] : hashName(bytes, start, nameEnd);
    this.order = Math.imul(this.order ^ hash, 0x01000193) + 1;
    const id = known > 0 ? names.ids[known] : FIELD_NAMES.find(bytes, start, nameEnd, hash);
    return this.#value(bytes, view, at + 1, end, id);
  }

  /** The rest of a line; kept as a hit where `id` is one. */
  #value(bytes: Buffer, view: DataView, start: number, end: number, id: number): number {
    const lineEnd = this.#lineEnd(bytes, view, start, end);
    if (lineEnd < 0) return -1;
    if (id >= 0) this.#hit(id, bytes, start, lineEnd);
    else if (isTokenField(bytes, start)) this.#hit(TOKEN_FIELD, bytes, start, lineEnd);
    this.#foldable = id >= 0;
    return lineEnd;
  }

  #hit(id: number, bytes: Buffer, start: number, lineEnd: number): void {
    if (this.hits === this.ids.length) this.#grow();
    const { hits } = this;
    let at = start;
    while (at < lineEnd && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
    this.ids[hits] = id;
    this.starts[hits] = at;
    this.ends[hits] = trimEnd(bytes, at, lineEnd);
    this.hits = hits + 1;
  }

  #foldable = false;
  /** The name of the line read last, 0 where it was not learned. */
  #name = 0;
  readonly #names = new NameMemory();

  /** As many as the largest head has lines: one left out may be the one that says where the body ends. */
  #grow(): void {
    const larger = (from: Int32Array): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(from.length * 2);
      to.set(from);
      return to;
    };
    this.ids = larger(this.ids);
    this.starts = larger(this.starts);
    this.ends = larger(this.ends);
  }

  /** RFC 9112 §5.2: a line that begins with white space goes on with the value before it. */
  #fold(bytes: Buffer, view: DataView, start: number, end: number): number {
    this.faults |= OBS_FOLD;
    const lineEnd = this.#lineEnd(bytes, view, start, end);
    if (lineEnd >= 0 && this.#foldable && this.hits > 0) {
      this.ends[this.hits - 1] = trimEnd(bytes, this.starts[this.hits - 1], lineEnd);
    }
    return lineEnd;
  }

  /** RFC 9112 §5.2: what folds a value is read as spaces. The bytes are borrowed: a copy, in which the fields found stand from now on. */
  unfold(bytes: Buffer): Buffer {
    const { hits } = this;
    if (hits === 0) return bytes;
    const first = this.starts[0];
    const copy = Buffer.from(bytes.subarray(first, Math.max(first, this.ends[hits - 1])));
    for (let hit = 0; hit < hits; hit++) {
      this.starts[hit] -= first;
      this.ends[hit] -= first;
      for (let at = this.starts[hit]; at < this.ends[hit]; at++)
        if (copy[at] === LF || (copy[at] === CR && copy[at + 1] === LF)) copy[at] = SPACE;
      while (this.starts[hit] < this.ends[hit] && copy[this.starts[hit]] === SPACE) this.starts[hit]++;
    }
    return copy;
  }

  /** Position after the line's LF, -1 where it is not there yet. Four bytes are looked at a time. */
  #lineEnd(bytes: Buffer, view: DataView, start: number, end: number): number {
    let at = start;
    while (at < end) {
      if (at + WORD <= end) {
        const low = bytesBelow(view.getInt32(at, true), BELOW_SO);
        if (low === 0) {
          at += WORD;
          continue;
        }
        at += lowestByte(low);
      }
      const byte = bytes[at];
      if (byte === CR && at + 1 < end && bytes[at + 1] === LF) {
        this.faults |= SAW_CRLF;
        return at + 2;
      }
      if (byte === LF) {
        this.faults |= SAW_LF;
        return at + 1;
      }
      if (byte === CR && at + 1 < end) this.faults |= BARE_CR;
      else if (byte === 0) this.faults |= NUL;
      at++;
    }
    return -1;
  }

  /** RFC 9112 §2.2 tolerates LF alone; both kinds in one head are how two parsers come to see two heads. */
  #judgeLineEnds(last: number): void {
    const seen = this.faults | last;
    this.isClean = seen === SAW_CRLF;
    this.faults &= ~(SAW_CRLF | SAW_LF);
    if ((seen & SAW_CRLF) !== 0 && (seen & SAW_LF) !== 0) this.faults |= BARE_LF;
  }
}

/** End of bytes[start, end) without trailing CR, LF and white space. */
function trimEnd(bytes: Buffer, start: number, end: number): number {
  let at = end;
  while (
    at > start &&
    (bytes[at - 1] === LF || bytes[at - 1] === CR || bytes[at - 1] === SPACE || bytes[at - 1] === TAB)
  )
    at--;
  return at;
}
