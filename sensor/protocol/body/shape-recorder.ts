import { isGivenName } from "../data/given-names.js";
import { isDrawnName, type NameStand } from "../drawn-name.js";
import { isOneOf, isSame, withWord } from "../few-words.js";
import {
  ANY_NAME,
  ARRAY,
  BEYOND_INT32,
  BEYOND_INT64,
  BOOLEAN,
  INTEGER,
  NULL,
  NUMBER,
  OBJECT,
  ONE_TEXT,
  type Shape,
  STRING,
  UNTOLD,
  WHOLE_NUMBER,
} from "../shape.js";
import { OTHER_FORMAT } from "../text-form.js";
import { isFieldName, isWordField, wordedName } from "./field-naming.js";
import { holdsWords, leaveWordsOut, Place } from "./recorded-place.js";
import { formatOf, isWord } from "./string-format.js";

const MAX_DEPTH = 12;
const MAX_NODES = 256;
const MAX_PROPERTIES = 64;
/** Entries of a list that are looked at: the others are like them, but where they hold words each may hold another. */
const MAX_ENTRIES = 16;
const LETTER_T = 0x74;
const LETTER_F = 0x66;
const LETTER_N = 0x6e;
const DOT = 0x2e;
const LOWER_E = 0x65;
const UPPER_E = 0x45;
const COMMA = 0x2c;
const BAR = 0x7c;
const SPACE = 0x20;
const MINUS = 0x2d;

/** An object or array that is open. */
interface Frame {
  readonly place: Place;
  readonly isObject: boolean;
  /** Properties of this object so far. */
  readonly seen: Set<Place>;
  next: Place | undefined;
  /** How many of them had a name of their own. */
  names: number;
  /** Of a list, so far. */
  entries: number;
  /** Whether those beyond the bound are looked at too; undefined before there are any. */
  hasWords: boolean | undefined;
}

/**
 * Puts together what a message is built of while the scanners walk through it: they tell what opens, is named, stands there and closes.
 * No value is kept, but for what may be a word of a program's own. Bounded in depth and places.
 */
export class ShapeRecorder {
  #root: Place | undefined = undefined;
  readonly #frames: Frame[] = [];
  #nodes = 0;
  /** Values that stand one after the other in one body. */
  #texts = 0;
  /** Whether those beyond the bound are looked at too; undefined before there are any. */
  #textsHaveWords: boolean | undefined = undefined;
  /** Levels open beyond the bound. */
  #beyond = 0;
  #isOn = false;

  get isOn(): boolean {
    return this.#isOn;
  }

  begin(): void {
    this.#isOn = true;
    this.#root = undefined;
    this.#frames.length = 0;
    this.#nodes = 0;
    this.#texts = 0;
    this.#textsHaveWords = undefined;
    this.#beyond = 0;
  }

  /** What the message was built of; undefined where nothing was told. What is still open was cut off. */
  end(): Shape | undefined {
    this.lose();
    const root = this.#root;
    this.#root = undefined;
    return root;
  }

  /** Bytes were lost: what follows stands nobody knows where. */
  lose(): void {
    this.#isOn = false;
    this.#breakOff(0);
  }

  get depth(): number {
    return this.#frames.length;
  }

