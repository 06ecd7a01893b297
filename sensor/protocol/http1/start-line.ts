import { WordTable } from "../../bytes/word-table.js";
import { bytesBelow, lowestByte, viewOf } from "../../bytes/word-view.js";
import { isTokenByte } from "../http/field-scan.js";
import { MASK } from "../message.js";
import type { Recognition } from "../protocol.js";

const LF = 10;
const CR = 13;
const SPACE = 0x20;
const TAB = 9;
const SLASH = 0x2f;
const DELETE = 0x7f;
const MAX_METHOD_LENGTH = 32;
/** A request line longer than this whose method is known needs no version to be believed. */
const LONG_LINE = 2_048;

/** Methods of the IANA HTTP Method Registry and a few that never registered. */
const METHODS = new WordTable(
  (
    "get post put delete head options patch trace connect query propfind proppatch mkcol copy move lock unlock search report " +
    "mkcalendar acl bind rebind unbind checkin checkout label link unlink merge mkactivity mkredirectref mkworkspace orderpatch " +
    "update updateredirectref version-control baseline-control uncheckout purge notify subscribe unsubscribe m-search " +
    "rpc_in_data rpc_out_data bcopy bdelete bmove bpropfind bproppatch poll"
  ).split(" "),
);

/** Shorter than this neither line has all its parts. */
const SHORTEST_LINE = 16;
/** ` HTTP/1.1` CR LF */
const VERSION_AND_END = 11;
const WORD = 4;
const BELOW_VISIBLE = 0x21212121;
const FOUR_DELETES = 0x7f7f7f7f;
const FOUR_ONES = 0x01010101;
const HTTP_WORD = wordOf("HTTP");
const VERSION_1_1 = wordOf("/1.1");
const VERSION_1_0 = wordOf("/1.0");
const CRLF_WORD = 0x0a0d;
const GET = wordOf("GET ");
const POST = wordOf("POST");
const PUT = wordOf("PUT ");
const DELETE_METHOD = wordOf("DELE");
const PATCH = wordOf("PATC");
const HEAD = wordOf("HEAD");
const SECOND_OF_DELETE = wordOf("LETE");
const SECOND_OF_PATCH = wordOf("ATCH");

function wordOf(text: string): number {
  return Buffer.from(text, "latin1").readInt32LE(0);
}

const METHOD_NAMES: readonly string[] = METHODS.words.map((word) => word.toUpperCase());

/** A request line or status line taken apart. One object is used again for every line. */
export class StartLine {
  method = "";
  targetStart = 0;
  targetEnd = 0;
  version: "0.9" | "1.0" | "1.1" = "1.1";
  status = 0;
  /** RFC 9112 §3: more or other white space than one SP between the parts, or an unknown version. */
  isOdd = false;

  /**
   * Reads a request line as nearly all are: a method of every day, a path, a version, one space between them, CRLF. The position after
   * it; -1 where it is another, or none, or not whole.
   */
  readUsualRequest(bytes: Buffer, start: number, end: number): number {
    if (end - start < SHORTEST_LINE) return -1;
    const view = viewOf(bytes);
    const method = usualMethod(view, start);
    if (method === undefined) return -1;
    const targetStart = start + method.length + 1;
    if (bytes[targetStart - 1] !== SPACE || bytes[targetStart] !== SLASH) return -1;
    const at = visibleEnd(bytes, view, targetStart, end);
    if (end - at < VERSION_AND_END || bytes[at] !== SPACE || view.getInt32(at + 1, true) !== HTTP_WORD) return -1;
    const version = usualVersion(view.getInt32(at + 5, true));
    if (version === undefined || view.getInt16(at + 9, true) !== CRLF_WORD) return -1;
    this.isOdd = false;
    this.method = method;
    this.version = version;
    this.targetStart = targetStart;
    this.targetEnd = at;
    return at + VERSION_AND_END;
  }

