import { copyBytes } from "../../bytes/copy-bytes.js";
import { hashName } from "../../bytes/word-table.js";
import type { DynamicTable } from "./dynamic-table.js";
import {
  type FieldList,
  HAS_CAPITALS,
  HAS_LINE_BREAK,
  IS_INDEXED,
  IS_LITERAL,
  IS_NAMED,
  IS_ODD_PSEUDO,
  IS_SENSITIVE,
  IS_TOKEN,
  MOST_FIELDS,
} from "./field-list.js";
import { type FieldName, UNKNOWN_NAME, UNREAD_NAME } from "./header-field.js";
import { decodeHuffman, isLineBreak, lastHuffman, maxDecodedBytes, measureHuffman } from "./huffman.js";
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
const NEVER_INDEXED = 0x10;
const HUFFMAN = 0x80;
const FIRST_SCRATCH_BYTES = 4_096;
const COLON = 0x3a;
/** `eyJ`, plain and by the codes of RFC 7541, Appendix B: 5, 7 and 7 bits. */
const PLAIN_TOKEN = 0x65794a;
const CODED_TOKEN = 0b00101_1111010_1100101;
const MAX_REMEMBERED = 1_024;
/** Longer names are not kept. */
const MAX_NAME_BYTES = 64;

/** Reads header blocks (RFC 7541); one object serves every connection, each of whose sides has a table of its own. */
export class BlockReader {
  readonly #statics: StaticTable;
  readonly #keeps: (name: string) => boolean;
  readonly #proves: (name: string) => boolean;
  /** Hashes of names of which it said no. */
  readonly #proveNothing = new Set<number>();
  readonly #name: FieldName = { id: UNREAD_NAME, hash: 0, length: 0, number: 0, bytes: undefined, end: 0 };
  /** What of the block was coded, decoded, one after the other. */
  #scratch = Buffer.allocUnsafe(FIRST_SCRATCH_BYTES);
  #used = 0;
  #bytes: Buffer = this.#scratch;
  #at = 0;
  #end = 0;
  /** Where the string read last stands. */
  #text: Buffer = this.#scratch;
  #textStart = 0;
  #textLength = 0;
  /** Of the field under way. */
  #traits = 0;
  /** What the block read last says depends on what its table held, or it changed the table's size. */
  asksTable = false;

  /**
   * `keeps`: which of the fields that nobody reads in every head are kept for tables that want them; `proves`: in which of them a token
   * may tell who sent it.
   */
  constructor(statics: StaticTable, keeps: (name: string) => boolean, proves: (name: string) => boolean) {
    this.#proves = proves;
    this.#statics = statics;
    this.#keeps = keeps;
  }

