/** Written by an operator and checked before anything runs: what is wrong with it, in words. */
export class PatternError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PatternError";
  }
}

/** 256 bits: which bytes one position of a text may hold. */
export type ByteSet = Uint8Array;

export type PatternNode =
  | { readonly kind: "bytes"; readonly set: ByteSet }
  | { readonly kind: "sequence"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "choice"; readonly parts: readonly PatternNode[] }
  /** `most` is undefined where there is no end. */
  | { readonly kind: "repeat"; readonly part: PatternNode; readonly least: number; readonly most: number | undefined };

const MAX_LENGTH = 512;
const MAX_REPEAT = 256;
const MAX_DEPTH = 16;
/** Ranges of bytes that `\d`, `\w` and `\s` stand for. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  d: ["09"],
  w: ["09", "AZ", "az", "__"],
  s: ["  ", "\t\t", "\r\r", "\n\n"],
};

/**
 * Patterns over bytes: literals, `.`, `[a-z]`, `[^a-z]`, `\d \w \s`, `( | )`, `? * + {n} {n,m}`. What a backtracking engine needs
 * (look-around, back references) or word boundaries would need is not in the language, so that any pattern runs in linear time.
 */
export function parsePattern(text: string): PatternNode {
  if (text.length > MAX_LENGTH) throw new PatternError(`is longer than ${MAX_LENGTH} characters`);
  return new PatternParser(text).parse();
}

/** Sets by how they are written: the same few come again and again, and what is made of them is smaller where they are the same. */
const known = new Map<string, ByteSet>();
const MAX_KNOWN = 512;

function remember(written: string, set: ByteSet): ByteSet {
  const there = known.get(written);
  if (there !== undefined) return there;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(written, set);
  return set;
}

class PatternParser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): PatternNode {
    const node = this.#choice();
    if (this.#at < this.#text.length) throw this.#fault("has a ) too many");
    return node;
  }

