import { valueBefore, withoutSuffix } from "./composed.js";
import { addValue, type Evidence } from "./evidence.js";
import { joins } from "./joining.js";
import { MAX_SEGMENT_LENGTH } from "./lookup.js";
import type { PathNode } from "./path-node.js";
import { looksFixed } from "./route-word.js";
import { isValue, type SegmentType, typeOf } from "./segment.js";

/** Whether a parameter's value was one of the first, and not seen before. */
export function take<Leaf>(parameter: PathNode<Leaf>, text: string, type: SegmentType): boolean {
  return parameter.evidence !== undefined && addValue(parameter.evidence, text, type);
}

/** The segments that one parameter stands for, up to a word that follows it, are one value. */
export function takeRest<Leaf>(parameter: PathNode<Leaf>, path: string): void {
  const segments = path.split("/");
  const end = parameter.literalCount === 0 ? -1 : segments.findIndex((text) => parameter.literal(text) !== undefined);
  const value = end < 0 ? path : segments.slice(0, end).join("/");
  take(parameter, value.slice(0, MAX_SEGMENT_LENGTH), "word");
}

export function takeLiteral<Leaf>(parameter: PathNode<Leaf>, { text, type }: PathNode<Leaf>): void {
  const value = withoutSuffix(text, parameter.text);
  take(parameter, value, value === text ? type : typeOf(value));
}

/**
 * Whether calls of a parameter's value are counted for it as well: of the first values, also of those that another parameter brought along, or
 * one call would be told apart and the next would not. What looks fixed may have to leave again, however many values there are.
 */
export function isToldApart(text: string, { values }: Evidence): boolean {
  return values.has(text) || looksFixed(text);
}

/** Whether a literal beside a parameter is one of its values, by its form or as `joining` has it. */
export function isOf<Leaf>(
  { evidence, text: suffix }: PathNode<Leaf>,
  literal: PathNode<Leaf>,
  joining: typeof joins,
): boolean {
  const { text, type } = literal;
  if (suffix !== "") return hasNothingBelow(literal) && valueBefore(text, suffix) !== undefined;
  return isValue(type) || (evidence !== undefined && joining(text, type, evidence));
}

function hasNothingBelow({ literalCount, parameters }: PathNode<unknown>): boolean {
  return literalCount === 0 && parameters === undefined;
}

/** What would come here again by its form alone need not be remembered beyond the bound of a parameter's values. */
export function isRemembered<Leaf>(literal: PathNode<Leaf>, { evidence, text: suffix }: PathNode<Leaf>): boolean {
  if (!hasNothingBelow(literal) || evidence === undefined) return true;
  const text = withoutSuffix(literal.text, suffix);
  const type = suffix === "" ? literal.type : typeOf(text);
  return isToldApart(text, evidence) || !joins(text, type, evidence);
}

/** What a value is called in the reason of its parameter, where not by its type. */
export const NAMES: Partial<Record<SegmentType, string>> = {
  encoded: "percent-encoded value",
  address: "network address",
  email: "mail address",
  secret: "secret, which is masked",
};
