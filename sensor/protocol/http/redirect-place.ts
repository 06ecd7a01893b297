import type { Exchange } from "./exchange.js";

/** Longer ones differ further on, if at all. */
const MAX_BYTES = 512;
/** What follows says for whom, or to where after that: `?next=/orders`, `;jsessionid=…`. */
const PLACE_END = /[?#;]/;
/** What says how to get there, not where it is, and a password that may stand there. */
const ACCESS = /^(?:https?:)?\/\/(?:[^/@]*@)?|^https?:/i;
const AUTHORITY = /^(?:https?:)?\/\/[^/]*/i;
/** So long and with a digit a segment may be of one session. */
const SESSION = /^(?=.*\d).{16,}$/;

/**
 * A hash of 32 bits of where a redirect leads: a Location (RFC 9110 §10.2.2) without what tells one session from another. 0 where the answer is
 * none, and where it leads to what was asked for: with another scheme or host, another end, below a language, or to what stands above it.
 */
export function redirectPlace({ status = 0, path = "" }: Exchange, bytes: Buffer, start: number, end: number): number {
  if (status < 300 || status >= 400) return 0;
  const [place] = bytes.latin1Slice(start, Math.min(end, start + MAX_BYTES)).split(PLACE_END, 1);
  return leadsBack(namesOf(place.replace(AUTHORITY, "")), namesOf(path)) ? 0 : hashOf(place.replace(ACCESS, ""));
}

function leadsBack(place: readonly string[], asked: readonly string[]): boolean {
  if (place.length === 0 || asked.length === 0) return false;
  return place.includes(asked[asked.length - 1]) || place.every((name, at) => name === asked[at]);
}

/** Segments without ends of files' names. */
function namesOf(path: string): readonly string[] {
  return path
    .toLowerCase()
    .split("/")
    .filter((segment) => segment !== "")
    .map((segment) => segment.split(".", 1)[0]);
}

/** FNV-1a (RFC 9923); never 0. */
function hashOf(place: string): number {
  let hash = 0x811c9dc5;
  for (const segment of place.split("/")) {
    const text = SESSION.test(segment) ? "" : segment;
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    hash = Math.imul(hash ^ 0x2f, 0x01000193);
  }
  return hash >>> 0 || 1;
}
