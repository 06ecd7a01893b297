import { isRest } from "../../../shared/path-template.js";
import { type StoredValue, useOf } from "../path/path-parameters.js";
import { looksFixed } from "../path/route-word.js";
import { addUse, addUses, type UseOfCall, type ValueUse } from "../path/value-use.js";

const MAX_WORDS = 64;
/** Of one endpoint that are kept over a restart, those called most. */
const MAX_STORED = 32;
const MAX_LENGTH = 64;

/**
 * Values of a declared template's parameters that are words, and what each was called for: a file may come to declare a path of its own for
 * one, and its calls go there then. Beyond 64 only words of the kind that APIs are made of find room, in the place of the one called least.
 */
export class RouteWords {
  /** Of each segment of the template whether it is a parameter; empty where one is but in part, or several segments. */
  readonly #parameters: readonly boolean[];
  readonly #uses = new Map<string, ValueUse[]>();

  constructor(template: string) {
    const segments = template.slice(1).split("/");
    const isMixed = segments.some((segment) => segment.includes("{") && (!isWhole(segment) || isRest(segment)));
    this.#parameters = isMixed ? [] : segments.map(isWhole);
  }

  count(path: string, use: UseOfCall): void {
    const key = this.#keyOf(path);
    if (key === undefined) return;
    const uses = this.#at(key);
    if (uses !== undefined) addUse(uses, use);
  }

  add(path: string, use: ValueUse): void {
    const uses = this.#at(path);
    if (uses !== undefined) addUses(uses, [use]);
  }

  #at(key: string): ValueUse[] | undefined {
    const known = this.#uses.get(key);
    if (known !== undefined) return known;
    if (this.#uses.size >= MAX_WORDS && !(key.split("/").some(looksFixed) && this.#dropLeast())) return undefined;
    const made: ValueUse[] = [];
    this.#uses.set(key, made);
    return made;
  }

  #dropLeast(): boolean {
    const [least] = this.#byCalls().toReversed();
    return this.#uses.delete(least[0]);
  }

  #byCalls(): (readonly [path: string, use: ValueUse])[] {
    const all = [...this.#uses].flatMap(([path, uses]) => uses.map((use) => [path, use] as const));
    return all.sort(([a, one], [b, other]) => other.calls - one.calls || (a < b ? -1 : 1));
  }

  /** The path with `{}` for what is no word; undefined where no parameter is one. */
  #keyOf(path: string): string | undefined {
    let [start, at] = [1, 0];
    let [hasWord, isPlain] = [false, true];
    for (;;) {
      const slash = path.indexOf("/", start);
      const end = slash < 0 ? path.length : slash;
      if (this.#parameters[at] === true) {
        if (isWord(path, start, end)) hasWord = true;
        else isPlain = false;
      }
      at++;
      if (slash < 0) break;
      start = slash + 1;
    }
    if (!hasWord || at !== this.#parameters.length) return undefined;
    if (isPlain) return path;
    const segments = path.slice(1).split("/");
    const isValue = (text: string, index: number) => this.#parameters[index] && !isWord(text, 0, text.length);
    return `/${segments.map((text, index) => (isValue(text, index) ? "{}" : text)).join("/")}`;
  }

  entries(): Iterable<readonly [path: string, use: ValueUse]> {
    return this.#byCalls();
  }

  delete(path: string): void {
    this.#uses.delete(path);
  }

  state(): StoredValue[] {
    return this.#byCalls()
      .slice(0, MAX_STORED)
      .map(([path, { calls, statuses, firstMicros, lastMicros }]) => {
        return { path, calls, statuses: Object.fromEntries(statuses), firstMicros, lastMicros };
      });
  }

  restore(method: string, values: readonly StoredValue[]): void {
    for (const value of values) this.add(value.path, useOf(method, value));
  }
}

function isWhole(segment: string): boolean {
  return segment.startsWith("{") && segment.indexOf("}") === segment.length - 1;
}

/** Letters, with `-`, `_` and `.` among them. */
function isWord(text: string, start: number, end: number): boolean {
  if (end === start || end - start > MAX_LENGTH) return false;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    const letter = code | 0x20;
    if ((letter < 0x61 || letter > 0x7a) && code !== 0x2d && code !== 0x5f && code !== 0x2e) return false;
  }
  return true;
}
