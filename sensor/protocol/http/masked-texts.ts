import { maskCards } from "../data/bare-card.js";
import type { FieldMemory } from "../data/field-memory.js";
import { MASK } from "../message.js";
import { maskText } from "./secret.js";

const MAX_TEXTS = 1_024;
/** What parts words of free text from each other, signs before values included. */
const WORD = /[^\s;,()"'<>=]+/g;
/** As few digits as a number has that is given to a person. */
const MIN_DIGITS = 9;

/**
 * Remembers free texts with what is a secret or personal in them masked: the same few software names come again and again. Bounded by
 * starting over.
 */
export class MaskedTexts {
  readonly #fields: FieldMemory;
  readonly #masked = new Map<string, string>();
  #last = "";
  #lastMasked = "";

  constructor(fields: FieldMemory) {
    this.#fields = fields;
  }

  get(text: string): string {
    if (text === this.#last) return this.#lastMasked;
    this.#last = text;
    this.#lastMasked = this.#find(text);
    return this.#lastMasked;
  }

  #find(text: string): string {
    const known = this.#masked.get(text);
    if (known !== undefined) return known;
    if (this.#masked.size >= MAX_TEXTS) this.#masked.clear();
    const words = maskText(text).replace(WORD, (word) => (this.#isPersonal(word) ? MASK : word));
    // Numbers may have spaces between their groups, and stand where no word begins.
    const masked = maskCards(this.#fields.masked(words));
    this.#masked.set(text, masked);
    return masked;
  }

  #isPersonal(word: string): boolean {
    if (!word.includes("@") && (word.match(/\d/g)?.length ?? 0) < MIN_DIGITS) return false;
    return this.#fields.isPrivate(word);
  }
}
