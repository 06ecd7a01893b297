import { WordTable } from "../../bytes/word-table.js";
import { BodySampler } from "../body/body-sampler.js";
import { FormScan } from "../body/form-scan.js";
import { decodeNested } from "../body/nested-encoding.js";
import { PlainName } from "../body/plain-name.js";
import { Scratch } from "../body/scratch.js";
import { ShapeRecorder } from "../body/shape-recorder.js";
import { mayHoldCard } from "../data/bare-card.js";
import { encodedText, MIN_ENCODED } from "../data/encoded-text.js";
import type { FieldMemory } from "../data/field-memory.js";
import { NO_CLASSES } from "../data/found-classes.js";
import { EMAIL_MASK, MASK } from "../message.js";
import type { Shape } from "../shape.js";
import { endingOf, isSecret } from "./secret.js";
import { maskParts } from "./segment-parts.js";
import type { Target } from "./target.js";

const SLASH = 0x2f;
const PERCENT = 0x25;
const UNDERSCORE = 0x5f;
const CLEAN_SLOTS = 4_096;
/** Queries of one path of which it is learned what they are built of: the first ones, then one in so many. */
const FIRST_QUERIES = 16;
const ONE_QUERY_IN = 64;
/** Nearly all queries of some services came before: of these fewer are worth a look. */
const ONE_REPEATED_IN = 256;
const QUERY_SLOTS = 4_096;

/** What parts the parameters of a segment (RFC 3986 §3.3) or of a query that was put into one, and what their names from their values. */
const PARAMETER_BREAK = /[;,&?]/;
/** No padding, which stands behind base64. */
const NAME_BREAK = /=(?!=*(?::|$))|:/;
/** What is done with a password, behind that word: `/password/reset/…`. */
const ACTIONS = new WordTable(
  "reset resets recover recovery verify verification confirm confirmation change forgot forgotten new update edit set check policy request validate".split(
    " ",
  ),
);
const NO_VALUES: readonly string[] = [];

/** Says which classes of data stand in a request's target, and masks them in its path. */
export class TargetData {
  readonly #fields: FieldMemory;
  readonly #form: FormScan;
  readonly #scratch = new Scratch();
  /** Hashes of queries that held nothing: the same few come again and again. */
  readonly #clean = new Int32Array(CLEAN_SLOTS * 2);

  /** Of a segment that names the one after it: RFC 3986 has no spaces written otherwise there. */
  readonly #name = new PlainName("plus");
  readonly #recorder = new ShapeRecorder();
  readonly #sampler = new BodySampler(FIRST_QUERIES, ONE_QUERY_IN, QUERY_SLOTS);
  /** Of those that came before: that a value comes again and again is what makes it one of a few. */
  readonly #repeated = new BodySampler(FIRST_QUERIES, ONE_REPEATED_IN, QUERY_SLOTS);
  /** What the query looked at last is built of; undefined where it was not asked for. */
  queryShape: Shape | undefined = undefined;

  constructor(fields: FieldMemory) {
    this.#fields = fields;
    this.#form = new FormScan(fields, this.#scratch, this.#recorder);
  }

  /** Undefined where there is nothing: most targets hold no data. Masks the target's path. */
  classes(bytes: Buffer, target: Target): readonly string[] | undefined {
    let found = NO_CLASSES;
    this.queryShape = undefined;
    if (target.mayHoldData) found = this.#path(bytes, target);
    if (target.queryStart < target.queryEnd) {
      const inQuery = this.#query(bytes, target.queryStart, target.queryEnd, target.shape);
      found = found.length === 0 ? inQuery : [...new Set([...found, ...inQuery])].sort();
    }
    return found.length === 0 ? undefined : found;
  }

