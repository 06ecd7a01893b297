import { bytesBelow, lowestByte, viewOf } from "../../bytes/word-view.js";
import {
  CONTENT_LENGTH,
  CONTENT_POLICY,
  FIELD_NAMES,
  REQUEST_ID,
  SET_COOKIE,
  SOAP_ACTION,
  TRACE_PARENT,
  TRANSFER_ENCODING,
  UPGRADE,
  VIA,
  X_ASPNET_VERSION,
  X_RUNTIME,
} from "./field-name.js";
import type { HeadFacts } from "./head-facts.js";

const LF = 10;
const CR = 13;
const COLON = 0x3a;
const WORD = 4;
const PAIR = 8;
/** Everything up to CR. */
const BELOW_SO = 0x0e0e0e0e;
const NOT_READ = -2;
const MAX_RUN_BYTES = 2_048;
const MAX_VALUES = 64;
/** Shapes with the same beginning are found by so many of their bytes. */
const LONG_KEY = 32;
const SETS = 256;
const WAYS = 4;
/** Once a set is full only every so manyth new shape takes a place: heads that never come again must not drive out those that do. */
const LEARN_EVERY = 16;

/**
 * Header lines as they came before: runs of bytes that were the same, and between them values that differ from head to head. A value
 * stands behind each run but the last.
 */
export interface HeadShape {
  readonly facts: HeadFacts;
  /** Hash over the names in their order. */
  readonly order: number;
  /** Ends of the runs in `bytes`, which holds them one after the other. */
  readonly ends: Int32Array;
  readonly bytes: DataView;
  /** For the value behind each run its field, a position in FIELD_NAMES; negative where nobody reads it, NOT_READ where the name is known. */
  readonly ids: Int32Array;
  /** Which of the values is the call's identifier, and the position of its field in FIELD_NAMES; -1 without one. */
  readonly carriedAt: number;
  readonly carriedField: number;
}

/**
 * Remembers the shapes of heads, so that one like an earlier one is not taken apart again but compared, four bytes at a time. Bounded:
 * SETS × WAYS shapes of MAX_RUN_BYTES.
 */
export class HeadShapes {
  readonly #sets: (HeadShape[] | undefined)[] = new Array(SETS).fill(undefined);
  #misses = 0;
  /** Position after the head matched last, and where its values stand, each from the colon to the line's end. */
  end = 0;
  readonly valueStarts = new Int32Array(MAX_VALUES);
  readonly valueEnds = new Int32Array(MAX_VALUES);

  /** The shape of the header lines at `start`, up to the empty line; undefined where they are like none known, or not whole. */
  match(bytes: Buffer, start: number, end: number): HeadShape | undefined {
    if (end - start < LONG_KEY) return undefined;
    const view = viewOf(bytes);
    const found = this.#matchIn(this.#sets[longKey(view, start)], bytes, view, start, end);
    return found ?? this.#matchIn(this.#sets[shortKey(view, start)], bytes, view, start, end);
  }

  #matchIn(
    shapes: HeadShape[] | undefined,
    bytes: Buffer,
    view: DataView,
    start: number,
    end: number,
  ): HeadShape | undefined {
    if (shapes === undefined) return undefined;
    for (let way = 0; way < shapes.length; way++) {
      const shape = shapes[way];
      const stop = this.#compare(shape, bytes, view, start, end);
      if (stop < 0) continue;
      this.end = stop;
      if (way > 0) {
        shapes[way] = shapes[way - 1];
        shapes[way - 1] = shape;
      }
      return shape;
    }
    return undefined;
  }

  /** Position after the head, -1 where it is of another shape. */
  #compare({ bytes: known, ends, ids }: HeadShape, bytes: Buffer, view: DataView, start: number, end: number): number {
    let at = start;
    let from = 0;
    for (let run = 0; run < ends.length; run++) {
      const to = ends[run];
      const stop = at + to - from;
      if (stop > end) return -1;
      // Eight bytes as one number: equal numbers are equal bytes but for the two zeros, and what is no number equals nothing. A head that
      // is learned has no NUL, so that no eight bytes of it are a zero.
      for (; from <= to - PAIR; from += PAIR, at += PAIR)
        if (known.getFloat64(from, true) !== view.getFloat64(at, true)) return -1;
      if (from < to - WORD && known.getInt32(from, true) !== view.getInt32(at, true)) return -1;
      if (known.getInt32(to - WORD, true) !== view.getInt32(stop - WORD, true)) return -1;
      from = to;
      at = stop;
      if (run === ids.length) return at;
      const valueEnd = carriageReturn(bytes, view, at, end);
      if (valueEnd < 0) return -1;
      this.valueStarts[run] = at;
      this.valueEnds[run] = valueEnd;
      at = valueEnd;
    }
    return -1;
  }

  /** Learns the lines bytes[start, end), which end with the empty line and break no rule. */
  learn(bytes: Buffer, start: number, end: number, facts: HeadFacts, order: number): void {
    const isFull = this.#misses++ % LEARN_EVERY !== 0;
    const shape = shapeOf(bytes, start, end, facts, order);
    if (shape === undefined) return;
    const view = viewOf(bytes);
    const key = shape.ends[0] >= LONG_KEY ? longKey(view, start) : shortKey(view, start);
    this.#sets[key] ??= [];
    const set = this.#sets[key];
    if (set.length < WAYS) set.push(shape);
    else if (!isFull) set[WAYS - 1] = shape;
  }
}

