import type { FieldMemory } from "../data/field-memory.js";
import { wordsEnd } from "./json-scan.js";
import type { ShapeRecorder } from "./shape-recorder.js";

const MAX_PARTS = 256;
const MAX_DEPTH = 2;
const MAX_HEAD_BYTES = 2_048;
const LINE_END = Buffer.from("\r\n");
const HEAD_END = Buffer.from("\r\n\r\n");
const DASH = 0x2d;

/** Takes a part that has a content type of its own. */
type PartTaker = (contentType: string, bytes: Buffer, start: number, end: number) => void;

/**
 * Bodies of parts (RFC 2046 §5.1): fields of a form (RFC 7578), of which files are passed over but for those that say they are text,
 * or any others, such as a batch's requests and answers.
 */
export class MultipartScan {
  readonly #fields: FieldMemory;
  readonly #shape: ShapeRecorder;
  readonly #part: PartTaker;

  constructor(fields: FieldMemory, shape: ShapeRecorder, part: PartTaker) {
    this.#fields = fields;
    this.#shape = shape;
    this.#part = part;
  }

  /** `isCut`: it goes on beyond `end`. */
  form(bytes: Buffer, start: number, end: number, isCut: boolean): void {
    if (boundaryBytes(bytes, start, end) < 0) return;
    this.#shape.open(true);
    eachPart(bytes, start, end, isCut, (head, from, until) => this.#field(head, bytes, from, until));
    if (!isCut) this.#shape.close();
  }

  parts(bytes: Buffer, start: number, end: number, isCut: boolean): void {
    // Some send an empty line before the first boundary.
    const isBlank = bytes[start] === LINE_END[0] && bytes[start + 1] === LINE_END[1];
    this.#nested(bytes, isBlank ? start + LINE_END.length : start, end, isCut, 0);
  }

  #nested(bytes: Buffer, start: number, end: number, isCut: boolean, depth: number): void {
    eachPart(bytes, start, end, isCut, (head, from, until) => {
      const type = typeOf(head);
      if (/^multipart\//i.test(type ?? "")) {
        if (depth < MAX_DEPTH) this.#nested(bytes, from, until, isCut && until === end, depth + 1);
      } else if (/^application\/http\b/i.test(type ?? "")) this.#message(bytes, from, until);
      else if (!/^content-transfer-encoding: *base64/im.test(head))
        this.#part(type ?? "text/plain", bytes, from, until);
    });
  }

  /** A request or answer (RFC 9112 §10.2). What it calls by its own path is not told: the batch was called. */
  #message(bytes: Buffer, start: number, end: number): void {
    const headEnd = bytes.subarray(start, end).indexOf(HEAD_END);
    if (headEnd < 0 || headEnd > MAX_HEAD_BYTES) return;
    const type = typeOf(bytes.latin1Slice(start, start + headEnd));
    if (type !== undefined) this.#part(type, bytes, start + headEnd + HEAD_END.length, end);
  }

  #field(head: string, bytes: Buffer, start: number, end: number): void {
    const name = nameOf(head) ?? "";
    const type = typeOf(head);
    const isFile = isFileHead(head);
    const named = Buffer.from(name, "latin1");
    this.#shape.name(named, 0, named.length);
    const isOther = type !== undefined && !/^text\/plain/i.test(type);
    if (isOther) this.#part(type, bytes, start, end);
    const { classifier } = this.#fields;
    const fileName = /[; ]filename\*?="?([^"\r\n]{1,256})/i.exec(head)?.[1];
    if (fileName !== undefined) classifier.value(Buffer.from(fileName, "latin1"), 0, fileName.length, 0);
    const hint = classifier.hint(named.toString("utf8"), "");
    const before = classifier.found;
    if (!isOther && (!isFile || type !== undefined)) classifier.value(bytes, start, end, hint);
    // What a part of another type told stands there already.
    if (isFile || (isOther && !/json/i.test(type))) this.#shape.string(bytes, start, start, false);
    else if (!isOther) this.#shape.text(bytes, start, end, !classifier.isTelling(hint) && classifier.found === before);
  }
}

function nameOf(head: string): string | undefined {
  return /[; ]name="([^"\r\n]{0,128})"/i.exec(head)?.[1];
}

function isFileHead(head: string): boolean {
  return /[; ]filename\*?=/i.test(head);
}

/** Name of the form's field that a part with this head is; undefined where it is a file, or none. */
export function fieldNameOf(head: string): string | undefined {
  return isFileHead(head) ? undefined : nameOf(head);
}

function typeOf(head: string): string | undefined {
  return /^content-type: *([^\r\n]{1,128})/im.exec(head)?.[1];
}

/** Length of the first line, which is the boundary: RFC 2046 §5.1.1 has it begin with two hyphens. -1 where it does not. */
function boundaryBytes(bytes: Buffer, start: number, end: number): number {
  const length = bytes.subarray(start, end).indexOf(LINE_END);
  return length < 3 || length > 80 || bytes[start] !== DASH || bytes[start + 1] !== DASH ? -1 : length;
}

/** Calls `take` with the head of each part, and where its content stands. */
export function eachPart(
  bytes: Buffer,
  start: number,
  end: number,
  isCut: boolean,
  take: (head: string, start: number, end: number) => void,
): void {
  const lineEnd = boundaryBytes(bytes, start, end);
  if (lineEnd < 0) return;
  const text = bytes.subarray(start, end);
  const boundary = Buffer.concat([LINE_END, text.subarray(0, lineEnd)]);
  let at = lineEnd;
  for (let parts = 0; parts < MAX_PARTS && at < text.length; parts++) {
    const headEnd = text.indexOf(HEAD_END, at);
    if (headEnd < 0 || headEnd - at > MAX_HEAD_BYTES) return;
    const head = text.latin1Slice(at, headEnd);
    const found = text.indexOf(boundary, headEnd + LINE_END.length);
    const stop = found < 0 ? text.length : found;
    const from = Math.min(headEnd + HEAD_END.length, stop);
    take(head, start + from, found < 0 && isCut ? start + wordsEnd(text, from, stop) : start + stop);
    at = stop + boundary.length;
  }
}
