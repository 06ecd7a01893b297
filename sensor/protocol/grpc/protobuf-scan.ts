import { isUtf8 } from "node:buffer";
import type { FieldMemory } from "../data/field-memory.js";
import { BYTES_TYPE, type FieldFact, MESSAGE_TYPE, type MessageTypes, STRING_TYPE } from "./message-type.js";
import { FIXED32, FIXED64, LENGTH, VARINT, WireFields } from "./wire-fields.js";

const MAX_DEPTH = 8;
const MAX_FIELDS = 4_096;
/** Of the shape; more are passed over. */
const MAX_TOLD = 64;
const MAX_LIKELY_NUMBER = 20_000;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const TAB = 9;

type FieldKind = "varint" | "fixed64" | "fixed32" | "string" | "bytes" | "message" | "packed";

interface MessageContext {
  readonly types: MessageTypes | undefined;
  readonly fields: ReadonlyMap<number, FieldFact> | undefined;
}

/**
 * Says which fields a message of Protocol Buffers has: numbers and how they are written, with their names where the server has told
 * them; and asks what the texts among them hold. Nothing of a value is kept. Without a description what is text, what bytes and what a
 * message within is told by its bytes, as nothing on the wire says it.
 */
export class ProtobufScan {
  readonly #memory: FieldMemory;
  readonly #levels = Array.from({ length: MAX_DEPTH + 1 }, () => new WireFields());
  readonly #trial = new WireFields();
  readonly #told = new Map<string, FieldKind>();
  readonly #names = new Map<string, string>();
  #left = 0;

  constructor(memory: FieldMemory) {
    this.#memory = memory;
  }

  /** The shape of the message in bytes[start, end): `1:string 2:message 2.1:varint`; undefined where it is none. */
  scan(
    bytes: Buffer,
    start: number,
    end: number,
    isCut: boolean,
    types: MessageTypes | undefined,
    typeName: string | undefined,
  ): string | undefined {
    this.#told.clear();
    this.#names.clear();
    this.#left = MAX_FIELDS;
    const fields = typeName === undefined ? undefined : types?.fieldsOf(typeName, "");
    const isWhole = this.#message(bytes, start, end, 0, "", { types, fields });
    if (!isWhole && !isCut) return undefined;
    return this.#told.size === 0 && end > start ? undefined : this.#shape();
  }

  #message(bytes: Buffer, start: number, end: number, depth: number, path: string, context: MessageContext): boolean {
    const level = this.#levels[depth];
    level.open(bytes, start, end);
    while (level.next() && this.#left-- > 0) {
      const fact = context.fields?.get(level.number);
      const place = `${path}${level.number}`;
      if (fact !== undefined) this.#names.set(place, fact.name);
      if (level.type === LENGTH) {
        if (level.isCut) this.#note(place, fact === undefined ? "bytes" : kindOf(fact));
        else this.#sized(bytes, level.valueStart, level.valueEnd, depth, place, fact, context.types);
      } else this.#number(level, place, fact);
    }
    return !level.isBroken && !level.isCut;
  }

  #number({ type, value }: WireFields, place: string, fact: FieldFact | undefined): void {
    this.#note(place, type === VARINT ? "varint" : type === FIXED64 ? "fixed64" : "fixed32");
    const hint = type === FIXED32 || type === FIXED64 ? 0 : this.#hint(fact);
    if (hint === 0) return;
    const digits = Buffer.from(String(value));
    this.#memory.classifier.number(digits, 0, digits.length, hint);
  }

  #sized(
    bytes: Buffer,
    start: number,
    end: number,
    depth: number,
    place: string,
    fact: FieldFact | undefined,
    types: MessageTypes | undefined,
  ): void {
    const kind = fact === undefined ? this.#guess(bytes, start, end) : kindOf(fact);
    this.#note(place, kind);
    if (kind === "string") this.#memory.classifier.value(bytes, start, end, this.#hint(fact));
    if (kind !== "message" || depth === MAX_DEPTH) return;
    const fields = fact?.typeName === undefined ? undefined : types?.fieldsOf(fact.typeName, fact.scope);
    this.#message(bytes, start, end, depth + 1, `${place}.`, { types, fields });
  }

  #hint(fact: FieldFact | undefined): number {
    if (fact === undefined) return 0;
    const name = Buffer.from(fact.name, "latin1");
    return this.#memory.hint(name, 0, name.length, 0, 0, 0);
  }

  /** Text has no control characters; a message within begins with one more often than not. */
  #guess(bytes: Buffer, start: number, end: number): FieldKind {
    if (start === end) return "bytes";
    const beginsLikeText = bytes[start] >= 0x20;
    if (beginsLikeText && isText(bytes, start, end)) return "string";
    if (this.#isMessage(bytes, start, end)) return "message";
    return isText(bytes, start, end) ? "string" : "bytes";
  }

  #isMessage(bytes: Buffer, start: number, end: number): boolean {
    const trial = this.#trial;
    trial.open(bytes, start, end);
    while (trial.next()) if (trial.number > MAX_LIKELY_NUMBER) return false;
    return !trial.isBroken && !trial.isCut;
  }

  #note(place: string, kind: FieldKind): void {
    const known = this.#told.get(place);
    if (known === undefined ? this.#told.size < MAX_TOLD : known === "bytes") this.#told.set(place, kind);
  }

  #shape(): string {
    const places = [...this.#told].map(([place, kind]) => ({ place, kind, path: place.split(".").map(Number) }));
    places.sort((a, b) => comparePaths(a.path, b.path));
    return places
      .map(({ place, kind }) => {
        const name = this.#names.get(place);
        return name === undefined ? `${place}:${kind}` : `${place}:${kind}:${name}`;
      })
      .join(" ");
  }
}

function kindOf({ type }: FieldFact): FieldKind {
  if (type === STRING_TYPE) return "string";
  if (type === MESSAGE_TYPE) return "message";
  return type === BYTES_TYPE ? "bytes" : "packed";
}

function isText(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte < 0x20 && byte !== LINE_FEED && byte !== CARRIAGE_RETURN && byte !== TAB) return false;
  }
  return isUtf8(bytes.subarray(start, end));
}

function comparePaths(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) if (a[at] !== b[at]) return a[at] - b[at];
  return a.length - b.length;
}
