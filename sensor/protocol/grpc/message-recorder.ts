import { isWordField } from "../body/field-naming.js";
import { formatOf, isWord } from "../body/string-format.js";
import { withWord } from "../few-words.js";
import {
  ARRAY,
  BOOLEAN,
  FIXED32_FIELD,
  FIXED64_FIELD,
  INTEGER,
  LENGTH_FIELD,
  type LengthCounts,
  MESSAGE,
  type Shape,
  STRING,
  UNTOLD,
  VARINT_FIELD,
} from "../shape.js";
import { OTHER_FORMAT } from "../text-form.js";
import { FIXED32, FIXED64, LENGTH, VARINT } from "./wire-fields.js";

const MAX_PLACES = 256;
/** Fields of one message; that another came is told. */
const MAX_FIELDS = 64;

const WIRE_KINDS: Readonly<Record<number, number>> = {
  [VARINT]: VARINT_FIELD,
  [FIXED64]: FIXED64_FIELD,
  [LENGTH]: LENGTH_FIELD,
  [FIXED32]: FIXED32_FIELD,
};

type Lengths = { -readonly [K in keyof LengthCounts]: LengthCounts[K] };

/** What the bytes of a field with a length may be. */
export interface Look {
  readonly isText: boolean;
  readonly isMessage: boolean;
  readonly beginsLikeText: boolean;
  readonly isPacked: boolean;
}

/** One field of the message under way, or the message itself. */
export class FieldPlace implements Shape {
  kinds = 0;
  formats = 0;
  times = 0;
  objects = 0;
  present = 0;
  properties: Map<string, FieldPlace> | undefined = undefined;
  readonly items = undefined;
  words: readonly string[] | undefined = undefined;
  lengths: Lengths | undefined = undefined;
  readonly fieldName: string | undefined;
  /** The message that it stood in last, by its number: there it may stand once more. */
  seenIn = 0;
  /** The message open here. */
  open = 0;
  #hasOther = false;
  readonly #mayBeWord: boolean;

  constructor(fieldName: string | undefined) {
    this.fieldName = fieldName;
    this.#mayBeWord = fieldName !== undefined && isWordField(fieldName);
  }

  /** A varint: only 0 and 1 may be truth values. */
  varint(value: number): void {
    this.kinds |= value <= 1 ? BOOLEAN : INTEGER;
  }

  /** What has a length, is whole and not empty, and what it may be. */
  sized({ isText, isMessage, beginsLikeText, isPacked }: Look): void {
    this.lengths ??= { sized: 0, texts: 0, messages: 0, both: 0, likelyMessages: 0, packed: 0 };
    const { lengths } = this;
    lengths.sized++;
    if (isText) lengths.texts++;
    if (isMessage) lengths.messages++;
    if (isText && isMessage) lengths.both++;
    if (isText && isMessage && !beginsLikeText) lengths.likelyMessages++;
    if (isPacked) lengths.packed++;
  }

  /** A text; `isPlain`: it is of no class of data, and its field of none. */
  string(bytes: Buffer, start: number, end: number, isPlain: boolean): void {
    this.kinds |= STRING;
    const format = formatOf(bytes, start, end);
    this.formats |= format;
    if (this.#hasOther) return;
    const isOne = isPlain && format === OTHER_FORMAT && this.#mayBeWord && isWord(bytes, start, end);
    this.words = isOne ? withWord(this.words, bytes.latin1Slice(start, end)) : undefined;
    this.#hasOther = this.words === undefined;
  }
}

/** Puts together what a message of Protocol Buffers is built of, while a scan walks through it. No value is kept. Bounded in places. */
export class MessageRecorder {
  #places = 0;
  #messages = 0;

  /** The message that the scan begins with. */
  begin(): FieldPlace {
    this.#places = this.#messages = 0;
    return new FieldPlace(undefined);
  }

  /** A message begins, as what stands at a place. */
  open(place: FieldPlace): void {
    place.kinds |= MESSAGE;
    place.open = ++this.#messages;
  }

  /** A field of the message that is open; undefined beyond the bounds. `name`: as the server calls it. */
  field(of: FieldPlace, number: number, type: number, name: string | undefined): FieldPlace | undefined {
    of.properties ??= new Map();
    const key = String(number);
    const known = of.properties.get(key);
    if (known === undefined && (of.properties.size >= MAX_FIELDS || this.#places >= MAX_PLACES)) {
      of.kinds |= UNTOLD;
      return undefined;
    }
    const place = known ?? new FieldPlace(name);
    if (known === undefined) {
      this.#places++;
      of.properties.set(key, place);
    }
    if (place.seenIn === of.open) place.kinds |= ARRAY;
    place.seenIn = of.open;
    place.times++;
    place.kinds |= WIRE_KINDS[type] ?? 0;
    return place;
  }

  /** It is over; only one that was seen whole tells what it lacks. `isTold`: all of its fields were walked through. */
  close(place: FieldPlace, isWhole: boolean, isTold: boolean): void {
    if (!isTold) place.kinds |= UNTOLD;
    if (!isWhole || !isTold) return;
    place.objects++;
    for (const field of place.properties?.values() ?? []) if (field.seenIn === place.open) field.present++;
  }
}
