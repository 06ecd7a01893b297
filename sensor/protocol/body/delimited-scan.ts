import type { FieldMemory } from "../data/field-memory.js";
import { LOST } from "./json-scan.js";
import type { Scratch } from "./scratch.js";

const QUOTE = 0x22;
const LF = 10;
const CR = 13;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const TAB = 9;
const BAR = 0x7c;
const DELIMITERS: readonly number[] = [COMMA, SEMICOLON, TAB, BAR];
const MAX_COLUMNS = 256;
const MAX_CELLS = 65_536;

/**
 * Rows of values whose names stand in the first one (RFC 4180; semicolons, tabs and bars as well, whichever there are most of). Where the
 * first row has no names, they tell nothing and are looked at as values.
 */
export class DelimitedScan {
  readonly #fields: FieldMemory;
  readonly #scratch: Scratch;
  /** Of each column. */
  readonly #hints = new Int32Array(MAX_COLUMNS);
  #delimiter = COMMA;
  /** Of the cell read last: its bytes, and whether quotation marks are doubled in it. */
  #start = 0;
  #end = 0;
  #hasDoubled = false;

  constructor(fields: FieldMemory, scratch: Scratch) {
    this.#fields = fields;
    this.#scratch = scratch;
  }

  /** `isCut`: the text goes on beyond `end`, so that its last value is not whole. */
  scan(bytes: Buffer, start: number, end: number, isCut: boolean): void {
    this.#hints.fill(0);
    this.#delimiter = delimiterOf(bytes, start, end);
    let at = start;
    let column = 0;
    let isFirst = true;
    let lost = bytes.indexOf(LOST, start);
    for (let cells = 0; at < end && cells < MAX_CELLS; cells++) {
      const stop = this.#cell(bytes, at, end);
      if (isCut && stop >= end) return;
      // What follows a loss in a row is of nobody knows which column.
      if (lost >= at && lost < stop) {
        column = MAX_COLUMNS;
        lost = bytes.indexOf(LOST, stop);
      }
      if (isFirst) this.#name(bytes, column);
      else this.#value(bytes, column < MAX_COLUMNS ? this.#hints[column] : 0);
      column++;
      if (stop < end && bytes[stop] !== this.#delimiter) {
        column = 0;
        isFirst = false;
      }
      at = stop + 1;
    }
  }

  /** Where the cell that begins there ends: at a delimiter, at a line's end or at `end`. */
  #cell(bytes: Buffer, from: number, end: number): number {
    this.#hasDoubled = false;
    let at = from;
    if (bytes[at] !== QUOTE) {
      while (at < end && bytes[at] !== this.#delimiter && bytes[at] !== LF) at++;
      this.#start = from;
      this.#end = at > from && bytes[at - 1] === CR ? at - 1 : at;
      return at;
    }
    for (at++; at < end; at++) {
      if (bytes[at] !== QUOTE) continue;
      if (bytes[at + 1] !== QUOTE || at + 1 >= end) break;
      this.#hasDoubled = true;
      at++;
    }
    this.#start = from + 1;
    this.#end = Math.min(at, end);
    while (at < end && bytes[at] !== this.#delimiter && bytes[at] !== LF) at++;
    return at;
  }

  #name(bytes: Buffer, column: number): void {
    const hint = this.#fields.hint(bytes, this.#start, this.#end, 0, 0, 0);
    if (hint === 0) this.#value(bytes, 0);
    if (column < MAX_COLUMNS) this.#hints[column] = hint;
  }

  #value(bytes: Buffer, hint: number): void {
    const { classifier } = this.#fields;
    if (!this.#hasDoubled) {
      classifier.value(bytes, this.#start, this.#end, hint);
      return;
    }
    this.#scratch.undouble(bytes, this.#start, this.#end, QUOTE);
    classifier.value(this.#scratch.bytes, 0, this.#scratch.length, hint);
  }
}

/** The one that stands most often in the first line. */
function delimiterOf(bytes: Buffer, start: number, end: number): number {
  const newline = bytes.indexOf(LF, start);
  const line = bytes.subarray(start, newline < 0 || newline > end ? end : newline);
  const counts = DELIMITERS.map((delimiter) => line.reduce((sum, byte) => sum + (byte === delimiter ? 1 : 0), 0));
  return DELIMITERS[counts.indexOf(Math.max(...counts))];
}
