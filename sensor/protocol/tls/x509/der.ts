import { isUtf8 } from "node:buffer";
import { type Cursor, OutOfBounds } from "../../../bytes/cursor.js";

/** Tags of X.690 §8 that certificates are made of. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One tag, length and value; `value` reads its content and nothing beyond. */
export interface Element {
  readonly tag: number;
  readonly value: Cursor;
  /** The whole element, header included. */
  readonly start: number;
  readonly end: number;
}

const MAX_LENGTH_BYTES = 4;
const MAX_OID_ARCS = 32;

/** Reads the next element. Throws OutOfBounds where the bytes end before it does, or where its length is none (X.690 §8.1.3). */
export function readElement(cursor: Cursor): Element {
  const start = cursor.at;
  const tag = cursor.u8();
  // Tags beyond 30 take more bytes (X.690 §8.1.2.4); certificates have none.
  if ((tag & 0x1f) === 0x1f) throw new OutOfBounds();
  const value = cursor.sub(readLength(cursor));
  return { tag, value, start, end: cursor.at };
}

/** The next element where it has this tag; undefined, and nothing read, where it has another or none is left. */
export function readOptional(cursor: Cursor, tag: number): Element | undefined {
  return cursor.left > 0 && cursor.bytes[cursor.at] === tag ? readElement(cursor) : undefined;
}

/** The next element, which must have this tag. Throws OutOfBounds where it has another. */
export function readTagged(cursor: Cursor, tag: number): Element {
  const element = readOptional(cursor, tag);
  if (element === undefined) throw new OutOfBounds();
  return element;
}

function readLength(cursor: Cursor): number {
  const first = cursor.u8();
  if (first < 0x80) return first;
  const count = first & 0x7f;
  if (count === 0 || count > MAX_LENGTH_BYTES) throw new OutOfBounds();
  let length = 0;
  for (let at = 0; at < count; at++) length = length * 256 + cursor.u8();
  return length;
}

/** `1.2.840.113549`; arcs beyond a bound are left out (X.690 §8.19). */
export function oidText(value: Cursor): string {
  const arcs: number[] = [];
  let arc = 0;
  for (let at = value.at; at < value.end && arcs.length < MAX_OID_ARCS; at++) {
    arc = arc * 128 + (value.bytes[at] & 0x7f);
    if ((value.bytes[at] & 0x80) !== 0) continue;
    if (arcs.length === 0) {
      const first = Math.min(2, Math.floor(arc / 40));
      arcs.push(first, arc - first * 40);
    } else arcs.push(arc);
    arc = 0;
  }
  return arcs.join(".");
}

/** String types of X.680 §41: UTF8String, those from NumericString to IA5String, and those from GraphicString to BMPString. */
export function isText(tag: number): boolean {
  return tag === TAG.utf8String || (tag >= 0x12 && tag <= 0x16) || (tag >= 0x19 && tag <= TAG.bmpString);
}

/** Text of a string type; bytes that are no UTF-8 are read as Latin-1. */
export function stringText({ tag, value }: Element): string {
  const bytes = value.bytes.subarray(value.at, value.end);
  if (tag === TAG.bmpString) return utf16Text(bytes);
  if (tag === TAG.universalString) return utf32Text(bytes);
  // TeletexString holds Latin-1 in practice (RFC 5280 appendix B), and now and then what should be a UTF8String.
  return tag === TAG.utf8String || isUtf8(bytes) ? bytes.toString("utf8") : bytes.latin1Slice();
}

function utf16Text(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at + 1 < bytes.length; at += 2) text += String.fromCharCode(bytes.readUInt16BE(at));
  return text;
}

function utf32Text(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at + 3 < bytes.length; at += 4) {
    const point = bytes.readUInt32BE(at);
    text += point > 0x10ffff ? "\ufffd" : String.fromCodePoint(point);
  }
  return text;
}

const UTC_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:Z|([+-])(\d\d)(\d\d))?$/;
const GENERALIZED_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?(?:[.,]\d+)?(?:Z|([+-])(\d\d)(\d\d))?$/;

/** Seconds since 1970-01-01 UTC of a UTCTime or GeneralizedTime (RFC 5280 §4.1.2.5); undefined for anything else. */
export function timeSeconds({ tag, value }: Element): number | undefined {
  const text = value.bytes.latin1Slice(value.at, Math.min(value.end, value.at + 32));
  const isShort = tag === TAG.utcTime;
  const parts = (isShort ? UTC_TIME : GENERALIZED_TIME).exec(text);
  if (parts === null || (!isShort && tag !== TAG.generalizedTime)) return undefined;
  const [, year, month, day, hour, minute = "0", second = "0", sign, zoneHours = "0", zoneMinutes = "0"] = parts;
  // RFC 5280 §4.1.2.5.1: two digits below 50 are of this century.
  const fullYear = isShort ? Number(year) + (Number(year) < 50 ? 2_000 : 1_900) : Number(year);
  const date = new Date(0);
  date.setUTCFullYear(fullYear, Number(month) - 1, Number(day));
  // No such day: it would be one of another month.
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  const seconds = Math.floor(date.getTime() / 1_000);
  const zone = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60;
  return sign === "+" ? seconds - zone : seconds + zone;
}
