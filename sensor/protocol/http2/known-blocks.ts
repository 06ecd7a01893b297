import { viewOf } from "../../bytes/word-view.js";
import type { TableEntries } from "../hpack/dynamic-table.js";
import type { PlainTarget } from "../http/field-mapping.js";
import type { KnownHead } from "./known-heads.js";

const SLOTS = 1_024;
const SEEN_SLOTS = 4_096;
/** Longer ones spell what is in no table yet, and seldom come again. */
const MAX_BYTES = 128;
/** Those that spell all they say are long, and come again and again. */
const MAX_SPELT_BYTES = 256;
const WORD = 4;

/** In place of a table's stamp: of blocks that say the same whatever the table holds. */
export const ANY_TABLE = 0;

/** Where a block stands, and its table's stamp or ANY_TABLE. */
export interface BlockPlace {
  readonly stamp: number;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** A block that came before, byte for byte, while its table was what it is. */
export interface KnownBlock {
  readonly head: KnownHead;
  readonly contentLength: number | undefined;
  /** Empty in one that is no request's. */
  readonly path: Buffer;
  readonly timeout: string | undefined;
  /** What it put into the table, in a block for any. */
  readonly entries: TableEntries | undefined;
  /** What the path says, where it is nothing but a path. */
  readonly target: PlainTarget | undefined;
}

/**
 * Blocks that need not be decoded. A connection that has put into its table what its heads have in common sends the same few bytes again
 * and again; so does one that never asks for what it put there, as nginx. For all connections together: a table's stamp is its own, and
 * another once the table is another.
 */
export class KnownBlocks {
  readonly #seen = new Int32Array(SEEN_SLOTS);
  readonly #stamps = new Float64Array(SLOTS);
  readonly #lengths = new Int32Array(SLOTS);
  readonly #bytes = new DataView(new ArrayBuffer(SLOTS * MAX_SPELT_BYTES));
  readonly #blocks: (KnownBlock | undefined)[] = new Array(SLOTS).fill(undefined);
  #hash = 0;

  find(stamp: number, bytes: Buffer, start: number, end: number): KnownBlock | undefined {
    const length = end - start;
    if (length > mostBytes(stamp)) return undefined;
    const view = viewOf(bytes);
    this.#hash = hashOf(stamp, view, start, end);
    const slot = this.#hash & (SLOTS - 1);
    if (this.#stamps[slot] !== stamp || this.#lengths[slot] !== length) return undefined;
    const known = this.#bytes;
    const base = slot * MAX_SPELT_BYTES;
    let at = 0;
    for (; at <= length - WORD; at += WORD)
      if (known.getInt32(base + at, true) !== view.getInt32(start + at, true)) return undefined;
    for (; at < length; at++) if (known.getUint8(base + at) !== view.getUint8(start + at)) return undefined;
    return this.#blocks[slot];
  }

  /** Whether the block that was just not found is worth keeping: most that have something of their own never come again. */
  comesAgain(stamp: number, length: number): boolean {
    if (length > mostBytes(stamp)) return false;
    const seen = (this.#hash >>> 10) & (SEEN_SLOTS - 1);
    if (this.#seen[seen] === this.#hash) return true;
    this.#seen[seen] = this.#hash;
    return false;
  }

  /** Keeps the block that was just not found. */
  keep(stamp: number, bytes: Buffer, start: number, end: number, block: KnownBlock): void {
    const slot = this.#hash & (SLOTS - 1);
    const base = slot * MAX_SPELT_BYTES;
    this.#stamps[slot] = stamp;
    this.#lengths[slot] = end - start;
    this.#blocks[slot] = block;
    for (let at = start; at < end; at++) this.#bytes.setUint8(base + at - start, bytes[at]);
  }
}

function mostBytes(stamp: number): number {
  return stamp === ANY_TABLE ? MAX_SPELT_BYTES : MAX_BYTES;
}

function hashOf(stamp: number, view: DataView, start: number, end: number): number {
  let hash = Math.imul(stamp | 0, 0x9e3779b1) ^ (end - start);
  let at = start;
  for (; at <= end - WORD; at += WORD) hash = mixed(hash ^ view.getInt32(at, true));
  for (; at < end; at++) hash = mixed(hash ^ view.getUint8(at));
  return hash;
}

function mixed(hash: number): number {
  const product = Math.imul(hash, 0x85ebca6b);
  return product ^ (product >>> 15);
}
