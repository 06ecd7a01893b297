import { copyBytes } from "../../bytes/copy-bytes.js";
import { WordTable } from "../../bytes/word-table.js";
import type { AnomalyName } from "../anomaly-name.js";
import { ENTRY_OVERHEAD } from "../hpack/dynamic-table.js";
import { HAS_CAPITALS, HAS_LINE_BREAK, IS_LITERAL, IS_ODD_PSEUDO, IS_TOKEN } from "../hpack/field-list.js";
import { type HeaderField, type HeaderSink, UNKNOWN_NAME } from "../hpack/header-field.js";
import type { FieldHits } from "../http/field-hits.js";
import {
  CONNECTION,
  FIELD_NAMES,
  REQUEST_ID,
  TOKEN_FIELD,
  TRACE_PARENT,
  TRANSFER_ENCODING,
  UPGRADE,
} from "../http/field-name.js";
import { keyClassOf } from "../http/key-name.js";

/** What HTTP/2 and gRPC read beyond FIELD_NAMES; positions are the constants below. */
const OWN_NAMES = ":method :path :authority :scheme :status :protocol grpc-status keep-alive proxy-connection".split(
  " ",
);
export const METHOD = 0;
export const PATH = 1;
export const AUTHORITY = 2;
const SCHEME = 3;
export const STATUS = 4;
export const PROTOCOL = 5;
export const GRPC_STATUS = 6;
/** This one and the one after it are of HTTP/1.1's connections. */
const KEEP_ALIVE = 7;

export const FIRST_OWN = FIELD_NAMES.words.length;
/** Identifiers of calls differ from head to head: to decode each would cost an eighth of all reading, and no call needs them. */
export const HEAD_NAMES = new WordTable([...FIELD_NAMES.words, ...OWN_NAMES], [REQUEST_ID, TRACE_PARENT], keyClassOf);

const FIRST_HITS = 64;
const MAX_HITS = 1_024;
const FIRST_BYTES = 4_096;

/** What a head may be found to break; bits of `faults`. */
const INVALID_PSEUDO = 1;
const UPPER_CASE = 2;
const LINE_BREAK = 4;
const CONNECTION_FIELD = 8;
const FAULT_NAMES: readonly (readonly [number, AnomalyName])[] = [
  [INVALID_PSEUDO, "invalid-pseudo-header"],
  [UPPER_CASE, "upper-case-field-name"],
  [LINE_BREAK, "line-break-in-field"],
  [CONNECTION_FIELD, "connection-field"],
];

