import { isUtf8 } from "node:buffer";
import type { FieldMemory } from "../data/field-memory.js";
import { type Shape, UNTOLD } from "../shape.js";
import { type FieldPlace, type Look, MessageRecorder } from "./message-recorder.js";
import { BYTES_TYPE, type FieldFact, MESSAGE_TYPE, type MessageTypes, STRING_TYPE } from "./message-type.js";
import { FIXED32, FIXED64, LENGTH, MAX_VARINT_BYTES, VARINT, WireFields } from "./wire-fields.js";

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

/** One field with a length, where it stands and what is known of it. */
interface SizedField {
  readonly place: string;
  readonly fact: FieldFact | undefined;
  readonly types: MessageTypes | undefined;
  readonly depth: number;
  /** Undefined where nothing is learned. */
  readonly learned: FieldPlace | undefined;
}

/**
 * Says which fields a message of Protocol Buffers has: numbers and how they are written, with their names where the server has told
 * them; and asks what the texts among them hold. Nothing of a value is kept. Without a description what is text, what bytes and what a
 * message within is told by its bytes, as nothing on the wire says it.
 */
export class ProtobufScan {
  /** What the message scanned last is built of, where that was to be learned. */
  shape: Shape | undefined = undefined;
  readonly #memory: FieldMemory;
  readonly #levels = Array.from({ length: MAX_DEPTH + 1 }, () => new WireFields());
  readonly #trial = new WireFields();
  readonly #told = new Map<string, FieldKind>();
  readonly #names = new Map<string, string>();
  readonly #recorder = new MessageRecorder();
  #left = 0;
  #isCut = false;

  constructor(memory: FieldMemory) {
    this.#memory = memory;
  }

  /** The shape of the message in bytes[start, end): `1:string 2:message 2.1:varint`; undefined where it is none. */
  scan(
    bytes: Buffer,
    start: number,
    end: number,
    isCut: boolean,
    types?: MessageTypes,
    typeName?: string,
    learns: "learns" | "looks" = "looks",
  ): string | undefined {
    this.#told.clear();
    this.#names.clear();
    this.#left = MAX_FIELDS;
    this.#isCut = isCut;
    this.shape = undefined;
    const fields = typeName === undefined ? undefined : types?.fieldsOf(typeName, "");
    const root = learns === "learns" ? this.#recorder.begin() : undefined;
    const isWhole = this.#message(bytes, start, end, 0, "", { types, fields }, root);
    if (!isWhole && !isCut) return undefined;
    if (this.#told.size === 0 && end > start) return undefined;
    if (root !== undefined) root.times = 1;
    this.shape = root;
    return this.#shape();
  }

  #message(
    bytes: Buffer,
    start: number,
    end: number,
    depth: number,
    path: string,
    { types, fields }: MessageContext,
    learned: FieldPlace | undefined,
  ): boolean {
    const level = this.#levels[depth];
    level.open(bytes, start, end);
    if (learned !== undefined) this.#recorder.open(learned);
    while (level.next() && this.#left-- > 0) {
      const fact = fields?.get(level.number);
      const place = `${path}${level.number}`;
      if (fact !== undefined) this.#names.set(place, fact.name);
      const below = learned && this.#recorder.field(learned, level.number, level.type, fact?.name);
      if (level.type === LENGTH) {
        if (level.isCut) this.#note(place, fact === undefined ? "bytes" : kindOf(fact));
        else this.#sized(bytes, level.valueStart, level.valueEnd, { place, fact, types, depth, learned: below });
      } else {
        if (level.type === VARINT) below?.varint(level.value);
        this.#number(level, place, fact);
      }
    }
    const isWhole = !level.isBroken && !level.isCut;
    // What was cut between two fields looks whole.
    const isAll = isWhole && (depth > 0 || !this.#isCut);
    if (learned !== undefined) this.#recorder.close(learned, isAll, this.#left >= 0);
    return isWhole;
  }

  #number({ type, value }: WireFields, place: string, fact: FieldFact | undefined): void {
    this.#note(place, type === VARINT ? "varint" : type === FIXED64 ? "fixed64" : "fixed32");
    const hint = type === FIXED32 || type === FIXED64 ? 0 : this.#hint(fact);
    if (hint === 0) return;
    const digits = Buffer.from(String(value));
    this.#memory.classifier.number(digits, 0, digits.length, hint);
  }

  #sized(bytes: Buffer, start: number, end: number, field: SizedField): void {
    const { place, fact, types, depth, learned } = field;
    const kind = fact === undefined ? this.#guess(bytes, start, end) : kindOf(fact);
    this.#note(place, kind);
    if (learned !== undefined && end > start)
      learned.sized(fact === undefined ? this.#look(bytes, start, end) : KNOWN_LOOKS[kind]);
    if (kind === "string") this.#string(bytes, start, end, this.#hint(fact), learned);
    if (kind !== "message") return;
    if (depth === MAX_DEPTH) {
      if (learned !== undefined) learned.kinds |= UNTOLD;
      return;
    }
    const fields = fact?.typeName === undefined ? undefined : types?.fieldsOf(fact.typeName, fact.scope);
    this.#message(bytes, start, end, depth + 1, `${place}.`, { types, fields }, learned);
  }

  #string(bytes: Buffer, start: number, end: number, hint: number, learned: FieldPlace | undefined): void {
    const { classifier } = this.#memory;
    const before = classifier.found;
    classifier.value(bytes, start, end, hint);
    learned?.string(bytes, start, end, !classifier.isTelling(hint) && classifier.found === before);
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

  /** Both questions, where it is to be learned from many which of them holds. */
  #look(bytes: Buffer, start: number, end: number): Look {
    const isTextHere = isText(bytes, start, end);
    // Letters often make numbers of four and eight bytes; those of a message are hardly ever letters all.
    const isMessage = this.#isMessage(bytes, start, end, isTextHere ? "without-fixed" : "any");
    return {
      isText: isTextHere,
      isMessage,
      beginsLikeText: bytes[start] >= 0x20,
      isPacked: !isTextHere && !isMessage && isPacked(bytes, start, end),
    };
  }

  #isMessage(bytes: Buffer, start: number, end: number, fields: "any" | "without-fixed" = "any"): boolean {
    const trial = this.#trial;
    trial.open(bytes, start, end);
    while (trial.next()) {
      if (trial.number > MAX_LIKELY_NUMBER) return false;
      if (fields === "without-fixed" && (trial.type === FIXED64 || trial.type === FIXED32)) return false;
    }
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

/** Where the server told it nothing is left to be asked. */
const NONE: Look = { isText: false, isMessage: false, beginsLikeText: false, isPacked: false };
const KNOWN_LOOKS: Readonly<Record<FieldKind, Look>> = {
  ...{ varint: NONE, fixed64: NONE, fixed32: NONE, bytes: NONE },
  string: { ...NONE, isText: true },
  message: { ...NONE, isMessage: true },
  packed: { ...NONE, isPacked: true },
};

/** Varints one after the other, as short as they can be: to their end, and none longer than ten bytes. */
function isPacked(bytes: Buffer, start: number, end: number): boolean {
  let length = 0;
  for (let at = start; at < end; at++) {
    length++;
    if (bytes[at] >= 0x80) continue;
    if (length > MAX_VARINT_BYTES || (length > 1 && bytes[at] === 0)) return false;
    length = 0;
  }
  return length === 0;
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
