const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;
const CLOSE_OBJECT = 0x7d;
const CLOSE_ARRAY = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

interface Entry {
  /** Where the name stands, or an array's entry. */
  readonly at: number;
  readonly value: number;
}

/** A name that an object has twice, where it stands again. */
export interface Repeated {
  readonly name: string;
  readonly offset: number;
}

/** Where things stand in valid JSON. What holds others is looked through once, when first asked for: files have many megabytes. */
export class JsonPlaces {
  /** The first in what was looked through. RFC 8259 §4: of such names most readers take the last, and not a word is said of the others. */
  repeated: Repeated | undefined = undefined;
  readonly #text: string;
  readonly #known = new Map<number, ReadonlyMap<string, Entry>>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Offset of what stands at a path, or of the nearest thing above it. */
  offset(path: readonly (string | number)[]): number {
    let at = this.#space(0);
    let value = at;
    for (const step of path) {
      const next = this.#entries(value).get(String(step));
      if (next === undefined) break;
      at = next.at;
      value = next.value;
    }
    return at;
  }

  #entries(start: number): ReadonlyMap<string, Entry> {
    const known = this.#known.get(start);
    if (known !== undefined) return known;
    const entries = new Map<string, Entry>();
    this.#known.set(start, entries);
    const isObject = this.#text.charCodeAt(start) === OPEN_OBJECT;
    if (!isObject && this.#text.charCodeAt(start) !== OPEN_ARRAY) return entries;
    let at = this.#space(start + 1);
    for (let index = 0; !isClose(this.#text.charCodeAt(at)) && at < this.#text.length; index++) {
      const from = at;
      let name = String(index);
      if (isObject) {
        const end = this.#afterString(at);
        name = JSON.parse(this.#text.slice(at, end)) as string;
        at = this.#space(this.#space(end) + 1);
        if (entries.has(name)) this.repeated ??= { name, offset: from };
      }
      entries.set(name, { at: from, value: at });
      at = this.#space(this.#afterValue(at));
      if (this.#text.charCodeAt(at) === COMMA) at = this.#space(at + 1);
    }
    return entries;
  }

  #afterValue(start: number): number {
    let depth = 0;
    for (let at = start; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === QUOTE) at = this.#afterString(at) - 1;
      else if (code === OPEN_OBJECT || code === OPEN_ARRAY) depth++;
      else if (isClose(code) && depth === 0) return at;
      else if (isClose(code)) depth--;
      else if (depth === 0 && (code === COMMA || code === COLON)) return at;
    }
    return this.#text.length;
  }

  #afterString(start: number): number {
    let at = start + 1;
    while (at < this.#text.length && this.#text.charCodeAt(at) !== QUOTE)
      at += this.#text.charCodeAt(at) === BACKSLASH ? 2 : 1;
    return at + 1;
  }

  #space(start: number): number {
    let at = start;
    while (at < this.#text.length && this.#text.charCodeAt(at) <= 0x20) at++;
    return at;
  }
}

function isClose(code: number): boolean {
  return code === CLOSE_OBJECT || code === CLOSE_ARRAY;
}
