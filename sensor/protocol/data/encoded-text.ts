/** As short as what is looked for may be, 9 bytes, written in hexadecimal and in base64. */
const MIN_HEX = 18;
const MIN_BASE64 = 12;
export const MIN_ENCODED = MIN_BASE64;
/** What is longer is known by its beginning; whole pairs and whole groups of four. */
const MAX_ENCODED = 1_024;
/** As long as the name of a format may be that stands behind, its dot included: `.json.gz`. */
const MAX_FORMAT = 10;
const EQUALS = 0x3d;
const DOT = 0x2e;
const NONE = -1;
const HEX = new Int8Array(256).fill(NONE);
for (const [value, byte] of [...Buffer.from("0123456789abcdef")].entries()) HEX[byte] = value;
for (const [value, byte] of [...Buffer.from("ABCDEF")].entries()) HEX[byte] = 10 + value;
/** RFC 4648 §4 and §5: both alphabets. */
const BASE64 = new Int8Array(256).fill(NONE);
for (const [value, byte] of [
  ...Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
].entries())
  BASE64[byte] = value;
BASE64[0x2d] = 62;
BASE64[0x5f] = 63;

/**
 * Whether bytes[start, end), a format behind them left aside, are printable ASCII written in hexadecimal or in base64. Hashes, identifiers
 * and words are not: of these the first few bytes tell it, so that asking costs next to nothing.
 */
export function encodingOf(bytes: Buffer, start: number, end: number): "hex" | "base64" | undefined {
  if (!mayBegin(bytes, start, end)) return undefined;
  const stop = Math.min(stemEnd(bytes, start, end), start + MAX_ENCODED);
  if (isHexText(bytes, start, stop)) return "hex";
  return isBase64Text(bytes, start, stop) ? "base64" : undefined;
}

/** What is written there; undefined where it is no text in such a form. */
export function encodedText(bytes: Buffer, start: number, end: number): Buffer | undefined {
  const encoding = encodingOf(bytes, start, end);
  if (encoding === undefined) return undefined;
  return Buffer.from(bytes.latin1Slice(start, Math.min(stemEnd(bytes, start, end), start + MAX_ENCODED)), encoding);
}

/** By the first byte, in either form. */
function mayBegin(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < MIN_ENCODED) return false;
  const first = bytes[start];
  const second = bytes[start + 1];
  return isPrintable(HEX[first] * 16 + HEX[second]) || isPrintable((BASE64[first] << 2) | (BASE64[second] >> 4));
}

/** Where the format begins that bytes[start, end) are said to be in. */
function stemEnd(bytes: Buffer, start: number, end: number): number {
  let stem = end;
  for (let at = Math.max(start, end - MAX_FORMAT); at < end && stem === end; at++) if (bytes[at] === DOT) stem = at;
  return stem;
}

function isHexText(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < MIN_HEX || (end - start) % 2 !== 0) return false;
  for (let at = start; at < end; at += 2) {
    const low = HEX[bytes[at + 1]];
    if (low < 0 || !isPrintable(HEX[bytes[at]] * 16 + low)) return false;
  }
  return true;
}

function isBase64Text(bytes: Buffer, start: number, until: number): boolean {
  let end = until;
  while (end > start && until - end < 2 && bytes[end - 1] === EQUALS) end--;
  if (end - start < MIN_BASE64 || (end - start) % 4 === 1) return false;
  let bits = 0;
  for (let at = start; at < end; at++) {
    const value = BASE64[bytes[at]];
    if (value < 0) return false;
    bits = ((bits << 6) | value) & 0xffffff;
    const place = (at - start) % 4;
    // Of every four characters the second ends the first byte, the third the second and the fourth the third.
    if (place > 0 && !isPrintable((bits >> (6 - 2 * place)) & 0xff)) return false;
  }
  return true;
}

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f;
}
