import { MASK } from "../message.js";
import { addedMask, type NameMask } from "./added-mask.js";
import type { DataClassifier } from "./data-classifier.js";

const SLOTS = 8_192;
const MAX_NAME_BYTES = 128;
/** Names of one message that are read for the first time; what has more uses values as names. */
const MAX_NEW_NAMES = 512;
const AT = 0x40;
const MANY_DIGITS = 6;
const HINT_BITS = 15;
const MAY_BE_VALUE = 1 << HINT_BITS;
/** Addresses of machines are no data of persons, and are part of many names and URLs. */
const OF_MACHINES: ReadonlySet<string> = new Set(["ip-address", "mac-address"]);

/**
 * What the names of fields tell, by a hash of each name and of the name around it: the same few come again and again, and none of
 * them is kept. Two that share a hash only cost a wrong guess.
 */
export class FieldMemory {
  readonly #make: () => DataClassifier;
  #made: DataClassifier | undefined = undefined;
  /** Masks what is of an operator's classes in the name of a host. */
  readonly maskName: NameMask;
  /** Hash of the name asked for last. */
  hash = 0;
  readonly #keys = new Int32Array(SLOTS);
  readonly #checks = new Int32Array(SLOTS);
  readonly #hints = new Uint16Array(SLOTS);
  #newNames = 0;

  /** `rules` are those of the operator's that the classifier has. */
  constructor(make: () => DataClassifier, rules: readonly string[] = []) {
    this.#make = make;
    this.maskName = addedMask(rules, () => this.classifier);
  }

  /** Made when first asked for: most captures that are looked at for something else never need it. */
  get classifier(): DataClassifier {
    this.#made ??= this.#make();
    return this.#made;
  }

  begin(): void {
    this.classifier.begin();
    this.#newNames = 0;
  }

  /** Classes of what was looked at since it began that may not be told. */
  privateClasses(): readonly string[] {
    return this.classifier.classes().filter((name) => !OF_MACHINES.has(name));
  }

  /** Whether a text by itself is of such a class. */
  isPrivate(text: string): boolean {
    const bytes = Buffer.from(text, "utf8");
    this.begin();
    this.classifier.value(bytes, 0, bytes.length, 0);
    return this.privateClasses().length > 0 || this.classifier.isFaint;
  }

  /** The text with what in it is of such a class replaced. */
  masked(text: string): string {
    const bytes = Buffer.from(text, "utf8");
    this.begin();
    const places = this.classifier.places(bytes).filter(({ name }) => !OF_MACHINES.has(name));
    if (places.length === 0) return text;
    let masked = "";
    let told = 0;
    for (const { start, end } of places.sort((a, b) => a.start - b.start)) {
      if (start >= told) masked += bytes.toString("utf8", told, start) + MASK;
      told = Math.max(told, end);
    }
    return masked + bytes.toString("utf8", told);
  }

  /** The hint of the field bytes[start, end); `aroundHash` is the hash of the name bytes[aroundStart, aroundEnd), 0 for none. */
  hint(bytes: Buffer, start: number, end: number, aroundStart: number, aroundEnd: number, aroundHash: number): number {
    const length = end - start;
    if (length > MAX_NAME_BYTES || length === 0) {
      this.hash = 0;
      this.classifier.value(bytes, start, end, 0);
      return 0;
    }
    let hash = length;
    for (let at = start; at < end; at++) hash = (hash << 5) - hash + bytes[at];
    hash |= 0;
    const check = (length << 24) | (bytes[start] << 16) | (bytes[end - 1] << 8) | bytes[start + (length >> 1)] | 1;
    this.hash = hash;
    const key = hash ^ Math.imul(aroundHash, 0x9e3779b1);
    const slot = (key ^ (key >>> 17)) & (SLOTS - 1);
    if (this.#keys[slot] !== key || this.#checks[slot] !== check)
      this.#learn(slot, key, check, bytes, start, end, aroundStart, aroundEnd);
    const known = this.#hints[slot];
    // A map from addresses or numbers to something has them as names.
    if ((known & MAY_BE_VALUE) !== 0) this.classifier.value(bytes, start, end, 0);
    return known & (MAY_BE_VALUE - 1);
  }

  #learn(
    slot: number,
    key: number,
    check: number,
    bytes: Buffer,
    start: number,
    end: number,
    aroundStart: number,
    aroundEnd: number,
  ): void {
    this.#keys[slot] = key;
    this.#checks[slot] = check;
    const isLookedAt = mayBeValue(bytes, start, end) || this.classifier.mayBeAdded(bytes, start, end);
    this.#hints[slot] = isLookedAt ? MAY_BE_VALUE : 0;
    if (++this.#newNames > MAX_NEW_NAMES) {
      // Not learned: the next message that has it may have fewer names.
      this.#checks[slot] = 0;
      return;
    }
    const around = bytes.toString("utf8", aroundStart, Math.min(aroundEnd, aroundStart + MAX_NAME_BYTES));
    this.#hints[slot] |= this.classifier.hint(bytes.toString("utf8", start, end), around);
  }
}

function mayBeValue(bytes: Buffer, start: number, end: number): boolean {
  let digits = 0;
  for (let at = start; at < end; at++) {
    if (bytes[at] === AT) return true;
    if (bytes[at] >= 0x30 && bytes[at] <= 0x39) digits++;
  }
  return digits >= MANY_DIGITS;
}
