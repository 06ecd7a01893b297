import type { FieldMemory } from "../data/field-memory.js";
import type { NameStand } from "../drawn-name.js";
import { decodeNested } from "./nested-encoding.js";
import { OauthFields } from "./oauth-fields.js";
import { PlainName } from "./plain-name.js";
import type { Scratch } from "./scratch.js";
import type { ShapeRecorder } from "./shape-recorder.js";

const AMPERSAND = 0x26;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const PERCENT = 0x25;
const PLUS = 0x2b;
const HASH = 0x23;
const MAX_PAIRS = 4_096;

/** Asks what names and values of `a=b&c=d` are: forms (WHATWG URL §5.1) and the queries of targets. */
export class FormScan {
  readonly #fields: FieldMemory;
  readonly #scratch: Scratch;
  readonly #shape: ShapeRecorder;
  readonly #name = new PlainName();
  /** What the form scanned last says to an OAuth 2 server. */
  readonly oauth = new OauthFields();

  constructor(fields: FieldMemory, scratch: Scratch, shape: ShapeRecorder) {
    this.#fields = fields;
    this.#scratch = scratch;
    this.#shape = shape;
  }

  /** `isCut`: the text goes on beyond `end`, so that its last value is not whole. */
  scan(bytes: Buffer, start: number, end: number, isCut: boolean): void {
    const shape = this.#shape;
    if (shape.isOn) shape.open(true);
    this.oauth.begin();
    let at = start;
    for (let pairs = 0; at < end && pairs < MAX_PAIRS; pairs++) {
      const nameStart = at;
      while (at < end && bytes[at] !== EQUALS && !isBreak(bytes[at])) at++;
      const nameEnd = at;
      const isNameCut = isCut && at >= end;
      const valueStart = at < end && bytes[at] === EQUALS ? at + 1 : at;
      let isEncoded = false;
      // Padding, as base64 has it, is no value.
      let stand: NameStand = "alone";
      for (at = valueStart; at < end && !isBreak(bytes[at]); at++) {
        if (bytes[at] !== EQUALS) stand = "named";
        if (bytes[at] === PERCENT || bytes[at] === PLUS) isEncoded = true;
      }
      const hint = this.#named(bytes, nameStart, nameEnd, isNameCut ? "cut" : stand);
      if (at > valueStart && !(isCut && at === end)) this.#value(bytes, valueStart, at, hint, isEncoded);
      else if (shape.isOn && nameEnd > nameStart) shape.string(bytes, valueStart, valueStart, false);
      at++;
    }
    if (shape.isOn && !isCut) shape.close();
  }

  /** The hint that the name gives; one that is cut goes on, and names nothing yet. */
  #named(bytes: Buffer, start: number, end: number, stand: NameStand | "cut"): number {
    const name = this.#name;
    name.read(bytes, start, end);
    this.oauth.name(name.bytes, name.start, name.end);
    if (this.#shape.isOn && end > start && stand !== "cut")
      this.#shape.parameter(name.bytes, name.start, name.end, stand);
    return this.#fields.hint(name.bytes, name.start, name.end, 0, 0, 0);
  }

  #value(bytes: Buffer, start: number, end: number, hint: number, isEncoded: boolean): void {
    const { classifier } = this.#fields;
    const before = classifier.found;
    if (isEncoded) {
      this.#scratch.decodePercent(bytes, start, end, "space");
      classifier.value(this.#scratch.bytes, 0, this.#scratch.length, hint);
      this.oauth.value(this.#scratch.bytes, 0, this.#scratch.length);
      // A URL as a value has what was encoded in it before.
      decodeNested(this.#scratch, (inner, length) => classifier.value(inner, 0, length, hint));
    } else {
      classifier.value(bytes, start, end, hint);
      this.oauth.value(bytes, start, end);
    }
    if (!this.#shape.isOn) return;
    const isPlain = !classifier.isTelling(hint) && classifier.found === before;
    if (isEncoded) this.#shape.text(this.#scratch.bytes, 0, this.#scratch.length, isPlain);
    else this.#shape.text(bytes, start, end, isPlain);
  }
}

function isBreak(byte: number): boolean {
  return byte === AMPERSAND || byte === SEMICOLON || byte === HASH;
}