  /** Leaves what was opened since there were so many levels, and never closed. */
  unwind(depth: number): void {
    this.#beyond = 0;
    if (this.#frames.length > depth) this.#breakOff(depth);
  }

  /** Of a list that was not seen to its end, other entries may hold other words; so may other texts where there are several. */
  #breakOff(depth: number): void {
    const list = this.#frames.slice(depth).find(({ isObject }) => !isObject);
    const place = this.#texts > 1 ? this.#root : list?.place;
    if (place !== undefined && this.#frames.length > depth) leaveWordsOut(place);
    this.#frames.length = depth;
  }

  open(isObject: boolean): void {
    if (this.#beyond > 0 || this.#frames.length >= MAX_DEPTH) {
      this.#beyond++;
      return;
    }
    const place = this.#value(isObject ? OBJECT : ARRAY);
    if (place === undefined) this.#beyond++;
    else
      this.#frames.push({
        place,
        isObject,
        seen: new Set(),
        next: undefined,
        names: 0,
        entries: 0,
        hasWords: undefined,
      });
  }

  close(): void {
    if (this.#beyond > 0) {
      this.#beyond--;
      return;
    }
    const frame = this.#frames.pop();
    if (frame === undefined || !frame.isObject) return;
    frame.place.objects++;
    for (const property of frame.seen) property.present++;
  }

  /** The name of the value that comes next; of a form or query, where a name that comes again makes its values a list. */
  parameter(bytes: Buffer, start: number, end: number, stand: NameStand): void {
    const frame = this.#frames.at(-1);
    const hadName = frame?.seen.size;
    this.name(bytes, start, end, stand);
    const { next } = frame ?? {};
    if (frame === undefined || next === undefined || frame.seen.size !== hadName) return;
    frame.next = this.#entryOf(next);
  }

  /** One more entry of a list that began as a single value. */
  #entryOf(place: Place): Place | undefined {
    if ((place.kinds & ARRAY) === 0) {
      const first = this.#make(place.mayBeWord);
      if (first === undefined) return undefined;
      const { kinds, formats, times, words, hasOther, items } = place;
      Object.assign(first, { kinds, formats, times, words, hasOther, items });
      Object.assign(place, { kinds: ARRAY, formats: 0, times: 1, words: undefined, hasOther: false, items: first });
    }
    const { items } = place;
    return items === undefined || items.times < MAX_ENTRIES || holdsWords(items) ? items : undefined;
  }

  /** The name of the value that comes next. */
  name(bytes: Buffer, start: number, end: number, stand: NameStand = "named"): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined || !frame.isObject || this.#beyond > 0) return;
    frame.next = this.#named(frame, bytes, start, end, stand);
    if (frame.next !== undefined) frame.seen.add(frame.next);
  }

  /** By its bytes where the object before had a property of that name there: no string is made. */
  #named(frame: Frame, bytes: Buffer, start: number, end: number, stand: NameStand): Place | undefined {
    const { place } = frame;
    const at = frame.names++;
    const expected = place.order?.[at];
    if (expected !== undefined && isSame(expected.name, bytes, start, end)) return expected.place;
    const name = told(bytes, start, end, stand);
    const found = this.#property(place, name);
    if (found === undefined || name === ANY_NAME || found !== place.properties?.get(name)) return found;
    place.order ??= [];
    if (place.order.length === at && isSame(name, bytes, start, end)) place.order.push({ name, place: found });
    return found;
  }

  /** The object that is open has something of which nothing is told. */
  leaveOut(): void {
    const place = this.#frames.at(-1)?.place;
    if (place !== undefined) place.kinds |= UNTOLD;
  }

  /** `isPlain`: it is of no class of data, and its field of none. */
  string(bytes: Buffer, start: number, end: number, isPlain: boolean): void {
    const place = this.#value(STRING);
    if (place !== undefined) this.#put(place, bytes, start, end, isPlain);
  }

  /** Notes what the string in a place looks like. */
  #put(place: Place, bytes: Buffer, start: number, end: number, isPlain: boolean): void {
    const format = formatOf(bytes, start, end);
    place.formats |= format;
    if (place.hasOther) return;
    const mayBeWord = isPlain && format === OTHER_FORMAT && place.mayBeWord && isWord(bytes, start, end);
    // Lists hold the same few again and again.
    if (mayBeWord && place.words !== undefined && isOneOf(place.words, bytes, start, end)) return;
    const word = mayBeWord ? bytes.latin1Slice(start, end) : undefined;
    // Whatever the field is called: people may be its types.
    place.words = word === undefined || isGivenName(word) ? undefined : withWord(place.words, word);
    place.hasOther = place.words === undefined;
  }

  /** A value of a form, a query or a head, where all are texts: what it is shows by itself. One that may be a list is both. */
  text(bytes: Buffer, start: number, end: number, isPlain: boolean): void {
    const kind = literalOf(bytes, start, end);
    const place = this.#value(kind);
    if (place === undefined || kind !== STRING) return;
    this.#put(place, bytes, start, end, isPlain);
    const delimiter = delimiterIn(bytes, start, end);
    if (delimiter !== 0) this.#entries(place, bytes, start, end, delimiter, isPlain);
    else if (end > start) place.kinds |= ONE_TEXT;
  }

  /** Of a text that may be a list what its entries are. */
  #entries(of: Place, bytes: Buffer, start: number, end: number, delimiter: number, isPlain: boolean): void {
    of.items ??= this.#make(of.mayBeWord);
    if (of.items === undefined) return;
    let at = start;
    for (let entries = 0; at <= end && entries < MAX_ENTRIES; entries++) {
      const found = bytes.indexOf(delimiter, at);
      const stop = found < 0 || found > end ? end : found;
      this.#entry(of.items, bytes, at, stop, isPlain);
      at = stop + 1;
    }
    if (at <= end) leaveWordsOut(of.items);
  }

  #entry(place: Place, bytes: Buffer, start: number, end: number, isPlain: boolean): void {
    let [from, to] = [start, end];
    while (from < to && bytes[from] === SPACE) from++;
    while (to > from && bytes[to - 1] === SPACE) to--;
    const kind = literalOf(bytes, from, to);
    place.kinds |= kind === STRING && to > from ? STRING | ONE_TEXT : kind;
    place.times++;
    if (kind === STRING) this.#put(place, bytes, from, to, isPlain);
  }

  number(bytes: Buffer, start: number, end: number): void {
    this.#value(numberKind(bytes, start, end));
  }

  /** `true`, `false` and `null` by their first letter. */
  literal(first: number): void {
    if (first === LETTER_T || first === LETTER_F) this.#value(BOOLEAN);
    else if (first === LETTER_N) this.#value(NULL);
  }

  #value(kind: number): Place | undefined {
    if (!this.#isOn || this.#beyond > 0) return undefined;
    const place = this.#next();
    if (place === undefined) return undefined;
    place.kinds |= kind;
    place.times++;
    return place;
  }

  /** Where the next value stands. */
  #next(): Place | undefined {
    const frame = this.#frames.at(-1);
    if (frame === undefined) {
      if (this.#texts++ >= MAX_ENTRIES && !this.#hasWords()) return undefined;
      this.#root ??= this.#make(false);
      return this.#root;
    }
    if (!frame.isObject) {
      if (frame.entries++ >= MAX_ENTRIES) {
        frame.hasWords ??= holdsWords(frame.place.items);
        if (!frame.hasWords) return undefined;
      }
      // A list of words is of the words that its name announces.
      frame.place.items ??= this.#make(frame.place.mayBeWord);
      return frame.place.items;
    }
    const { next } = frame;
    frame.next = undefined;
    return next;
  }

  #hasWords(): boolean {
    this.#textsHaveWords ??= holdsWords(this.#root);
    return this.#textsHaveWords;
  }

  #property(of: Place, name: string): Place | undefined {
    of.properties ??= new Map();
    const isFull = of.properties.size >= MAX_PROPERTIES;
    const own = of.properties.get(name);
    if (own === undefined && isFull) of.kinds |= UNTOLD;
    const known = own ?? (isFull ? of.properties.get(ANY_NAME) : undefined);
    if (known !== undefined) return known;
    const made = this.#make(name !== ANY_NAME && isWordField(name));
    if (made === undefined || name === ANY_NAME) of.kinds |= UNTOLD;
    if (made !== undefined) of.properties.set(isFull ? ANY_NAME : name, made);
    return made;
  }

  #make(mayBeWord: boolean): Place | undefined {
    if (this.#nodes >= MAX_NODES) return undefined;
    this.#nodes++;
    return new Place(mayBeWord);
  }
}