  /** The same of a status line. */
  readUsualStatus(bytes: Buffer, start: number, end: number): number {
    if (end - start < SHORTEST_LINE) return -1;
    const view = viewOf(bytes);
    if (view.getInt32(start, true) !== HTTP_WORD || bytes[start + 8] !== SPACE) return -1;
    const version = usualVersion(view.getInt32(start + 4, true));
    const status = threeDigits(bytes, start + 9);
    if (version === undefined || status < 100 || bytes[start + 12] !== SPACE) return -1;
    let at = start + 13;
    while (at < end && bytes[at] >= SPACE) at++;
    if (at + 1 >= end || bytes[at] !== CR || bytes[at + 1] !== LF) return -1;
    this.isOdd = false;
    this.version = version;
    this.status = status;
    return at + 2;
  }

  /**
   * Reads bytes[start, end), which holds a line without its end; false where it is no request line. `isFirst`: of its connection,
   * which alone may be a simple request (RFC 1945 §4.1); later ones without a version are a body that nobody announced.
   */
  readRequest(bytes: Buffer, start: number, end: number, isFirst: boolean): boolean {
    this.isOdd = false;
    let at = start;
    while (at < end && isTokenByte(bytes[at])) at++;
    if (at === start || at - start > MAX_METHOD_LENGTH) return false;
    this.method = methodName(bytes, start, at);
    if (at === end && !(isFirst && METHODS.indexOf(bytes, start, at) >= 0)) return false;
    if (at === end) {
      // A method alone: nothing to ask for, but some servers answer it.
      this.isOdd = true;
      this.version = "0.9";
      this.targetStart = this.targetEnd = end;
      return true;
    }
    if (bytes[at] !== SPACE && bytes[at] !== TAB) return false;
    at = this.#skipOneSpace(bytes, at, end);
    this.targetStart = at;
    this.#splitVersion(bytes, at, end);
    if (this.version !== "0.9") return true;
    if (!isFirst || !isSimpleTarget(bytes, this.targetStart, this.targetEnd)) return false;
    return METHODS.indexOf(bytes, start, start + this.method.length) >= 0;
  }

  /** The version is what follows the last space, where that looks like one; without it the line is HTTP/0.9's. */
  #splitVersion(bytes: Buffer, targetStart: number, lineEnd: number): void {
    let end = lineEnd;
    while (end > targetStart && isSpace(bytes[end - 1])) end--;
    if (end !== lineEnd) this.isOdd = true;
    let last = end;
    while (last > targetStart && !isSpace(bytes[last - 1])) last--;
    if (!namesHttp(bytes, last, end)) {
      this.version = "0.9";
      this.targetEnd = end;
      if (hasSpaceOrControl(bytes, targetStart, end)) this.isOdd = true;
      return;
    }
    this.version = this.#version(bytes, last, end);
    let targetEnd = last - 1;
    while (targetEnd > targetStart && isSpace(bytes[targetEnd - 1])) targetEnd--;
    this.targetEnd = Math.max(targetEnd, targetStart);
    if (targetEnd !== last - 1 || targetEnd <= targetStart || hasSpaceOrControl(bytes, targetStart, targetEnd))
      this.isOdd = true;
  }

  /** Reads `HTTP/x.y SP 3DIGIT …`; false where bytes[start, end) is no status line, RFC 9112 §4. */
  readStatus(bytes: Buffer, start: number, end: number): boolean {
    this.isOdd = false;
    if (!isVersionName(bytes, start, Math.min(end, start + 8))) return false;
    this.version = this.#version(bytes, start, start + 8);
    let at = start + 8;
    if (at < end && bytes[at] !== SPACE) return false;
    at = at < end ? this.#skipOneSpace(bytes, at, end) : at;
    this.status = 0;
    let digits = 0;
    while (at < end && digits < 4 && isDigit(bytes[at])) {
      this.status = this.status * 10 + bytes[at++] - 0x30;
      digits++;
    }
    if (digits !== 3 || this.status < 100) return false;
    return at === end || isSpace(bytes[at]);
  }

  #skipOneSpace(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && isSpace(bytes[at])) at++;
    if (at !== start + 1 || bytes[start] === TAB) this.isOdd = true;
    return at;
  }

  /** RFC 9110 §2.5: a higher minor version of major 1 is read as 1.1. */
  #version(bytes: Buffer, start: number, end: number): "1.0" | "1.1" {
    const major = bytes[start + 5];
    const minor = bytes[start + 7];
    if (end - start !== 8 || bytes[start] !== 0x48 || major !== 0x31 || (minor !== 0x30 && minor !== 0x31))
      this.isOdd = true;
    return major < 0x31 || (major === 0x31 && minor === 0x30) ? "1.0" : "1.1";
  }
}

