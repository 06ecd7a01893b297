import type { FieldNumbering } from "../hpack/header-field.js";
import type { FieldPlaces } from "../http/field-hits.js";
import {
  AUTHORIZATION,
  CONNECT_TIMEOUT,
  CONTENT_LENGTH,
  GRPC_TIMEOUT,
  HOST,
  SET_COOKIE,
  SOAP_ACTION,
  WEBSOCKET_EXTENSIONS,
  WEBSOCKET_LOCATION,
  WEBSOCKET_PROTOCOL,
} from "../http/field-name.js";
import { isOnlyNoted } from "../http/head-shape.js";
import type { Credential, CredentialKind } from "../message.js";
import { AUTHORITY, FIRST_OWN, HEAD_NAMES, PATH } from "./head-fields.js";

/** Numbers of fields that differ from head to head: where the value is to be found that must be read in each. */
export const PATH_PLACE = 1;
export const LENGTH_PLACE = 2;
export const TIMEOUT_PLACE = 3;
const FIRST_OF_NAME = 8;
const FIRST_NUMBER = FIRST_OF_NAME + 128;
/** No number is given twice: who has seen so many values has room for no more. */
const LAST_NUMBER = 2 ** 31 - 1;

const SLOTS = 2_048;
const SEEN_SLOTS = 8_192;
const NAME_SLOTS = 1_024;
const MAX_VALUE_BYTES = 160;
const AT_SIGN = 0x40;

/** What numbers a field, by its id. */
type Way = "value" | "name" | "kind" | "never" | "path" | "length" | "timeout";
const WAYS: readonly Way[] = HEAD_NAMES.words.map((_name, id) => wayOf(id));

function wayOf(id: number): Way {
  if (id === FIRST_OWN + PATH) return "path";
  // Of one or the other protocol, of which the head says what it is.
  if (id === GRPC_TIMEOUT || id === CONNECT_TIMEOUT) return "timeout";
  if (id === CONTENT_LENGTH) return "length";
  if (id >= FIRST_OWN) return "value";
  // Of a cookie that is set too much is read to be the same again.
  if (id === SET_COOKIE) return "never";
  if (isOnlyNoted(id)) return "name";
  if (id === WEBSOCKET_PROTOCOL || id === WEBSOCKET_EXTENSIONS || id === WEBSOCKET_LOCATION) return "never";
  if (id >= AUTHORIZATION) return "kind";
  return id >= SOAP_ACTION ? "never" : "value";
}

/**
 * Numbers for what stands in heads. Of credentials it is the kind that has one, and no value is kept. Values get one when they come the
 * second time: those that never come again drive out none that do.
 */
export class FieldNumbers implements FieldNumbering {
  #last = FIRST_NUMBER;
  readonly #nameHashes = new Int32Array(NAME_SLOTS);
  readonly #nameNumbers = new Int32Array(NAME_SLOTS);
  readonly #seen = new Int32Array(SEEN_SLOTS);
  readonly #numbers = new Int32Array(SLOTS);
  readonly #ids = new Int32Array(SLOTS);
  readonly #lengths = new Int32Array(SLOTS);
  readonly #values = Buffer.alloc(SLOTS * MAX_VALUE_BYTES);
  readonly #kinds = new Map<number, Map<CredentialKind | undefined, number>>();
  readonly #hit = { hits: 1, ids: new Int32Array(1), starts: new Int32Array(1), ends: new Int32Array(1) };

  readonly #credentialsOf: (fields: FieldPlaces, bytes: Buffer) => readonly Credential[];

  constructor(credentialsOf: (fields: FieldPlaces, bytes: Buffer) => readonly Credential[]) {
    this.#credentialsOf = credentialsOf;
  }

  ofName(hash: number): number {
    const slot = (hash ^ (hash >>> 10)) & (NAME_SLOTS - 1);
    if (this.#nameHashes[slot] === hash && this.#nameNumbers[slot] > 0) return this.#nameNumbers[slot];
    this.#nameHashes[slot] = hash;
    this.#nameNumbers[slot] = this.#next();
    return this.#nameNumbers[slot];
  }

  of(id: number, bytes: Buffer, start: number, length: number): number {
    const way = WAYS[id];
    if (way === "value") return this.#ofValue(id, bytes, start, length);
    if (way === "path") return PATH_PLACE;
    if (way === "length") return LENGTH_PLACE;
    if (way === "timeout") return TIMEOUT_PLACE;
    if (way === "name") return FIRST_OF_NAME + id;
    return way === "kind" ? this.#ofCredential(id, bytes, start, length) : 0;
  }

  #next(): number {
    return this.#last === LAST_NUMBER ? 0 : ++this.#last;
  }

  /** There are as many numbers as kinds. What a token says of itself, and what stands beside it in a cookie, has none. */
  #ofCredential(id: number, bytes: Buffer, start: number, length: number): number {
    const hit = this.#hit;
    hit.ids[0] = id;
    hit.starts[0] = start;
    hit.ends[0] = start + length;
    const [first, second] = this.#credentialsOf(hit, bytes);
    if (second !== undefined || first?.token !== undefined) return 0;
    const numbers = this.#kinds.get(id) ?? new Map<CredentialKind | undefined, number>();
    this.#kinds.set(id, numbers);
    const number = numbers.get(first?.kind) ?? this.#next();
    numbers.set(first?.kind, number);
    return number;
  }

  #ofValue(id: number, bytes: Buffer, start: number, length: number): number {
    if (length > MAX_VALUE_BYTES) return 0;
    let hash = Math.imul(id + 1, 0x9e3779b1) ^ length;
    const end = start + length;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
    hash ^= hash >>> 15;
    let slot = hash & (SLOTS - 1);
    // Each has two places: else two that come again and again would drive each other out.
    if (this.#isAt(slot, id, bytes, start, length)) return this.#numbers[slot];
    slot ^= 1;
    if (this.#isAt(slot, id, bytes, start, length)) return this.#numbers[slot];
    return this.#learn(slot, hash, id, bytes, start, length);
  }

  #isAt(slot: number, id: number, bytes: Buffer, start: number, length: number): boolean {
    if (this.#ids[slot] !== id || this.#lengths[slot] !== length) return false;
    const base = slot * MAX_VALUE_BYTES;
    for (let at = 0; at < length; at++) if (this.#values[base + at] !== bytes[start + at]) return false;
    return true;
  }

  #learn(slot: number, hash: number, id: number, bytes: Buffer, start: number, length: number): number {
    const isAgain = this.#seen[hash & (SEEN_SLOTS - 1)] === hash;
    this.#seen[hash & (SEEN_SLOTS - 1)] = hash;
    if (!isAgain || ((id === HOST || id === FIRST_OWN + AUTHORITY) && hasUserinfo(bytes, start, length))) return 0;
    const place =
      this.#numbers[slot] > 0 && (this.#numbers[slot ^ 1] === 0 || (this.#last & 1) === 0) ? slot ^ 1 : slot;
    this.#ids[place] = id;
    this.#lengths[place] = length;
    this.#numbers[place] = this.#next();
    bytes.copy(this.#values, place * MAX_VALUE_BYTES, start, start + length);
    return this.#numbers[place];
  }
}

/** A password stands there, and is not kept. */
function hasUserinfo(bytes: Buffer, start: number, length: number): boolean {
  return bytes.subarray(start, start + length).includes(AT_SIGN);
}
