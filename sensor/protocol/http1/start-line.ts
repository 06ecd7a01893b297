import { bytesBelow, lowestByte, viewOf, wordOf } from "../../bytes/word-view.js";
import { isTokenByte } from "../http/field-scan.js";
import {
  CR,
  DELETE,
  hasControl,
  hasSpaceOrControl,
  isDigit,
  isSimpleTarget,
  isSpace,
  LF,
  namesHttp,
  SLASH,
  SPACE,
  TAB,
} from "./line-bytes.js";
import { isKnownMethod, MAX_METHOD_LENGTH, methodName, usualMethod } from "./method.js";

/** Shorter than this neither line has all its parts. */
const SHORTEST_LINE = 16;
/** ` HTTP/1.1` CR LF */
const VERSION_AND_END = 11;
const WORD = 4;
const BELOW_VISIBLE = 0x21212121;
const FOUR_DELETES = 0x7f7f7f7f;
const FOUR_ONES = 0x01010101;
const DOT = 0x2e;
const HTTP_WORD = wordOf("HTTP");
const VERSION_1_1 = wordOf("/1.1");
const VERSION_1_0 = wordOf("/1.0");
const CRLF_WORD = 0x0a0d;

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
    if (at === end && !(isFirst && isKnownMethod(bytes, start, at))) return false;
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
    return isKnownMethod(bytes, start, start + this.method.length);
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
    if (end - start < 8 || !namesHttp(bytes, start, end)) return false;
    if (!isDigit(bytes[start + 5]) || bytes[start + 6] !== DOT || !isDigit(bytes[start + 7])) return false;
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
    if (at < end && !isSpace(bytes[at])) return false;
    // RFC 9112 §4: a reason has none; where one parser ends the line at CR alone and the next does not, they read two heads.
    if (hasControl(bytes, at, end)) this.isOdd = true;
    return true;
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

/** Whether bytes[start, end) begin as nearly all status lines do; what follows the first digit is not looked at. */
export function isUsualStatus(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < SHORTEST_LINE) return false;
  const view = viewOf(bytes);
  if (view.getInt32(start, true) !== HTTP_WORD || usualVersion(view.getInt32(start + WORD, true)) === undefined)
    return false;
  return bytes[start + 8] === SPACE && isDigit(bytes[start + 9]);
}
