import { createHash } from "node:crypto";
import { Cursor, OutOfBounds } from "../../../bytes/cursor.js";
import type { Certificate } from "../../message.js";
import { withToldNames } from "../told-name.js";
import { type Element, oidText, readElement, readOptional, readTagged, TAG, timeSeconds } from "./der.js";
import { nameText } from "./distinguished-name.js";
import { alternativeNames } from "./general-name.js";
import { CURVES, EXTENSION_OID, KEY_NAMES, PURPOSE_NAMES, SIGNATURE_NAMES } from "./object-identifier.js";

type Draft = { -readonly [K in keyof Certificate]: Certificate[K] };

const MAX_EXTENSIONS = 64;
const MAX_PURPOSES = 32;
/** RFC 5280 §4.1.2.2 allows 20 bytes; odd ones are longer. */
const MAX_SERIAL_BYTES = 64;
const CONTEXT_0 = 0xa0;
const CONTEXT_3 = 0xa3;

/**
 * Reads a certificate as far as it can be read (RFC 5280 §4.1): hostile or cut DER leaves what came before the break. Never throws,
 * never recurses, and looks at each byte a bounded number of times.
 */
export function readCertificate(der: Buffer): Certificate {
  const draft: Draft = {
    fingerprint: createHash("sha256").update(der).digest("hex"),
    subject: "",
    issuer: "",
    san: [],
    serialNumber: "",
    notBeforeSeconds: undefined,
    notAfterSeconds: undefined,
    key: "",
    keyBits: undefined,
    signatureAlgorithm: "",
    extendedKeyUsages: undefined,
    isAuthority: false,
    isSelfIssued: false,
    isMalformed: false,
  };
  try {
    readBody(readTagged(readTagged(new Cursor(der), TAG.sequence).value, TAG.sequence).value, draft);
  } catch (error) {
    if (!(error instanceof OutOfBounds)) throw error;
    draft.isMalformed = true;
  }
  return withToldNames(draft);
}

function readBody(body: Cursor, draft: Draft): void {
  readOptional(body, CONTEXT_0);
  const serial = readTagged(body, TAG.integer).value;
  draft.serialNumber = serialText(serial);
  const algorithm = oidText(readTagged(readTagged(body, TAG.sequence).value, TAG.oid).value);
  draft.signatureAlgorithm = SIGNATURE_NAMES.get(algorithm) ?? algorithm;
  const issuer = readTagged(body, TAG.sequence);
  draft.issuer = nameText(issuer.value);
  const validity = readTagged(body, TAG.sequence).value;
  draft.notBeforeSeconds = timeSeconds(readElement(validity));
  draft.notAfterSeconds = timeSeconds(readElement(validity));
  const subject = readTagged(body, TAG.sequence);
  draft.subject = nameText(subject.value);
  draft.isSelfIssued = isSame(body.bytes, issuer, subject);
  readKey(readTagged(body, TAG.sequence).value, draft);
  while (body.left > 0) {
    const { tag, value } = readElement(body);
    if (tag === CONTEXT_3) readExtensions(readTagged(value, TAG.sequence).value, draft);
  }
}

function serialText(value: Cursor): string {
  const bytes = value.bytes.subarray(value.at, Math.min(value.end, value.at + MAX_SERIAL_BYTES));
  const hex = bytes.toString("hex");
  // Two's complement (X.690 §8.3.3). RFC 5280 §4.1.2.2 allows no negative one, and has readers cope with it.
  if (bytes[0] >= 0x80) return `-${evenHex((1n << BigInt(bytes.length * 8)) - BigInt(`0x${hex}`))}`;
  // A leading zero byte only keeps the number positive.
  return (hex.length > 2 && hex.startsWith("00") ? hex.slice(2) : hex).toUpperCase();
}

function evenHex(number: bigint): string {
  const hex = number.toString(16).toUpperCase();
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}

