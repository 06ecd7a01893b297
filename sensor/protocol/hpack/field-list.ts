import type { TableEntries } from "./dynamic-table.js";
import { HeaderField, type HeaderSink, UNKNOWN_NAME, UNREAD_NAME } from "./header-field.js";
import { isPlain } from "./static-table.js";

/** Longer heads go to the sink in several pieces. */
export const MOST_FIELDS = 128;
const NONE = Buffer.alloc(0);
/** RFC 9113 §6.5.2: what a field counts beyond its name and value. */
const FIELD_OVERHEAD = 32;
/** Numbers below it stand for names of fields whose values are asked for head by head. */
export const PLACES = 4;

/** Bits of what there is about a field. */
export const IS_LITERAL = 1;
export const HAS_LINE_BREAK = 2;
/** Its name was spelt, and with capitals. */
export const HAS_CAPITALS = 4;
/** Its name was spelt, begins as one of RFC 9113 §8.3's, and nobody knows it. */
export const IS_ODD_PSEUDO = 8;
export const HAS_NO_VALUE = 16;
/** Nobody reads it in every head, and yet it was kept: its name stands directly before its value. */
export const IS_NAMED = 32;
/** RFC 7541 §7.1.3: the value must not be kept. */
export const IS_SENSITIVE = 64;
/** It was put into the table. */
export const IS_INDEXED = 128;
/** Nobody reads its name, and its value begins as a token does. */
export const IS_TOKEN = 256;
const ODD = HAS_LINE_BREAK | HAS_CAPITALS | IS_ODD_PSEUDO | HAS_NO_VALUE;

/**
 * The fields of a block as they were decoded, columns of one table. A head like an earlier one is known by the fields' numbers; who has
 * to look at the fields themselves has them told one by one. Values are borrowed until the next block.
 */
export class FieldList {
  count = 0;
  /** As RFC 9113 §6.5.2 counts it. */
  size = 0;
  /** Over the numbers in their order. */
  hash = 0;
  /** The numbers say all there is to say, but for the values in their places. */
  isNumbered = true;
  /** Some field is. */
  isSensitive = false;
  /** The first fields were told and are no longer here. */
  hasSpilled = false;
  readonly numbers = new Int32Array(MOST_FIELDS);
  /** Where the first field stands that has a number below PLACES; -1 without one. */
  readonly places = new Int32Array(PLACES);
  readonly starts = new Int32Array(MOST_FIELDS);
  readonly valueLengths = new Int32Array(MOST_FIELDS);
  readonly bytes: Buffer[] = new Array(MOST_FIELDS).fill(NONE);
  readonly #sink: HeaderSink;
  readonly #field = new HeaderField();
  readonly #ids = new Int32Array(MOST_FIELDS);
  readonly #hashes = new Int32Array(MOST_FIELDS);
  readonly #nameLengths = new Int32Array(MOST_FIELDS);
  readonly #traits = new Uint16Array(MOST_FIELDS);
  #told = 0;

  constructor(sink: HeaderSink) {
    this.#sink = sink;
  }

  clear(): void {
    this.count = this.#told = 0;
    this.size = 0;
    this.hash = 0;
    this.isNumbered = true;
    this.isSensitive = false;
    this.hasSpilled = false;
    for (let place = 0; place < PLACES; place++) this.places[place] = -1;
  }

  /** `number` is 0 where none stands for the field. */
  push(
    id: number,
    hash: number,
    number: number,
    nameLength: number,
    bytes: Buffer,
    start: number,
    valueLength: number,
    traits: number,
  ): void {
    if (this.count === MOST_FIELDS) this.#spill();
    const at = this.count++;
    this.#ids[at] = id;
    this.#hashes[at] = hash;
    this.#nameLengths[at] = nameLength;
    this.#traits[at] = traits;
    this.numbers[at] = number;
    this.starts[at] = start;
    this.valueLengths[at] = valueLength;
    // Mostly it is the same as before, and telling the collector of it costs more than looking.
    if (this.bytes[at] !== bytes) this.bytes[at] = bytes;
    this.size += FIELD_OVERHEAD + nameLength + valueLength;
    this.hash = Math.imul(this.hash ^ number, 0x9e3779b1);
    this.hash ^= this.hash >>> 15;
    if (number < PLACES) this.#place(number, at);
    if ((traits & ODD) !== 0) this.isNumbered = false;
  }

  /** A field whose name or value stands in a table whose filling was not seen. */
  pushUnknown(): void {
    this.push(UNKNOWN_NAME, 0, 0, 0, NONE, 0, 0, HAS_NO_VALUE);
  }

  /** Where the value of a field ends. */
  endOf(at: number): number {
    return this.starts[at] + this.valueLengths[at];
  }

  /** A field with an id in [first, end) was spelt in the block, not taken from a table. */
  spells(first: number, end: number): boolean {
    for (let at = 0; at < this.count; at++)
      if (this.#ids[at] >= first && this.#ids[at] < end && (this.#traits[at] & IS_LITERAL) !== 0) return true;
    return false;
  }

  /** So was one that nobody reads, and that may say anything. */
  spellsUnread(): boolean {
    for (let at = 0; at < this.count; at++)
      if (this.#ids[at] === UNREAD_NAME && (this.#traits[at] & IS_LITERAL) !== 0 && !isPlain(this.#hashes[at]))
        return true;
    return false;
  }

  /** What the block put into its table, copied. */
  entries(): TableEntries {
    const indexed = [];
    for (let at = 0; at < this.count; at++) if ((this.#traits[at] & IS_INDEXED) !== 0) indexed.push(at);
    return indexed.map((at) => ({
      id: this.#ids[at],
      hash: this.#hashes[at],
      number: this.numbers[at],
      nameLength: this.#nameLengths[at],
      valueLength: this.valueLengths[at],
      // A value that nobody reads need not be there.
      value: this.#ids[at] < 0 ? NONE : Buffer.from(this.bytes[at].subarray(this.starts[at], this.endOf(at))),
    }));
  }

  /** Position of its name among those that somebody reads; negative where nobody does, or it can't be told. */
  idOf(at: number): number {
    return this.#ids[at];
  }

  traitsOf(at: number): number {
    return this.#traits[at];
  }

  /** Of a field that IS_NAMED. */
  nameOf(at: number): string {
    const start = this.starts[at];
    return this.bytes[at].latin1Slice(start - this.#nameLengths[at], start);
  }

  #place(number: number, at: number): void {
    if (number === 0) this.isNumbered = false;
    else if (this.places[number] < 0) this.places[number] = at;
  }

  /** Tells the sink the fields that it was not told yet. */
  tell(): void {
    const field = this.#field;
    for (; this.#told < this.count; this.#told++) {
      const at = this.#told;
      const traits = this.#traits[at];
      field.id = this.#ids[at];
      field.hash = this.#hashes[at];
      field.nameLength = this.#nameLengths[at];
      field.valueBytes = this.bytes[at];
      field.valueStart = this.starts[at];
      field.valueLength = this.valueLengths[at];
      field.hasValue = (traits & HAS_NO_VALUE) === 0;
      field.traits = traits;
      this.#sink.field(field);
    }
  }

  #spill(): void {
    this.isNumbered = false;
    this.hasSpilled = true;
    this.tell();
    this.count = this.#told = 0;
  }
}
