import { plainName } from "../../shared/path-template.js";
import type { DeclaredParameter, DeclaredSchema } from "./declared-api.js";
import type { SchemaReader } from "./openapi-schema.js";
import { child, isMapping, type Located, type Mapping } from "./reference.js";
import { emptySchema } from "./schema-alternatives.js";

/** What one parameter of a file stands for in a message. */
export interface ReadParameter {
  readonly parameters: readonly DeclaredParameter[];
  /** What parameters of a query are that it takes without naming them; undefined where there are none. */
  readonly others: DeclaredSchema | undefined;
}

/** How a value is written: OpenAPI 3.1.0 §4.8.12.3, OpenAPI 2.0 §5.2.9 (collectionFormat). */
interface Spelling {
  readonly style: string;
  readonly isExploded: boolean;
}

/** Lists that are parted by spaces, as texts may be: what one entry is can't be told. */
const SPACED = /^(spaceDelimited|ssv|tsv)$/;

/** Reads the parameter at a place; `name` where that does not stand in it. */
export function readParameter(at: Located, schemas: SchemaReader, name = nameOf(at)): ReadParameter {
  const { in: place = "header", required, content } = at.value as Mapping;
  const types = isMapping(content) ? Object.keys(content) : [];
  const found = types.length > 0 ? child(at, "content", types[0], "schema") : child(at, "schema");
  // In OpenAPI 2.0 a parameter is its own schema.
  const schema = mayBeEmpty(at, schemas.read(found.value === undefined ? at : found));
  const one: DeclaredParameter = {
    name,
    in: place as DeclaredParameter["in"],
    isRequired: required === true || place === "path",
    schema,
  };
  const spelling = spellingOf(at, types.length > 0);
  if (spelling.style === "form" && spelling.isExploded && mayBeObject(schema)) return exploded(one);
  return { parameters: [{ ...one, schema: asWritten(one, spelling) }], others: undefined };
}

/** OpenAPI 3.1.0 §4.8.12.2, OpenAPI 2.0 §5.2.9: such a parameter may stand there without a value, whatever values are declared to be. */
function mayBeEmpty({ value }: Located, schema: DeclaredSchema): DeclaredSchema {
  const { allowEmptyValue } = value as Mapping;
  return allowEmptyValue === true && schema.types.length > 0
    ? { ...schema, types: [...schema.types, "string"] }
    : schema;
}

/** Of one that stands for the rest of a path the plus belongs to the template, whichever of the two a file writes. */
function nameOf({ value }: Located): string {
  const { name, in: place } = value as Mapping;
  return place === "path" ? plainName(String(name)) : String(name);
}

function spellingOf(at: Located, hasContent: boolean): Spelling {
  const { in: place = "header", style, explode, collectionFormat, schema } = at.value as Mapping;
  if (hasContent) return { style: "content", isExploded: false };
  const usual = place === "query" || place === "cookie" ? "form" : "simple";
  // OpenAPI 2.0 has neither: lists are parted by commas unless the file says otherwise.
  if (schema === undefined) return { style: String(collectionFormat ?? "csv"), isExploded: false };
  const given = typeof style === "string" ? style : usual;
  return { style: given, isExploded: typeof explode === "boolean" ? explode : given === "form" };
}

function mayBeObject({ types, properties }: DeclaredSchema): boolean {
  return types.length === 0 ? Object.keys(properties).length > 0 : types.includes("object");
}

/** What can be said of the text in the parameter's place. */
function asWritten({ in: place, schema }: DeclaredParameter, { style }: Spelling): DeclaredSchema {
  const isOfPath = place === "path" && style !== "simple" && style !== "csv";
  // `label` and `matrix` write more into the path than the value, and `content` another form of it.
  if (isOfPath || style === "content") return place === "path" ? emptySchema() : opaque(schema);
  if (schema.types.includes("array") && SPACED.test(style)) return opaque(schema);
  return style !== "deepObject" && schema.types.includes("object") ? opaque(schema) : schema;
}

/** Of these types, whatever they hold. */
function opaque({ types }: DeclaredSchema): DeclaredSchema {
  return { ...emptySchema(), types: [...types] };
}

/** An object whose properties are written as parameters of their own: its name stands nowhere, unless it may be no object, too. */
function exploded(one: DeclaredParameter): ReadParameter {
  const { schema, isRequired, in: place } = one;
  const isObject = schema.types.every((type) => type === "object" || type === "null") && schema.types.length > 0;
  const itself = !isObject ? [{ ...one, isRequired: false, schema: opaque(schema) }] : [];
  if (place !== "query")
    return { parameters: [{ ...one, isRequired: false, schema: opaque(schema) }], others: undefined };
  const properties = Object.entries(schema.properties).map(([name, property]) => ({
    name,
    in: place,
    isRequired: isRequired && isObject && schema.required.includes(name),
    schema: property,
  }));
  const isMap = properties.length === 0;
  const takesMore = schema.isOpen || isMap || schema.patterns.length > 0;
  return {
    parameters: [...itself, ...properties],
    others: takesMore ? (schema.patterns.length > 0 ? emptySchema() : (schema.more ?? emptySchema())) : undefined,
  };
}

/** A query as an object of its parameters: open where one of them takes any. */
export function queryOf(read: readonly ReadParameter[]): DeclaredSchema {
  const named = read.flatMap(({ parameters }) => parameters).filter((one) => one.in === "query");
  const others = read.flatMap((one) => one.others ?? []);
  return {
    ...emptySchema(),
    properties: Object.fromEntries(named.map(({ name, schema }) => [name, schema])),
    isOpen: others.length > 0,
    more: others.length === 1 ? others[0] : undefined,
  };
}
