import { RANDOM_LENGTH } from "./hello.js";

/** Where the length of the session id stands in a hello's body, after the version and the random. */
const LENGTH_AT = 2 + RANDOM_LENGTH;

/** The session id of a hello whose body lies there, as Latin-1. */
export function sessionIdOf(bytes: Buffer, start: number, end: number): string {
  const at = start + LENGTH_AT;
  return at < end ? bytes.latin1Slice(at + 1, Math.min(at + 1 + bytes[at], end)) : "";
}

/** Its hash: enough to tell whether the answer repeats the id, and most ids, of TLS 1.3, are never asked for again. */
export function sessionIdHash(bytes: Buffer, start: number, end: number): number {
  const at = start + LENGTH_AT;
  return at < end ? hashBytes(bytes, at + 1, Math.min(at + 1 + bytes[at], end)) : 0;
}

export function hashBytes(bytes: Buffer, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
  return hash;
}
