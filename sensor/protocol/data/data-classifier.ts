import { isControlInformation } from "../learned-names.js";
import { isInNumber } from "./around-value.js";
import { classRules, type DataSettings, type RuleSet, type Rules } from "./class-rules.js";
import type { DataRule } from "./data-rule.js";
import { type FieldWords, wordsOf } from "./field-words.js";
import { FoundClasses } from "./found-classes.js";
import { IS_WORD } from "./pattern-set.js";
import { wordEnd, wordsStart } from "./words-before.js";

const NOTHING: readonly number[] = [];
/** A match's longest form; a longer one is known by its beginning. */
const MAX_MATCH_BYTES = 512;
const MAX_VALUE_BYTES = 4_096;
/** `a@b.co`. */
const MIN_VALUE_BYTES = 6;
/** Of values shorter than this only those with digits or an @ can be anything. */
const MIN_LONG_BYTES = 16;
const MIN_DIGITS = 4;
/** Bytes that may be compared with patterns for one message: what looks like the beginning of something at every byte ends here. */
const MAX_STEPS = 1_048_576;
/** What reading the words before a place costs as steps. */
const TELLING_STEPS = 512;
/** Bytes of a text that may be compared with an operator's patterns only to tell whether it is worth a look. */
const MAX_ADDED_STEPS = 4_096;
const UNDERSCORE = 0x5f;
/** One for a digit, so many for an @: both are counted in one sum. */
const ONE_AT = 8_192;
const COUNTED = new Uint16Array(256).fill(1, 0x30, 0x3a);
COUNTED[0x40] = ONE_AT;
const SPACE = 0x20;

/** Where something of a class stands in a text, in bytes. */
export interface DataPlace {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Rules that a field's name tells of, rules whose values it says are something else, and classes it does not mean. */
interface FieldHint {
  readonly rules: ReadonlySet<number>;
  readonly others: ReadonlySet<number>;
  readonly muted: ReadonlySet<number>;
}

/** Says which classes of data the values of a message are of. Holds no value: what it keeps of a message is a set of classes. */
export class DataClassifier {
  readonly #rules: readonly DataRule[];
  /** Place of each rule's class in `#names`. */
  readonly #classOf: readonly number[];
  readonly #names: readonly string[];
  readonly #words: FieldWords;
  readonly #otherWords: FieldWords;
  readonly #muted: ReadonlyMap<string, readonly string[]>;
  readonly #hints: FieldHint[];
  readonly #hintByKey = new Map<string, number>();
  readonly #inText: RuleSet;
  readonly #withAt: RuleSet;
  readonly #inField: RuleSet;
  /** The operator's: what is of their classes may be shorter, and without a digit. Undefined where there are none. */
  readonly #added: RuleSet | undefined;
  readonly #classes: FoundClasses;
  /** What the words before the place that is judged tell of, and what they say it is not; undefined where nobody asked yet. */
  #told: readonly number[] | undefined = undefined;
  #toldOther: readonly number[] | undefined = undefined;
  #wordsBefore: readonly string[] | undefined = undefined;
  #found = 0;
  #isFaint = false;
  #stepsLeft = MAX_STEPS;
  #isCut = false;
  /** Where what is found stands; undefined where nobody asks, and one of each class is enough. */
  #places: DataPlace[] | undefined = undefined;

  /** Throws PatternError. */
  constructor(settings: DataSettings) {
    const { rules, classOf, names, words, otherWords, muted, inText, withAt, inField, added } = classRules(settings);
    this.#rules = rules;
    this.#classOf = classOf;
    this.#names = names;
    this.#words = words;
    this.#otherWords = otherWords;
    this.#muted = muted;
    this.#inText = inText;
    this.#withAt = withAt;
    this.#inField = inField;
    this.#added = added;
    this.#classes = new FoundClasses(names);
    this.#hints = [{ rules: new Set(), others: new Set(), muted: new Set() }];
  }

  begin(): void {
    this.#classes.clear();
    this.#stepsLeft = MAX_STEPS;
    this.#isCut = false;
    this.#found = 0;
    this.#isFaint = false;
  }

  /** Since `begin` something was there that may be of a class, and is too little to be told: not to be kept all the same. */
  get isFaint(): boolean {
    return this.#isFaint;
  }

  /** Rises with every class found since `begin`. */
  get found(): number {
    return this.#found;
  }

  /** What was looked at since `begin` took more comparing than is good: the rest of it was passed over. */
  get isExhausted(): boolean {
    return this.#stepsLeft < 0;
  }

  /** Since `begin` something was not looked at to its end: it took too long, or a value was longer than values are compared. */
  get isPartial(): boolean {
    return this.#isCut || this.isExhausted;
  }

  /** What was found since `begin`, sorted; the same list for the same classes. */
  classes(): readonly string[] {
    return this.#classes.list();
  }

