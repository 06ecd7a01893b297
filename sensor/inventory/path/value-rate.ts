import { MASK } from "../../protocol/message.js";
import type { PathNode } from "./path-node.js";
import { type LeafJudge, rateOf, type Sibling, siblingOf } from "./sibling.js";

/** Values known by their form that it takes to compare words with them. */
const ENOUGH_SURE = 6;
/** As often as one of those, what is fixed is called more. */
const MIN_RATE = 5;

/**
 * How often an endpoint of one value is called, of the values that their form makes such: numbers, identifiers. Words beside them that are
 * called far more often, each of them, are no values of the same parameter. Infinite where there are too few to tell.
 */
export function oftenBeside<Leaf>(node: PathNode<Leaf>, judge: LeafJudge<Leaf>): number {
  const parameter = node.parameter("");
  const known = parameter?.evidence?.values;
  if (parameter === undefined || known === undefined || known.size < ENOUGH_SURE) return Number.POSITIVE_INFINITY;
  // Nobody knows how many secrets are masked to the one text.
  if (known.has(MASK)) return Number.POSITIVE_INFINITY;
  // Mostly all values are words, which is known before the calls below each are summed up.
  let sure = known.size;
  for (const { alias, text } of node.literals()) if (alias === parameter && known.has(text)) sure--;
  if (sure < ENOUGH_SURE) return Number.POSITIVE_INFINITY;
  const all = siblingOf(parameter, judge);
  if (all.endpoints === 0) return Number.POSITIVE_INFINITY;
  let { calls } = all;
  for (const literal of node.literals()) if (literal.alias === parameter) calls -= siblingOf(literal, judge).calls;
  return MIN_RATE * Math.max(1, calls / all.endpoints / sure);
}

export function isCalledOften(sibling: Sibling<unknown>, often: number): boolean {
  return often < Number.POSITIVE_INFINITY && rateOf(sibling) >= often;
}
