import type { DeclaredSchema } from "../../declared/declared-api.js";
import { FORMATS, OTHER_FORMAT } from "../../protocol/shape.js";
import { typesOf } from "../schema/json-schema.js";
import type { SchemaNode } from "../schema/schema-node.js";

/** From so many messages on what is required and was missing in some is told. */
export const MIN_SEEN = 3;

/** What of a place is held against a file. */
export type Seen = Pick<SchemaNode, "kinds" | "formats" | "words">;

type Format = (typeof FORMATS)[number];

const MAX_VALUES = 8;
/** Forms that are looked for more narrowly than they are defined: what is none of those seen may be one all the same. */
const MAY_BE: Readonly<Partial<Record<Format, readonly (Format | "other")[]>>> = {
  uri: ["email", "other"],
  email: ["other"],
};

/** `string, declared integer`; undefined where it fits, or where that could not be seen. */
export function mismatch(node: Seen, declared: DeclaredSchema, isText: boolean): string | undefined {
  return (
    typeMismatch(node, declared, isText) ??
    formatMismatch(node, declared, isText) ??
    valueMismatch(node, declared, isText)
  );
}

/** Only where nothing that stood there was of the form. */
function formatMismatch(node: Seen, declared: DeclaredSchema, isText: boolean): string | undefined {
  const { types, format } = declared;
  const fitting = formatsFitting(format);
  if (fitting === undefined || !isOfStrings(types) || (node.formats & fitting) !== 0) return undefined;
  const names = namesOfFormats(node.formats);
  if (isText) names.push(...literalsOf(node, types));
  return names.length === 0 ? undefined : `${names.join(" or ")}, declared ${format}`;
}

/** Bits of what a string of the form may look like; undefined where it is none of those that are looked for. */
export function formatsFitting(format: string | undefined): number | undefined {
  const at = FORMATS.indexOf(format as Format);
  if (at < 0) return undefined;
  let fitting = 1 << at;
  for (const one of MAY_BE[FORMATS[at]] ?? []) fitting |= one === "other" ? OTHER_FORMAT : 1 << FORMATS.indexOf(one);
  return fitting;
}

export function namesOfFormats(bits: number): string[] {
  const names: string[] = FORMATS.filter((_, bit) => (bits & (1 << bit)) !== 0);
  return (bits & OTHER_FORMAT) === 0 ? names : [...names, "string of another format"];
}

/** Only where what stood there is one of a few words that are known, or no word at all. */
function valueMismatch(node: Seen, declared: DeclaredSchema, isText: boolean): string | undefined {
  const { types, values } = declared;
  if (values === undefined || values.length === 0 || !isOfStrings(types)) return undefined;
  const seen = (node.words?.known() ?? []).filter((word) => !values.includes(word));
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
  return typesOf(node).filter(
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
  const wrong = typesOf(node).filter((type) => !types.some((one) => one === type || includes(one, type)));
  return wrong.length === 0 ? undefined : `${wrong.join(" or ")}, declared ${types.join(" or ")}`;
}

/** JSON Schema 2020-12 §6.1.1: every integer is a number. */
export function includes(declared: string, seen: string): boolean {
  return declared === "number" && seen === "integer";
}