/** The name where it may be kept; what is rather a value in a name's place is not. */
function told(bytes: Buffer, start: number, end: number, stand: NameStand): string {
  const name = isFieldName(bytes, start, end) ? bytes.latin1Slice(start, end) : wordedName(bytes, start, end);
  return name === undefined || isDrawnName(name, stand) ? ANY_NAME : name;
}

const MAX_NUMBER_BYTES = 15;
/** So many digits fit into 32 bits whatever they are, and more than so many not into 64. */
const DIGITS_OF_INT32 = 9;
const DIGITS_OF_INT64 = 19;

function numberKind(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++)
    if (bytes[at] === DOT || bytes[at] === LOWER_E || bytes[at] === UPPER_E)
      return isWhole(bytes.latin1Slice(start, end)) ? WHOLE_NUMBER : NUMBER;
  const digits = end - start - (bytes[start] === MINUS ? 1 : 0);
  return digits <= DIGITS_OF_INT32 ? INTEGER : INTEGER | beyond(bytes.latin1Slice(start, end), digits);
}

const DECIMAL = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,9}))?$/;

/** Whether nothing is left of its fraction: `1.0`, `1.50e1`, but not `1.5`. */
function isWhole(text: string): boolean {
  const [, whole, fraction = "", exponent = "0"] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return false;
  const digits = whole + fraction;
  let last = digits.length;
  while (last > 0 && digits[last - 1] === "0") last--;
  return last === 0 || last - whole.length <= Number(exponent);
}

/** Bits of what a whole number is too large for. */
function beyond(text: string, digits: number): number {
  const value = Number(text);
  if (value >= -(2 ** 31) && value < 2 ** 31) return 0;
  if (digits < DIGITS_OF_INT64) return BEYOND_INT32;
  const isInt64 = digits === DIGITS_OF_INT64 && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
  return isInt64 ? BEYOND_INT32 : BEYOND_INT32 | BEYOND_INT64;
}

/** What parts the entries of a list that is written as one text; 0 where nothing does. OpenAPI 3.1.0 §4.8.12.3. */
function delimiterIn(bytes: Buffer, start: number, end: number): number {
  let found = 0;
  for (let at = start; at < end; at++) {
    if (bytes[at] === COMMA) return COMMA;
    if (bytes[at] === BAR) found = BAR;
  }
  return found;
}

/** INTEGER, NUMBER or BOOLEAN where the text is one of these, else STRING. Leading zeros are no number's. */
function literalOf(bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  if (length === 0 || length > MAX_NUMBER_BYTES) return STRING;
  const first = bytes[start];
  if (first === LETTER_T || first === LETTER_F) {
    const text = bytes.latin1Slice(start, end);
    return text === "true" || text === "false" ? BOOLEAN : STRING;
  }
  if (first === 0x2d || (first >= 0x30 && first <= 0x39))
    return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(bytes.latin1Slice(start, end)) ? numberKind(bytes, start, end) : STRING;
  return STRING;
}
