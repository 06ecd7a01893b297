const MAX_TEXT = 256;
const MAX_WORDS = 6;
/** What may follow the word that tells: `ssn_number`, `email address is`. */
const TRAILING = new Set("number no nr num value text raw is was are str string plain".split(" "));
const MAX_TRAILING = 2;

/** Which rules a field's name tells of, by its words: `customer_email`, `customerEmail`, `Customer E-mail` are the same. */
export class FieldWords {
  readonly #rules = new Map<string, number[]>();

  /** Names by the rules' places; undefined for a rule without. */
  constructor(names: readonly (readonly string[] | undefined)[]) {
    for (const [index, fields] of names.entries()) {
      for (const field of fields ?? []) this.#rules.set(field, [...(this.#rules.get(field) ?? []), index]);
    }
  }

  /** Places of rules; `around` is the name of the object that holds the field, empty for none. */
  find(name: string, around: string): readonly number[] {
    const words = wordsOf(name);
    for (let trailing = 0; trailing <= MAX_TRAILING && words.length > 0; trailing++) {
      const found = this.#ending(words) ?? this.#ending([...wordsOf(around), ...words]);
      if (found !== undefined) return found;
      if (!TRAILING.has(words.at(-1) ?? "")) return NONE;
      words.pop();
    }
    return words.length === 0 && around !== "" ? this.find(around, "") : NONE;
  }

  /** The longest run of last words that tells something. */
  #ending(words: readonly string[]): readonly number[] | undefined {
    for (let from = Math.max(0, words.length - MAX_WORDS); from < words.length; from++) {
      const joined = words.slice(from).join("");
      const found = this.#rules.get(joined) ?? this.#rules.get(joined.replace(/(\d+|s)$/, ""));
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

const NONE: readonly number[] = [];
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
  return (NOT_ASCII.test(text) ? withoutAccents(text) : text)
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .toLowerCase()
    .replace(/e-mail/g, "email")
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== "");
}

function withoutAccents(text: string): string {
  const base = text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC");
  return base.replace(/[ßøØłŁđæœı]/g, (letter) => PLAIN[letter]);
}
