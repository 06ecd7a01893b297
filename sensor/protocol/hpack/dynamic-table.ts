import type { HeaderField } from "./header-field.js";

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
const COLUMNS = 5;

const NO_BYTES = Buffer.alloc(0);
const NO_ENTRIES = new Int32Array(0);

/**
 * RFC 7541 §2.3.2: what the sender of one side put into its table, newest first. Entries leave in the order they came, so their bytes
 * lie in one range, and positions counted from the newest hold whatever is older: that may be unknown, where the connection was
 * joined late or bytes were lost.
 */
export class DynamicTable {
  /** Entries whose filling was seen. */
  count = 0;
  /** Nothing older than those is in it. */
  isWhole = true;
  /** Size its sender last said, RFC 7541 §4.2. */
  maxBytes = DEFAULT_TABLE_BYTES;
  #usedBytes = 0;
  #bytes = NO_BYTES;
  #start = 0;
  #end = 0;
  /** A ring of entries; its length is a power of two. */
  #entries = NO_ENTRIES;
  #oldest = 0;

  /** `position` counts from 0, the newest, and is below `count`. */
  load(position: number, field: HeaderField): void {
    this.loadName(position, field);
    const entry = this.#entryAt(position);
    field.valueBytes = this.#bytes;
    field.valueStart = this.#entries[entry + START] + this.#entries[entry + NAME_LENGTH];
    field.valueEnd = field.valueStart + this.#entries[entry + VALUE_LENGTH];
    field.hasValue = true;
  }

  loadName(position: number, field: HeaderField): void {
    const entry = this.#entryAt(position);
    field.id = this.#entries[entry + ID];
    field.hash = this.#entries[entry + HASH];
    field.nameBytes = this.#bytes;
    field.nameStart = this.#entries[entry + START];
    field.nameEnd = field.nameStart + this.#entries[entry + NAME_LENGTH];
  }

  /** Copies the field; its name may stand in this table. */
  insert(field: HeaderField): void {
    const nameLength = field.nameEnd - field.nameStart;
    const valueLength = field.valueEnd - field.valueStart;
    const size = ENTRY_OVERHEAD + nameLength + valueLength;
    // RFC 7541 §4.4: an entry larger than the table empties it.
    if (size > Math.min(this.maxBytes, MAX_KEPT_BYTES)) {
      if (size <= this.maxBytes) this.isWhole = false;
      this.#clear();
      return;
    }
    this.#makeRoom(nameLength + valueLength, field);
    const start = this.#end;
    if (nameLength > 0) field.nameBytes.copy(this.#bytes, start, field.nameStart, field.nameEnd);
    if (valueLength > 0) field.valueBytes.copy(this.#bytes, start + nameLength, field.valueStart, field.valueEnd);
    this.#end += nameLength + valueLength;
    this.#push(start, nameLength, valueLength, field.id, field.hash);
    this.#usedBytes += size;
    this.#evict();
  }

  /** RFC 7541 §4.3. */
  resize(maxBytes: number): void {
    this.maxBytes = maxBytes;
    this.#evict();
    if (maxBytes < ENTRY_OVERHEAD) this.isWhole = true;
  }

  /** Fillings were missed: where each entry stands now is not known. */
  forget(): void {
    this.#clear();
    this.isWhole = false;
  }

  #clear(): void {
    this.count = 0;
    this.#usedBytes = 0;
    this.#start = this.#end = 0;
  }

  #entryAt(position: number): number {
    const slots = this.#entries.length / COLUMNS;
    return ((this.#oldest + this.count - 1 - position) & (slots - 1)) * COLUMNS;
  }

  #evict(): void {
    const most = Math.min(this.maxBytes, MAX_KEPT_BYTES);
    while (this.#usedBytes > most && this.count > 0) {
      const entry = this.#entryAt(this.count - 1);
      const length = this.#entries[entry + NAME_LENGTH] + this.#entries[entry + VALUE_LENGTH];
      this.#usedBytes -= ENTRY_OVERHEAD + length;
      this.#start = this.#entries[entry + START] + length;
      this.#oldest = (this.#oldest + 1) & (this.#entries.length / COLUMNS - 1);
      this.count--;
      if (most < this.maxBytes) this.isWhole = false;
    }
    if (this.count === 0) this.#start = this.#end = 0;
  }

  #push(start: number, nameLength: number, valueLength: number, id: number, hash: number): void {
    if (this.count * COLUMNS === this.#entries.length) this.#growEntries();
    this.count++;
    const entry = this.#entryAt(0);
    this.#entries[entry + START] = start;
    this.#entries[entry + NAME_LENGTH] = nameLength;
    this.#entries[entry + VALUE_LENGTH] = valueLength;
    this.#entries[entry + ID] = id;
    this.#entries[entry + HASH] = hash;
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

  /** Room for so many bytes behind the newest. Moves what is there, and with it the field's name where that stands in it. */
  #makeRoom(length: number, field: HeaderField): void {
    if (this.#end + length <= this.#bytes.length) return;
    const live = this.#end - this.#start;
    const target =
      live + length <= this.#bytes.length / 2
        ? this.#bytes
        : Buffer.allocUnsafe(Math.max(FIRST_BYTES, 2 * (live + length)));
    const shift = this.#start;
    if (field.nameBytes === this.#bytes) {
      field.nameBytes = target;
      field.nameStart -= shift;
      field.nameEnd -= shift;
    }
    this.#bytes.copy(target, 0, this.#start, this.#end);
    this.#bytes = target;
    for (let position = 0; position < this.count; position++) this.#entries[this.#entryAt(position) + START] -= shift;
    this.#start = 0;
    this.#end = live;
  }
}