  /** Puts every field of the block in bytes[start, end) into the list. `mostTableBytes` is what the reader of the block allows. */
  read(
    table: DynamicTable,
    bytes: Buffer,
    start: number,
    end: number,
    list: FieldList,
    mostTableBytes: number,
  ): BlockOutcome {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#used = 0;
    this.asksTable = false;
    // Names out of a table are of no size in the block; who learns from a head has no more fields of it than a list holds.
    const most = maxDecodedBytes(end - start) + (table.keepsUnread ? MOST_FIELDS * MAX_NAME_BYTES : 0);
    if (most > this.#scratch.length) this.#scratch = Buffer.allocUnsafe(2 * most);
    let isFirst = true;
    while (this.#at < end) {
      const first = bytes[this.#at];
      let outcome: number;
      if (first >= INDEXED) outcome = this.#indexed(table, list);
      else if (first >= INDEXING) outcome = this.#literal(table, list, INDEXING - 1, true, IS_LITERAL | IS_INDEXED);
      else if (first < NEVER_INDEXED) outcome = this.#literal(table, list, 0x0f, false, IS_LITERAL);
      else if (first < SIZE_UPDATE) {
        list.isSensitive = true;
        outcome = this.#literal(table, list, 0x0f, false, IS_LITERAL | IS_SENSITIVE);
      } else {
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
  #indexed(table: DynamicTable, list: FieldList): number {
    const index = this.#integer(0x7f);
    if (index <= 0) return index === 0 ? INVALID : index;
    if (index > STATIC_FIELDS) this.asksTable = true;
    if (index <= STATIC_FIELDS) this.#statics.push(index, list);
    else if (index - STATIC_FIELDS <= table.count) table.push(index - STATIC_FIELDS - 1, list, this.#statics.numbering);
    else if (table.isWhole) return INVALID;
    else list.pushUnknown();
    return 0;
  }

  /** RFC 7541 §6.2. */
  #literal(table: DynamicTable, list: FieldList, mask: number, isIndexed: boolean, traits: number): number {
    const index = this.#integer(mask);
    if (index < 0) return index;
    this.#traits = traits;
    const named = this.#readName(table, index);
    if (named < 0) return named;
    const { id, hash, length } = this.#name;
    const isToken = id === UNREAD_NAME && this.#beginsToken() && this.#mayProve();
    if (isToken) this.#traits |= IS_TOKEN;
    if (id === UNREAD_NAME && table.keepsUnread && this.#isKept()) return this.#keptLiteral(table, list, isIndexed);
    const read = this.#string(id === UNREAD_NAME && !isToken);
    if (read < 0) return read;
    const text = this.#text;
    const start = this.#textStart;
    const valueLength = this.#textLength;
    let { number } = this.#name;
    if (id >= 0) number = this.#statics.numbering.of(id, text, start, valueLength);
    list.push(id, hash, isToken ? 0 : number, length, text, start, valueLength, this.#traits);
    if (isIndexed) table.insert(id, hash, number, length, text, start, valueLength, this.#traits & IS_TOKEN);
    return 0;
  }

  /** The name read last, of a field that nobody reads in every head. */
  #isKept(): boolean {
    const { bytes, end, length } = this.#name;
    if (bytes === undefined || length > MAX_NAME_BYTES) return false;
    // What is still to be decoded must find room behind them.
    if (this.#used + length + maxDecodedBytes(this.#end - this.#at) > this.#scratch.length) return false;
    return this.#keeps(bytes.latin1Slice(end - length, end));
  }

  #keptLiteral(table: DynamicTable, list: FieldList, isIndexed: boolean): number {
    const { hash, length, number, bytes, end } = this.#name;
    const scratch = this.#scratch;
    bytes?.copy(scratch, this.#used, end - length, end);
    this.#used += length;
    const start = this.#used;
    const read = this.#string(false);
    if (read < 0) return read;
    const valueLength = this.#textLength;
    if (this.#text !== scratch) {
      copyBytes(this.#text, this.#textStart, valueLength, scratch, start);
      this.#used += valueLength;
    }
    const traits = this.#traits | IS_NAMED;
    list.push(UNREAD_NAME, hash, (traits & IS_TOKEN) === 0 ? number : 0, length, scratch, start, valueLength, traits);
    if (isIndexed) table.insert(UNREAD_NAME, hash, number, length, scratch, start, valueLength, traits);
    return 0;
  }

  /** Whether the value that comes next begins with `{"` in base64, plain or coded. */
  #beginsToken(): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    const first = bytes[at++];
    // RFC 7541 §5.1: a length that does not fit into the first byte.
    if ((first & 0x7f) === 0x7f) while (at < this.#end && bytes[at++] >= 0x80);
    if (at + 3 > this.#end) return false;
    const begin = (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
    return first >= HUFFMAN ? begin >>> 5 === CODED_TOKEN : begin === PLAIN_TOKEN;
  }

  /** A name that stands in the table, and not with its text, is known by its hash: it was spelt before. */
  #mayProve(): boolean {
    const { bytes, end, length, hash } = this.#name;
    if (bytes === undefined || length > MAX_NAME_BYTES) return !this.#proveNothing.has(hash);
    if (this.#proves(bytes.latin1Slice(end - length, end))) return true;
    if (this.#proveNothing.size >= MAX_REMEMBERED) this.#proveNothing.clear();
    this.#proveNothing.add(hash);
    return false;
  }

  #readName(table: DynamicTable, index: number): number {
    const name = this.#name;
    if (index === 0) return this.#spelt(name);
    if (index > STATIC_FIELDS) this.asksTable = true;
    if (index <= STATIC_FIELDS) this.#statics.name(index, name);
    else if (index - STATIC_FIELDS <= table.count) table.name(index - STATIC_FIELDS - 1, name);
    else if (table.isWhole) return INVALID;
    else {
      name.id = UNKNOWN_NAME;
      name.hash = name.length = name.number = 0;
      name.bytes = undefined;
    }
    return 0;
  }

  #spelt(name: FieldName): number {
    const read = this.#string(false);
    if (read < 0) return read;
    const text = this.#text;
    const start = this.#textStart;
    const end = start + this.#textLength;
    const { names, numbering } = this.#statics;
    name.length = end - start;
    name.bytes = text;
    name.end = end;
    name.hash = hashName(text, start, end);
    name.id = names.find(text, start, end, name.hash);
    name.number = name.id === UNREAD_NAME ? numbering.ofName(name.hash) : 0;
    for (let at = start; at < end; at++) if (text[at] >= 0x41 && text[at] <= 0x5a) this.#traits |= HAS_CAPITALS;
    if (name.id === UNREAD_NAME && start < end && text[start] === COLON) this.#traits |= IS_ODD_PSEUDO;
    return 0;
  }

  /** RFC 7541 §6.3. */
  #sizeUpdate(table: DynamicTable, most: number): number {
    this.asksTable = true;
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

  /** RFC 7541 §5.2. Where nobody reads it its length is all that counts. */
  #string(isUnread: boolean): number {
    if (this.#at >= this.#end) return CUT;
    const bytes = this.#bytes;
    const isCoded = bytes[this.#at] >= HUFFMAN;
    const length = this.#integer(HUFFMAN - 1);
    if (length < 0) return length;
    const start = this.#at;
    if (length > this.#end - start) return CUT;
    const end = start + length;
    this.#at = end;
    if (isCoded) return this.#coded(isUnread, start, end);
    this.#text = bytes;
    this.#textStart = start;
    this.#textLength = length;
    for (let at = start; at < end; at++) if (isLineBreak(bytes[at])) this.#traits |= HAS_LINE_BREAK;
    return 0;
  }

  #coded(isUnread: boolean, start: number, end: number): number {
    const into = this.#scratch;
    const made = isUnread
      ? measureHuffman(this.#bytes, start, end)
      : decodeHuffman(this.#bytes, start, end, into, this.#used);
    if (made < 0) return INVALID;
    this.#text = into;
    this.#textStart = this.#used;
    this.#textLength = made;
    if (!isUnread) this.#used += made;
    if (lastHuffman.hasLineBreak) this.#traits |= HAS_LINE_BREAK;
    return 0;
  }
}
