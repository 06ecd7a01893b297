import { WordTable } from "../bytes/word-table.js";

/**
 * What programs write where a credential belongs and they have none yet, as a browser's before its user logged in; the last is the name
 * and password of Basic that are both empty (RFC 7617 §2).
 */
const NOTHING = new WordTable([
  ...["undefined", "null", "none", "nil", "nan", "false", "(null)", "(none)", "<null>", "[object object]", '""', "''"],
  ...["{}", "[]", "og=="],
]);
const MAX_BYTES = 15;

/** Whether bytes[start, end) are no value but the lack of one: whoever sends it proves nothing. */
export function isNoValue(bytes: Buffer, start: number, end: number): boolean {
  if (end - start > MAX_BYTES) return false;
  return end <= start || NOTHING.indexOf(bytes, start, end) >= 0;
}
