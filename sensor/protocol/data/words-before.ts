import { IS_WORD } from "./pattern-set.js";

/** How far a telling word may stand before what it tells of, in bytes, and how long it may be, in characters. */
const MAX_MARKS = 3;
const TELLING_CHARACTERS = 40;
const ENDS_SENTENCE = new Uint8Array(256);
for (const byte of Buffer.from(".;,!?\n")) ENDS_SENTENCE[byte] = 1;

/** Where a word ends that stands right before `start` in bytes[from, …); negative for none. */
export function wordEnd(bytes: Buffer, from: number, start: number): number {
  let end = start;
  while (end > from && start - end < MAX_MARKS && IS_WORD[bytes[end - 1]] === 0) end--;
  return end - from >= 2 && isLetter(bytes[end - 1]) ? end : -1;
}

/** Where the words that end at `end` begin, as far as they may tell of something: the sentence before is another's. */
export function wordsStart(bytes: Buffer, from: number, end: number): number {
  let first = end;
  for (let left = TELLING_CHARACTERS; first > from && left > 0 && ENDS_SENTENCE[bytes[first - 1]] === 0; )
    if ((bytes[--first] & 0xc0) !== 0x80) left--;
  return first;
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return byte >= 0x80 || (lower >= 0x61 && lower <= 0x7a);
}
