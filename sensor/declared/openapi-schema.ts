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
import { emptySchema, isAny, SchemaAlternatives } from "./schema-alternatives.js";
import { Subtypes } from "./subtypes.js";

const MAX_DEPTH = 200;

/** Reads schemas of one API's files: those of OpenAPI 2.0 and 3.0, and JSON Schema 2020-12 of 3.1. Each is read once. */
export class SchemaReader {
  readonly #open: Opener;
  readonly #subtypes: Subtypes;
  readonly #known = new Map<string, DeclaredSchema>();
  /** Those that hold the one being read. */
  readonly #unfinished = new Set<DeclaredSchema>();
  readonly #alternatives = new SchemaAlternatives(this.#unfinished);

  constructor(open: Opener, root: Located) {
    this.#open = open;
    this.#subtypes = new Subtypes(open, root);
  }

  /** `part`: of another schema, which is no subtype of it but by its own word. */
  read(located: Located, depth = 0, as: "place" | "part" = "place"): DeclaredSchema {
    const at = follow(located, this.#open);
    const subtypes = as === "part" ? [] : this.#subtypes.of(at);
    const key = `${referenceKey(at)}${subtypes.length > 0 ? " with its subtypes" : ""}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made: DeclaredSchema = emptySchema();
    this.#known.set(key, made);
    if (depth > MAX_DEPTH) throw faultAt(located, `schemas are nested more than ${MAX_DEPTH} deep; part them`);
    // JSON Schema 2020-12 §4.3.2: `true` allows everything.
    if (typeof at.value === "boolean") return made;
    if (!isMapping(at.value)) throw faultAt(at, "is no schema; write a mapping such as { type: string }");
    this.#unfinished.add(made);
    this.#fill(made, at, depth);
    const heirs = this.#alternatives.of(subtypes.map((one) => this.read(one, depth + 1, "part")));
    if (heirs !== undefined) this.#mayHave(made, heirs);
    this.#unfinished.delete(made);
    return made;
  }

  #fill(made: DeclaredSchema, at: Located, depth: number): void {
    const { type, format, required, properties } = at.value as Mapping;
    made.types = typesOf(type);
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
    made.isOpen = allowsMore(at.value as Mapping);
    made.more = this.#more(at, depth);
    const patterns = child(at, "patternProperties");
    for (const pattern of isMapping(patterns.value) ? Object.keys(patterns.value) : [])
      made.patterns.push({ pattern, schema: this.read(child(patterns, pattern), depth + 1) });
    made.items = this.#items(at, depth);
    if (made.types.length === 0) made.types = impliedTypes(made, at.value as Mapping);
    this.#combine(made, at, depth);
    if (mayBeNull(at.value as Mapping) && made.types.length > 0 && !made.types.includes("null"))
      made.types.push("null");
  }

  /** What properties are that are not named: JSON Schema 2020-12 §10.3.2.3 and §11.3. */
  #more(at: Located, depth: number): DeclaredSchema | undefined {
    const found = ["additionalProperties", "unevaluatedProperties"].map((key) => child(at, key));
    const more = found.find(({ value }) => isMapping(value));
    return more === undefined ? undefined : this.read(more, depth + 1);
  }

  /**
   * What entries are is learned of all of them together: of a tuple (JSON Schema 2020-12 §10.3.1.1) whatever one of them is, where there
   * are no others.
   */
  #items(at: Located, depth: number): DeclaredSchema | undefined {
    const [items, first] = [child(at, "items"), child(at, "prefixItems")];
    const rest = isMapping(items.value) ? [this.read(items, depth + 1)] : [];
    if (!Array.isArray(first.value)) return items.value === true ? emptySchema() : rest[0];
    if (items.value !== false && rest.length === 0) return undefined;
    return this.#alternatives.of([...this.#parts(at, "prefixItems", depth), ...rest]);
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

  /** All of `allOf` holds. */
  #combine(made: DeclaredSchema, at: Located, depth: number): void {
    for (const part of this.#parts(at, "allOf", depth, "part")) {
      Object.assign(made.properties, part.properties);
      made.required = [...new Set([...made.required, ...part.required])];
      made.onlyInAnswers.push(...part.onlyInAnswers);
      made.onlyInRequests.push(...part.onlyInRequests);
      made.patterns = [...made.patterns, ...part.patterns];
      if (made.types.length === 0) made.types = [...part.types];
      made.items ??= part.items;
      made.more ??= part.more;
      made.format ??= part.format;
      made.values ??= part.values;
      made.limits = [...made.limits, ...part.limits];
      made.isOpen ||= part.isOpen || this.#unfinished.has(part);
    }
    for (const key of ["oneOf", "anyOf"]) {
      const parts = this.#parts(at, key, depth);
      const either = this.#alternatives.of(parts);
      if (either === undefined) continue;
      made.values ??= either.values;
      if (parts.some(({ types }) => types.length === 0)) made.types = [];
      else made.types = [...new Set([...made.types, ...either.types])];
      this.#mayHave(made, either);
      made.more ??= either.more;
      made.isOpen ||= parts.some(isAny);
    }
    const conditions = this.#conditions(at, depth);
    for (const condition of conditions) this.#mayHave(made, condition);
  }

  /** JSON Schema 2020-12 §10.2.2: each may hold, and what it names is named then. */
  #conditions(at: Located, depth: number): DeclaredSchema[] {
    const dependent = child(at, "dependentSchemas");
    const names = isMapping(dependent.value) ? Object.keys(dependent.value) : [];
    const parts = [
      ...["if", "then", "else"].map((key) => child(at, key)),
      ...names.map((name) => child(dependent, name)),
    ];
    return parts.filter(({ value }) => value !== undefined).map((part) => this.read(part, depth + 1, "part"));
  }

  /** What one may have that need not be: what it says of what is named already does not always hold. */
  #mayHave(made: DeclaredSchema, part: DeclaredSchema): void {
    for (const [name, schema] of Object.entries(part.properties)) {
      if (Object.hasOwn(made.properties, name)) continue;
      made.properties[name] = schema;
      if (part.onlyInAnswers.includes(name)) made.onlyInAnswers.push(name);
      if (part.onlyInRequests.includes(name)) made.onlyInRequests.push(name);
    }
    made.patterns = [...made.patterns, ...part.patterns];
    made.items ??= part.items;
    made.isOpen ||= part.isOpen || this.#unfinished.has(part);
  }

  #parts(at: Located, key: string, depth: number, as: "place" | "part" = "place"): DeclaredSchema[] {
    const list = child(at, key);
    if (list.value === undefined) return [];
    if (!Array.isArray(list.value)) throw faultAt(list, `"${key}" must be a list of schemas`);
    return list.value.map((_, index) => this.read(child(list, index), depth + 1, as));
  }
}

function allowsMore({ additionalProperties, unevaluatedProperties }: Mapping): boolean {
  return [additionalProperties, unevaluatedProperties].some((more) => more === true || isMapping(more));
}

/** OpenAPI 3.0.3 §4.7.24; generators of OpenAPI 2.0 write the other, and either beside `allOf` and without a type. */
function mayBeNull(schema: Mapping): boolean {
  return schema.nullable === true || schema["x-nullable"] === true;
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

/** Any number: 1.0 and 1 are the same to JSON Schema, and not to whoever writes them. */
function typeOfValue(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function typesOf(type: unknown): string[] {
  if (typeof type === "string") return [type];
  return Array.isArray(type) ? type.filter((one) => typeof one === "string") : [];
}

function impliedTypes({ properties, patterns, items }: DeclaredSchema, { enum: list, const: only }: Mapping): string[] {
  // JSON Schema 2020-12 §6.1.2: nothing but these values is allowed, and so nothing of other types.
  const values: readonly unknown[] = only !== undefined ? [only] : Array.isArray(list) ? list : [];
  if (values.length > 0) return [...new Set(values.map(typeOfValue))];
  if (Object.keys(properties).length > 0 || patterns.length > 0) return ["object"];
  return items === undefined ? [] : ["array"];
}
