import { decodeHuffman, maxDecodedBytes } from "../protocol/hpack/huffman.js";
import { STATIC_FIELDS, staticName } from "../protocol/hpack/static-table.js";
import type { AddedClasses } from "./added-classes.js";
import { isPlainName, isPlainPath, METHOD, mayShow } from "./redact-head.js";
import type { SideBytes } from "./side-bytes.js";

/** Bytes of a block's fragment, where they stand in the stream. */
export interface Fragment {
  readonly start: number;
  readonly end: number;
}

const HUFFMAN = 0x80;
const MAX_INTEGER = 2 ** 28;
const STATUS = /^[1-5]\d\d$/;

interface Text {
  readonly text: string;
  /** Places in the block. */
  readonly start: number;
  readonly end: number;
  readonly isHuffman: boolean;
}

/**
 * Shows a whole block of compressed fields (RFC 7541) but for values, and names that are none: what is overwritten becomes stars of the same
 * coded length, so that whoever reads the block's table reads on. Entries are shorter then, which only keeps them longer in the table. A
 * block that can't be read to its end stays hidden.
 */
export function redactFields(side: SideBytes, fragments: readonly Fragment[]): void {
  const places = fragments.flatMap(({ start, end }) =>
    Array.from({ length: end - start }, (_, index) => start + index),
  );
  const block = Buffer.from(places.map((place) => side.at(place)));
  const hidden = new BlockLook(block, side.added).secrets();
  if (hidden === undefined) return;
  for (const { start, end } of fragments) side.show(start, end);
  for (const { start, end, isHuffman } of hidden) {
    for (let at = start; at < end; at++) {
      if (isHuffman) side.hideHuffman(places[at], places[at] + 1);
      else side.hide(places[at], places[at] + 1);
    }
  }
}

class BlockLook {
  readonly #block: Buffer;
  readonly #added: AddedClasses;
  readonly #secrets: Text[] = [];
  #at = 0;

  constructor(block: Buffer, added: AddedClasses) {
    this.#block = block;
    this.#added = added;
  }

  /** Undefined where it is no block. */
  secrets(): readonly Text[] | undefined {
    while (this.#at < this.#block.length) if (!this.#representation()) return undefined;
    return this.#secrets;
  }

  /** RFC 7541 §6. An index leads to what was sent, and overwritten, before. */
  #representation(): boolean {
    const first = this.#block[this.#at];
    if ((first & 0x80) !== 0) return this.#integer(0x7f) !== undefined;
    if ((first & 0xe0) === 0x20) return this.#integer(0x1f) !== undefined;
    const index = this.#integer((first & 0x40) !== 0 ? 0x3f : 0x0f);
    const given = index === 0 ? this.#text() : undefined;
    if (index === undefined || (index === 0 && given === undefined)) return false;
    // Names in the table that grows with the connection are not kept here.
    const name = given?.text ?? (index > STATIC_FIELDS ? undefined : staticName(index));
    const value = this.#text();
    if (value === undefined) return false;
    if (given !== undefined && !(isPlainName(given.text) && !this.#added.has(given.text))) this.#secrets.push(given);
    const isShown = name !== undefined && isHarmless(name, value.text) && !this.#added.has(`${name}: ${value.text}`);
    if (!isShown) this.#secrets.push(value);
    return true;
  }

  /** RFC 7541 §5.1. */
  #integer(mask: number): number | undefined {
    let value = this.#block[this.#at++] & mask;
    if (value < mask) return value;
    for (let unit = 1; this.#at < this.#block.length && unit < MAX_INTEGER; unit *= 128) {
      const byte = this.#block[this.#at++];
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
    }
    return undefined;
  }

  /** RFC 7541 §5.2. */
  #text(): Text | undefined {
    if (this.#at >= this.#block.length) return undefined;
    const isHuffman = (this.#block[this.#at] & HUFFMAN) !== 0;
    const length = this.#integer(0x7f);
    const start = this.#at;
    if (length === undefined || start + length > this.#block.length) return undefined;
    this.#at += length;
    if (!isHuffman) return { text: this.#block.toString("latin1", start, this.#at), start, end: this.#at, isHuffman };
    const decoded = Buffer.alloc(maxDecodedBytes(length));
    const made = decodeHuffman(this.#block, start, this.#at, decoded, 0);
    return made < 0 ? undefined : { text: decoded.toString("latin1", 0, made), start, end: this.#at, isHuffman };
  }
}

/** All of a value or nothing: a part of what is in Huffman code can't be overwritten. */
function isHarmless(name: string, value: string): boolean {
  if (name === ":method") return METHOD.test(value);
  if (name === ":status") return STATUS.test(value);
  if (name === ":scheme") return value === "http" || value === "https";
  if (name === ":authority") return mayShow("host", value);
  return name === ":path" ? isPlainPath(value) : mayShow(name, value);
}