/** The method of every day that bytes from `start` on begin with; what follows it is not looked at. */
function usualMethod(view: DataView, start: number): string | undefined {
  switch (view.getInt32(start, true)) {
    case GET:
      return "GET";
    case POST:
      return "POST";
    case PUT:
      return "PUT";
    case HEAD:
      return "HEAD";
    case DELETE_METHOD:
      return view.getInt32(start + 2, true) === SECOND_OF_DELETE ? "DELETE" : undefined;
    case PATCH:
      return view.getInt32(start + 1, true) === SECOND_OF_PATCH ? "PATCH" : undefined;
    default:
      return undefined;
  }
}

function usualVersion(word: number): "1.0" | "1.1" | undefined {
  if (word === VERSION_1_1) return "1.1";
  return word === VERSION_1_0 ? "1.0" : undefined;
}

/** -1 where one of them is none. */
function threeDigits(bytes: Buffer, at: number): number {
  if (!isDigit(bytes[at]) || !isDigit(bytes[at + 1]) || !isDigit(bytes[at + 2])) return -1;
  return (bytes[at] - 0x30) * 100 + (bytes[at + 1] - 0x30) * 10 + bytes[at + 2] - 0x30;
}

/** Position of the first byte that is white space, a control or DEL; `end` without one. */
function visibleEnd(bytes: Buffer, view: DataView, start: number, end: number): number {
  let at = start;
  for (; at + WORD <= end; at += WORD) {
    const word = view.getInt32(at, true);
    const found = bytesBelow(word, BELOW_VISIBLE) | bytesBelow(word ^ FOUR_DELETES, FOUR_ONES);
    if (found !== 0) return at + lowestByte(found);
  }
  while (at < end && bytes[at] > SPACE && bytes[at] !== DELETE) at++;
  return at;
}

export function methodName(bytes: Buffer, start: number, end: number): string {
  const known = METHODS.indexOf(bytes, start, end);
  if (known >= 0 && bytes[start] <= 0x5a && bytes[end - 1] <= 0x5a) return METHOD_NAMES[known];
  // A method no registry knows is told only where it is made of letters: what else stands there may be a secret gone astray.
  for (let at = start; at < end; at++) if (!isMethodByte(bytes[at])) return MASK;
  return bytes.latin1Slice(start, end);
}

function isMethodByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || byte === 0x2d || byte === 0x5f;
}

/** Whether a word of the request line is meant as a version, well-formed or not. */
function namesHttp(bytes: Buffer, start: number, end: number): boolean {
  return (
    end - start >= 6 &&
    (bytes[start] | 0x20) === 0x68 &&
    (bytes[start + 1] | 0x20) === 0x74 &&
    (bytes[start + 2] | 0x20) === 0x74 &&
    (bytes[start + 3] | 0x20) === 0x70 &&
    bytes[start + 4] === 0x2f
  );
}

/** `HTTP/` DIGIT `.` DIGIT at bytes[start]. */
export function isVersionName(bytes: Buffer, start: number, end: number): boolean {
  return (
    end - start >= 8 &&
    bytes[start] === 0x48 &&
    bytes[start + 1] === 0x54 &&
    bytes[start + 2] === 0x54 &&
    bytes[start + 3] === 0x50 &&
    bytes[start + 4] === 0x2f &&
    isDigit(bytes[start + 5]) &&
    bytes[start + 6] === 0x2e &&
    isDigit(bytes[start + 7])
  );
}

