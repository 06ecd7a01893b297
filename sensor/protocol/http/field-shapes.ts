import { BodySampler } from "../body/body-sampler.js";
import { decodeNested } from "../body/nested-encoding.js";
import { Scratch } from "../body/scratch.js";
import { ShapeRecorder } from "../body/shape-recorder.js";
import type { FieldMemory } from "../data/field-memory.js";
import { NO_CLASSES } from "../data/found-classes.js";
import { isLearnedCookie, isLearnedField, isSecretName, isStandardField, MAX_NAME_BYTES } from "../learned-names.js";
import { NO_PROPERTIES, type Shape, UNTOLD } from "../shape.js";
import { COOKIE, FIELD_NAMES } from "./field-name.js";
import { isSecret } from "./secret.js";

const LF = 10;
const CR = 13;
const COLON = 0x3a;
const EQUALS = 0x3d;
const SEMICOLON = 0x3b;
const SPACE = 0x20;
const PERCENT = 0x25;
const TAB = 9;
/** Heads of one operation, of answers also of one status, of which it is learned what they are built of: the first ones, then one in so many. */
const FIRST_HEADS = 20;
const ONE_HEAD_IN = 1_024;
const HEAD_SLOTS = 4_096;
const MAX_FIELDS = 128;

/** Fields of HTTP's own that are no part of an API, and that carry what somebody typed all the same. */
const CARRYING: ReadonlySet<string> = new Set(["referer", "set-cookie"]);

/** Whether the value of a field is kept for those who learn what heads are built of and hold; its name in lower case. */
export function isLearned(name: string): boolean {
  return name === "cookie" || CARRYING.has(name) || !(isStandardField(name) || isSecretName(name));
}

/** Fields that were taken apart before: what stands in those without a name is not told. */
export interface NamedFields {
  readonly count: number;
  /** Bytes of all of them. */
  readonly size: number;
  /** In lower case. */
  nameOf(at: number): string | undefined;
  /** Whether there is one of which nothing can be told: it must not be kept, or what stands in it is no field's. */
  isHidden(at: number): boolean;
  /** Position among FIELD_NAMES; negative where it is none of them. */
  idOf(at: number): number;
  /** Whoever sent it says that its value is a secret. */
  isSensitive(at: number): boolean;
  bytesOf(at: number): Buffer;
  startOf(at: number): number;
  endOf(at: number): number;
}

/** What heads are built of beyond what HTTP itself has there: names, types, few words; no value of any other kind. */
export class FieldShapes {
  readonly #fields: FieldMemory;
  readonly #headers = new ShapeRecorder();
  readonly #cookies = new ShapeRecorder();
  readonly #sampler = new BodySampler(FIRST_HEADS, ONE_HEAD_IN, HEAD_SLOTS);
  readonly #name = Buffer.alloc(MAX_NAME_BYTES);
  /** Of the head looked at last. */
  header: Shape = NO_PROPERTIES;
  cookie: Shape = NO_PROPERTIES;
  /** Classes of data in it. */
  classes: readonly string[] = NO_CLASSES;
  readonly #decoded = new Scratch();

  constructor(fields: FieldMemory) {
    this.#fields = fields;
  }

  /** Whether the head is looked at: its lines are bytes[start, end). `key` stands for the operation. */
  learns(key: number, bytes: Buffer, start: number, end: number): boolean {
    if (!this.#begins(key, end - start)) return false;
    this.#lines(bytes, start, end);
    this.#end();
    return true;
  }

  /** The same of fields. */
  learnsFields(key: number, fields: NamedFields): boolean {
    if (!this.#begins(key, fields.size)) return false;
    for (let at = 0; at < fields.count; at++) {
      const name = fields.nameOf(at);
      if (name === undefined || name.length > MAX_NAME_BYTES) {
        if (fields.isHidden(at)) this.#hidden();
        continue;
      }
      const hasWords = !fields.isSensitive(at);
      this.#field(fields.idOf(at), name, fields.bytesOf(at), fields.startOf(at), fields.endOf(at), hasWords);
    }
    this.#end();
    return true;
  }

  #begins(key: number, bytes: number): boolean {
    if (!this.#sampler.admits(key)) return false;
    this.#sampler.looked(key, bytes);
    this.#headers.begin();
    this.#headers.open(true);
    this.#cookies.begin();
    this.#cookies.open(true);
    this.#fields.begin();
    return true;
  }

  /** A field of which nothing can be told: what is not among those that are may have been it. */
  #hidden(): void {
    this.#headers.leaveOut();
    this.#cookies.leaveOut();
  }

  #end(): void {
    this.header = ended(this.#headers);
    this.cookie = ended(this.#cookies);
    this.classes = this.#fields.classifier.classes();
  }

  #lines(bytes: Buffer, start: number, end: number): void {
    let at = start;
    for (let fields = 0; at < end && fields < MAX_FIELDS; fields++) {
      const newline = bytes.indexOf(LF, at);
      const stop = newline < 0 || newline >= end ? end : newline;
      const colon = bytes.indexOf(COLON, at);
      if (colon > at && colon < stop) this.#line(bytes, at, colon, stop);
      at = stop + 1;
    }
    if (at < end) this.#hidden();
  }

  #line(bytes: Buffer, start: number, colon: number, lineEnd: number): void {
    if (colon - start > MAX_NAME_BYTES) return;
    const name = bytes.latin1Slice(start, colon).toLowerCase();
    this.#field(FIELD_NAMES.indexOf(bytes, start, colon), name, bytes, colon + 1, lineEnd, true);
  }

