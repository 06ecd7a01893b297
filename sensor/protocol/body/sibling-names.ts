import { WordTable } from "../../bytes/word-table.js";
import type { FieldMemory } from "../data/field-memory.js";

/** What a member of an object is to the others: it names the value beside it, or is that value. */
export type SiblingRole = "name" | "system" | "value" | "code";

const ROLES: readonly (readonly [string, SiblingRole])[] = [
  ["name", "name"],
  ["key", "name"],
  ["field", "name"],
  ["system", "system"],
  ["value", "value"],
  ["code", "code"],
];
const NAMES = new WordTable(ROLES.map(([name]) => name));
const SHORTEST = 3;
const LONGEST = 6;
/** Names that stand as values and are read, of one message: they push out what others are called. */
const MAX_READ = 256;
const NOWHERE = -1;

/**
 * Objects that name a value by the member beside it: `{"name":"password","value":…}`, and HL7 FHIR's `{"system":"http://loinc.org","code":…}`,
 * whose system is the value's name in the form of a URL. Knows where in the bytes they stand, and keeps none of them.
 */
export class SiblingNames {
  readonly #fields: FieldMemory;
  /** For each level where its object's name stands as a value, and a value that came before its name. */
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #systems: Uint8Array;
  readonly #valueStarts: Int32Array;
  readonly #valueEnds: Int32Array;
  readonly #codes: Uint8Array;
  #left = MAX_READ;
  /** Where the name stands that `hint` found last, and its hash. */
  start = 0;
  end = 0;
  hash = 0;

  constructor(fields: FieldMemory, depth: number) {
    this.#fields = fields;
    this.#starts = new Int32Array(depth + 1);
    this.#ends = new Int32Array(depth + 1);
    this.#systems = new Uint8Array(depth + 1);
    this.#valueStarts = new Int32Array(depth + 1);
    this.#valueEnds = new Int32Array(depth + 1);
    this.#codes = new Uint8Array(depth + 1);
  }

  /** Before a message. */
  begin(): void {
    this.#left = MAX_READ;
    this.open(0);
  }

  /** An object begins whose members are at that level. */
  open(depth: number): void {
    this.#starts[depth] = NOWHERE;
    this.#valueStarts[depth] = NOWHERE;
  }

  /** What the member bytes[start, end) is; undefined for nearly all. */
  roleOf(bytes: Buffer, start: number, end: number): SiblingRole | undefined {
    const length = end - start;
    if (length < SHORTEST || length > LONGEST) return undefined;
    const found = NAMES.indexOf(bytes, start, end);
    return found < 0 ? undefined : ROLES[found][1];
  }

  /** The hint for a value from the name that stood before it; 0 where none did, or it tells nothing. */
  hint(depth: number, bytes: Buffer, role: "value" | "code"): number {
    const start = this.#starts[depth];
    if (start === NOWHERE || (role === "code" && this.#systems[depth] === 0)) return 0;
    return this.#read(bytes, start, this.#ends[depth]);
  }

  /** The name bytes[start, end) of what stands beside it; what stood before is looked at again as what it is called. */
  named(depth: number, bytes: Buffer, start: number, end: number, role: "name" | "system"): void {
    this.#starts[depth] = start;
    this.#ends[depth] = end;
    this.#systems[depth] = role === "system" ? 1 : 0;
    const before = this.#valueStarts[depth];
    if (before === NOWHERE || (this.#codes[depth] === 1 && role !== "system")) return;
    const hint = this.#read(bytes, start, end);
    if (hint !== 0) this.#fields.classifier.value(bytes, before, this.#valueEnds[depth], hint);
  }

  /** A value, as a text without escapes, that no name stood before. */
  unnamed(depth: number, start: number, end: number, role: "value" | "code"): void {
    this.#codes[depth] = role === "code" ? 1 : 0;
    this.#valueStarts[depth] = start;
    this.#valueEnds[depth] = end;
  }

  #read(bytes: Buffer, start: number, end: number): number {
    if (end <= start || this.#left-- <= 0) return 0;
    const hint = this.#fields.hint(bytes, start, end, 0, 0, 0);
    this.start = start;
    this.end = end;
    this.hash = this.#fields.hash;
    return hint;
  }
}
