import { DEFAULT_TABLE_BYTES, ENTRY_OVERHEAD } from "../hpack/dynamic-table.js";
import { decodeHuffman, maxDecodedBytes } from "../hpack/huffman.js";
import { STATIC_FIELDS, staticName } from "../hpack/static-table.js";
import { isLearned } from "../http/field-shapes.js";

const MAX_TABLE_BYTES = 65_536;
const MAX_VALUE_BYTES = 512;
const MAX_HEADS = 256;
const MAX_INTEGER_BYTES = 4;
const LINE_BREAK = /[\r\n\0]/;

interface Field {
  readonly name: string;
  /** `name: value`; undefined where nothing is told of it. */
  readonly line: string | undefined;
  readonly size: number;
}

/**
 * Reads the heads of requests on one connection in full, with a table of its own: what stands in fields that nobody else reads is measured
 * elsewhere and not kept. Few connections have one, for so many heads, because it costs as much as all else that is done with a head.
 */
export class HeadLearner {
  /** Newest first. */
  #table: Field[] = [];
  #tableBytes = 0;
  #maxBytes = DEFAULT_TABLE_BYTES;
  #heads = 0;
  #lines: string[] = [];
  #bytes: Buffer = NOTHING;
  #at = 0;
  #end = 0;

  /** Whether the block was understood, and more are to come. */
  take(bytes: Buffer, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#lines = [];
    while (this.#at < end) if (!this.#field()) return false;
    return ++this.#heads <= MAX_HEADS;
  }

  /** Of the block taken last, as HTTP/1 would write it. */
  lines(): Buffer {
    return Buffer.from(this.#lines.join("\r\n"), "latin1");
  }

  #field(): boolean {
    const first = this.#bytes[this.#at];
    if (first >= 0x80) return this.#indexed();
    if (first >= 0x40) return this.#literal(0x3f, true, false);
    if (first < 0x20) return this.#literal(0x0f, false, first >= 0x10);
    const size = this.#integer(0x1f);
    if (size === undefined || size > MAX_TABLE_BYTES) return false;
    this.#maxBytes = size;
    this.#evict();
    return true;
  }

  #indexed(): boolean {
    const index = this.#integer(0x7f);
    if (index === undefined || index === 0) return false;
    // What stands in the static table with a value is HTTP's own.
    if (index <= STATIC_FIELDS) return true;
    const field = this.#table[index - STATIC_FIELDS - 1];
    if (field?.line !== undefined) this.#lines.push(field.line);
    return field !== undefined;
  }

  #literal(mask: number, isIndexed: boolean, isSensitive: boolean): boolean {
    const index = this.#integer(mask);
    if (index === undefined) return false;
    const name = index === 0 ? this.#string() : this.#nameAt(index);
    if (name === undefined) return false;
    const value = this.#string();
    if (value === undefined) return false;
    // RFC 7541 §7.1.3: what is never indexed is not to be kept either.
    const isTold = !isSensitive && !name.startsWith(":") && value.length <= MAX_VALUE_BYTES && !LINE_BREAK.test(value);
    const line = isTold && isLearned(name) ? `${name}: ${value}` : undefined;
    if (line !== undefined) this.#lines.push(line);
    if (isIndexed) this.#insert({ name, line, size: ENTRY_OVERHEAD + name.length + value.length });
    return true;
  }

  #nameAt(index: number): string | undefined {
    return index <= STATIC_FIELDS ? staticName(index) : this.#table[index - STATIC_FIELDS - 1]?.name;
  }

  #insert(field: Field): void {
    this.#table.unshift(field);
    this.#tableBytes += field.size;
    this.#evict();
  }

  /** RFC 7541 §4.3, §4.4: an entry larger than the table leaves at once, and all others with it. */
  #evict(): void {
    while (this.#tableBytes > this.#maxBytes) this.#tableBytes -= this.#table.pop()?.size ?? this.#tableBytes;
  }

  #integer(mask: number): number | undefined {
    const prefix = this.#bytes[this.#at++] & mask;
    if (prefix < mask) return prefix;
    let value = mask;
    for (let read = 0, unit = 1; read < MAX_INTEGER_BYTES && this.#at < this.#end; read++, unit *= 128) {
      const byte = this.#bytes[this.#at++];
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
    }
    return undefined;
  }

  #string(): string | undefined {
    if (this.#at >= this.#end) return undefined;
    const isCoded = this.#bytes[this.#at] >= 0x80;
    const length = this.#integer(0x7f);
    if (length === undefined || length > this.#end - this.#at) return undefined;
    const start = this.#at;
    this.#at += length;
    if (!isCoded) return this.#bytes.latin1Slice(start, this.#at);
    const into = Buffer.allocUnsafe(maxDecodedBytes(length));
    const made = decodeHuffman(this.#bytes, start, this.#at, into, 0);
    return made < 0 ? undefined : into.latin1Slice(0, made);
  }
}

const NOTHING = Buffer.alloc(0);
