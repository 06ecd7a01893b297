import { MAX_WORDS } from "./shape.js";

/** Those words with one more, each once; undefined where they are too many to be a few. */
export function withWord(words: readonly string[] | undefined, word: string): readonly string[] | undefined {
  if (words === undefined) return [word];
  if (words.includes(word)) return words;
  return words.length >= MAX_WORDS ? undefined : [...words, word];
}
