import { isTokenByte } from "../http/field-scan.js";
import type { Recognition } from "../protocol.js";
import {
  CR,
  hasControl,
  hasSpaceOrControl,
  isDigit,
  isSimpleTarget,
  isSpace,
  isVersionName,
  LF,
  namesHttp,
  SLASH,
  SPACE,
} from "./line-bytes.js";
import { isKnownMethod, isPartOfMethod, MAX_METHOD_LENGTH } from "./method.js";
import { isUsualStatus } from "./start-line.js";

/** A request line longer than this needs no version to be believed: its method is known, or a word in capitals before a path without end. */
const LONG_LINE = 2_048;
const MAX_STATUS_SPACES = 8;
const ASTERISK = 0x2a;
const LOWER_H = 0x68;
const CAPITAL_A = 0x41;
const CAPITAL_Z = 0x5a;
const STATUS_PREFIX = "HTTP/1.";
/** Servers that write it so are understood; RFC 9112 §2.3 is not. */
const SMALL_PREFIX = "http/1.";

/** Whether the bytes begin like a request: method, target and, at the line's end, a version of HTTP/1. */
export function looksLikeRequest(bytes: Buffer, start: number, end: number): Recognition {
  let at = start;
  while (at < end && (bytes[at] === CR || bytes[at] === LF) && at - start < 8) at++;
  const methodStart = at;
  while (at < end && isTokenByte(bytes[at]) && at - methodStart <= MAX_METHOD_LENGTH) at++;
  if (at - methodStart > MAX_METHOD_LENGTH) return "no";
  if (at >= end) return "more";
  const isKnown = isKnownMethod(bytes, methodStart, at);
  if (at === methodStart || !isSpace(bytes[at])) return "no";
  const targetStart = at + 1;
  if (targetStart >= end) return "more";
  if (!isKnown && !beginsTarget(bytes[targetStart])) return "no";
  const newline = bytes.indexOf(LF, targetStart);
  if (newline < 0 || newline >= end) {
    // The CR may be the line's end already.
    if (!isKnown && hasControl(bytes, targetStart, bytes[end - 1] === CR ? end - 1 : end)) return "no";
    if (end - targetStart <= LONG_LINE) return "more";
    return isKnown || (isCapitals(bytes, methodStart, at) && !hasSpaceOrControl(bytes, targetStart, end))
      ? "match"
      : "more";
  }
  let lineEnd = bytes[newline - 1] === CR ? newline - 1 : newline;
  while (lineEnd > targetStart && isSpace(bytes[lineEnd - 1])) lineEnd--;
  let last = lineEnd;
  while (last > targetStart && !isSpace(bytes[last - 1])) last--;
  // RFC 9113 §3.4: HTTP/2 begins with a line that is none of HTTP/1's.
  if (namesHttp(bytes, last, lineEnd)) {
    if (!isKnown && hasSpaceOrControl(bytes, targetStart, last - 1)) return "no";
    return isPreface(bytes, methodStart) ? "no" : "match";
  }
  // RFC 1945 §4.1: a simple request has neither version nor fields.
  const isSimple = isKnown && isSimpleTarget(bytes, targetStart, lineEnd);
  return isSimple && !hasSpaceOrControl(bytes, targetStart, lineEnd) ? "match" : "no";
}

function isCapitals(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] < CAPITAL_A || bytes[at] > CAPITAL_Z) return false;
  return true;
}

/** Of a path, a URL or an asterisk (RFC 9112 §3.2). Behind a method that nobody knows, a word may be text, such as the end of a body. */
function beginsTarget(byte: number): boolean {
  return byte === SLASH || byte === ASTERISK || (byte | 0x20) === LOWER_H;
}

/** Start of the first line in bytes[start, end) that is beyond doubt a request line; -1 without one. `start` is above 0. */
export function findRequest(bytes: Buffer, start: number, end: number): number {
  let at = bytes[start - 1] === LF ? start : lineAfter(bytes, start, end);
  for (; at < end; at = lineAfter(bytes, at, end)) if (isRequestLine(bytes, at, end)) return at;
  return -1;
}

/**
 * Whether bytes[start, end) begin with a request line that nobody takes for anything else: where messages begin is not known, and the
 * end of a line whose beginning was lost has a version, too.
 */
export function isRequestLine(bytes: Buffer, start: number, end: number): boolean {
  if (looksLikeRequest(bytes, start, end) !== "match") return false;
  let at = start;
  while (at < end && (bytes[at] === CR || bytes[at] === LF)) at++;
  const methodStart = at;
  while (at < end && isTokenByte(bytes[at])) at++;
  const target = at + 1;
  const isKnown = isKnownMethod(bytes, methodStart, at);
  if (!isKnown && (bytes[target] !== SLASH || isPartOfMethod(bytes.latin1Slice(methodStart, at)))) return false;
  let lineEnd = lineAfter(bytes, target, end);
  while (lineEnd > target && bytes[lineEnd - 1] <= SPACE) lineEnd--;
  return lineEnd - 9 > target && isVersionName(bytes, lineEnd - 8, lineEnd);
}

function lineAfter(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === LF) return at + 1;
  return end;
}

function isPreface(bytes: Buffer, start: number): boolean {
  return bytes[start] === 0x50 && bytes[start + 1] === 0x52 && bytes[start + 2] === 0x49 && bytes[start + 3] === SPACE;
}

/** Whether the bytes begin like a response. */
export function looksLikeStatus(bytes: Buffer, start: number, end: number): Recognition {
  if (isUsualStatus(bytes, start, end)) return "match";
  const prefix = bytes[start] === LOWER_H ? SMALL_PREFIX : STATUS_PREFIX;
  for (let at = 0; at < prefix.length; at++) {
    if (start + at >= end) return "more";
    if (bytes[start + at] !== prefix.charCodeAt(at)) return "no";
  }
  if (start + 12 > end) return "more";
  if (!isDigit(bytes[start + 7]) || bytes[start + 8] !== SPACE) return "no";
  // RFC 9112 §4 has one; servers that send more are understood all the same.
  let at = start + 9;
  while (at < end && bytes[at] === SPACE && at - start < 9 + MAX_STATUS_SPACES) at++;
  return at < end && isDigit(bytes[at]) ? "match" : "no";
}

/** Position after empty lines, which RFC 9112 §2.2 has ignored before a start line. */
export function skipEmptyLines(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === CR || bytes[at] === LF)) at++;
  return at;
}

/** Redis takes `GET /key` as an inline command, which is a request line of HTTP/0.9; only the reply in RESP tells them apart. */
export function isRedisReply(bytes: Buffer, start: number, end: number): boolean {
  return /^([$*:]-?\d+|\+\w[^\r\n]*|-[A-Z]+ [^\r\n]*)\r\n/.test(bytes.latin1Slice(start, Math.min(end, start + 128)));
}
