import { IS_WORD } from "./pattern-set.js";

const SLASH = 0x2f;
const COLON = 0x3a;
const SPACE = 0x20;
const AT = 0x40;
const DOT = 0x2e;
const CALLS = Buffer.from("([{$<");
/** A repository's path is looked for in so many bytes. */
const MAX_PATH = 256;

/** False for what stands behind `name/`: a product's version, as in `Chrome/119.0.6045.1` (RFC 9110 §10.1.5). */
export function isNoVersion(bytes: Buffer, from: number, start: number): boolean {
  if (start - from < 2) return true;
  if (bytes[start - 1] === SLASH) return IS_WORD[bytes[start - 2]] === 0;
  // Mozilla's `rv:1.9.2.20`, in a comment of its User-Agent.
  return start - from < 3 || bytes.latin1Slice(start - 3, start) !== "rv:";
}

/** False for what is called or looked up, in a program's text: `password=getenv("X")`. */
export function isNoCall(bytes: Buffer, _from: number, _start: number, end: number, until: number): boolean {
  let at = end;
  while (at < until && (IS_WORD[bytes[at]] === 1 || bytes[at] === DOT)) at++;
  return at === until || !CALLS.includes(bytes[at]);
}

/** False for the account and host before a path that scp and git take: `org-7@github.com:octo-org/octo-repo.git`. */
export function isNoRemote(bytes: Buffer, _from: number, _start: number, end: number, until: number): boolean {
  if (end + 1 >= until || bytes[end] !== COLON || IS_WORD[bytes[end + 1]] === 0) return true;
  const stop = Math.min(until, end + MAX_PATH);
  let at = end + 1;
  while (at < stop && bytes[at] > 0x20 && bytes[at] !== SLASH) at++;
  return at === stop || bytes[at] !== SLASH;
}

/** False for a label of a host's name, in a URL or by itself: `https://dapi….example.com/`; what stands before an `@` is none. */
export function isNoHostLabel(bytes: Buffer, from: number, start: number, end: number, until: number): boolean {
  const isBeforeDot = end + 1 < until && bytes[end] === DOT && IS_WORD[bytes[end + 1]] === 1;
  const isAuthority = start - from >= 2 && bytes[start - 1] === SLASH && bytes[start - 2] === SLASH;
  return !isBeforeDot && !(isAuthority && bytes[end] !== AT);
}

/** Whether what is at either end of bytes[start, end) goes on beyond a mark: `1.123-45-6789`, or another group of a spaced number. */
export function isInNumber(bytes: Buffer, from: number, start: number, end: number, until: number): boolean {
  if (start - from >= 2 && isJoint(bytes, start, start - 1, start - 2, start, end)) return true;
  return end + 1 < until && isJoint(bytes, end - 1, end, end + 1, start, end);
}

/** Whether the byte at `mark` joins those at `inner`, an end of bytes[start, end), and `outer` to one number. */
function isJoint(bytes: Buffer, inner: number, mark: number, outer: number, start: number, end: number): boolean {
  const byte = bytes[mark];
  // RFC 4716 §4: a key's fingerprint is 16 bytes or more with colons between them, of which six or eight are no address.
  if (byte === COLON) return isHex(bytes[inner]) && isHex(bytes[outer]) && bytes.subarray(start, end).includes(COLON);
  if (!isDigit(bytes[inner]) || !isDigit(bytes[outer])) return false;
  if (byte === 0x2d || byte === 0x2e) return true;
  return byte === SPACE && bytes.subarray(start, end).includes(SPACE);
}

function isHex(byte: number): boolean {
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
