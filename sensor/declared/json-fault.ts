/** Where a text stops being JSON (RFC 8259), and how. */
export interface JsonFault {
  readonly offset: number;
  readonly what: string;
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /(?:true|false|null)(?![\w$])/y;
/** Lone surrogates stand for themselves: JSON.parse takes them, too. */
const CHARACTERS = /(?:[ !]|[#-[]|[\]-\uffff])*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

type Expected = "value" | "first entry" | "first name" | "name" | "end or comma";

/** JSON.parse does not always tell where, and other versions of it tell otherwise. Undefined where all of it is JSON. */
export function jsonFault(text: string): JsonFault | undefined {
  return new Walk(text).fault();
}

/** Without recursion: what is broken may be nested as deep as it is long. */
class Walk {
  readonly #text: string;
  /** What is open: `{` or `[`. */
  readonly #open: string[] = [];
  #at = 0;
  #expected: Expected = "value";

  constructor(text: string) {
    this.#text = text;
  }

  fault(): JsonFault | undefined {
    while (true) {
      this.#skip(SPACE);
      const next = this.#text[this.#at];
      const isDone = this.#open.length === 0 && this.#expected === "end or comma";
      if (isDone) return next === undefined ? undefined : this.#told("more follows what is one value already");
      if (next === undefined) return this.#told(this.#at === 0 ? "has nothing in it" : "ends before it is whole");
      const what = this.#step(next);
      if (what !== undefined) return this.#told(what);
    }
  }

  /** What is wrong here; undefined where it goes on. */
  #step(next: string): string | undefined {
    if (next === "}" || next === "]") return this.#close(next);
    if (this.#expected === "end or comma") {
      if (next !== ",") return "a comma is missing before this";
      this.#at++;
      this.#expected = this.#open.at(-1) === "{" ? "name" : "value";
      return undefined;
    }
    if (next === ",") return "a comma stands where something must come first";
    return this.#expected === "name" || this.#expected === "first name" ? this.#name(next) : this.#value(next);
  }

  #close(next: string): string | undefined {
    const open = this.#open.at(-1);
    if (open === undefined || (open === "{") !== (next === "}")) return `"${next}" closes what is not open`;
    if (this.#expected === "name" || (this.#expected === "value" && this.#text[this.#comma()] === ","))
      return this.#before(`a comma stands before "${next}", where nothing follows`);
    if (this.#expected === "value") return "a value is missing here";
    this.#open.pop();
    this.#at++;
    this.#expected = "end or comma";
    return undefined;
  }

  #name(next: string): string | undefined {
    if (next !== '"') return "a name in double quotes must stand here";
    const what = this.#string();
    if (what !== undefined) return what;
    this.#skip(SPACE);
    if (this.#text[this.#at] !== ":") return "a colon must follow the name";
    this.#at++;
    this.#expected = "value";
    return undefined;
  }

  #value(next: string): string | undefined {
    if (next === "{" || next === "[") {
      this.#open.push(next);
      this.#at++;
      this.#expected = next === "{" ? "first name" : "first entry";
      return undefined;
    }
    this.#expected = "end or comma";
    if (next === '"') return this.#string();
    return this.#skip(LITERAL) || this.#skip(NUMBER) ? undefined : "this is no value of JSON";
  }

  #string(): string | undefined {
    this.#at++;
    while (true) {
      this.#skip(CHARACTERS);
      const next = this.#text[this.#at];
      if (next === undefined) return "ends inside a string";
      if (next === '"') {
        this.#at++;
        return undefined;
      }
      if (next !== "\\") return "a line break, tab or other control character stands in a string";
      if (!this.#skip(ESCAPE)) return "a backslash in a string is followed by no escape of JSON";
    }
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found !== "";
  }

  /** Where what stands before this place ends. */
  #comma(): number {
    let at = this.#at - 1;
    while (at > 0 && /\s/.test(this.#text[at])) at--;
    return at;
  }

  #before(what: string): string {
    this.#at = this.#comma();
    return what;
  }

  #told(what: string): JsonFault {
    return { offset: this.#at, what };
  }
}
