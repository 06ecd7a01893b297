import { formatAddress } from "../../../bytes/address.js";
import type { Cursor } from "../../../bytes/cursor.js";
import { readElement } from "./der.js";

const MAX_NAMES = 256;
const MAX_LENGTH = 512;

/** Tags of GeneralName, RFC 5280 §4.2.1.6. */
const MAIL = 0x81;
const DNS = 0x82;
const URI = 0x86;
const ADDRESS = 0x87;

/** DNS names, mail addresses, URIs and IP addresses of a subjectAltName; other kinds are left out. */
export function alternativeNames(list: Cursor): string[] {
  const names: string[] = [];
  while (list.left > 0 && names.length < MAX_NAMES) {
    const { tag, value } = readElement(list);
    const bytes = value.bytes.subarray(value.at, Math.min(value.end, value.at + MAX_LENGTH));
    if (tag === DNS || tag === MAIL || tag === URI) names.push(bytes.latin1Slice());
    else if (tag === ADDRESS) names.push(addressText(bytes));
  }
  return names;
}

function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) return bytes.toString("hex");
  return formatAddress(bytes.readInt32BE(0), bytes.readInt32BE(4), bytes.readInt32BE(8), bytes.readInt32BE(12));
}
