import { FORMATS, OTHER_FORMAT } from "../shape.js";

const PATTERNS: Readonly<Record<(typeof FORMATS)[number], RegExp>> = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  date: /^\d{4}-\d\d-\d\d$/,
  "date-time": /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)?$/,
  uri: /^[a-z][a-z0-9+.-]{1,15}:\/\/[^\s]+$/i,
  email: /^[^\s@]{1,64}@[^\s@]+\.[a-z]{2,}$/i,
  ipv4: /^\d{1,3}(\.\d{1,3}){3}$/,
};
const MIN_LENGTH = 6;
const MAX_LENGTH = 256;
const MIN_WORD = 2;
const MAX_WORD = 24;

/** The bit of a string's form. */
export function formatOf(bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  if (length < MIN_LENGTH || length > MAX_LENGTH) return OTHER_FORMAT;
  // Without digit, colon and at sign it has none of them, as nearly all strings.
  if (!mayHaveForm(bytes, start, end)) return OTHER_FORMAT;
  const text = bytes.latin1Slice(start, end);
  for (let bit = 0; bit < FORMATS.length; bit++) if (PATTERNS[FORMATS[bit]].test(text)) return 1 << bit;
  return OTHER_FORMAT;
}

function mayHaveForm(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if ((byte >= 0x30 && byte <= 0x3a) || byte === 0x40) return true;
  }
  return false;
}

/** Letters in one case, with what joins words: `pending`, `IN_PROGRESS`. */
export function isWord(bytes: Buffer, start: number, end: number): boolean {
  const length = end - start;
  if (length < MIN_WORD || length > MAX_WORD) return false;
  let cases = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte >= 0x61 && byte <= 0x7a) cases |= 1;
    else if (byte >= 0x41 && byte <= 0x5a) cases |= 2;
    else if ((byte !== 0x5f && byte !== 0x2d) || at === start) return false;
  }
  return cases === 1 || cases === 2;
}
