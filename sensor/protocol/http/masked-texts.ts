import { maskText } from "./secret.js";

const MAX_TEXTS = 1_024;

/** Remembers free texts with their secrets masked: the same few software names come again and again. Bounded by starting over. */
export class MaskedTexts {
  readonly #masked = new Map<string, string>();
  #last = "";
  #lastMasked = "";

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
    const masked = maskText(text);
    this.#masked.set(text, masked);
    return masked;
  }
}
