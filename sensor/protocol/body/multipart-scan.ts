import type { FieldMemory } from "../data/field-memory.js";
import { wordsEnd } from "./json-scan.js";

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
  readonly #part: PartTaker;

  constructor(fields: FieldMemory, part: PartTaker) {
    this.#fields = fields;
    this.#part = part;
  }

  /** The boundary is the first line, which RFC 2046 §5.1.1 has begin with two hyphens. `isCut`: it goes on beyond `end`. */
  scan(bytes: Buffer, start: number, end: number, isCut: boolean): void {
    const text = bytes.subarray(start, end);
    const lineEnd = text.indexOf(LINE_END);
    if (lineEnd < 3 || lineEnd > 80 || text[0] !== DASH || text[1] !== DASH) return;
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
    if (type !== undefined && !/^text\/plain/i.test(type)) this.#part(type, bytes, start, end);
    else if (!isFile || type !== undefined) {
      this.#fields.classifier.value(bytes, start, end, this.#fields.classifier.hint(name, ""));
    }
  }
}
