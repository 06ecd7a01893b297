import type { FieldMemory } from "../data/field-memory.js";
import { wordsEnd } from "./json-scan.js";
import type { ShapeRecorder } from "./shape-recorder.js";

const MAX_PARTS = 256;
const MAX_HEAD_BYTES = 2_048;
const LINE_END = Buffer.from("\r\n");
const HEAD_END = Buffer.from("\r\n\r\n");
const DASH = 0x2d;

/** Takes a part that has a content type of its own. */
type PartTaker = (contentType: string, bytes: Buffer, start: number, end: number) => void;

/** RFC 7578: fields of a form, each a part. Files are passed over, but for those that say they are text. */
export class MultipartScan {
  readonly #fields: FieldMemory;
  readonly #shape: ShapeRecorder;
  readonly #part: PartTaker;

  constructor(fields: FieldMemory, shape: ShapeRecorder, part: PartTaker) {
    this.#fields = fields;
    this.#shape = shape;
    this.#part = part;
  }

  /** The boundary is the first line, which RFC 2046 §5.1.1 has begin with two hyphens. `isCut`: it goes on beyond `end`. */
  scan(bytes: Buffer, start: number, end: number, isCut: boolean): void {
    const text = bytes.subarray(start, end);
    const lineEnd = text.indexOf(LINE_END);
    if (lineEnd < 3 || lineEnd > 80 || text[0] !== DASH || text[1] !== DASH) return;
    this.#shape.open(true);
    this.#parts(text, lineEnd, bytes, start, isCut);
    if (!isCut) this.#shape.close();
  }

  #parts(text: Buffer, lineEnd: number, bytes: Buffer, start: number, isCut: boolean): void {
    const boundary = Buffer.concat([LINE_END, text.subarray(0, lineEnd)]);
    let at = lineEnd;
    for (let parts = 0; parts < MAX_PARTS && at < text.length; parts++) {
      const headEnd = text.indexOf(HEAD_END, at);
      if (headEnd < 0 || headEnd - at > MAX_HEAD_BYTES) return;
      const head = text.latin1Slice(at, headEnd);
      const found = text.indexOf(boundary, headEnd + LINE_END.length);
      const stop = found < 0 ? text.length : found;
      const from = Math.min(headEnd + HEAD_END.length, stop);
      this.#content(head, bytes, start + from, found < 0 && isCut ? start + wordsEnd(text, from, stop) : start + stop);
      at = stop + boundary.length;
    }
  }

  #content(head: string, bytes: Buffer, start: number, end: number): void {
    const name = /[; ]name="([^"\r\n]{0,128})"/i.exec(head)?.[1] ?? "";
    const type = /^content-type: *([^\r\n]{1,128})/im.exec(head)?.[1];
    const isFile = /[; ]filename\*?=/i.test(head);
    const named = Buffer.from(name, "latin1");
    this.#shape.name(named, 0, named.length);
    const isOther = type !== undefined && !/^text\/plain/i.test(type);
    if (isOther) this.#part(type, bytes, start, end);
    const { classifier } = this.#fields;
    const hint = classifier.hint(name, "");
    const before = classifier.found;
    if (!isOther && (!isFile || type !== undefined)) classifier.value(bytes, start, end, hint);
    // What a part of another type told stands there already.
    if (isFile || (isOther && !/json/i.test(type))) this.#shape.string(bytes, start, start, false);
    else if (!isOther) this.#shape.text(bytes, start, end, hint === 0 && classifier.found === before);
  }
}
