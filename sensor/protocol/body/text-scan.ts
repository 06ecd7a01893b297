import type { FieldMemory } from "../data/field-memory.js";
import { cardHint } from "./card-fields.js";

const LF = 10;
const CR = 13;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const SPACE = 0x20;
const DOT = 0x2e;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;
const MAX_LINES = 16_384;
const MAX_NAME_BYTES = 40;
/** RFC 6350 §6.1.1. */
const CARD = Buffer.from("begin:vcard");
/** Of a card's property, its parameters. */
const MAX_PARAMETERS_BYTES = 512;

/** What names are made of in front of a colon, an equals sign or, in settings, with dots between their words. */
const IS_NAME = new Uint8Array(256);
for (const byte of Buffer.from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ -_.")) IS_NAME[byte] = 1;

/** Takes the JSON text that a line holds. */
type JsonTaker = (bytes: Buffer, start: number, end: number) => void;

/**
 * Lines: each is a value, after a name where `name: value` or `NAME=value` says so; JSON where it begins like it. Covers plain text, what
 * shells and programs read their settings from, persons' cards (RFC 6350), and server-sent events (WHATWG HTML §9.2.6) with whatever they
 * carry.
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
    const isCard = isWord(bytes, start, end, CARD);
    for (let lines = 0; at < end && lines < MAX_LINES; lines++) {
      let stop = at;
      while (stop < end && bytes[stop] !== LF) stop++;
      const lineEnd = stop > at && bytes[stop - 1] === CR ? stop - 1 : stop;
      if (!isCard || !this.#property(bytes, at, lineEnd)) this.#line(bytes, at, lineEnd);
      at = stop + 1;
    }
  }

  /** False where the line is no property of a card that its name tells of: `item1.TEL;TYPE=work:+49…`. */
  #property(bytes: Buffer, start: number, end: number): boolean {
    let nameStart = start;
    let nameEnd = start;
    for (; nameEnd < end && bytes[nameEnd] !== COLON && bytes[nameEnd] !== SEMICOLON; nameEnd++)
      if (bytes[nameEnd] === DOT) nameStart = nameEnd + 1;
    const hint = cardHint(this.#fields, bytes, nameStart, nameEnd);
    const colon = bytes.indexOf(COLON, nameEnd);
    if (hint === 0 || colon < 0 || colon >= Math.min(end, nameEnd + MAX_PARAMETERS_BYTES)) return false;
    this.#fields.classifier.value(bytes, colon + 1, end, hint);
    return true;
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

function isWord(bytes: Buffer, start: number, end: number, word: Buffer): boolean {
  if (start + word.length > end) return false;
  for (let at = 0; at < word.length; at++) if ((bytes[start + at] | SPACE) !== word[at]) return false;
  return true;
}

/** Where the colon or equals sign stands that ends a name at the line's beginning; -1 without one. */
function nameEnd(bytes: Buffer, start: number, end: number): number {
  const limit = Math.min(end, start + MAX_NAME_BYTES);
  for (let at = start; at < limit; at++) {
    const byte = bytes[at];
    if (byte === COLON || byte === EQUALS) return at > start ? at : -1;
    if (IS_NAME[byte] === 0) return -1;
  }
  return -1;
}
