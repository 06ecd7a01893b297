import { WordTable } from "../../bytes/word-table.js";
import type { FieldMemory } from "../data/field-memory.js";

/** RFC 6350 §6, RFC 7095 §3.3: properties of a person's card, and what such fields are called elsewhere. */
const PROPERTIES: readonly (readonly [string, string])[] = [
  ["fn", "fullname"],
  ["n", "fullname"],
  ["bday", "birthdate"],
  ["adr", "streetaddress"],
  ["tel", "phone"],
];
const NAMES = new WordTable(PROPERTIES.map(([name]) => name));
const FIELDS = PROPERTIES.map(([, field]) => Buffer.from(field));
/** Of such a property's name, in bytes. */
export const MAX_CARD_NAME = 4;

/** The hint for the property bytes[start, end) of a card; 0 where its values are looked at as any text is. */
export function cardHint(fields: FieldMemory, bytes: Buffer, start: number, end: number): number {
  const found = end - start > MAX_CARD_NAME ? -1 : NAMES.indexOf(bytes, start, end);
  return found < 0 ? 0 : fields.hint(FIELDS[found], 0, FIELDS[found].length, 0, 0, 0);
}
