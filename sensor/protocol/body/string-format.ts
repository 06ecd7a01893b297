import { OTHER_FORMAT, textFormOf } from "../text-form.js";

const MAX_LENGTH = 256;
const MIN_WORD = 2;
const MAX_WORD = 24;

/** The bit of a string's form. */
export function formatOf(bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  // RFC 5321 §4.5.3.1.3: nor is anything longer a mail address.
  if (length > MAX_LENGTH) return OTHER_FORMAT;
  // Without digit, colon and at sign it has none of them, as nearly all strings.
  if (!mayHaveForm(bytes, start, end)) return OTHER_FORMAT;
  return textFormOf(bytes.latin1Slice(start, end));
}

function mayHaveForm(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if ((byte >= 0x30 && byte <= 0x3a) || byte === 0x40) return true;
  }
  return false;
}

/** Letters, those of each word in one case, with what joins words: `pending`, `IN_PROGRESS`, `order.paid`, `de-CH`. */
export function isWord(bytes: Buffer, start: number, end: number): boolean {
  const length = end - start;
  if (length < MIN_WORD || length > MAX_WORD) return false;
  let cases = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte >= 0x61 && byte <= 0x7a) cases |= 1;
    else if (byte >= 0x41 && byte <= 0x5a) cases |= 2;
    else if ((byte !== 0x5f && byte !== 0x2d && byte !== 0x2e) || at === start) return false;
    else cases = 0;
    if (cases === 3) return false;
  }
  return true;
}
