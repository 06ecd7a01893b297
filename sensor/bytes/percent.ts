const PERCENT = 0x25;
const ESCAPE_LENGTH = 3;
/** What a URL must encode in a path segment, RFC 3986 §3.3. */
const ENCODED = /[^\w.~!$&'()*+,;=:@-]/g;

/**
 * Writes bytes[start, end) into `into`, which may be the same from `start` or before on, without escapes (RFC 3986 §2.1) however often
 * they were escaped themselves; answers how many bytes that are. In one pass: whatever comes out may be the end of an escape that was
 * encoded itself, so that depth costs nothing. A percent sign that begins no escape stands for itself.
 */
export function decodeEscapes(bytes: Buffer, start: number, end: number, into: Buffer): number {
  let length = 0;
  for (let at = start; at < end; at++) {
    into[length++] = bytes[at];
    while (length >= ESCAPE_LENGTH && into[length - ESCAPE_LENGTH] === PERCENT) {
      const high = hexValue(into[length - 2]);
      const low = hexValue(into[length - 1]);
      if (high < 0 || low < 0) break;
      length -= ESCAPE_LENGTH - 1;
      into[length - 1] = high * 16 + low;
    }
  }
  return length;
}

/** The text without escapes, however often they were escaped, a character for each byte; the text itself where it has no percent sign. */
export function withoutEscapes(text: string): string {
  if (!text.includes("%")) return text;
  const bytes = Buffer.from(text);
  return bytes.latin1Slice(0, decodeEscapes(bytes, 0, bytes.length, bytes));
}

/** A text of one character for each byte as a path segment has it. */
export function escaped(text: string): string {
  return text.replace(ENCODED, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}

/** Of a digit of hexadecimal, -1 for another byte. */
export function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
