import { copyBytes } from "../../bytes/copy-bytes.js";
import { type FieldList, IS_NAMED, IS_TOKEN } from "./field-list.js";
import { type FieldName, type FieldNumbering, UNREAD_NAME } from "./header-field.js";

/** RFC 7541 §4.1: what an entry counts beyond its name and value. */
export const ENTRY_OVERHEAD = 32;
/** RFC 9113 §6.5.2: before any setting. */
export const DEFAULT_TABLE_BYTES = 4_096;
/** A larger table is kept as far as this; what is older in it counts as not seen. */
const MAX_KEPT_BYTES = 65_536;
const FIRST_BYTES = 512;
const FIRST_ENTRIES = 8;

/** Columns of an entry. */
const START = 0;
const NAME_LENGTH = 1;
const VALUE_LENGTH = 2;
const ID = 3;
const HASH = 4;
const NUMBER = 5;
/** Bytes of its value that are kept. */
const KEPT = 6;
const TRAITS = 7;
/** A power of two: places are found by shifting. */
const COLUMN_BITS = 3;
const COLUMNS = 1 << COLUMN_BITS;

const NO_BYTES = Buffer.alloc(0);
const NO_ENTRIES = new Int32Array(0);

/** What one block put into its table, in that order. */
export type TableEntries = readonly {
  readonly id: number;
  readonly hash: number;
  readonly number: number;
  readonly nameLength: number;
  readonly valueLength: number;
  readonly value: Buffer;
}[];

let stamps = 0;

/**
 * RFC 7541 §2.3.2: what the sender of one side put into its table, newest first. Entries leave in the order they came, so their values
 * lie in one range, and positions counted from the newest hold whatever is older: that may be unknown, where the connection was
 * joined late or bytes were lost.
 */
export class DynamicTable {
  /** Entries whose filling was seen. */
  count = 0;
  /** Nothing older than those is in it. */
  isWhole = true;
  /** No other table has it, nor this one after any change of what is in it. */
  stamp = ++stamps;
  /** Whether fields that nobody reads in every head are kept as well, as far as they are wanted. */
  keepsUnread = false;
  /** Size its sender last said, RFC 7541 §4.2. */
  maxBytes = DEFAULT_TABLE_BYTES;
  #usedBytes = 0;
  #bytes = NO_BYTES;
  #start = 0;
  #end = 0;
  /** A ring of entries; its length is a power of two. */
  #entries = NO_ENTRIES;
  #oldest = 0;

