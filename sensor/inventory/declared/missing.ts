import { type Counted, missingText } from "../../../shared/drift-text.js";
import type { Difference } from "../observation.js";

/** What is required and was missing. Its text has the counts of the moment: none of them alone makes the schema another. */
export class Missing implements Difference {
  readonly kind: Difference["kind"];
  readonly #what: string;
  readonly #counted: Counted;
  readonly #count: () => readonly [missing: number, all: number];

  constructor(
    kind: Difference["kind"],
    what: string,
    counted: Counted,
    count: () => readonly [missing: number, all: number],
  ) {
    this.kind = kind;
    this.#what = what;
    this.#counted = counted;
    this.#count = count;
  }

  get text(): string {
    return missingText(this.#what, ...this.#count(), this.#counted);
  }
}
