import { FormScan } from "../body/form-scan.js";
import { Scratch } from "../body/scratch.js";
import type { FieldMemory } from "../data/field-memory.js";
import { EMAIL_MASK, MASK } from "../message.js";
import type { Target } from "./target.js";

const SLASH = 0x2f;
const PERCENT = 0x25;

/** Says which classes of data stand in a request's target, and masks them in its path. */
export class TargetData {
  readonly #fields: FieldMemory;
  readonly #form: FormScan;
  readonly #scratch = new Scratch();

  constructor(fields: FieldMemory) {
    this.#fields = fields;
    this.#form = new FormScan(fields, this.#scratch);
  }

  /** Undefined where there is nothing: most targets hold no data. Masks the target's path. */
  classes(bytes: Buffer, target: Target): readonly string[] | undefined {
    let found: readonly string[] = [];
    if (target.mayHoldData) found = this.#path(bytes, target);
    if (target.queryStart < target.queryEnd) {
      this.#fields.begin();
      this.#form.scan(bytes, target.queryStart, target.queryEnd, false);
      const inQuery = this.#fields.classifier.classes();
      found = found.length === 0 ? inQuery : [...new Set([...found, ...inQuery])].sort();
    }
    return found.length === 0 ? undefined : found;
  }

  /** Segment by segment; the one before is the name of the one after it: `/ssn/123-45-6789`. */
  #path(bytes: Buffer, target: Target): readonly string[] {
    const found = new Set<string>();
    const masks = new Map<number, string>();
    let hint = 0;
    let at = target.pathStart;
    for (let segment = 0; at < target.pathEnd; segment++) {
      let stop = at;
      while (stop < target.pathEnd && bytes[stop] !== SLASH) stop++;
      this.#fields.begin();
      const next = this.#fields.hint(bytes, at, stop, 0, 0, 0);
      this.#value(bytes, at, stop, hint);
      for (const name of this.#fields.classifier.classes()) found.add(name);
      const mask = this.#mask();
      if (mask !== undefined) masks.set(segment, mask);
      hint = next;
      at = stop + 1;
    }
    if (masks.size > 0)
      target.path = target.path
        .split("/")
        .map((text, segment) => masks.get(segment) ?? text)
        .join("/");
    return [...found].sort();
  }

  #value(bytes: Buffer, start: number, end: number, hint: number): void {
    const { classifier } = this.#fields;
    if (!bytes.subarray(start, end).includes(PERCENT)) {
      classifier.value(bytes, start, end, hint);
      return;
    }
    this.#scratch.decodePercent(bytes, start, end, "plus");
    classifier.value(this.#scratch.bytes, 0, this.#scratch.length, hint);
  }

  /** What stands for the segment looked at last; undefined where it may be told. Addresses of machines are no data of persons. */
  #mask(): string | undefined {
    const classes = this.#fields.classifier.classes().filter((name) => name !== "ip-address" && name !== "mac-address");
    if (classes.length === 0) return undefined;
    return classes.length === 1 && classes[0] === "email" ? EMAIL_MASK : MASK;
  }
}