/** RFC 5280 §4.1.2.7, RFC 3279 §2.3, RFC 5480 §2. */
function readKey(info: Cursor, draft: Draft): void {
  const algorithm = readTagged(info, TAG.sequence).value;
  const type = oidText(readTagged(algorithm, TAG.oid).value);
  const kind = KEY_NAMES.get(type) ?? type;
  draft.key = kind;
  if (kind === "EC") {
    const curve = readOptional(algorithm, TAG.oid);
    const text = curve && oidText(curve.value);
    const [name, bits] = CURVES.get(text ?? "") ?? [text ?? "explicit parameters", undefined];
    draft.key = `EC ${name}`;
    draft.keyBits = text === undefined ? orderBits(algorithm) : bits;
    return;
  }
  if (kind === "RSA") draft.keyBits = rsaBits(readTagged(info, TAG.bitString).value);
  else if (kind === "DSA" || kind === "DH") draft.keyBits = primeBits(algorithm);
  if (draft.keyBits !== undefined) draft.key = `${kind} ${draft.keyBits}`;
}

/** Of a curve that is spelled out (SEC 1 §C.2, which RFC 5480 §2.1.1 forbids): version, field, coefficients, base, order. */
function orderBits(algorithm: Cursor): number | undefined {
  const parameters = readOptional(algorithm, TAG.sequence)?.value;
  if (parameters === undefined) return undefined;
  for (const tag of [TAG.integer, TAG.sequence, TAG.sequence, TAG.octetString]) readTagged(parameters, tag);
  return bitsOf(readTagged(parameters, TAG.integer).value);
}

function rsaBits(bitString: Cursor): number {
  bitString.u8();
  return bitsOf(readTagged(readTagged(bitString, TAG.sequence).value, TAG.integer).value);
}

function primeBits(algorithm: Cursor): number | undefined {
  const parameters = readOptional(algorithm, TAG.sequence);
  return parameters && bitsOf(readTagged(parameters.value, TAG.integer).value);
}

function bitsOf(integer: Cursor): number {
  let at = integer.at;
  while (at < integer.end && integer.bytes[at] === 0) at++;
  return at === integer.end ? 0 : (integer.end - at) * 8 - (Math.clz32(integer.bytes[at]) - 24);
}

/** What a damaged extension holds is left out; the others are read. */
function readExtensions(list: Cursor, draft: Draft): void {
  for (let count = 0; list.left > 0 && count < MAX_EXTENSIONS; count++) {
    const extension = readTagged(list, TAG.sequence).value;
    const type = oidText(readTagged(extension, TAG.oid).value);
    readOptional(extension, TAG.boolean);
    const value = readTagged(extension, TAG.octetString).value;
    try {
      readExtension(type, value, draft);
    } catch (error) {
      if (!(error instanceof OutOfBounds)) throw error;
      draft.isMalformed = true;
    }
  }
}

function readExtension(type: string, value: Cursor, draft: Draft): void {
  if (type === EXTENSION_OID.subjectAltName) draft.san = alternativeNames(readTagged(value, TAG.sequence).value);
  else if (type === EXTENSION_OID.extendedKeyUsage) {
    const list = readTagged(value, TAG.sequence).value;
    const purposes: string[] = [];
    while (list.left > 0 && purposes.length < MAX_PURPOSES) {
      const purpose = oidText(readTagged(list, TAG.oid).value);
      purposes.push(PURPOSE_NAMES.get(purpose) ?? purpose);
    }
    draft.extendedKeyUsages = purposes;
  } else if (type === EXTENSION_OID.basicConstraints) {
    const flag = readOptional(readTagged(value, TAG.sequence).value, TAG.boolean);
    draft.isAuthority = flag !== undefined && flag.value.left > 0 && flag.value.u8() !== 0;
  }
}

function isSame(bytes: Buffer, one: Element, other: Element): boolean {
  return bytes.compare(bytes, one.start, one.end, other.start, other.end) === 0;
}