  #choice(): PatternNode {
    if (++this.#depth > MAX_DEPTH) throw this.#fault(`nests deeper than ${MAX_DEPTH}`);
    const parts = [this.#sequence()];
    while (this.#take("|")) parts.push(this.#sequence());
    this.#depth--;
    return parts.length === 1 ? parts[0] : { kind: "choice", parts };
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (this.#at < this.#text.length && this.#next !== "|" && this.#next !== ")") parts.push(this.#repeated());
    if (parts.length === 0) throw this.#fault("has an empty part");
    return parts.length === 1 ? parts[0] : { kind: "sequence", parts };
  }

  #repeated(): PatternNode {
    const part = this.#atom();
    if (this.#take("?")) return this.#once({ kind: "repeat", part, least: 0, most: 1 });
    if (this.#take("*")) return this.#once({ kind: "repeat", part, least: 0, most: undefined });
    if (this.#take("+")) return this.#once({ kind: "repeat", part, least: 1, most: undefined });
    if (this.#next !== "{") return part;
    const counts = /^\{(\d{1,4})(?:(,)(\d{0,4}))?\}/.exec(this.#text.slice(this.#at));
    if (counts === null) throw this.#fault("has a { that is no {n} or {n,m}");
    this.#at += counts[0].length;
    const least = Number(counts[1]);
    const most = counts[2] === undefined ? least : counts[3] === "" ? undefined : Number(counts[3]);
    if (Math.max(least, most ?? 0) > MAX_REPEAT) throw this.#fault(`repeats more than ${MAX_REPEAT} times`);
    if (most !== undefined && most < Math.max(least, 1)) throw this.#fault("repeats at most fewer times than at least");
    return this.#once({ kind: "repeat", part, least, most });
  }

  #once(node: PatternNode): PatternNode {
    if ("?*+{".includes(this.#next ?? " ")) throw this.#fault(`has ${this.#next} after a repetition`);
    return node;
  }

  #atom(): PatternNode {
    if (this.#take("(")) {
      if (this.#next === "?") throw this.#fault("has (?, which is not in the language");
      const node = this.#choice();
      if (!this.#take(")")) throw this.#fault("lacks a )");
      return node;
    }
    const from = this.#at;
    if (this.#take("[")) {
      const set = this.#class();
      return { kind: "bytes", set: remember(this.#text.slice(from, this.#at), set) };
    }
    if (this.#take(".")) return { kind: "bytes", set: remember(".", newSet().fill(1)) };
    if ("?*+{".includes(this.#next ?? " ")) throw this.#fault(`has ${this.#next} after nothing`);
    if (this.#next === "^" || this.#next === "$")
      throw this.#fault(`has ${this.#next}: a pattern always stands for whole words; write \\${this.#next}`);
    return this.#literal();
  }

  #literal(): PatternNode {
    const set = newSet();
    const start = this.#at;
    if (this.#take("\\")) this.#escape(set);
    else {
      const bytes = Buffer.from(this.#character());
      if (bytes.length > 1) {
        const parts = [...bytes].map((byte): PatternNode => ({ kind: "bytes", set: setOf(byte) }));
        return { kind: "sequence", parts };
      }
      set[bytes[0]] = 1;
    }
    return { kind: "bytes", set: remember(this.#text.slice(start, this.#at), set) };
  }

  #class(): ByteSet {
    const set = newSet();
    const isNegated = this.#take("^");
    let isFirst = true;
    while (isFirst || this.#next !== "]") {
      isFirst = false;
      if (this.#at >= this.#text.length) throw this.#fault("lacks a ]");
      this.#classItem(set);
    }
    this.#at++;
    return isNegated ? set.map((bit) => 1 - bit) : set;
  }

  #classItem(set: ByteSet): void {
    if (this.#take("\\")) {
      const named = NAMED[this.#next ?? ""];
      if (named !== undefined) {
        this.#escape(set);
        return;
      }
    }
    const from = this.#byte();
    if (this.#next !== "-" || this.#text[this.#at + 1] === "]" || this.#at + 1 >= this.#text.length) {
      set[from] = 1;
      return;
    }
    this.#at++;
    this.#take("\\");
    const until = this.#byte();
    if (until < from) throw this.#fault("has a range that runs backwards");
    set.fill(1, from, until + 1);
  }

  /** One byte of a class: beyond ASCII a character is more than one byte and can't be a member. */
  #byte(): number {
    const character = this.#character();
    if (character === "x") {
      const hex = /^[0-9a-f]{2}/i.exec(this.#text[this.#at - 2] === "\\" ? this.#text.slice(this.#at) : "");
      if (hex !== null) {
        this.#at += 2;
        return Number.parseInt(hex[0], 16);
      }
    }
    const code = character.codePointAt(0) ?? 0;
    if (code > 0x7f) throw this.#fault("has a character beyond ASCII between [ and ]; write it as ( | )");
    return code;
  }

  #escape(set: ByteSet): void {
    const character = this.#character();
    const named = NAMED[character];
    if (named === undefined) {
      if (/[A-Za-z0-9]/.test(character)) throw this.#fault(`has \\${character}, which is not in the language`);
      set[character.charCodeAt(0)] = 1;
      return;
    }
    for (const range of named) set.fill(1, range.charCodeAt(0), range.charCodeAt(1) + 1);
  }

  #character(): string {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined) throw this.#fault("ends in the middle");
    const character = String.fromCodePoint(code);
    this.#at += character.length;
    return character;
  }

  #take(character: string): boolean {
    if (this.#next !== character) return false;
    this.#at++;
    return true;
  }

  get #next(): string | undefined {
    return this.#text[this.#at];
  }

  #fault(what: string): PatternError {
    return new PatternError(`${what} (at character ${this.#at + 1})`);
  }
}

function newSet(): ByteSet {
  return new Uint8Array(256);
}

function setOf(byte: number): ByteSet {
  const set = newSet();
  set[byte] = 1;
  return set;
}