  #field(id: number, name: string, bytes: Buffer, start: number, end: number, hasWords: boolean): void {
    const [valueStart, valueEnd] = trimmed(bytes, start, end);
    if (id === COOKIE) this.#pairs(bytes, valueStart, valueEnd);
    if (CARRYING.has(name)) this.#classify(bytes, valueStart, valueEnd, 0);
    if (!isLearnedField(name, id)) return;
    const mayHaveWords = hasWords && !isSecret(bytes.latin1Slice(valueStart, valueEnd));
    this.#tell(this.#headers, name, bytes, valueStart, valueEnd, mayHaveWords);
  }

  /** RFC 6265 §4.2.1: `name=value; name=value`. */
  #pairs(bytes: Buffer, start: number, end: number): void {
    let at = start;
    for (let pairs = 0; at < end && pairs < MAX_FIELDS; pairs++) {
      const semicolon = bytes.indexOf(SEMICOLON, at);
      const stop = semicolon < 0 || semicolon > end ? end : semicolon;
      const [from, to] = trimmed(bytes, at, stop);
      const equals = bytes.indexOf(EQUALS, from);
      if (equals > from && equals < to && equals - from <= MAX_NAME_BYTES)
        this.#cookie(bytes.latin1Slice(from, equals), bytes, equals + 1, to);
      at = stop + 1;
    }
  }

  /** What looks like a credential most likely is one, whatever its name: an endpoint's protection tells of it. */
  #cookie(name: string, bytes: Buffer, start: number, end: number): void {
    if (!isLearnedCookie(name)) return;
    if (isSecret(bytes.latin1Slice(start, end))) this.#cookies.leaveOut();
    else this.#tell(this.#cookies, name, bytes, start, end, false);
  }

  /** URLs and cookies have what a person typed percent-encoded. */
  #classify(bytes: Buffer, start: number, end: number, hint: number): void {
    const { classifier } = this.#fields;
    classifier.value(bytes, start, end, hint);
    const percent = bytes.indexOf(PERCENT, start);
    if (percent < 0 || percent >= end) return;
    this.#decoded.decodePercent(bytes, start, end, "plus");
    classifier.value(this.#decoded.bytes, 0, this.#decoded.length, hint);
    decodeNested(this.#decoded, (inner, length) => classifier.value(inner, 0, length, hint));
  }

  /** `hasWords`: whether it may be one of few words. No word of a cookie is kept: any of them may be a credential, whatever its name. */
  #tell(recorder: ShapeRecorder, name: string, bytes: Buffer, start: number, end: number, hasWords: boolean): void {
    const length = this.#name.write(name, "latin1");
    const { classifier } = this.#fields;
    const hint = this.#fields.hint(this.#name, 0, length, 0, 0, 0);
    const before = classifier.found;
    this.#classify(bytes, start, end, hint);
    recorder.name(this.#name, 0, length);
    recorder.text(bytes, start, end, hasWords && !classifier.isTelling(hint) && classifier.found === before);
  }
}

function ended(recorder: ShapeRecorder): Shape {
  recorder.close();
  const shape = recorder.end();
  if (shape === undefined || (shape.properties === undefined && (shape.kinds & UNTOLD) === 0)) return NO_PROPERTIES;
  return shape;
}

function trimmed(bytes: Buffer, from: number, to: number): readonly [number, number] {
  let start = from;
  let end = to;
  while (start < end && isSpace(bytes[start])) start++;
  while (end > start && isSpace(bytes[end - 1])) end--;
  return [start, end];
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === CR;
}
