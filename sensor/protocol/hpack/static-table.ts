import { hashName, type WordTable } from "../../bytes/word-table.js";
import type { FieldList } from "./field-list.js";
import { type FieldName, type FieldNumbering, UNREAD_NAME } from "./header-field.js";

/** RFC 7541, Appendix A: `name` or `name: value`, the first at index 1. */
const FIELDS: readonly string[] = [
  ":authority",
  ":method: GET",
  ":method: POST",
  ":path: /",
  ":path: /index.html",
  ":scheme: http",
  ":scheme: https",
  ...[200, 204, 206, 304, 400, 404, 500].map((status) => `:status: ${status}`),
  "accept-charset",
  "accept-encoding: gzip, deflate",
  ..."accept-language accept-ranges accept access-control-allow-origin age allow authorization cache-control".split(
    " ",
  ),
  ..."content-disposition content-encoding content-language content-length content-location content-range".split(" "),
  ..."content-type cookie date etag expect expires from host if-match if-modified-since if-none-match".split(" "),
  ..."if-range if-unmodified-since last-modified link location max-forwards proxy-authenticate".split(" "),
  ..."proxy-authorization range referer refresh retry-after server set-cookie strict-transport-security".split(" "),
  ..."transfer-encoding user-agent vary via www-authenticate".split(" "),
];

/** By the hashes of their names, of those that nobody reads: values that are no secrets, whatever they say. */
const PLAIN = new Set(
  "accept-ranges age allow alt-svc content-language date etag expires last-modified retry-after vary x-xss-protection"
    .split(" ")
    .map((name) => hashName(Buffer.from(name), 0, name.length)),
);

export const STATIC_FIELDS = FIELDS.length;

/** `index` is from 1 to STATIC_FIELDS. */
export function staticName(index: number): string {
  return FIELDS[index - 1].split(": ", 1)[0];
}

/** Indices up to this one are of pseudo-header fields; a request's are below :status. */
export const LAST_REQUEST_PSEUDO = 7;
export const LAST_PSEUDO = 14;

/** Values of such a name, which nobody reads, are no secrets. */
export function isPlain(nameHash: number): boolean {
  return PLAIN.has(nameHash);
}

/** The fields every block may refer to, with the ids that `names` has for them. */
export class StaticTable {
  readonly names: WordTable;
  readonly numbering: FieldNumbering;
  readonly #ids = new Int32Array(STATIC_FIELDS + 1);
  readonly #hashes = new Int32Array(STATIC_FIELDS + 1);
  readonly #nameLengths = new Int32Array(STATIC_FIELDS + 1);
  readonly #numbers = new Int32Array(STATIC_FIELDS + 1);
  readonly #bytes = Buffer.from(FIELDS.map((field) => field.replace(": ", "")).join(""), "latin1");
  readonly #starts = new Int32Array(STATIC_FIELDS + 1);
  readonly #valueLengths = new Int32Array(STATIC_FIELDS + 1);

  constructor(names: WordTable, numbering: FieldNumbering) {
    this.names = names;
    this.numbering = numbering;
    let at = 0;
    for (const [position, text] of FIELDS.entries()) {
      const [name, value = ""] = text.split(": ");
      const index = position + 1;
      const hash = hashName(this.#bytes, at, at + name.length);
      const id = names.find(this.#bytes, at, at + name.length, hash);
      const start = at + name.length;
      this.#hashes[index] = hash;
      this.#ids[index] = id;
      this.#nameLengths[index] = name.length;
      this.#starts[index] = start;
      this.#valueLengths[index] = value.length;
      if (id === UNREAD_NAME) this.#numbers[index] = numbering.ofName(hash);
      at = start + value.length;
    }
  }

  name(index: number, into: FieldName): void {
    into.id = this.#ids[index];
    into.hash = this.#hashes[index];
    into.length = this.#nameLengths[index];
    into.bytes = this.#bytes;
    into.end = this.#starts[index];
    into.number = into.id === UNREAD_NAME ? this.#numbers[index] : 0;
  }

  /** `index` is from 1 to STATIC_FIELDS. */
  push(index: number, list: FieldList): void {
    const bytes = this.#bytes;
    const id = this.#ids[index];
    const start = this.#starts[index];
    const valueLength = this.#valueLengths[index];
    if (this.#numbers[index] === 0) this.#numbers[index] = this.numbering.of(id, bytes, start, valueLength);
    const number = this.#numbers[index];
    list.push(id, this.#hashes[index], number, this.#nameLengths[index], bytes, start, valueLength, 0);
  }
}
