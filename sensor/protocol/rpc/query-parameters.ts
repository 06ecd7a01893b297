import { PlainName } from "../body/plain-name.js";

const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const HASH = 0x23;
const MAX_PARAMETERS = 64;

/** Walks through the parameters of a target's query, or of a form: values as they stand, names as their receiver reads them. */
export class QueryParameters {
  readonly name = new PlainName();
  valueStart = 0;
  valueEnd = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;
  #left = 0;

  open(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#left = MAX_PARAMETERS;
  }

  next(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#at;
    if (at >= end || bytes[at] === HASH || this.#left-- === 0) return false;
    const nameStart = at;
    while (at < end && bytes[at] !== EQUALS && !isBreak(bytes[at])) at++;
    this.name.read(bytes, nameStart, at);
    if (at < end && bytes[at] === EQUALS) at++;
    this.valueStart = at;
    while (at < end && !isBreak(bytes[at])) at++;
    this.valueEnd = at;
    this.#at = at < end && bytes[at] === AMPERSAND ? at + 1 : at;
    return true;
  }

  isNamed(name: Buffer): boolean {
    const { bytes, start, end } = this.name;
    if (end - start !== name.length) return false;
    for (let at = 0; at < name.length; at++) if (bytes[start + at] !== name[at]) return false;
    return true;
  }
}

function isBreak(byte: number): boolean {
  return byte === AMPERSAND || byte === HASH;
}
