import type { DeclaredSchema } from "./declared-api.js";

/** Of schemas that hold themselves, joined ones could be joined without end. */
const MAX_JOINED = 20_000;

/** Joins schemas of which one or another holds: what all of them say is said of what stands there, and what some name is named. */
export class SchemaAlternatives {
  readonly #known = new Map<DeclaredSchema, Map<DeclaredSchema, DeclaredSchema>>();
  readonly #unfinished: ReadonlySet<DeclaredSchema>;
  #count = 0;

  /** `unfinished`: what is still being read, of which nothing is sure yet. */
  constructor(unfinished: ReadonlySet<DeclaredSchema> = new Set()) {
    this.#unfinished = unfinished;
  }

  /** Undefined where there are none. */
  of(schemas: readonly DeclaredSchema[]): DeclaredSchema | undefined {
    return schemas.length === 0 ? undefined : schemas.reduce((joined, one) => this.#either(joined, one));
  }

  #either(a: DeclaredSchema, b: DeclaredSchema): DeclaredSchema {
    if (a === b) return a;
    const known = this.#known.get(a)?.get(b);
    if (known !== undefined) return known;
    const made = emptySchema();
    this.#known.set(a, (this.#known.get(a) ?? new Map<DeclaredSchema, DeclaredSchema>()).set(b, made));
    made.isOpen = true;
    if (this.#count++ < MAX_JOINED) this.#join(made, a, b);
    return made;
  }

  #join(made: DeclaredSchema, a: DeclaredSchema, b: DeclaredSchema): void {
    const isUnsure = [a, b].some((one) => this.#unfinished.has(one));
    made.isOpen = isUnsure || [a, b].some((one) => one.isOpen || isAny(one));
    if (isUnsure) return;
    if (a.types.length > 0 && b.types.length > 0) made.types = [...new Set([...a.types, ...b.types])];
    if (a.values !== undefined && b.values !== undefined) made.values = [...new Set([...a.values, ...b.values])];
    if (a.more !== undefined && b.more !== undefined) made.more = this.#either(a.more, b.more);
    if (a.format === b.format) made.format = a.format;
    made.required = a.required.filter((name) => b.required.includes(name));
    made.patterns = [...a.patterns, ...b.patterns];
    for (const name of new Set([...Object.keys(a.properties), ...Object.keys(b.properties)])) {
      const both = [a, b].filter(({ properties }) => Object.hasOwn(properties, name));
      made.properties[name] = both
        .map(({ properties }) => properties[name])
        .reduce((one, two) => this.#either(one, two));
      if (both.every(({ onlyInAnswers }) => onlyInAnswers.includes(name))) made.onlyInAnswers.push(name);
      if (both.every(({ onlyInRequests }) => onlyInRequests.includes(name))) made.onlyInRequests.push(name);
    }
    if (a.items !== undefined && b.items !== undefined) made.items = this.#either(a.items, b.items);
    else if (!isAny(a) && !isAny(b)) made.items = a.items ?? b.items;
  }
}

export function emptySchema(): DeclaredSchema {
  return {
    types: [],
    format: undefined,
    values: undefined,
    limits: [],
    properties: {},
    patterns: [],
    required: [],
    onlyInAnswers: [],
    onlyInRequests: [],
    items: undefined,
    isOpen: false,
    more: undefined,
  };
}

/** Whether it says nothing at all. */
export function isAny({ types, properties, patterns, items }: DeclaredSchema): boolean {
  return types.length === 0 && items === undefined && Object.keys(properties).length === 0 && patterns.length === 0;
}
