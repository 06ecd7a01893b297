import { hasVerb } from "./composed.js";
import { formGroup, type ValueGroup } from "./form-group.js";
import { languageGroup } from "./language-group.js";
import type { PathNode } from "./path-node.js";
import { prefixGroup } from "./prefix-group.js";
import { FORMAT } from "./route-word.js";
import type { LeafJudge } from "./sibling.js";
import { suffixGroup } from "./suffix-group.js";
import { uniformGroup } from "./uniform-group.js";
import { wordGroup } from "./word-group.js";

/** More literals than this below one node are values, whatever they look like. */
const MAX_LITERALS = 400;

/** The first group of literals below a node that are values of one parameter: by their form, by what is before or behind them, or as words. */
export function valueGroup<Leaf>(
  node: PathNode<Leaf>,
  literals: readonly PathNode<Leaf>[],
  judge: LeafJudge<Leaf>,
): ValueGroup<Leaf> | undefined {
  if (literals.length > MAX_LITERALS)
    return { members: literals, type: "word", reason: `more than ${MAX_LITERALS} different values` };
  // `acme:cancel`: what is to be done tells it apart from what is no more than a value.
  const whole = literals.filter(({ text }) => !hasVerb(text));
  const words = whole.filter(({ text, type }) => type !== "file" || !FORMAT.test(text));
  return (
    prefixGroup(node, literals) ??
    languageGroup(node, whole) ??
    formGroup(whole) ??
    suffixGroup(node, literals, judge) ??
    wordGroup(node, words, judge) ??
    uniformGroup(node, words)
  );
}
