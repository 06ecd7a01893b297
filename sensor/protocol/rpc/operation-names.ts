import { StringTable } from "../../bytes/string-table.js";
import type { FieldMemory } from "../data/field-memory.js";
import { isSecret } from "../http/secret.js";

const MAX_LENGTH = 128;
const MAX_REMEMBERED = 4_096;
/** Words with marks between them, as people name procedures. */
const NAME = /^[A-Za-z_$][\w$]*(?:[.:/-]{1,2}[\w$]+)*$/;
/** A hash, or a number that stands for somebody or something. */
const VALUE = /[0-9a-f]{16}|\d{9}/i;

/**
 * Names of operations out of what others send. What does not look like a name is none and not kept: somebody may have put a secret or
 * data of a person in its place. Remembers what it was asked, for the same few come again and again.
 */
export class OperationNames {
  readonly #fields: FieldMemory;
  readonly #strings = new StringTable();
  readonly #known = new Map<string, boolean>();
  readonly #labels = new Map<string, Map<string, string>>();

  constructor(fields: FieldMemory) {
    this.#fields = fields;
  }

  /** The name bytes[start, end); undefined where it is none. */
  get(bytes: Buffer, start: number, end: number): string | undefined {
    if (end - start === 0 || end - start > MAX_LENGTH) return undefined;
    return this.of(this.#strings.get(bytes, start, end));
  }

  of(text: string): string | undefined {
    if (text.length > MAX_LENGTH) return undefined;
    let isName = this.#known.get(text);
    if (isName === undefined) {
      isName = this.#judge(text);
      if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
      this.#known.set(text, isName);
    }
    return isName ? text : undefined;
  }

  /** `before`, the name and `after`; one string for the same of one `before`. */
  label(before: string, name: string, after = ""): string {
    let labels = this.#labels.get(before);
    if (labels === undefined) {
      labels = new Map();
      if (this.#labels.size >= MAX_REMEMBERED) this.#labels.clear();
      this.#labels.set(before, labels);
    }
    let label = labels.get(name);
    if (label !== undefined) return label;
    // Joined it is one text; added up it would be one of three, and each look at a letter of it a search.
    label = [before, name, after].join("");
    if (labels.size >= MAX_REMEMBERED) labels.clear();
    labels.set(name, label);
    return label;
  }

  #judge(text: string): boolean {
    if (!NAME.test(text) || VALUE.test(text) || isSecret(text)) return false;
    const bytes = Buffer.from(text, "latin1");
    this.#fields.begin();
    this.#fields.classifier.value(bytes, 0, bytes.length, 0);
    return this.#fields.classifier.classes().length === 0;
  }
}
