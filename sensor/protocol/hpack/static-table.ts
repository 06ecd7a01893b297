import { hashName, type WordTable } from "../../bytes/word-table.js";
import type { HeaderField } from "./header-field.js";

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

export const STATIC_FIELDS = FIELDS.length;
/** Indices up to this one are of pseudo-header fields; a request's are below :status. */
export const LAST_REQUEST_PSEUDO = 7;
export const LAST_PSEUDO = 14;

/** The fields every block may refer to, with the ids that `names` has for them. */
export class StaticTable {
  readonly names: WordTable;
  readonly #bytes = Buffer.from(FIELDS.map((field) => field.replace(": ", "")).join(""), "latin1");
  /** Where each name and each value begins; a value ends where the next name begins. */
  readonly #nameStarts: number[] = [];
  readonly #valueStarts: number[] = [];
  readonly #ids: number[] = [];
  readonly #hashes: number[] = [];

  constructor(names: WordTable) {
    this.names = names;
    let at = 0;
    for (const text of FIELDS) {
      const [name, value = ""] = text.split(": ");
      const hash = hashName(this.#bytes, at, at + name.length);
      this.#hashes.push(hash);
      this.#ids.push(names.find(this.#bytes, at, at + name.length, hash));
      this.#nameStarts.push(at);
      this.#valueStarts.push(at + name.length);
      at += name.length + value.length;
    }
    this.#nameStarts.push(at);
  }

  /** `index` is from 1 to STATIC_FIELDS. */
  load(index: number, field: HeaderField): void {
    this.loadName(index, field);
    field.valueBytes = this.#bytes;
    field.valueStart = this.#valueStarts[index - 1];
    field.valueEnd = this.#nameStarts[index];
    field.hasValue = true;
  }

  loadName(index: number, field: HeaderField): void {
    field.id = this.#ids[index - 1];
    field.hash = this.#hashes[index - 1];
    field.nameBytes = this.#bytes;
    field.nameStart = this.#nameStarts[index - 1];
    field.nameEnd = this.#valueStarts[index - 1];
  }
}