/** Whether the bytes begin like a request: method, target and, at the line's end, a version of HTTP/1. */
export function looksLikeRequest(bytes: Buffer, start: number, end: number): Recognition {
  let at = start;
  while (at < end && (bytes[at] === CR || bytes[at] === LF) && at - start < 8) at++;
  const methodStart = at;
  while (at < end && isTokenByte(bytes[at]) && at - methodStart <= MAX_METHOD_LENGTH) at++;
  if (at - methodStart > MAX_METHOD_LENGTH) return "no";
  if (at >= end) return "more";
  const isKnown = METHODS.indexOf(bytes, methodStart, at) >= 0 && bytes[methodStart] <= 0x5a;
  if (at === methodStart || !isSpace(bytes[at])) return "no";
  const targetStart = at + 1;
  if (targetStart >= end) return "more";
  const newline = bytes.indexOf(LF, targetStart);
  if (newline < 0 || newline >= end) {
    if (!isKnown && hasControl(bytes, targetStart, end)) return "no";
    return isKnown && end - targetStart > LONG_LINE ? "match" : "more";
  }
  let lineEnd = bytes[newline - 1] === CR ? newline - 1 : newline;
  while (lineEnd > targetStart && isSpace(bytes[lineEnd - 1])) lineEnd--;
  let last = lineEnd;
  while (last > targetStart && !isSpace(bytes[last - 1])) last--;
  // RFC 9113 §3.4: HTTP/2 begins with a line that is none of HTTP/1's.
  if (namesHttp(bytes, last, lineEnd)) return isPreface(bytes, methodStart) ? "no" : "match";
  // RFC 1945 §4.1: a simple request has neither version nor fields.
  const isSimple = isKnown && isSimpleTarget(bytes, targetStart, lineEnd);
  return isSimple && !hasSpaceOrControl(bytes, targetStart, lineEnd) ? "match" : "no";
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
  const isKnown = METHODS.indexOf(bytes, methodStart, at) >= 0 && bytes[methodStart] <= 0x5a;
  if (!isKnown && (bytes[target] !== SLASH || isPartOfMethod(bytes.latin1Slice(methodStart, at)))) return false;
  let lineEnd = lineAfter(bytes, target, end);
  while (lineEnd > target && bytes[lineEnd - 1] <= SPACE) lineEnd--;
  return lineEnd - 9 > target && isVersionName(bytes, lineEnd - 8, lineEnd);
}

/** What is left of a method whose first letters were lost, or one behind bytes of a body. */
function isPartOfMethod(word: string): boolean {
  return !/^[A-Z_-]+$/.test(word) || METHOD_NAMES.some((name) => name.endsWith(word) || word.endsWith(name));
}

function lineAfter(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === LF) return at + 1;
  return end;
}

function isPreface(bytes: Buffer, start: number): boolean {
  return bytes[start] === 0x50 && bytes[start + 1] === 0x52 && bytes[start + 2] === 0x49 && bytes[start + 3] === SPACE;
}

const MAX_STATUS_SPACES = 8;

/** Whether the bytes begin like a response. */
export function looksLikeStatus(bytes: Buffer, start: number, end: number): Recognition {
  if (isUsualStatus(bytes, start, end)) return "match";
  const prefix = "HTTP/1.";
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

function isUsualStatus(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < SHORTEST_LINE) return false;
  const view = viewOf(bytes);
  if (view.getInt32(start, true) !== HTTP_WORD || usualVersion(view.getInt32(start + WORD, true)) === undefined)
    return false;
  return bytes[start + 8] === SPACE && isDigit(bytes[start + 9]);
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

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** RFC 9112 §3: a target has neither; where one parser ends a line at CR alone and the next does not, they see two requests. */
function hasSpaceOrControl(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] <= SPACE || bytes[at] === DELETE) return true;
  return false;
}

/** RFC 1945 §4.1, §5.1.2: a path, or an absolute form for a proxy. */
function isSimpleTarget(bytes: Buffer, start: number, end: number): boolean {
  return bytes[start] === SLASH || /^https?:\/\/[^/]/i.test(bytes.latin1Slice(start, Math.min(end, start + 9)));
}

function hasControl(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] < SPACE && !isSpace(bytes[at]) && bytes[at] !== CR) return true;
  return false;
}
