import type { DeclaredSchema } from "../../declared/declared-api.js";
import { typesOf } from "../schema/json-schema.js";
import type { SchemaNode } from "../schema/schema-node.js";

/** From so many messages on what is required and was missing in some is told. */
export const MIN_SEEN = 3;

/** `string, declared integer`; undefined where it fits. */
export function typeMismatch(node: SchemaNode, { types }: DeclaredSchema, isText: boolean): string | undefined {
  if (types.length === 0 || types.includes("file")) return undefined;
  // In texts a list, an object or a string may look like anything.
  if (isText && types.some((type) => type === "string" || type === "array" || type === "object")) return undefined;
  const wrong = typesOf(node).filter((type) => !types.some((one) => one === type || includes(one, type)));
  return wrong.length === 0 ? undefined : `${wrong.join(" or ")}, declared ${types.join(" or ")}`;
}

/** JSON Schema 2020-12 §6.1.1: every integer is a number. */
function includes(declared: string, seen: string): boolean {
  return declared === "number" && seen === "integer";
}