  #query(bytes: Buffer, start: number, end: number, pathShape: number): readonly string[] {
    let hash = end - start;
    let check = 1;
    for (let at = start; at < end; at++) {
      hash = (hash << 5) - hash + bytes[at];
      check = (check << 3) ^ (check >>> 29) ^ bytes[at];
    }
    const slot = ((hash ^ (hash >>> 13)) & (CLEAN_SLOTS - 1)) * 2;
    const isKnown = this.#clean[slot] === (hash | 0) && this.#clean[slot + 1] === (check | 0);
    const sampler = isKnown ? this.#repeated : this.#sampler;
    const isLearned = sampler.admits(pathShape);
    if (isKnown && !isLearned) return NO_CLASSES;
    this.#fields.begin();
    if (isLearned) this.#recorder.begin();
    this.#form.scan(bytes, start, end, false);
    if (isLearned) {
      sampler.looked(pathShape, end - start);
      this.queryShape = this.#recorder.end();
    }
    const classes = this.#fields.classifier.classes();
    if (classes.length === 0) {
      this.#clean[slot] = hash;
      this.#clean[slot + 1] = check;
    }
    return classes;
  }

  /** Segment by segment; the one before is the name of the one after it: `/ssn/123-45-6789`. */
  #path(bytes: Buffer, target: Target): readonly string[] {
    const found = new Set<string>();
    // As they are told so far, without secrets; taken apart where something is masked.
    let told: string[] | undefined;
    let hint = 0;
    let at = target.pathStart;
    for (let segment = 0; at < target.pathEnd; segment++) {
      let stop = at;
      while (stop < target.pathEnd && bytes[stop] !== SLASH) stop++;
      this.#fields.begin();
      const name = this.#name;
      name.read(bytes, at, stop);
      const next = this.#fields.hint(name.bytes, name.start, name.end, 0, 0, 0);
      const isAction = hint !== 0 && ACTIONS.indexOf(name.bytes, name.start, name.end) >= 0;
      const applied = isAction ? 0 : hint;
      const mask = this.#segment(bytes, at, stop, applied, target, found);
      if (mask !== undefined) {
        told ??= target.path.split("/");
        told[segment] = this.#masked(told[segment], mask, applied, target, found);
      }
      hint = next;
      at = stop + 1;
    }
    if (told !== undefined) target.path = told.join("/");
    return [...found].sort();
  }

  /** A segment, as it is told so far, without what must not be told: of one that must not be told as a whole the values in it, where that is enough. */
  #masked(text: string, mask: string | readonly string[], hint: number, target: Target, found: Set<string>): string {
    if (typeof mask !== "string") return mask.reduce((rest, value) => rest.replaceAll(value, MASK), text);
    return this.#inParts(text, hint, target, found) ?? mask + endingOf(text);
  }

  /** Undefined where nothing of it may be told: it has no parts, or with what is personal in each masked it still is of a class. */
  #inParts(text: string, hint: number, target: Target, found: Set<string>): string | undefined {
    const given = Buffer.from(text, "latin1");
    this.#decode(given, 0, given.length);
    const plain = this.#scratch.bytes.latin1Slice(0, this.#scratch.length);
    let isMasked = false;
    const told = maskParts(plain, (value, name) => {
      const mask = this.#valueMask(value, name, target, found);
      isMasked ||= mask !== undefined;
      return mask;
    });
    if (told === undefined || !isMasked) return undefined;
    const rest = Buffer.from(told, "latin1");
    this.#fields.begin();
    const isTold = this.#look(rest, 0, rest.length, hint, found) === undefined;
    return isTold && this.#mayTell(rest, 0, rest.length, hint, target, found) ? told : undefined;
  }

  #valueMask(value: string, name: string, target: Target, found: Set<string>): string | undefined {
    const bytes = Buffer.from(value, "latin1");
    this.#fields.begin();
    const hint = name === "" ? 0 : this.#fields.hint(Buffer.from(name, "latin1"), 0, name.length, 0, 0, 0);
    const mask = this.#look(bytes, 0, bytes.length, hint, found);
    if (mask !== undefined) return mask + endingOf(value);
    return isSecret(value) || !this.#mayTell(bytes, 0, bytes.length, hint, target, found) ? MASK : undefined;
  }

  /**
   * Adds the classes of one; what stands for it, or what of it must not stand there, undefined where it may be told. What is written in
   * hexadecimal or base64, all of it or a parameter's value, is looked at as what it stands for.
   */
  #segment(
    given: Buffer,
    givenStart: number,
    givenEnd: number,
    hint: number,
    target: Target,
    found: Set<string>,
  ): string | readonly string[] | undefined {
    let [bytes, start, end] = [given, givenStart, givenEnd];
    if (bytes.subarray(start, end).includes(PERCENT)) {
      this.#decode(bytes, start, end);
      [bytes, start, end] = [this.#scratch.bytes, 0, this.#scratch.length];
    }
    const mask = this.#look(bytes, start, end, hint, found);
    if (mask !== undefined) return mask;
    if (!this.#mayTell(bytes, start, end, hint, target, found)) return MASK;
    const values = this.#values(bytes, start, end, target, found);
    if (values.length === 0) return undefined;
    // Of what was percent-encoded the values stand otherwise in what is told.
    return bytes === given ? values : MASK;
  }

  /** False where it is written in hexadecimal or base64, and what it stands for must not be told. */
  #mayTell(bytes: Buffer, start: number, end: number, hint: number, target: Target, found: Set<string>): boolean {
    const text = encodedText(bytes, start, end);
    if (text === undefined) return true;
    this.#fields.begin();
    const inText = this.#look(text, 0, text.length, hint, found);
    if (!isSecret(text.latin1Slice())) return inText === undefined;
    target.hasSecret = true;
    return false;
  }

  /** The values in a segment, each the value of a parameter or the parameter itself, that must not be told. */
  #values(bytes: Buffer, start: number, end: number, target: Target, found: Set<string>): readonly string[] {
    if (end - start <= MIN_ENCODED) return NO_VALUES;
    const segment = bytes.latin1Slice(start, end);
    if (!PARAMETER_BREAK.test(segment) && !NAME_BREAK.test(segment)) return NO_VALUES;
    const values: string[] = [];
    for (const parameter of segment.split(PARAMETER_BREAK)) {
      const nameEnd = parameter.search(NAME_BREAK);
      const name = Buffer.from(parameter.slice(0, Math.max(0, nameEnd)), "latin1");
      const value = parameter.slice(nameEnd + 1);
      // A value may have a verb behind it: `/YWRh…:cancel`.
      for (const part of nameEnd < 0 ? [value] : [name.latin1Slice(), value, ...value.split(":")]) {
        const text = Buffer.from(part, "latin1");
        this.#fields.begin();
        const hint = name.length === 0 || part !== value ? 0 : this.#fields.hint(name, 0, name.length, 0, 0, 0);
        if (!this.#mayTell(text, 0, text.length, hint, target, found)) values.push(part);
      }
    }
    return values;
  }

  /** Of what is written plainly. */
  #look(bytes: Buffer, start: number, end: number, hint: number, found: Set<string>): string | undefined {
    const { classifier } = this.#fields;
    classifier.value(bytes, start, end, hint);
    // To what is looked for in text, an underscore is part of a word; in a path it parts words: `user_123-45-6789`.
    const parted = this.#mask() === undefined ? partedWords(bytes, start, end) : undefined;
    if (parted !== undefined) classifier.value(parted, 0, parted.length, hint);
    for (const name of classifier.classes()) found.add(name);
    return this.#mask() ?? (mayHoldCard(bytes, start, end) ? MASK : undefined);
  }

  #decode(bytes: Buffer, start: number, end: number): void {
    const scratch = this.#scratch;
    scratch.decodePercent(bytes, start, end, "plus");
    decodeNested(scratch);
  }

  /** What stands for the segment looked at last; undefined where it may be told. */
  #mask(): string | undefined {
    const classes = this.#fields.privateClasses();
    if (classes.length === 0) return this.#fields.classifier.isFaint ? MASK : undefined;
    return classes.length === 1 && classes[0] === "email" ? EMAIL_MASK : MASK;
  }
}

/** Bytes[start, end) with what parts a name from its value for each underscore; undefined where there is none. */
function partedWords(bytes: Buffer, start: number, end: number): Buffer | undefined {
  if (!bytes.subarray(start, end).includes(UNDERSCORE)) return undefined;
  return Buffer.from(bytes.latin1Slice(start, end).replaceAll("_", ":"), "latin1");
}
