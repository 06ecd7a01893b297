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

const NONE: readonly number[] = [];
/** A number of several, and the letter of what there are several of. */
const ENDING = /(\d+|s)$/;
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

function partedPlain(text: string): string[] {
  return text
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .replace(/e-mail/g, "email")
    .split(/[^a-z0-9]+/);
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
