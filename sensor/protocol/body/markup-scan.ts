import type { FieldMemory } from "../data/field-memory.js";
import { LOST, wordsEnd } from "./json-scan.js";
import type { Scratch } from "./scratch.js";

const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const COLON = 0x3a;
const EQUALS = 0x3d;
const AMPERSAND = 0x26;
const MAX_TAGS = 16_384;
const CDATA = Buffer.from("<![CDATA[");
const CDATA_END = Buffer.from("]]>");

/** HL7 FHIR R4 §2.6.1: primitives have their values in an attribute of this name. */
const VALUE = Buffer.from("value");
const SYSTEM = Buffer.from("system");
const CODE = Buffer.from("code");
/** `<property name="password" value="…"/>`, `<add key="password" value="…"/>`: what the value is called stands before it. */
const NAMING: readonly Buffer[] = [Buffer.from("name"), Buffer.from("key")];

/** Asks what the elements and attributes of XML, SOAP and HTML hold. An element's name without its prefix is the field's. */
export class MarkupScan {
  readonly #fields: FieldMemory;
  readonly #scratch: Scratch;
  #hint = 0;
  #nameStart = 0;
  #nameEnd = 0;
  #nameHash = 0;
  /** FHIR's system, whose codes and numbers come next in the element that is open. */
  #systemHint = 0;
  /** Where in a tag the name of its value stands; empty where none does. */
  #calledStart = 0;
  #calledEnd = 0;

  constructor(fields: FieldMemory, scratch: Scratch) {
    this.#fields = fields;
    this.#scratch = scratch;
  }

  scan(bytes: Buffer, start: number, end: number): void {
    this.#hint = this.#nameStart = this.#nameEnd = this.#nameHash = this.#systemHint = 0;
    let at = start;
    for (let tags = 0; at < end && tags < MAX_TAGS; tags++) {
      const textStart = at;
      while (at < end && bytes[at] !== LESS) at++;
      this.#text(bytes, textStart, at < end ? at : wordsEnd(bytes, textStart, end), this.#hint);
      if (at >= end) return;
      at = startsWith(bytes, at, end, CDATA)
        ? this.#literal(bytes, at + CDATA.length, end)
        : this.#tag(bytes, at + 1, end);
    }
  }

  #literal(bytes: Buffer, start: number, end: number): number {
    const stop = bytes.subarray(start, end).indexOf(CDATA_END);
    this.#fields.classifier.value(bytes, start, stop < 0 ? wordsEnd(bytes, start, end) : start + stop, this.#hint);
    return stop < 0 ? end : start + stop + CDATA_END.length;
  }

  /** Position after the tag. What an end tag, a comment or a declaration holds is nobody's. */
  #tag(bytes: Buffer, start: number, end: number): number {
    const isElement = isNameByte(bytes[start]) && bytes[start] !== SLASH;
    let at = start;
    while (at < end && isNameByte(bytes[at])) at++;
    this.#hint = isElement ? this.#name(bytes, start, at, this.#nameStart, this.#nameEnd, this.#nameHash) : 0;
    // An end tag: primitives have none.
    if (bytes[start] === SLASH) this.#systemHint = 0;
    const aroundStart = this.#nameStart;
    const aroundEnd = this.#nameEnd;
    const aroundHash = this.#nameHash;
    this.#nameHash = isElement ? this.#fields.hash : 0;
    this.#nameStart = start;
    this.#nameEnd = at;
    this.#calledStart = this.#calledEnd = 0;
    while (at < end && bytes[at] !== GREATER && bytes[at] !== LOST) {
      const byte = bytes[at];
      if ((byte === 0x22 || byte === 0x27) && isElement) at = this.#attribute(bytes, start, at, end);
      at++;
    }
    // Nothing stands in an element without content: what follows is still in the one around it.
    if (isElement && at > start && bytes[at - 1] === SLASH) {
      this.#nameStart = aroundStart;
      this.#nameEnd = aroundEnd;
      this.#nameHash = aroundHash;
    }
    return at + 1;
  }

  /** The quoted value that begins at `quote`, with the name before it; the position of the quotation mark that ends it. */
  #attribute(bytes: Buffer, tagStart: number, quote: number, end: number): number {
    let stop = quote + 1;
    while (stop < end && bytes[stop] !== bytes[quote] && bytes[stop] !== LOST) stop++;
    let nameEnd = quote;
    while (nameEnd > tagStart && (bytes[nameEnd - 1] === EQUALS || bytes[nameEnd - 1] <= 0x20)) nameEnd--;
    let nameStart = nameEnd;
    while (nameStart > tagStart && isNameByte(bytes[nameStart - 1])) nameStart--;
    const isValue = isWord(bytes, nameStart, nameEnd, VALUE);
    const hint = isValue ? this.#valueHint(bytes) : this.#name(bytes, nameStart, nameEnd, 0, 0, 0);
    if (stop >= end) return stop;
    this.#text(bytes, quote + 1, stop, hint);
    if (NAMING.some((name) => isWord(bytes, nameStart, nameEnd, name))) {
      this.#calledStart = quote + 1;
      this.#calledEnd = stop;
    } else if (isValue && isWord(bytes, this.#nameStart, this.#nameEnd, SYSTEM))
      this.#systemHint = this.#fields.hint(bytes, quote + 1, stop, 0, 0, 0);
    return stop;
  }

  /** What an attribute `value` holds is what stands before it says, or the system beside its element, or the element's name. */
  #valueHint(bytes: Buffer): number {
    if (this.#calledEnd > this.#calledStart)
      return this.#fields.hint(bytes, this.#calledStart, this.#calledEnd, 0, 0, 0);
    if (this.#systemHint === 0) return this.#hint;
    const isOfSystem = [VALUE, CODE].some((name) => isWord(bytes, this.#nameStart, this.#nameEnd, name));
    return isOfSystem ? this.#systemHint : this.#hint;
  }

  #name(bytes: Buffer, start: number, end: number, aroundStart: number, aroundEnd: number, aroundHash: number): number {
    let local = start;
    for (let at = start; at < end; at++) if (bytes[at] === COLON) local = at + 1;
    return this.#fields.hint(bytes, local, end, aroundStart, aroundEnd, aroundHash);
  }

  #text(bytes: Buffer, start: number, end: number, hint: number): void {
    let from = start;
    while (from < end && bytes[from] <= 0x20) from++;
    if (end - from < 2) return;
    const { classifier } = this.#fields;
    if (!bytes.subarray(from, end).includes(AMPERSAND)) {
      classifier.value(bytes, from, end, hint);
      return;
    }
    this.#scratch.decodeEntities(bytes, from, end);
    classifier.value(this.#scratch.bytes, 0, this.#scratch.length, hint);
  }
}

function isWord(bytes: Buffer, start: number, end: number, word: Buffer): boolean {
  return end - start === word.length && startsWith(bytes, start, end, word);
}

function startsWith(bytes: Buffer, start: number, end: number, word: Buffer): boolean {
  return start + word.length <= end && bytes.compare(word, 0, word.length, start, start + word.length) === 0;
}

function isNameByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (
    (lower >= 0x61 && lower <= 0x7a) ||
    (byte >= 0x30 && byte <= 0x3a) ||
    byte === 0x2d ||
    byte === 0x5f ||
    byte === 0x2e
  );
}
