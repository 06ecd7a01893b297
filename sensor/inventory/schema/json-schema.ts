import type { JsonSchema } from "../../../shared/endpoint-facts.js";
import {
  ANY_NAME,
  ARRAY,
  BOOLEAN,
  INTEGER,
  NULL,
  NUMBER,
  OBJECT,
  STRING,
  UNTOLD,
  WHOLE_NUMBER,
} from "../../protocol/shape.js";
import { formatOfBits } from "../../protocol/text-form.js";
import type { SchemaNode } from "./schema-node.js";

const TYPES: readonly (readonly [number, string])[] = [
  [OBJECT, "object"],
  [ARRAY, "array"],
  [STRING, "string"],
  [INTEGER, "integer"],
  [NUMBER | WHOLE_NUMBER, "number"],
  [BOOLEAN, "boolean"],
  [NULL, "null"],
];
/** A word may still be one that came by chance; after so many values those seen are taken for all. */
const MIN_ENUM_TIMES = 20;
/** From so many objects on a name that came in one alone is taken for a value. */
const MIN_OBJECTS = 8;

export function typesOf({ kinds }: Pick<SchemaNode, "kinds">): string[] {
  // JSON Schema 2020-12 §6.1.1: every integer is a number.
  const apparent = (kinds & (NUMBER | WHOLE_NUMBER)) !== 0 ? kinds & ~INTEGER : kinds;
  return TYPES.filter(([bit]) => (apparent & bit) !== 0).map(([, name]) => name);
}

/** Names of the properties that may be told. */
export function namesOf({ properties, objects, times }: SchemaNode): string[] {
  if (properties === undefined) return [];
  // Objects of requests that were refused are among the times alone.
  const isFew = Math.max(objects, times) < MIN_OBJECTS;
  const isSure = ([, node]: readonly [string, SchemaNode]): boolean => node.times > 1 || isFew;
  return [...properties]
    .filter((entry) => entry[0] !== ANY_NAME && isSure(entry))
    .map(([name]) => name)
    .sort();
}

/** JSON Schema 2020-12 of what was seen: it describes traffic, no promise. */
export function jsonSchema(node: SchemaNode): JsonSchema {
  const types = typesOf(node);
  const format = formatOf(node);
  const words = types.join() === "string" ? wordsOf(node) : undefined;
  const names = namesOf(node);
  const any = node.properties?.get(ANY_NAME);
  const required = names.filter((name) => node.objects > 0 && isAlways(node, name));
  return {
    ...(types.length === 0 ? {} : { type: types.length === 1 ? types[0] : types }),
    ...(format === undefined ? {} : { format }),
    ...(words === undefined ? {} : { enum: words }),
    ...(names.length === 0 ? {} : { properties: Object.fromEntries(names.map((name) => [name, below(node, name)])) }),
    ...(required.length === 0 ? {} : { required }),
    ...(any === undefined ? {} : { additionalProperties: jsonSchema(any) }),
    // Lists that were all empty say nothing of their entries, but that there may be some.
    ...(types.includes("array") ? { items: node.items === undefined ? {} : jsonSchema(node.items) } : {}),
  };
}

function below({ properties }: SchemaNode, name: string): JsonSchema {
  const node = properties?.get(name);
  return node === undefined ? {} : jsonSchema(node);
}

function isAlways({ properties, objects }: SchemaNode, name: string): boolean {
  return (properties?.get(name)?.present ?? 0) >= objects;
}

/** The few words that stand there, once they are sure to be all. */
export function wordsOf({ kinds, times, words }: SchemaNode): string[] | undefined {
  return times >= MIN_ENUM_TIMES && (kinds & UNTOLD) === 0 ? words?.list() : undefined;
}

/** Where all strings have one. */
export function formatOf({ formats }: SchemaNode): string | undefined {
  return formatOfBits(formats);
}
