import { hasOtherPurpose } from "./key-name.js";

const LF = 10;
const COLON = 0x3a;
const SPACE = 0x20;
const TAB = 9;
const MAX_NAME_BYTES = 64;

/**
 * Whether the value behind a colon begins as a JSON Web Token does, `{"` encoded (RFC 7519 §3), in a field whose name says nothing
 * against that it tells who sends it. Three bytes decide of nearly all: whether it is a token is found out where credentials are read.
 */
export function isTokenField(bytes: Buffer, start: number): boolean {
  let at = start;
  while (bytes[at] === SPACE || bytes[at] === TAB) at++;
  if (bytes[at] !== 0x65 || bytes[at + 1] !== 0x79 || bytes[at + 2] !== 0x4a) return false;
  const colon = start - 1;
  let nameStart = colon;
  while (nameStart > 0 && colon - nameStart < MAX_NAME_BYTES && bytes[nameStart - 1] !== LF) nameStart--;
  return bytes[colon] === COLON && mayProve(bytes.latin1Slice(nameStart, colon));
}

/** Whether a token in a field of this name may be its sender's. */
export function mayProve(name: string): boolean {
  return !hasOtherPurpose(name);
}
