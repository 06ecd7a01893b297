import { type FieldList, HAS_NO_VALUE, IS_NAMED, IS_SENSITIVE } from "../hpack/field-list.js";
import { isLineBreak } from "../hpack/huffman.js";
import { AUTHORIZATION, COOKIE, DOUBTFUL_KEY_FIELD } from "../http/field-name.js";
import type { NamedFields } from "../http/field-shapes.js";
import { FIRST_OWN, HEAD_NAMES } from "./head-fields.js";

/** The fields of a block as those see them who learn what heads are built of. */
export class LearnedFields implements NamedFields {
  readonly #list: FieldList;

  constructor(list: FieldList) {
    this.#list = list;
  }

  get count(): number {
    return this.#list.count;
  }

  get size(): number {
    return this.#list.size;
  }

  nameOf(at: number): string | undefined {
    const list = this.#list;
    const traits = list.traitsOf(at);
    if ((traits & HAS_NO_VALUE) !== 0 || list.idOf(at) === DOUBTFUL_KEY_FIELD || !this.#isPlain(at)) return undefined;
    if ((traits & IS_NAMED) !== 0) return list.nameOf(at);
    return HEAD_NAMES.words[list.idOf(at)];
  }

  isHidden(at: number): boolean {
    const list = this.#list;
    const id = list.idOf(at);
    // Of its name nothing is kept but the class.
    if (id === DOUBTFUL_KEY_FIELD) return true;
    // Credentials and what HTTP/2 has of its own are told elsewhere.
    if (id >= AUTHORIZATION && id !== COOKIE) return false;
    return (list.traitsOf(at) & HAS_NO_VALUE) === 0 && !this.#isPlain(at);
  }

  idOf(at: number): number {
    const id = this.#list.idOf(at);
    return id < FIRST_OWN ? id : -1;
  }

  /** RFC 7541 §7.1.3: no word of it may outlive the block. */
  isSensitive(at: number): boolean {
    return (this.#list.traitsOf(at) & IS_SENSITIVE) !== 0;
  }

  bytesOf(at: number): Buffer {
    return this.#list.bytes[at];
  }

  startOf(at: number): number {
    return this.#list.starts[at];
  }

  endOf(at: number): number {
    return this.#list.endOf(at);
  }

  #isPlain(at: number): boolean {
    const bytes = this.bytesOf(at);
    const end = this.endOf(at);
    for (let next = this.startOf(at); next < end; next++) if (isLineBreak(bytes[next])) return false;
    return true;
  }
}