/** The fields of one head that somebody reads, copied to one place. One object is used again for every head. */
export class HeadFields implements HeaderSink, FieldHits {
  hits = 0;
  ids = new Int32Array(FIRST_HITS);
  starts = new Int32Array(FIRST_HITS);
  ends = new Int32Array(FIRST_HITS);
  order = 0;
  readonly facts = undefined;
  readonly carriedField = -1;
  readonly carriedStart = 0;
  readonly carriedEnd = 0;
  bytes = Buffer.allocUnsafe(FIRST_BYTES);
  /** Fields whose name or value stands in a table whose filling was not seen. */
  unknown = 0;
  /** Beyond the bound; what came after was not kept. */
  isTooLarge = false;
  /** Bounds a head's size as RFC 9113 §6.5.2 counts it. */
  readonly maxBytes: number;
  readonly #ownStarts = new Int32Array(OWN_NAMES.length);
  readonly #ownEnds = new Int32Array(OWN_NAMES.length);
  /** A bit for each of OWN_NAMES. */
  #present = 0;
  #used = 0;
  #listBytes = 0;
  #faults = 0;
  #sawRegular = false;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  clear(): void {
    this.hits = 0;
    this.order = 0;
    this.unknown = 0;
    this.isTooLarge = false;
    this.#used = 0;
    this.#listBytes = 0;
    this.#faults = 0;
    this.#sawRegular = false;
    this.#present = 0;
  }

  has(own: number): boolean {
    return (this.#present & (1 << own)) !== 0;
  }

  startOf(own: number): number {
    return this.#ownStarts[own];
  }

  endOf(own: number): number {
    return this.#ownEnds[own];
  }

  /** Digits of a field as a number; undefined where it is absent or has anything else. */
  numberOf(own: number): number | undefined {
    if (!this.has(own)) return undefined;
    return digits(this.bytes, this.#ownStarts[own], this.#ownEnds[own]);
  }

  /** The same of the first field with one of FIELD_NAMES' ids. */
  numberAt(id: number): number | undefined {
    for (let hit = 0; hit < this.hits; hit++)
      if (this.ids[hit] === id) return digits(this.bytes, this.starts[hit], this.ends[hit]);
    return undefined;
  }

  field(field: HeaderField): void {
    const { id } = field;
    this.#listBytes += ENTRY_OVERHEAD + field.nameLength + field.valueLength;
    if (this.#listBytes > this.maxBytes) {
      this.isTooLarge = true;
      return;
    }
    if (id === UNKNOWN_NAME || !field.hasValue) {
      this.unknown++;
      return;
    }
    this.order = Math.imul(this.order ^ field.hash, 0x01000193) + 1;
    if (field.traits > IS_LITERAL) this.#judge(field);
    if (id >= FIRST_OWN) this.#own(field, id - FIRST_OWN);
    else this.#regular(field, (field.traits & IS_TOKEN) === 0 ? id : TOKEN_FIELD);
  }

  /** Whether it is what a request must be; read by a table that is not its own it would hardly be. */
  get isSoundRequest(): boolean {
    const isNamed = this.has(METHOD) && this.has(PATH) && this.has(SCHEME) && !this.has(STATUS);
    return isNamed && (this.#faults & INVALID_PSEUDO) === 0;
  }

  /** Adds what the head breaks to `anomalies`. */
  noteFaults(anomalies: AnomalyName[]): void {
    if (this.#faults === 0) return;
    for (const [bit, name] of FAULT_NAMES) if ((this.#faults & bit) !== 0) anomalies.push(name);
  }

  /** RFC 9113 §8.3.1 and §8.3.2: which pseudo-header fields there must be, where none may be among the unknown. */
  judgePseudo(of: "request" | "response"): void {
    if (this.unknown > 0 || this.isTooLarge) return;
    const isConnect = this.has(METHOD) && this.bytes[this.#ownStarts[METHOD]] === 0x43 && !this.has(PROTOCOL);
    const isComplete =
      of === "response"
        ? this.has(STATUS) && !this.has(METHOD) && !this.has(PATH)
        : this.has(METHOD) && !this.has(STATUS) && (isConnect || (this.has(PATH) && this.has(SCHEME)));
    if (!isComplete) this.#faults |= INVALID_PSEUDO;
  }

  #own(field: HeaderField, own: number): void {
    if (own >= KEEP_ALIVE) this.#faults |= CONNECTION_FIELD;
    if (own <= PROTOCOL) {
      // RFC 9113 §8.3: before all others, each once. An unknown field before it may be a pseudo-header field as well.
      if (this.#sawRegular || this.has(own)) this.#faults |= INVALID_PSEUDO;
    } else this.#sawRegular = true;
    if (this.has(own)) return;
    this.#present |= 1 << own;
    this.#ownStarts[own] = this.#copy(field);
    this.#ownEnds[own] = this.#used;
  }

  #regular(field: HeaderField, id: number): void {
    this.#sawRegular = true;
    if (id < 0) return;
    if (id === CONNECTION || id === TRANSFER_ENCODING || id === UPGRADE) this.#faults |= CONNECTION_FIELD;
    if (this.hits === MAX_HITS) return;
    if (this.hits === this.ids.length) this.#growHits();
    this.ids[this.hits] = id;
    this.starts[this.hits] = this.#copy(field);
    this.ends[this.hits] = this.#used;
    this.hits++;
  }

  #judge(field: HeaderField): void {
    const { traits } = field;
    if ((traits & HAS_LINE_BREAK) !== 0) this.#faults |= LINE_BREAK;
    if ((traits & HAS_CAPITALS) !== 0) this.#faults |= UPPER_CASE;
    if ((traits & IS_ODD_PSEUDO) !== 0) this.#faults |= INVALID_PSEUDO;
  }

  #copy(field: HeaderField): number {
    const start = this.#used;
    const length = field.valueLength;
    if (start + length > this.bytes.length) {
      const larger = Buffer.allocUnsafe(2 * (start + length));
      this.bytes.copy(larger, 0, 0, start);
      this.bytes = larger;
    }
    copyBytes(field.valueBytes, field.valueStart, length, this.bytes, start);
    this.#used = start + length;
    return start;
  }

  #growHits(): void {
    const larger = (from: Int32Array): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(from.length * 2);
      to.set(from);
      return to;
    };
    this.ids = larger(this.ids);
    this.starts = larger(this.starts);
    this.ends = larger(this.ends);
  }
}

/** Digits as a number; undefined where there is anything else. */
export function digits(bytes: Buffer, start: number, end: number): number | undefined {
  if (end === start || end - start > 15) return undefined;
  let value = 0;
  for (let at = start; at < end; at++) {
    if (bytes[at] < 0x30 || bytes[at] > 0x39) return undefined;
    value = value * 10 + bytes[at] - 0x30;
  }
  return value;
}
