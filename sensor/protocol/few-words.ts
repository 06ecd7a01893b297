import { MAX_WORDS } from "./shape.js";

/** Those words with one more, each once; undefined where they are too many to be a few. */
export function withWord(words: readonly string[] | undefined, word: string): readonly string[] | undefined {
  if (words === undefined) return [word];
  if (words.includes(word)) return words;
  return words.length >= MAX_WORDS ? undefined : [...words, word];
}

/** Whether the bytes are one of these words, which are of ASCII: no string is made to ask. */
export function isOneOf(words: readonly string[], bytes: Buffer, start: number, end: number): boolean {
  for (const word of words) if (isSame(word, bytes, start, end)) return true;
  return false;
}

/** Whether the bytes are this word of ASCII. */
export function isSame(word: string, bytes: Buffer, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let at = 0; at < word.length; at++) if (word.charCodeAt(at) !== bytes[start + at]) return false;
  return true;
}
