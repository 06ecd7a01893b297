import { skipSpace } from "./json-members.js";

const QUOTE = 0x22;
const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;

/** Media types under which clients send JSON, whether it is called so or not: the last one is what curl says unless told otherwise. */
export function mayHoldJson(mediaType: string): boolean {
  return (
    mediaType.includes("json") ||
    mediaType === "" ||
    mediaType === "text/plain" ||
    mediaType === "application/x-www-form-urlencoded"
  );
}

/** Whether an object, or an array of some, begins there whose first member may be one of `names`. */
export function beginsWithMember(bytes: Buffer, start: number, end: number, names: readonly Buffer[]): boolean {
  let at = skipSpace(bytes, start, end);
  if (at < end && bytes[at] === OPEN_ARRAY) at = skipSpace(bytes, at + 1, end);
  if (at >= end) return true;
  if (bytes[at] !== OPEN_OBJECT) return false;
  at = skipSpace(bytes, at + 1, end);
  if (at >= end) return true;
  if (bytes[at++] !== QUOTE) return false;
  for (const name of names) if (beginsWith(bytes, at, end, name)) return true;
  return false;
}

/** Whether the quoted word at `start` is `name`, as far as it is seen. */
function beginsWith(bytes: Buffer, start: number, end: number, name: Buffer): boolean {
  const length = Math.min(name.length, end - start);
  for (let at = 0; at < length; at++) if (bytes[start + at] !== name[at]) return false;
  return length < name.length || start + length >= end || bytes[start + length] === QUOTE;
}