function longKey(view: DataView, start: number): number {
  let hash = 0;
  for (let at = start; at < start + LONG_KEY; at += WORD) hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
  return (hash >>> 16) & (SETS - 1);
}

function shortKey(view: DataView, start: number): number {
  return (Math.imul(view.getInt32(start, true), 0x85ebca6b) >>> 16) & (SETS - 1);
}

/** Position of the CR that ends a line; -1 where something else stands before it that a closer look must judge. */
function carriageReturn(bytes: Buffer, view: DataView, start: number, end: number): number {
  let at = start;
  for (; at + WORD <= end; at += WORD) {
    const low = bytesBelow(view.getInt32(at, true), BELOW_SO);
    if (low === 0) continue;
    at += lowestByte(low);
    return bytes[at] === CR ? at : -1;
  }
  for (; at < end; at++) if (bytes[at] < 0x0e) return bytes[at] === CR ? at : -1;
  return -1;
}

function shapeOf(bytes: Buffer, start: number, end: number, facts: HeadFacts, order: number): HeadShape | undefined {
  const ends: number[] = [];
  const ids: number[] = [];
  const runs: Buffer[] = [];
  let runStart = start;
  let length = 0;
  let carriedAt = -1;
  let carriedField = -1;
  const endRun = (at: number): void => {
    runs.push(bytes.subarray(runStart, at));
    length += at - runStart;
    ends.push(length);
  };
  for (let at = start; at < end - 2; ) {
    const lineEnd = bytes.indexOf(LF, at) - 1;
    const colon = bytes.indexOf(COLON, at);
    const id = FIELD_NAMES.indexOf(bytes, at, colon);
    if (!isSteady(id)) {
      endRun(colon + 1);
      if (id === TRACE_PARENT || (id === REQUEST_ID && carriedField < 0)) {
        carriedAt = ids.length;
        carriedField = id;
      }
      ids.push(id >= 0 && (isCarried(id) || !isReadEach(id)) ? NOT_READ : id);
      runStart = lineEnd;
    }
    at = lineEnd + 2;
  }
  endRun(end);
  // The words of a run are compared four bytes at a time.
  if (ids.length > MAX_VALUES || length > MAX_RUN_BYTES || ends[0] < WORD) return undefined;
  const copied = Buffer.concat(runs);
  const view = new DataView(copied.buffer, copied.byteOffset, copied.length);
  const places = { ends: Int32Array.from(ends), bytes: view, ids: Int32Array.from(ids) };
  return { facts, order, ...places, carriedAt, carriedField };
}

/** Whether the field's value says the same in head after head of one sender. */
function isSteady(id: number): boolean {
  return id >= 0 && !isReadEach(id) && !isOnlyNoted(id);
}

/** Whether all that is read of the field is that it is there. */
export function isOnlyNoted(id: number): boolean {
  return id === X_RUNTIME || id === X_ASPNET_VERSION || id === CONTENT_POLICY || (id >= VIA && id < SOAP_ACTION);
}

/** Most heads have one or two, so that they have a place of their own beside the fields that are read one by one. */
function isCarried(id: number): boolean {
  return id === TRACE_PARENT || id === REQUEST_ID;
}

/** Whether the field must be read in every head, HeadFacts having no part of it. */
function isReadEach(id: number): boolean {
  return id === CONTENT_LENGTH || id === TRANSFER_ENCODING || id === UPGRADE || id === SET_COOKIE || id >= SOAP_ACTION;
}
