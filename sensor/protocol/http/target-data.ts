import { BodySampler } from "../body/body-sampler.js";
import { FormScan } from "../body/form-scan.js";
import { Scratch } from "../body/scratch.js";
import { ShapeRecorder } from "../body/shape-recorder.js";
import { mayHoldCard } from "../data/bare-card.js";
import { NO_CLASSES } from "../data/data-classifier.js";
import { encodedText } from "../data/encoded-text.js";
import type { FieldMemory } from "../data/field-memory.js";
import { EMAIL_MASK, MASK } from "../message.js";
import type { Shape } from "../shape.js";
import { isSecret, endingOf } from "./secret.js";
import type { Target } from "./target.js";

const SLASH = 0x2f;
const PERCENT = 0x25;
const CLEAN_SLOTS = 4_096;
/** As often as targets are decoded at most. */
const MAX_DECODED = 4;
/** Queries of one path of which it is learned what they are built of: the first ones, then one in so many. */
const FIRST_QUERIES = 16;
const ONE_QUERY_IN = 64;
const QUERY_SLOTS = 4_096;

/** Says which classes of data stand in a request's target, and masks them in its path. */
export class TargetData {
  readonly #fields: FieldMemory;
  readonly #form: FormScan;
  readonly #scratch = new Scratch();
  /** Hashes of queries that held nothing: the same few come again and again. */
  readonly #clean = new Int32Array(CLEAN_SLOTS * 2);

  readonly #recorder = new ShapeRecorder();
  readonly #sampler = new BodySampler(FIRST_QUERIES, ONE_QUERY_IN, QUERY_SLOTS);
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
    if (this.#clean[slot] === (hash | 0) && this.#clean[slot + 1] === (check | 0)) return NO_CLASSES;
    this.#fields.begin();
    const isLearned = this.#sampler.admits(pathShape);
    if (isLearned) this.#recorder.begin();
    this.#form.scan(bytes, start, end, false);
    if (isLearned) {
      this.#sampler.looked(pathShape, end - start);
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
    const masks = new Map<number, string>();
    let hint = 0;
    let at = target.pathStart;
    for (let segment = 0; at < target.pathEnd; segment++) {
      let stop = at;
      while (stop < target.pathEnd && bytes[stop] !== SLASH) stop++;
      this.#fields.begin();
      const next = this.#fields.hint(bytes, at, stop, 0, 0, 0);
      const mask = this.#segment(bytes, at, stop, hint, target, found);
      if (mask !== undefined) masks.set(segment, mask);
      hint = next;
      at = stop + 1;
    }
    if (masks.size > 0)
      target.path = target.path
        .split("/")
        .map((text, segment) => (masks.has(segment) ? masks.get(segment) + endingOf(text) : text))
        .join("/");
    return [...found].sort();
  }

  /**
   * Adds the classes of one; what stands for it, undefined where it may be told. What is written in hexadecimal or base64 is looked at as what
   * it stands for.
   */
  #segment(
    given: Buffer,
    givenStart: number,
    givenEnd: number,
    hint: number,
    target: Target,
    found: Set<string>,
  ): string | undefined {
    let [bytes, start, end] = [given, givenStart, givenEnd];
    if (bytes.subarray(start, end).includes(PERCENT)) {
      this.#decode(bytes, start, end);
      [bytes, start, end] = [this.#scratch.bytes, 0, this.#scratch.length];
    }
    const mask = this.#look(bytes, start, end, hint, found);
    if (mask !== undefined) return mask;
    const text = encodedText(bytes, start, end);
    if (text === undefined) return undefined;
    this.#fields.begin();
    const inText = this.#look(text, 0, text.length, hint, found);
    if (isSecret(text.latin1Slice())) target.hasSecret = true;
    else if (inText === undefined) return undefined;
    return MASK;
  }

  /** Of what is written plainly. */
  #look(bytes: Buffer, start: number, end: number, hint: number, found: Set<string>): string | undefined {
    const { classifier } = this.#fields;
    classifier.value(bytes, start, end, hint);
    for (const name of classifier.classes()) found.add(name);
    return this.#mask() ?? (mayHoldCard(bytes, start, end) ? MASK : undefined);
  }

  #decode(bytes: Buffer, start: number, end: number): void {
    const scratch = this.#scratch;
    scratch.decodePercent(bytes, start, end, "plus");
    // Proxies and careless clients encode once more what is encoded.
    for (let times = 1; times < MAX_DECODED && isEncoded(scratch); times++)
      scratch.decodePercent(scratch.bytes, 0, scratch.length, "plus");
  }

  /** What stands for the segment looked at last; undefined where it may be told. */
  #mask(): string | undefined {
    const classes = this.#fields.privateClasses();
    if (classes.length === 0) return undefined;
    return classes.length === 1 && classes[0] === "email" ? EMAIL_MASK : MASK;
  }
}

function isEncoded({ bytes, length }: Scratch): boolean {
  for (let at = 0; at < length; at++) if (bytes[at] === PERCENT) return true;
  return false;
}
