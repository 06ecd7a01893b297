import type { FieldMemory } from "../data/field-memory.js";
import { cardHint, MAX_CARD_NAME } from "./card-fields.js";
import { OauthFields } from "./oauth-fields.js";
import type { Scratch } from "./scratch.js";
import type { ShapeRecorder } from "./shape-recorder.js";
import { SiblingNames, type SiblingRole } from "./sibling-names.js";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const MINUS = 0x2d;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;
const MAX_DEPTH = 64;
const MAX_TOKENS = 32_768;
/** How deep the members of an object stand that is all of the text; and nowhere, for a value that broke off. */
const OF_MEMBERS = 1;
const NOT_WHOLE = -1;
/** Stands where bytes were lost; no JSON text holds it. */
export const LOST = 0;

/** First letters of `true`, `false` and `null`, and what may stand before them in none of them. */
const IS_LITERAL = new Uint8Array(256);
for (const byte of Buffer.from("tfn")) IS_LITERAL[byte] = 1;
const IS_LETTER = new Uint8Array(256);
for (const byte of Buffer.from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) IS_LETTER[byte] = 1;

/** What ends a string or stands for something else in it. */
const STOPS = new Uint8Array(256);
for (const byte of [QUOTE, BACKSLASH, LOST]) STOPS[byte] = 1;

/**
 * Walks through JSON text and asks what its fields and values are. It believes nothing: text that breaks off, lacks a piece or is
 * wrong is read as far as it goes, and what can't be told apart is passed over. Nothing is built from it.
 */
export class JsonScan {
  readonly #fields: FieldMemory;
  readonly #scratch: Scratch;
  readonly #shape: ShapeRecorder;
  /** For each level: where the name of what holds it stands, its hash, and what an array's values inherit. */
  readonly #starts = new Int32Array(MAX_DEPTH + 1);
  readonly #ends = new Int32Array(MAX_DEPTH + 1);
  readonly #hashes = new Int32Array(MAX_DEPTH + 1);
  readonly #inherited = new Int32Array(MAX_DEPTH + 1);
  #depth = 0;
  #beyond = 0;
  #nameStart = 0;
  #nameEnd = 0;
  #nameHash = 0;
  #hint = 0;
  readonly #siblings: SiblingNames;
  /** What the member whose value comes next is to those beside it. */
  #role: SiblingRole | undefined = undefined;
  /** What the members of the object scanned last say to an OAuth 2 server: many take the parameters of RFC 6749 as JSON. */
  readonly oauth = new OauthFields();

  constructor(fields: FieldMemory, scratch: Scratch, shape: ShapeRecorder) {
    this.#fields = fields;
    this.#scratch = scratch;
    this.#shape = shape;
    this.#siblings = new SiblingNames(fields, MAX_DEPTH);
  }

  /** `isCut`: the text goes on beyond `end`. */
  scan(bytes: Buffer, start: number, end: number, isCut: boolean): void {
    this.#reset();
    this.oauth.begin();
    const { depth } = this.#shape;
    let at = start;
    for (let tokens = 0; at < end && tokens < MAX_TOKENS; tokens++) {
      const byte = bytes[at];
      if (byte === QUOTE) at = this.#string(bytes, at + 1, end);
      else if (byte === MINUS || isDigit(byte)) at = this.#number(bytes, at, end, isCut);
      else {
        if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#open(byte);
        else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.#close();
        else if (byte === COMMA) this.#hint = this.#inherited[this.#depth];
        else if (byte === LOST) at = this.#resume(bytes, at + 1, end) - 1;
        else {
          if (this.#shape.isOn && IS_LITERAL[byte] === 1 && IS_LETTER[bytes[at - 1]] === 0) this.#shape.literal(byte);
          tokens--;
        }
        at++;
      }
    }
    this.#shape.unwind(depth);
  }

  #reset(): void {
    this.#depth = 0;
    this.#beyond = 0;
    this.#starts[0] = this.#ends[0] = this.#hashes[0] = this.#inherited[0] = 0;
    this.#nameStart = this.#nameEnd = this.#nameHash = this.#hint = 0;
    this.#role = undefined;
    this.#siblings.begin();
  }

  /** A string is a name where a colon follows it. Position after it. */
  #string(bytes: Buffer, start: number, end: number): number {
    let hasEscape = false;
    let stop = start;
    for (; stop < end; stop++) {
      if (STOPS[bytes[stop]] === 0) continue;
      if (bytes[stop] !== BACKSLASH) break;
      hasEscape = true;
      stop++;
    }
    if (stop >= end || bytes[stop] === LOST) {
      // The word that was cut off may have been longer than what it looks like.
      this.#shape.lose();
      this.#value(bytes, start, wordsEnd(bytes, start, Math.min(stop, end)), hasEscape, NOT_WHOLE);
      return stop;
    }
    let next = stop + 1;
    while (next < end && bytes[next] <= 0x20 && bytes[next] !== LOST) next++;
    if (bytes[next] !== COLON || next >= end) {
      this.#value(bytes, start, stop, hasEscape, this.#depth);
      if (stop - start <= MAX_CARD_NAME && bytes[start - 2] === OPEN_ARRAY) this.#cardProperty(bytes, start, stop);
      return stop + 1;
    }
    const depth = this.#depth;
    const around = this.#hashes[depth];
    this.#nameStart = start;
    this.#nameEnd = stop;
    if (hasEscape) {
      // RFC 8259 §7: to whoever reads it a name is the same with and without escapes.
      this.#scratch.unescapeJson(bytes, start, stop);
      this.#hint = this.#fields.hint(this.#scratch.bytes, 0, this.#scratch.length, 0, 0, 0);
      this.#named(this.#scratch.bytes, 0, this.#scratch.length);
      this.#role = undefined;
    } else {
      this.#hint = this.#fields.hint(bytes, start, stop, this.#starts[depth], this.#ends[depth], around);
      this.#named(bytes, start, stop);
      this.#role = this.#siblings.roleOf(bytes, start, stop);
      if (this.#role === "value" || this.#role === "code") this.#callByName(bytes, depth, this.#role);
    }
    return next + 1;
  }

