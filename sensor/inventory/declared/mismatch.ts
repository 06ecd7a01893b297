import type { DeclaredSchema } from "../../declared/declared-api.js";
import { BEYOND_INT32, BEYOND_INT64, INTEGER, WHOLE_NUMBER } from "../../protocol/shape.js";
import { formsFitting, namesOfForms } from "../../protocol/text-form.js";
import { typesOf } from "../schema/json-schema.js";
import type { SchemaNode } from "../schema/schema-node.js";

/** From so many messages on what is required and was missing in some is told. */
export const MIN_SEEN = 3;

/** What of a place is held against a file. */
export type Seen = Pick<SchemaNode, "kinds" | "formats" | "words">;

const MAX_VALUES = 8;
/** `string, declared integer`; undefined where it fits, or where that could not be seen. */
export function mismatch(node: Seen, declared: DeclaredSchema, isText: boolean): string | undefined {
  return (
    typeMismatch(node, declared, isText) ??
    formatMismatch(node, declared, isText) ??
    sizeMismatch(node, declared) ??
    valueMismatch(node, declared, isText)
  );
}

/** Only where nothing that stood there was of the form. */
function formatMismatch(node: Seen, declared: DeclaredSchema, isText: boolean): string | undefined {
  const { types, format } = declared;
  const fitting = formsFitting(format);
  if (fitting === undefined || !isOfStrings(types) || (node.formats & fitting) !== 0) return undefined;
  const names = namesOfForms(node.formats);
  if (isText) names.push(...literalsOf(node, types));
  return names.length === 0 ? undefined : `${names.join(" or ")}, declared ${format}`;
}

/**
 * Formats of whole numbers, OpenAPI 3.1.0 §4.4: what is too large for one is no guess. Nor is it where a few numbers are declared that all
 * fit: which numbers came is not kept, how large they were is.
 */
function sizeMismatch({ kinds }: Seen, declared: DeclaredSchema): string | undefined {
  const { types, format } = declared;
  const isOf = (...allowed: readonly string[]): boolean =>
    types.length > 0 && types.every((type) => type === "null" || allowed.includes(type));
  const beyond = format === "int32" ? BEYOND_INT32 : format === "int64" ? BEYOND_INT64 : 0;
  if (isOf("integer") && (kinds & beyond) !== 0) return `integer beyond ${format}, declared ${format}`;
  const values = declared.values ?? [];
  if (!isOf("integer", "number") || values.length === 0 || (kinds & BEYOND_INT32) === 0) return undefined;
  return values.every(isOfInt32) ? `integer beyond int32, declared ${orList(values)}` : undefined;
}

/** `null` is none of the numbers, and no larger than any. */
function isOfInt32(value: string): boolean {
  return value === "null" || Math.abs(Number(value)) < 2 ** 31;
}

/** Only where what stood there is one of a few words that are known, or no word at all. */
function valueMismatch(node: Seen, declared: DeclaredSchema, isText: boolean): string | undefined {
  const { types, values } = declared;
  if (values === undefined || values.length === 0 || !isOfStrings(types)) return undefined;
  const seen = (node.words?.known() ?? []).filter((word) => !values.includes(word));
  const others = node.words?.othersBeside(values) ?? 0;
  if (others > 0) seen.push(others === 1 ? "another word" : "other words");
  if (isText && node.formats === 0 && values.every(isNoLiteral)) seen.push(...literalsOf(node, types));
  if (seen.length === 0) return undefined;
  return `${seen.join(" or ")}, declared ${orList(values)}`;
}

/** The first of them. */
export function orList(values: readonly string[]): string {
  const more = values.length > MAX_VALUES ? ` or ${values.length - MAX_VALUES} more` : "";
  return `${values.slice(0, MAX_VALUES).join(" or ")}${more}`;
}

/** A list or an object in a text may look like anything. */
function isOfStrings(types: readonly string[]): boolean {
  const isString = types.length === 0 || types.includes("string");
  return isString && !types.includes("array") && !types.includes("object");
}

/** What texts looked like that are no strings by their form, and were not declared to be that. */
function literalsOf(node: Seen, types: readonly string[]): string[] {
  return valueTypesOf(node).filter(
    (type) => /^(integer|number|boolean)$/.test(type) && !types.some((one) => one === type || includes(one, type)),
  );
}

/** No text of a number or a truth value can be this one. */
function isNoLiteral(value: string): boolean {
  return /^[^-+.\d]/.test(value) && value !== "true" && value !== "false";
}

/** `string, declared integer`; undefined where it fits. */
function typeMismatch(node: Seen, { types }: DeclaredSchema, isText: boolean): string | undefined {
  if (types.length === 0 || types.includes("file")) return undefined;
  // In texts a list, an object or a string may look like anything.
  if (isText && types.some((type) => type === "string" || type === "array" || type === "object")) return undefined;
  const wrong = valueTypesOf(node).filter((type) => !types.some((one) => one === type || includes(one, type)));
  return wrong.length === 0 ? undefined : `${wrong.join(" or ")}, declared ${types.join(" or ")}`;
}

/** However it is written, JSON Schema 2020-12 §6.1.1: a number without a fraction that is other than zero is an integer. */
function valueTypesOf({ kinds }: Seen): string[] {
  const isWritten = (kinds & WHOLE_NUMBER) !== 0;
  return typesOf({ kinds: isWritten ? (kinds & ~WHOLE_NUMBER) | INTEGER : kinds });
}

/** JSON Schema 2020-12 §6.1.1: every integer is a number. */
export function includes(declared: string, seen: string): boolean {
  return declared === "number" && seen === "integer";
}
