import { IS_WORD } from "./pattern-set.js";

const SLASH = 0x2f;
const COLON = 0x3a;
/** A repository's path is looked for in so many bytes. */
const MAX_PATH = 256;

/** False for what stands behind `name/`: a product's version, as in `Chrome/119.0.6045.1` (RFC 9110 §10.1.5). */
export function isNoVersion(bytes: Buffer, from: number, start: number): boolean {
  if (start - from < 2) return true;
  if (bytes[start - 1] === SLASH) return IS_WORD[bytes[start - 2]] === 0;
  // Mozilla's `rv:1.9.2.20`, in a comment of its User-Agent.
  return start - from < 3 || bytes.latin1Slice(start - 3, start) !== "rv:";
}

/** False for the account and host before a path that scp and git take: `org-7@github.com:octo-org/octo-repo.git`. */
export function isNoRemote(bytes: Buffer, _from: number, _start: number, end: number, until: number): boolean {
  if (end + 1 >= until || bytes[end] !== COLON || IS_WORD[bytes[end + 1]] === 0) return true;
  const stop = Math.min(until, end + MAX_PATH);
  let at = end + 1;
  while (at < stop && bytes[at] > 0x20 && bytes[at] !== SLASH) at++;
  return at === stop || bytes[at] !== SLASH;
}
