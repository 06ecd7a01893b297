import type { DataRule } from "./data-rule.js";

const MAX_TEXT = 256;
const MAX_WORDS = 6;
/** What may follow the word that tells: `ssn_number`, `email address is`. */
const TRAILING = new Set("number no nr num value text raw is was are str string plain".split(" "));
const MAX_TRAILING = 2;

/** Which rules a field's name tells of, by its words: `customer_email`, `customerEmail`, `Customer E-mail` are the same. */
export class FieldWords {
  readonly #rules = new Map<string, number[]>();

  constructor(rules: readonly DataRule[]) {
    for (const [index, { fields }] of rules.entries()) {
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

/** A name's words in lower case; what they are put together with, or a capital, parts them. */
export function wordsOf(name: string): string[] {
  return name
    .slice(-MAX_TEXT)
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .replace(/e-mail/g, "email")
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}
