import type { EndpointSchemas, JsonSchema } from "../../../shared/endpoint-facts.js";
import type { EndpointRecord } from "../../../shared/event.js";

/**
 * One schema of what was learned apart, by the rules by which one endpoint learns it: what may stand there is what stood in any, and
 * required is what all had. Undefined where there is none.
 */
export function mergedSchema(schemas: readonly JsonSchema[]): JsonSchema | undefined {
  const [first, ...others] = schemas;
  return others.reduce((merged: JsonSchema | undefined, other) => merged && mergedPair(merged, other), first);
}

/** Of a body: endpoints at which it was not looked at say nothing of it. */
export function bodySchema(
  endpoints: readonly EndpointRecord[],
  of: (schemas: EndpointSchemas) => JsonSchema | undefined,
): JsonSchema | undefined {
  return mergedSchema(learned(endpoints, of));
}

/** Of a query or a head: where calls came and nothing was learned of it, there was none, or none was seen, so nothing in it is required. */
export function headSchema(
  endpoints: readonly EndpointRecord[],
  of: (schemas: EndpointSchemas) => JsonSchema | undefined,
): JsonSchema | undefined {
  const found = learned(endpoints, of);
  const merged = mergedSchema(found);
  const called = endpoints.filter(({ calls }) => calls > 0);
  return merged === undefined || found.length >= called.length ? merged : withoutRequired(merged);
}

function learned(
  endpoints: readonly EndpointRecord[],
  of: (schemas: EndpointSchemas) => JsonSchema | undefined,
): JsonSchema[] {
  return endpoints.flatMap(({ schemas }) => (schemas && of(schemas)) ?? []);
}

function withoutRequired({ required: _, ...rest }: JsonSchema): JsonSchema {
  return rest;
}

function mergedPair(one: JsonSchema, other: JsonSchema): JsonSchema {
  // Nothing was seen in a list that was always empty, nor where there was no room to learn.
  if (typesOf(one).length === 0) return other;
  if (typesOf(other).length === 0) return one;
  const types = mergedTypes(typesOf(one), typesOf(other));
  const words = types.join() === "string" ? mergedWords(one, other) : undefined;
  const format = mergedFormat(one, other);
  const properties = mergedProperties(one, other);
  const required = mergedRequired(one, other);
  const any = present(one.additionalProperties, other.additionalProperties);
  const items = present(one.items, other.items);
  const message = one["x-protobuf"] ?? other["x-protobuf"];
  return {
    type: types.length === 1 ? types[0] : types,
    ...(format === undefined ? {} : { format }),
    ...(words === undefined ? {} : { enum: words }),
    ...(properties === undefined ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
    ...(any === undefined ? {} : { additionalProperties: any }),
    ...(items === undefined ? {} : { items }),
    ...(message === undefined ? {} : { "x-protobuf": message }),
  };
}

function typesOf({ type = [] }: JsonSchema): readonly string[] {
  return typeof type === "string" ? [type] : type;
}

/** JSON Schema 2020-12 §6.1.1: every integer is a number. */
function mergedTypes(one: readonly string[], other: readonly string[]): string[] {
  const types = new Set([...one, ...other]);
  if (types.has("number")) types.delete("integer");
  return [...types];
}

/** Words are all there are only where both know theirs. */
function mergedWords(one: JsonSchema, other: JsonSchema): string[] | undefined {
  if (one.enum === undefined || other.enum === undefined) return undefined;
  return [...new Set([...one.enum, ...other.enum])].sort();
}

/** Where all strings have it. */
function mergedFormat(one: JsonSchema, other: JsonSchema): string | undefined {
  const formats = new Set(
    [one, other].filter((schema) => typesOf(schema).includes("string")).map(({ format }) => format),
  );
  return formats.size === 1 ? [...formats][0] : undefined;
}

function mergedProperties(one: JsonSchema, other: JsonSchema): Readonly<Record<string, JsonSchema>> | undefined {
  const names = [...new Set([one, other].flatMap(({ properties = {} }) => Object.keys(properties)))].sort();
  if (names.length === 0) return undefined;
  const schemaOf = (name: string): JsonSchema => present(own(one.properties, name), own(other.properties, name)) ?? {};
  return Object.fromEntries(names.map((name) => [name, schemaOf(name)]));
}

/** Names of properties come from the wire: `constructor` is one that every object has. */
function own(properties: Readonly<Record<string, JsonSchema>> = {}, name: string): JsonSchema | undefined {
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}

/** What was never an object requires nothing of those that were. */
function mergedRequired(one: JsonSchema, other: JsonSchema): readonly string[] {
  const objects = [one, other].filter((schema) => typesOf(schema).includes("object"));
  const [first, ...others] = objects.map(({ required = [] }) => required);
  return (first ?? []).filter((name) => others.every((names) => names.includes(name)));
}

function present(...schemas: readonly (JsonSchema | undefined)[]): JsonSchema | undefined {
  return mergedSchema(schemas.flatMap((schema) => schema ?? []));
}
