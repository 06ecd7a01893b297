import { WordTable } from "../../bytes/word-table.js";

const MAX_TEXT = 256;
const MAX_WORDS = 6;
/** What may follow the word that tells: `ssn_number`, `email address is`. */
const TRAILING = new Set("number no nr num value text raw is was are str string plain".split(" "));
const MAX_TRAILING = 2;
const TRAILING_TABLE = new WordTable([...TRAILING]);
const TRAILING_LONGEST = Math.max(...[...TRAILING].map((word) => word.length));
/** So many last letters of a name are compared before it is read. */
const TAIL = 3;
const TAIL_BITS = 5;
const LETTERS = 1 << (TAIL * TAIL_BITS);
/** Where among them a word begins is told by capitals, a bit each, 0 for one: `SSN`, `Tel`, `tel`, but not `myId`. */
const ALL_CAPITALS = 0b000;
const ONE_CAPITAL = 0b011;
const NO_CAPITAL = 0b111;

/** Which rules a field's name tells of, by its words: `customer_email`, `customerEmail`, `Customer E-mail` are the same. */
export class FieldWords {
  readonly #rules = new Map<string, number[]>();
  /** By the last letters of all names, with and without what several of them end in. */
  readonly #tails = new Uint8Array(LETTERS);

  /** Names by the rules' places; undefined for a rule without. */
  constructor(names: readonly (readonly string[] | undefined)[]) {
    // Written together with what stands before it, as in `ssnValue`, such a word is not seen to be one.
    for (const word of TRAILING) this.#addTail(word);
    for (const [index, fields] of names.entries()) {
      for (const field of fields ?? []) {
        this.#rules.set(field, [...(this.#rules.get(field) ?? []), index]);
        this.#addTails(field, MAX_TRAILING);
      }
    }
  }

  /** The last word of a name may itself be one that may follow: of `contact number` both have to be known. */
  #addTails(field: string, trailing: number): void {
    this.#addTail(field);
    this.#addTail(`${field}s`);
    if (trailing === 0) return;
    for (const word of TRAILING)
      if (field.endsWith(word)) this.#addTails(field.slice(0, field.length - word.length), trailing - 1);
  }

  #addTail(name: string): void {
    const tail = tailOf(Buffer.from(name), 0, Buffer.byteLength(name));
    if (tail !== undefined) this.#tails[tail] = 1;
  }

  /**
   * Whether `find` may find something for the words of bytes[start, end), which end in a letter: of nearly all words in running text the
   * last letters say that no name ends so, and nothing has to be made of them.
   */
  mayEnd(bytes: Buffer, start: number, end: number): boolean {
    let stop = end;
    for (let trailing = 0; trailing <= MAX_TRAILING; trailing++) {
      let from = stop;
      while (from > start && stop - from <= TRAILING_LONGEST && isLetter(bytes[from - 1])) from--;
      // What is not of plain letters has to be read.
      if (from === stop || (from > start && isWordByte(bytes[from - 1]) && !isLetter(bytes[from - 1]))) return true;
      if (TRAILING_TABLE.indexOf(bytes, from, stop) < 0) {
        const tail = tailOf(bytes, from, stop);
        return tail === undefined || this.#tails[tail] === 1;
      }
      stop = from;
      while (stop > start && !isWordByte(bytes[stop - 1])) stop--;
      if (stop === start) return false;
    }
    return true;
  }

  /** Places of rules; `around` are the words of the name of the object that holds the field, none for none. */
  find(words: readonly string[], around: readonly string[]): readonly number[] {
    let count = words.length;
    for (let trailing = 0; trailing <= MAX_TRAILING && count > 0; trailing++) {
      const shown = count === words.length ? words : words.slice(0, count);
      const found = this.#ending(shown) ?? (around.length === 0 ? undefined : this.#ending([...around, ...shown]));
      if (found !== undefined) return found;
      if (!TRAILING.has(words[count - 1])) return NONE;
      count--;
    }
    return count === 0 && around.length > 0 ? this.find(around, []) : NONE;
  }

  /** The longest run of last words that tells something. */
  #ending(words: readonly string[]): readonly number[] | undefined {
    const ending = ENDING.exec(words.at(-1) ?? "")?.[0].length ?? 0;
    let found: readonly number[] | undefined;
    let joined = "";
    for (let from = words.length - 1; from >= 0 && from >= words.length - MAX_WORDS; from--) {
      joined = words[from] + joined;
      const named = this.#rules.get(joined) ?? (ending > 0 ? this.#rules.get(joined.slice(0, -ending)) : undefined);
      if (named !== undefined) found = named;
    }
    return found;
  }
}