  /** RFC 7095 §3.3: a list of a property's name, its parameters, the type of its values, and these. */
  #cardProperty(bytes: Buffer, start: number, end: number): void {
    const hint = cardHint(this.#fields, bytes, start, end);
    if (hint !== 0 && bytes[end + 1] === COMMA && bytes[end + 2] === OPEN_OBJECT) this.#inherited[this.#depth] = hint;
  }

  /** What stands beside the value that comes next may be what it is called, and what is in it. */
  #callByName(bytes: Buffer, depth: number, role: "value" | "code"): void {
    const hint = this.#siblings.hint(depth, bytes, role);
    if (hint === 0) return;
    this.#hint = hint;
    this.#nameStart = this.#siblings.start;
    this.#nameEnd = this.#siblings.end;
    this.#nameHash = this.#siblings.hash;
    this.#role = undefined;
  }

  /** A text that is the value of a member with a role, or its name. */
  #beside(role: SiblingRole, bytes: Buffer, start: number, end: number, depth: number): void {
    if (role === "name" || role === "system") this.#siblings.named(depth, bytes, start, end, role);
    else this.#siblings.unnamed(depth, start, end, role);
    this.#role = undefined;
  }

  #named(bytes: Buffer, start: number, end: number): void {
    this.#nameHash = this.#fields.hash;
    if (this.#depth === OF_MEMBERS) this.oauth.name(bytes, start, end);
    if (this.#shape.isOn) this.#shape.name(bytes, start, end);
  }

  #value(bytes: Buffer, start: number, end: number, hasEscape: boolean, depth: number): void {
    const { classifier } = this.#fields;
    const before = classifier.found;
    const isMember = depth === OF_MEMBERS && end > start;
    if (!hasEscape) {
      classifier.value(bytes, start, end, this.#hint);
      if (isMember) this.oauth.value(bytes, start, end);
      if (this.#role !== undefined && depth !== NOT_WHOLE) this.#beside(this.#role, bytes, start, end, depth);
    } else {
      this.#scratch.unescapeJson(bytes, start, end);
      classifier.value(this.#scratch.bytes, 0, this.#scratch.length, this.#hint);
      if (isMember) this.oauth.value(this.#scratch.bytes, 0, this.#scratch.length);
    }
    if (!this.#shape.isOn) return;
    const isPlain = !classifier.isTelling(this.#hint) && classifier.found === before;
    // What is escaped, as some write the plus of a time, is of the form of what it stands for.
    if (hasEscape) this.#shape.string(this.#scratch.bytes, 0, this.#scratch.length, isPlain);
    else this.#shape.string(bytes, start, end, isPlain);
  }

  #number(bytes: Buffer, start: number, end: number, isCut: boolean): number {
    let at = start + 1;
    while (at < end && isNumberByte(bytes[at])) at++;
    if (at < end ? bytes[at] === LOST : isCut) return at;
    this.#fields.classifier.number(bytes, start, at, this.#hint);
    if (this.#shape.isOn) this.#shape.number(bytes, start, at);
    return at;
  }

  #open(byte: number): void {
    if (this.#shape.isOn) this.#shape.open(byte === OPEN_OBJECT);
    if (this.#depth === MAX_DEPTH) {
      this.#beyond++;
      return;
    }
    const depth = this.#depth++;
    const isNamed = this.#nameHash !== 0;
    // What stands in an array is called what the array is called.
    this.#starts[depth + 1] = isNamed ? this.#nameStart : this.#starts[depth];
    this.#ends[depth + 1] = isNamed ? this.#nameEnd : this.#ends[depth];
    this.#hashes[depth + 1] = isNamed ? this.#nameHash : this.#hashes[depth];
    this.#role = undefined;
    this.#siblings.open(depth + 1);
    if (byte === OPEN_OBJECT) this.#hint = 0;
    this.#inherited[depth + 1] = this.#hint;
    this.#nameHash = 0;
  }

  #close(): void {
    if (this.#shape.isOn) this.#shape.close();
    if (this.#beyond > 0) this.#beyond--;
    else if (this.#depth > 0) this.#depth--;
    this.#hint = this.#inherited[this.#depth];
    this.#nameHash = 0;
  }

  /** After a loss: the position of the first quotation mark that opens a string, by what follows the one before. */
  #resume(bytes: Buffer, start: number, end: number): number {
    this.#reset();
    this.#shape.lose();
    let at = start;
    while (at < end && bytes[at] !== QUOTE && bytes[at] !== LOST) at++;
    if (at >= end || bytes[at] === LOST) return at;
    let next = at + 1;
    while (next < end && bytes[next] <= 0x20) next++;
    const follows = bytes[next];
    const closes = follows === COLON || follows === COMMA || follows === CLOSE_OBJECT || follows === CLOSE_ARRAY;
    return closes ? at + 1 : at;
  }
}

/** End of bytes[start, end) without the word it ends in. */
export function wordsEnd(bytes: Buffer, start: number, end: number): number {
  let at = end;
  while (at > start && bytes[at - 1] > 0x20 && bytes[at - 1] !== COMMA) at--;
  return at;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Digits, `.`, `e`, `E`, `+`, `-`. */
function isNumberByte(byte: number): boolean {
  return isDigit(byte) || byte === 0x2e || byte === 0x65 || byte === 0x45 || byte === 0x2b || byte === MINUS;
}
