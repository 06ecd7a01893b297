import type { DeclaredSchema } from "../../declared/declared-api.js";
import { ARRAY, ONE_TEXT, STRING } from "../../protocol/shape.js";
import type { SchemaNode } from "../schema/schema-node.js";
import { mismatch, type Seen } from "./mismatch.js";
import { isEntryName } from "./named-schema.js";

/**
 * `page is string, declared integer` of what stood as text under a name of a query, a form or a head; undefined where it fits. A list is
 * one text, or its name comes again: each entry is held against what entries are declared to be.
 */
export function textDifference(name: string, node: SchemaNode, declared: DeclaredSchema): string | undefined {
  const { types, items } = declared;
  const isList = types.includes("array") && types.every((type) => type === "array" || type === "null");
  if (!isList && !isEntryName(name)) return told(name, mismatch(node, declared, true));
  const entry = isList ? items : declared;
  if (entry === undefined) return undefined;
  for (const one of entriesOf(node)) {
    const wrong = mismatch(one, entry, true);
    if (wrong !== undefined) return told(isEntryName(name) ? name : `${name}[]`, wrong);
  }
  return undefined;
}

function told(name: string, wrong: string | undefined): string | undefined {
  return wrong === undefined ? undefined : `${name} is ${wrong}`;
}

/** What stood there by itself, and in lists. Texts of which none is sure to be no list say nothing by themselves. */
function* entriesOf({ kinds, formats, words, items }: SchemaNode): Iterable<Seen> {
  const isSure = (kinds & ONE_TEXT) !== 0;
  const single = kinds & ~ARRAY & ~(isSure ? 0 : STRING);
  yield isSure ? { kinds: single, formats, words } : { kinds: single, formats: 0, words: undefined };
  if (items !== undefined) yield* entriesOf(items);
}