/** The last letters of bytes[start, end) as one number, whatever their case; undefined where they are not all letters of one word. */
function tailOf(bytes: Buffer, start: number, end: number): number | undefined {
  if (end - start < TAIL) return undefined;
  let tail = 0;
  let lower = 0;
  for (let at = end - TAIL; at < end; at++) {
    if (!isLetter(bytes[at])) return undefined;
    lower = (lower << 1) | ((bytes[at] >> 5) & 1);
    tail = (tail << TAIL_BITS) | (bytes[at] & 0x1f);
  }
  return lower === ALL_CAPITALS || lower === ONE_CAPITAL || lower === NO_CAPITAL ? tail : undefined;
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** Of a word in any script. */
function isWordByte(byte: number): boolean {
  return byte >= 0x80 || isLetter(byte) || (byte >= 0x30 && byte <= 0x39);
}

const NONE: readonly number[] = [];
/** A number of several, and the letter of what there are several of. */
const ENDING = /(\d+|s)$/;
const E_MAIL = /e-mail/i;
const E_MAIL_ANYWHERE = /e-mail/gi;
const SMALL = 1;
const CAPITAL = 2;
const NOT_ASCII = /[^\0-\x7f]/;
/** Letters with a stroke or of two letters, which no decomposition takes apart. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: "ss",
  ø: "o",
  Ø: "O",
  ł: "l",
  Ł: "L",
  đ: "d",
  æ: "ae",
  œ: "oe",
  ı: "i",
};

/** A name's words in lower case and without accents; what they are put together with, or a capital, parts them. */
export function wordsOf(name: string): string[] {
  const text = name.slice(-MAX_TEXT);
  const isPlain = !NOT_ASCII.test(text);
  return (isPlain ? partedPlain(text) : partedWords(withoutAccents(text))).filter((word) => word !== "");
}

/** By hand: this is read for each value in running text that a word may tell of. */
function partedPlain(text: string): string[] {
  if (E_MAIL.test(text)) return partedPlain(text.replace(E_MAIL_ANYWHERE, "email"));
  const parts: string[] = [];
  let from = 0;
  let before = 0;
  for (let at = 0; at <= text.length; at++) {
    const kind = at === text.length ? 0 : kindOf(text.charCodeAt(at));
    const begins = kind === CAPITAL && (before === SMALL || (before === CAPITAL && isSmallAt(text, at + 1)));
    if (before !== 0 && (kind === 0 || begins)) parts.push(text.slice(from, at).toLowerCase());
    if (before === 0 || begins) from = at;
    before = kind;
  }
  return parts;
}

function kindOf(code: number): number {
  if ((code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39)) return SMALL;
  return code >= 0x41 && code <= 0x5a ? CAPITAL : 0;
}

function isSmallAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x61 && code <= 0x7a;
}

/** The same in any script. */
function partedWords(text: string): string[] {
  return text
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .toLowerCase()
    .replace(/e-mail/g, "email")
    .split(/[^\p{L}\p{M}\p{N}]+/u);
}

function withoutAccents(text: string): string {
  const base = text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC");
  return base.replace(/[ßøØłŁđæœı]/g, (letter) => PLAIN[letter]);
}
