import type { Cursor } from "../../../bytes/cursor.js";
import { type Element, isText, oidText, readElement, readTagged, stringText, TAG } from "./der.js";
import { ATTRIBUTE_NAMES } from "./object-identifier.js";

const MAX_ATTRIBUTES = 64;
const MAX_VALUE_LENGTH = 256;

/** RFC 4514 §2: the last relative name first, values escaped. A name that breaks off ends where it does. */
export function nameText(sequence: Cursor): string {
  const parts: string[] = [];
  while (sequence.left > 0 && parts.length < MAX_ATTRIBUTES) {
    const set = readTagged(sequence, TAG.set).value;
    const attributes: string[] = [];
    while (set.left > 0 && attributes.length < MAX_ATTRIBUTES) attributes.push(attributeText(set));
    parts.push(attributes.join("+"));
  }
  return parts.reverse().join(",");
}

function attributeText(set: Cursor): string {
  const attribute = readTagged(set, TAG.sequence).value;
  const type = oidText(readTagged(attribute, TAG.oid).value);
  return `${ATTRIBUTE_NAMES.get(type) ?? type}=${valueText(readElement(attribute))}`;
}

/** RFC 4514 §2.4: what is no text stands as its encoding, in hexadecimal. */
function valueText(element: Element): string {
  if (isText(element.tag)) return escapeValue(stringText(element).slice(0, MAX_VALUE_LENGTH));
  const { start, end, value } = element;
  const encoding = value.bytes.subarray(start, Math.min(end, start + MAX_VALUE_LENGTH));
  return `#${encoding.toString("hex").toUpperCase()}`;
}

/** RFC 4514 §2.4; control characters, which a terminal or a log would act upon, as hexadecimal too. */
function escapeValue(value: string): string {
  return value
    .replace(/[\\",+<>;]/g, "\\$&")
    .replace(/^[ #]/, "\\$&")
    .replace(/(?<!\\) $/, "\\ ")
    .replace(/\p{Cc}/gu, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`);
}
