import type { DeclaredLimits, DeclaredSchema } from "./declared-api.js";
import {
  child,
  faultAt,
  follow,
  isMapping,
  type Located,
  type Mapping,
  type Opener,
  referenceKey,
} from "./reference.js";

const MAX_DEPTH = 200;

/** Reads schemas of one API's files: those of OpenAPI 2.0 and 3.0, and JSON Schema 2020-12 of 3.1. Each is read once. */
export class SchemaReader {
  readonly #open: Opener;
  readonly #known = new Map<string, DeclaredSchema>();

  constructor(open: Opener) {
    this.#open = open;
  }

  read(located: Located, depth = 0): DeclaredSchema {
    const at = follow(located, this.#open);
    const key = referenceKey(at);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made: DeclaredSchema = emptySchema();
    this.#known.set(key, made);
    if (depth > MAX_DEPTH) throw faultAt(located, `schemas are nested more than ${MAX_DEPTH} deep; part them`);
    // JSON Schema 2020-12 §4.3.2: `true` allows everything.
    if (typeof at.value === "boolean") return made;
    if (!isMapping(at.value)) throw faultAt(at, "is no schema; write a mapping such as { type: string }");
    this.#fill(made, at, depth);
    return made;
  }

  #fill(made: DeclaredSchema, at: Located, depth: number): void {
    const { type, nullable, format, required, additionalProperties, properties } = at.value as Record<string, unknown>;
    made.types = typesOf(type);
    if (nullable === true && made.types.length > 0) made.types.push("null");
    if (typeof format === "string") made.format = format;
    made.values = valuesOf(at.value as Mapping);
    made.limits = limitsOf(at.value as Mapping);
    if (Array.isArray(required)) made.required = required.filter((name) => typeof name === "string");
    if (properties !== undefined) {
      if (!isMapping(properties)) throw faultAt(child(at, "properties"), "must be a mapping of names to schemas");
      for (const name of Object.keys(properties).filter((name) => name !== "__proto__"))
        this.#property(made, name, child(at, "properties", name), depth);
    }
    // Left out it stands for any, OpenAPI 3.0.3 §4.7.24; that is seldom meant, and what is not named was not thought of.
    made.isOpen = additionalProperties === true || isMapping(additionalProperties);
    const items = child(at, "items");
    if (items.value !== undefined && !Array.isArray(items.value)) made.items = this.read(items, depth + 1);
    if (made.types.length === 0) made.types = impliedTypes(made);
    this.#combine(made, at, depth);
  }

  #property(made: DeclaredSchema, name: string, located: Located, depth: number): void {
    made.properties[name] = this.read(located, depth + 1);
    // Beside a reference it is said of this property, behind one of whatever is of that schema.
    for (const { value } of [located, follow(located, this.#open)]) {
      if (!isMapping(value)) continue;
      if (value.readOnly === true) made.onlyInAnswers.push(name);
      if (value.writeOnly === true) made.onlyInRequests.push(name);
    }
  }

  /** All of `allOf` holds; of `oneOf` and `anyOf` one may, so that nothing of theirs is required. */
  #combine(made: DeclaredSchema, at: Located, depth: number): void {
    for (const part of this.#parts(at, "allOf", depth)) {
      Object.assign(made.properties, part.properties);
      made.required = [...new Set([...made.required, ...part.required])];
      made.onlyInAnswers.push(...part.onlyInAnswers);
      made.onlyInRequests.push(...part.onlyInRequests);
      if (made.types.length === 0) made.types = [...part.types];
      made.items ??= part.items;
      made.format ??= part.format;
      made.values ??= part.values;
      made.limits = [...made.limits, ...part.limits];
      made.isOpen ||= part.isOpen;
    }
    for (const key of ["oneOf", "anyOf"]) {
      const parts = this.#parts(at, key, depth);
      if (parts.length === 0) continue;
      if (parts.every(({ values }) => values !== undefined))
        made.values ??= [...new Set(parts.flatMap(({ values = [] }) => values))];
      if (parts.some(({ types }) => types.length === 0)) made.types = [];
      else made.types = [...new Set([...made.types, ...parts.flatMap(({ types }) => types)])];
      for (const part of parts) {
        for (const [name, schema] of Object.entries(part.properties)) made.properties[name] ??= schema;
        made.items ??= part.items;
        made.isOpen ||= part.isOpen || isAny(part);
      }
    }
  }

  #parts(at: Located, key: string, depth: number): DeclaredSchema[] {
    const list = child(at, key);
    if (list.value === undefined) return [];
    if (!Array.isArray(list.value)) throw faultAt(list, `"${key}" must be a list of schemas`);
    return list.value.map((_, index) => this.read(child(list, index), depth + 1));
  }
}

export function emptySchema(): DeclaredSchema {
  return {
    types: [],
    format: undefined,
    values: undefined,
    limits: [],
    properties: {},
    required: [],
    onlyInAnswers: [],
    onlyInRequests: [],
    items: undefined,
    isOpen: false,
  };
}

/** JSON Schema 2020-12 §6.1.2 and §6.1.3: `const` is an `enum` of one. */
function valuesOf({ enum: list, const: only }: Mapping): string[] | undefined {
  if (only !== undefined) return [String(only)];
  return Array.isArray(list) ? list.map(String) : undefined;
}

/** In OpenAPI 3.0.3 §4.7.24 the exclusive ones say whether the others are. */
function limitsOf(schema: Mapping): DeclaredLimits[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, pattern } = schema;
  const limits: DeclaredLimits = {
    minimum: exclusiveMinimum === true ? undefined : numberOf(minimum),
    maximum: exclusiveMaximum === true ? undefined : numberOf(maximum),
    exclusiveMinimum: numberOf(exclusiveMinimum === true ? minimum : exclusiveMinimum),
    exclusiveMaximum: numberOf(exclusiveMaximum === true ? maximum : exclusiveMaximum),
    minLength: numberOf(minLength),
    maxLength: numberOf(maxLength),
    pattern: typeof pattern === "string" ? pattern : undefined,
  };
  return Object.values(limits).some((limit) => limit !== undefined) ? [limits] : [];
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function typesOf(type: unknown): string[] {
  if (typeof type === "string") return [type];
  return Array.isArray(type) ? type.filter((one) => typeof one === "string") : [];
}

function impliedTypes({ properties, items }: DeclaredSchema): string[] {
  if (Object.keys(properties).length > 0) return ["object"];
  return items === undefined ? [] : ["array"];
}

/** Whether it says nothing at all. */
export function isAny({ types, properties, items }: DeclaredSchema): boolean {
  return types.length === 0 && items === undefined && Object.keys(properties).length === 0;
}