  /** What a field's name tells, 0 for nothing. Called once for a name: who asks remembers. */
  hint(name: string, around: string): number {
    if (isControlInformation(name)) return 0;
    const words = wordsOf(name);
    const rules = this.#words.find(words, wordsOf(around));
    const others = this.#otherWords.find(words, []);
    const muted = this.#muted.size === 0 ? [] : (this.#muted.get(words.join("")) ?? []);
    if (rules.length === 0 && others.length === 0 && muted.length === 0) return 0;
    const key = `${rules.join()} ${others.join()} ${muted.join()}`;
    const known = this.#hintByKey.get(key);
    if (known !== undefined) return known;
    const places = muted.map((name) => this.#names.indexOf(name)).filter((place) => place >= 0);
    const hint = { rules: new Set(rules), others: new Set(others), muted: new Set(places) };
    const made = this.#hints.push(hint) - 1;
    this.#hintByKey.set(key, made);
    return made;
  }

  /** Whether a field's name tells what class its values are of, or what they are not meant for: no word of theirs is plain. */
  isTelling(hint: number): boolean {
    if (hint === 0) return false;
    const { rules, muted } = this.#hints[hint];
    return rules.size > 0 || muted.size > 0;
  }

  /** Looks at one value, bytes[start, end) without quotation marks and escapes. */
  value(bytes: Buffer, start: number, end: number, hint: number): void {
    const length = end - start;
    if (length < 2) return;
    if (hint !== 0 && length <= MAX_MATCH_BYTES && this.#wholeField(bytes, start, end, this.#hints[hint])) return;
    if (length < MIN_VALUE_BYTES) {
      if (this.#added !== undefined) this.#scan(this.#added, bytes, start, end, hint);
      return;
    }
    const stop = length > MAX_VALUE_BYTES ? start + MAX_VALUE_BYTES : end;
    // Of one that had to be freed of its escapes no more than so many bytes come here.
    if (length >= MAX_VALUE_BYTES) this.#isCut = true;
    let sum = 0;
    for (let at = start; at < stop; at++) sum += COUNTED[bytes[at]];
    const digits = sum & (ONE_AT - 1);
    if (sum >= ONE_AT) this.#scan(this.#withAt, bytes, start, stop, hint);
    if (digits >= MIN_DIGITS || length >= MIN_LONG_BYTES) this.#scan(this.#inText, bytes, start, stop, hint);
    else if (this.#added !== undefined) this.#scan(this.#added, bytes, start, stop, hint);
  }

  /**
   * Whether a text may hold something of an operator's class, of whatever length and written with whatever bytes: where underscores part
   * words, too, and whether or not a field's name must tell of it. False at no cost where the operator has no rules.
   */
  mayBeAdded(bytes: Buffer, start: number, end: number): boolean {
    const added = this.#added;
    if (added === undefined) return false;
    const { patterns } = added;
    let steps = 0;
    for (let at = start; at < end; at++) {
      if (patterns.begins[bytes[at]] === 0) continue;
      if (at > start && IS_WORD[bytes[at - 1]] === 1 && bytes[at - 1] !== UNDERSCORE) continue;
      steps += patterns.match(bytes, at, Math.min(end, at + MAX_MATCH_BYTES), added.anywhere);
      // What takes too long to tell is looked at: that has bounds of its own.
      if (patterns.hits > 0 || steps > MAX_ADDED_STEPS) return true;
    }
    return false;
  }

  /** Where in a text there is something of any class, in no order. */
  places(bytes: Buffer): readonly DataPlace[] {
    const places: DataPlace[] = [];
    this.#places = places;
    this.value(bytes, 0, bytes.length, 0);
    this.#places = undefined;
    return places;
  }

  /** Where in a text there is something of an operator's class, in no order. None at no cost where the operator has no rules. */
  addedPlaces(bytes: Buffer): readonly DataPlace[] {
    if (this.#added === undefined) return [];
    this.begin();
    const places: DataPlace[] = [];
    this.#places = places;
    this.#scan(this.#added, bytes, 0, bytes.length, 0);
    this.#places = undefined;
    return places;
  }

  /** A number that stands for itself: only its field can tell what it is, or an operator's rule that asks for no field. */
  number(bytes: Buffer, start: number, end: number, hint: number): void {
    if (hint !== 0) this.#wholeField(bytes, start, end, this.#hints[hint]);
    if (this.#added !== undefined) this.#scan(this.#added, bytes, start, end, hint);
  }

  /** Whether all of the value is what its field says and is known by its form as well: whatever else it looks like, it is that. */
  #wholeField(bytes: Buffer, from: number, until: number, hint: FieldHint): boolean {
    if (hint.rules.size === 0) return false;
    let start = from;
    let end = until;
    while (start < end && bytes[start] <= SPACE) start++;
    while (end > start && bytes[end - 1] <= SPACE) end--;
    const { patterns, rules, prefixes } = this.#inField;
    this.#stepsLeft -= patterns.match(bytes, start, end, prefixes);
    let isKnown = false;
    for (let hit = 0; hit < patterns.hits; hit++) {
      const index = rules[patterns.hitIds[hit]];
      if (patterns.hitEnds[hit] !== end || !hint.rules.has(index)) continue;
      const isText = this.#rules[index].isWholeField === undefined;
      if (!this.#isFound(index)) {
        if (!this.#passes(index, bytes, start, end)) continue;
        this.#add(index, hint);
      }
      isKnown ||= isText && !hint.muted.has(this.#classOf[index]);
    }
    return isKnown;
  }

  #scan(set: RuleSet, bytes: Buffer, start: number, end: number, hint: number): void {
    const { begins } = set.patterns;
    let at = start;
    while (at < end) {
      if (begins[bytes[at]] === 0 || (at > start && IS_WORD[bytes[at - 1]] === 1)) {
        at++;
        continue;
      }
      if (this.#stepsLeft < 0) return;
      const rules = wordEnd(bytes, start, at) < 0 ? set.untold : set;
      const { patterns } = rules;
      const stop = end - at > MAX_MATCH_BYTES ? at + MAX_MATCH_BYTES : end;
      this.#stepsLeft -= patterns.match(bytes, at, stop, rules.prefixes);
      at = patterns.hits === 0 ? at + 1 : this.#judge(rules, bytes, start, at, end, this.#hints[hint]);
    }
  }

  /** Takes the longest match that holds, and all as long that the words before tell of; the position to go on from. */
  #judge(
    { patterns, rules }: Rules,
    bytes: Buffer,
    from: number,
    start: number,
    until: number,
    hint: FieldHint,
  ): number {
    let goesOn = start + 1;
    let taken = -1;
    this.#told = undefined;
    this.#toldOther = undefined;
    this.#wordsBefore = undefined;
    for (let hit = patterns.hits - 1; hit >= 0; hit--) {
      const index = rules[patterns.hitIds[hit]];
      const rule = this.#rules[index];
      const end = patterns.hitEnds[hit];
      if (taken >= 0 && end !== taken) return taken;
      if (taken >= 0 && rule.fields === undefined) continue;
      if (isInNumber(bytes, from, start, end, until)) continue;
      if (rule.around?.(bytes, from, start, end, until) === false) continue;
      if (rule.fields !== undefined && !this.#isTold(index, bytes, from, start)) continue;
      const isFound = this.#places === undefined && this.#isFound(index);
      if (isFound && rule.fields === undefined) return end;
      if (!isFound && !this.#passes(index, bytes, start, end)) continue;
      this.#places?.push({ name: rule.name, start, end });
      if (!this.#isOther(index, hint, bytes, from, start)) {
        if (!isFound) this.#add(index, hint);
        if (rule.fields === undefined) return end;
        // What the words before leave open, as a tax number's country, is each that it can be.
        taken = end;
        continue;
      }
      this.#isFaint = true;
      goesOn = Math.max(goesOn, end);
    }
    return taken >= 0 ? taken : goesOn;
  }

  /** Whether a value that fits a rule is too little by itself, or named for something else. */
  #isOther(index: number, hint: FieldHint, bytes: Buffer, from: number, start: number): boolean {
    const { isFaint, others } = this.#rules[index];
    if (isFaint === true || hint.others.has(index)) return true;
    if (others === undefined) return false;
    this.#toldOther ??= this.#before(this.#otherWords, bytes, from, start);
    return this.#toldOther.includes(index);
  }

  /** Whether the words right before, in running text, are a field's name: `SSN: 123456789`. */
  #isTold(index: number, bytes: Buffer, from: number, start: number): boolean {
    this.#told ??= this.#before(this.#words, bytes, from, start);
    return this.#told.includes(index);
  }

  /** What the words right before tell of. Read once for a place, however many rules ask. */
  #before(names: FieldWords, bytes: Buffer, from: number, start: number): readonly number[] {
    const end = wordEnd(bytes, from, start);
    if (end < 0) return NOTHING;
    this.#stepsLeft -= TELLING_STEPS;
    const first = wordsStart(bytes, from, end);
    if (!names.mayEnd(bytes, first, end)) return NOTHING;
    this.#wordsBefore ??= wordsOf(bytes.toString("utf8", first, end));
    return names.find(this.#wordsBefore, []);
  }

  #passes(index: number, bytes: Buffer, start: number, end: number): boolean {
    const { check } = this.#rules[index];
    return check === undefined || check(bytes.toString("utf8", start, end));
  }

  #isFound(index: number): boolean {
    return this.#classes.has(this.#classOf[index]);
  }

  #add(index: number, hint: FieldHint): void {
    const place = this.#classOf[index];
    this.#found++;
    if (!hint.muted.has(place)) this.#classes.add(place);
  }
}