  /** `position` counts from 0, the newest, and is below `count`. A value that nobody reads is not there. */
  push(position: number, list: FieldList, numbering: FieldNumbering): void {
    const entries = this.#entries;
    const entry = this.#entryAt(position);
    // Most get their number when they come again, and this is when.
    if (entries[entry + NUMBER] === 0) this.#number(entry, numbering);
    const hash = entries[entry + HASH];
    const start = entries[entry + START];
    const valueLength = entries[entry + VALUE_LENGTH];
    const nameLength = entries[entry + NAME_LENGTH];
    const traits = entries[entry + TRAITS];
    // What a token says of itself has no number.
    const number = (traits & IS_TOKEN) === 0 ? entries[entry + NUMBER] : 0;
    list.push(entries[entry + ID], hash, number, nameLength, this.#bytes, start, valueLength, traits);
  }

  #number(entry: number, numbering: FieldNumbering): void {
    const entries = this.#entries;
    const id = entries[entry + ID];
    if (id < 0) return;
    entries[entry + NUMBER] = numbering.of(id, this.#bytes, entries[entry + START], entries[entry + VALUE_LENGTH]);
  }

  name(position: number, into: FieldName): void {
    const entry = this.#entryAt(position);
    into.bytes = (this.#entries[entry + TRAITS] & IS_NAMED) === 0 ? undefined : this.#bytes;
    into.end = this.#entries[entry + START];
    into.id = this.#entries[entry + ID];
    into.hash = this.#entries[entry + HASH];
    into.length = this.#entries[entry + NAME_LENGTH];
    into.number = into.id === UNREAD_NAME ? this.#entries[entry + NUMBER] : 0;
  }

  /** Copies the value where somebody reads it, and where `traits` say that its name stands before it, both. */
  insert(
    id: number,
    hash: number,
    number: number,
    nameLength: number,
    bytes: Buffer,
    valueStart: number,
    valueLength: number,
    traits: number,
  ): void {
    this.stamp = ++stamps;
    const size = ENTRY_OVERHEAD + nameLength + valueLength;
    const most = Math.min(this.maxBytes, MAX_KEPT_BYTES);
    // RFC 7541 §4.4: an entry larger than the table empties it.
    if (size > most) {
      if (size <= this.maxBytes) this.isWhole = false;
      this.#clear();
      return;
    }
    const isNamed = (traits & IS_NAMED) !== 0;
    const kept = id !== UNREAD_NAME || isNamed || (traits & IS_TOKEN) !== 0 ? valueLength : 0;
    const before = isNamed ? nameLength : 0;
    if (this.#end + before + kept > this.#bytes.length) this.#makeRoom(before + kept);
    copyBytes(bytes, valueStart - before, before + kept, this.#bytes, this.#end);
    const start = this.#end + before;
    this.#end = start + kept;
    if (this.count * COLUMNS === this.#entries.length) this.#growEntries();
    this.count++;
    const entry = this.#entryAt(0);
    const entries = this.#entries;
    entries[entry + START] = start;
    entries[entry + NAME_LENGTH] = nameLength;
    entries[entry + VALUE_LENGTH] = valueLength;
    entries[entry + ID] = id;
    entries[entry + HASH] = hash;
    entries[entry + NUMBER] = number;
    entries[entry + KEPT] = kept;
    entries[entry + TRAITS] = traits & (IS_NAMED | IS_TOKEN);
    this.#usedBytes += size;
    if (this.#usedBytes > most) this.#evict();
  }

  /** The same again, from a block that came before. */
  insertAll(entries: TableEntries): void {
    for (const { id, hash, number, nameLength, value, valueLength } of entries)
      this.insert(id, hash, number, nameLength, value, 0, valueLength, 0);
  }

  /** RFC 7541 §4.3. */
  resize(maxBytes: number): void {
    this.stamp = ++stamps;
    this.maxBytes = maxBytes;
    this.#evict();
    if (maxBytes < ENTRY_OVERHEAD) this.isWhole = true;
  }

  /** Fillings were missed: where each entry stands now is not known. */
  forget(): void {
    this.stamp = ++stamps;
    this.#clear();
    this.isWhole = false;
  }

  /** What was there stays where it is: a block's fields may point to it. */
  #clear(): void {
    this.count = 0;
    this.#usedBytes = 0;
    this.#start = this.#end;
  }

  /** Where its columns begin. */
  #entryAt(position: number): number {
    const slots = this.#entries.length >>> COLUMN_BITS;
    return ((this.#oldest + this.count - 1 - position) & (slots - 1)) << COLUMN_BITS;
  }

  #evict(): void {
    const most = Math.min(this.maxBytes, MAX_KEPT_BYTES);
    while (this.#usedBytes > most && this.count > 0) {
      const entry = this.#entryAt(this.count - 1);
      const size = this.#entries[entry + NAME_LENGTH] + this.#entries[entry + VALUE_LENGTH];
      this.#usedBytes -= ENTRY_OVERHEAD + size;
      this.#start = this.#entries[entry + START] + this.#entries[entry + KEPT];
      this.#oldest = (this.#oldest + 1) & (this.#entries.length / COLUMNS - 1);
      this.count--;
      if (most < this.maxBytes) this.isWhole = false;
    }
    if (this.count === 0) this.#start = this.#end;
  }

  #growEntries(): void {
    const larger = new Int32Array(Math.max(FIRST_ENTRIES * COLUMNS, this.#entries.length * 2));
    for (let at = 0; at < this.count; at++) {
      const entry = this.#entryAt(this.count - 1 - at);
      larger.set(this.#entries.subarray(entry, entry + COLUMNS), at * COLUMNS);
    }
    this.#entries = larger;
    this.#oldest = 0;
  }

  /** Room for so many bytes behind the newest; those there are stay where they are as well. */
  #makeRoom(length: number): void {
    const live = this.#end - this.#start;
    const larger = Buffer.allocUnsafe(
      Math.max(FIRST_BYTES, Math.min(this.#bytes.length, MAX_KEPT_BYTES), 2 * (live + length)),
    );
    const shift = this.#start;
    this.#bytes.copy(larger, 0, shift, this.#end);
    this.#bytes = larger;
    for (let position = 0; position < this.count; position++) this.#entries[this.#entryAt(position) + START] -= shift;
    this.#start = 0;
    this.#end = live;
  }
}
