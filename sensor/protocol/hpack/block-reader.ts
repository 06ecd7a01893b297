import { hashName } from "../../bytes/word-table.js";
import type { DynamicTable } from "./dynamic-table.js";
import { HeaderField, type HeaderSink } from "./header-field.js";
import { decodeHuffman, maxDecodedBytes } from "./huffman.js";
import { STATIC_FIELDS, type StaticTable } from "./static-table.js";

/** `cut`: the block ends within a field. `invalid`: it breaks RFC 7541, and what the table holds now is not known. */
export type BlockOutcome = "whole" | "cut" | "invalid";

const CUT = -1;
const INVALID = -2;
const MAX_INTEGER_BYTES = 5;
/** Bits of a field's first byte, RFC 7541 §6. */
const INDEXED = 0x80;
const INDEXING = 0x40;
const SIZE_UPDATE = 0x20;
const HUFFMAN = 0x80;
const FIRST_SCRATCH_BYTES = 4_096;

/** Reads header blocks (RFC 7541); one object serves every connection, each of whose sides has a table of its own. */
export class BlockReader {
  readonly #statics: StaticTable;
  readonly #field = new HeaderField();
  #names = Buffer.allocUnsafe(FIRST_SCRATCH_BYTES);
  #values = Buffer.allocUnsafe(FIRST_SCRATCH_BYTES);
  #bytes: Buffer = this.#names;
  #at = 0;
  #end = 0;
  /** Where the string read last stands. */
  #text: Buffer = this.#names;
  #textStart = 0;
  #textEnd = 0;

  constructor(statics: StaticTable) {
    this.#statics = statics;
  }

  /** Hands every field of the block in bytes[start, end) to the sink. `mostTableBytes` is what the reader of the block allows. */
  read(
    table: DynamicTable,
    bytes: Buffer,
    start: number,
    end: number,
    sink: HeaderSink,
    mostTableBytes: number,
  ): BlockOutcome {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    let isFirst = true;
    while (this.#at < end) {
      const first = bytes[this.#at];
      let outcome: number;
      if (first >= INDEXED) outcome = this.#indexed(table, sink);
      else if (first >= INDEXING) outcome = this.#literal(table, sink, INDEXING - 1, true);
      else if (first < SIZE_UPDATE) outcome = this.#literal(table, sink, 0x0f, false);
      else {
        // RFC 7541 §4.2: only at the beginning of a block.
        outcome = isFirst ? this.#sizeUpdate(table, mostTableBytes) : INVALID;
        if (outcome >= 0) continue;
      }
      if (outcome < 0) return outcome === CUT ? "cut" : "invalid";
      isFirst = false;
    }
    return "whole";
  }

  /** RFC 7541 §6.1. */
  #indexed(table: DynamicTable, sink: HeaderSink): number {
    const index = this.#integer(0x7f);
    if (index <= 0) return index === 0 ? INVALID : index;
    const field = this.#field;
    field.isLiteral = false;
    if (index <= STATIC_FIELDS) this.#statics.load(index, field);
    else if (index - STATIC_FIELDS <= table.count) table.load(index - STATIC_FIELDS - 1, field);
    else if (table.isWhole) return INVALID;
    else field.setUnknown();
    sink.field(field);
    return 0;
  }

  /** RFC 7541 §6.2. */
  #literal(table: DynamicTable, sink: HeaderSink, mask: number, isIndexed: boolean): number {
    const index = this.#integer(mask);
    if (index < 0) return index;
    const named = this.#name(table, index);
    if (named < 0) return named;
    const read = this.#string(false);
    if (read < 0) return read;
    const field = this.#field;
    field.valueBytes = this.#text;
    field.valueStart = this.#textStart;
    field.valueEnd = this.#textEnd;
    field.hasValue = true;
    field.isLiteral = true;
    sink.field(field);
    if (isIndexed) table.insert(field);
    return 0;
  }

  #name(table: DynamicTable, index: number): number {
    const field = this.#field;
    if (index === 0) {
      const read = this.#string(true);
      if (read < 0) return read;
      field.nameBytes = this.#text;
      field.nameStart = this.#textStart;
      field.nameEnd = this.#textEnd;
      field.hash = hashName(field.nameBytes, field.nameStart, field.nameEnd);
      field.id = this.#statics.names.find(field.nameBytes, field.nameStart, field.nameEnd, field.hash);
    } else if (index <= STATIC_FIELDS) this.#statics.loadName(index, field);
    else if (index - STATIC_FIELDS <= table.count) table.loadName(index - STATIC_FIELDS - 1, field);
    else if (table.isWhole) return INVALID;
    else field.setUnknownName();
    return 0;
  }

  /** RFC 7541 §6.3. */
  #sizeUpdate(table: DynamicTable, most: number): number {
    const size = this.#integer(SIZE_UPDATE - 1);
    if (size < 0) return size;
    if (size > most) return INVALID;
    table.resize(size);
    return 0;
  }

  /** RFC 7541 §5.1: the number whose prefix has the bits of `mask`. */
  #integer(mask: number): number {
    const prefix = this.#bytes[this.#at++] & mask;
    if (prefix < mask) return prefix;
    let value = mask;
    let unit = 1;
    for (let read = 0; read < MAX_INTEGER_BYTES; read++) {
      if (this.#at >= this.#end) return CUT;
      const byte = this.#bytes[this.#at++];
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
      unit *= 128;
    }
    return INVALID;
  }

  /** RFC 7541 §5.2. */
  #string(isName: boolean): number {
    if (this.#at >= this.#end) return CUT;
    const isCoded = this.#bytes[this.#at] >= HUFFMAN;
    const length = this.#integer(HUFFMAN - 1);
    if (length < 0) return length;
    const start = this.#at;
    if (length > this.#end - start) return CUT;
    this.#at = start + length;
    if (!isCoded) {
      this.#text = this.#bytes;
      this.#textStart = start;
      this.#textEnd = this.#at;
      return 0;
    }
    const into = this.#scratch(isName, maxDecodedBytes(length));
    const made = decodeHuffman(this.#bytes, start, this.#at, into);
    if (made < 0) return INVALID;
    this.#text = into;
    this.#textStart = 0;
    this.#textEnd = made;
    return 0;
  }

  /** A name must outlive its value's decoding. */
  #scratch(isName: boolean, length: number): Buffer {
    const there = isName ? this.#names : this.#values;
    if (length <= there.length) return there;
    const larger = Buffer.allocUnsafe(length * 2);
    if (isName) this.#names = larger;
    else this.#values = larger;
    return larger;
  }
}
