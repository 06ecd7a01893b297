import type { FieldMemory } from "../data/field-memory.js";

const LF = 10;
const CR = 13;
const COLON = 0x3a;
const SPACE = 0x20;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;
const MAX_LINES = 16_384;
const MAX_NAME_BYTES = 40;

/** Takes the JSON text that a line holds. */
type JsonTaker = (bytes: Buffer, start: number, end: number) => void;

/**
 * Lines: each is a value, after a name where `name: value` says so; JSON where it begins like it. Covers plain text, and server-sent
 * events (WHATWG HTML §9.2.6) with whatever they carry.
 */
export class TextScan {
  readonly #fields: FieldMemory;
  readonly #json: JsonTaker;

  constructor(fields: FieldMemory, json: JsonTaker) {
    this.#fields = fields;
    this.#json = json;
  }

  scan(bytes: Buffer, start: number, end: number): void {
    let at = start;
    for (let lines = 0; at < end && lines < MAX_LINES; lines++) {
      let stop = at;
      while (stop < end && bytes[stop] !== LF) stop++;
      this.#line(bytes, at, stop > at && bytes[stop - 1] === CR ? stop - 1 : stop);
      at = stop + 1;
    }
  }

  #line(bytes: Buffer, start: number, end: number): void {
    const colon = nameEnd(bytes, start, end);
    let from = colon < 0 ? start : colon + 1;
    while (from < end && bytes[from] <= SPACE) from++;
    if (from >= end) return;
    if (bytes[from] === OPEN_OBJECT || bytes[from] === OPEN_ARRAY) {
      this.#json(bytes, from, end);
      return;
    }
    const { classifier } = this.#fields;
    const hint = colon < 0 ? 0 : this.#fields.hint(bytes, start, colon, 0, 0, 0);
    // Without a telling name the line is running text, name and all: a URL has a colon, too.
    classifier.value(bytes, hint === 0 ? start : from, end, hint);
  }
}

/** Where the colon stands that ends a name at the line's beginning; -1 without one. */
function nameEnd(bytes: Buffer, start: number, end: number): number {
  const limit = Math.min(end, start + MAX_NAME_BYTES);
  for (let at = start; at < limit; at++) {
    const byte = bytes[at];
    if (byte === COLON) return at > start ? at : -1;
    const lower = byte | 0x20;
    if (!(lower >= 0x61 && lower <= 0x7a) && byte !== SPACE && byte !== 0x2d && byte !== 0x5f) return -1;
  }
  return -1;
}
