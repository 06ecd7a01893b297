import type { ValueGroup } from "./form-group.js";
import type { PathNode } from "./path-node.js";
import { isCollection, looksFixed } from "./route-word.js";
import { hasFixedWord, pathsBelow } from "./subtree.js";

/** Siblings it takes, and fixed paths that stand below them. */
const MIN_MEMBERS = 6;
const MIN_PATHS = 3;
/** Of all that have fixed paths below them, the share that has the same. */
const SAME_SHARE = 3 / 4;
/** Of those with the same, the share that is called by no word that APIs are made of. */
const OWN_WORDS_SHARE = 1 / 4;

/**
 * Literals below which the same stands, as it does below the values of one parameter: `/{index}/_search`, `/{index}/_doc/{id}`. Then they may be
 * called by words that APIs are made of as well, `/billing/_search`, but not all of them, and not as resources are, in the plural: a
 * framework gives all the resources of an API the same operations.
 */
export function uniformGroup<Leaf>(
  node: PathNode<Leaf>,
  literals: readonly PathNode<Leaf>[],
): ValueGroup<Leaf> | undefined {
  // Cheap, for hardly ever there is one.
  const mayBe = literals.filter((literal) => literal.literalCount + (literal.parameters?.size ?? 0) >= 2);
  if (mayBe.length < MIN_MEMBERS) return undefined;
  const below = new Map<PathNode<Leaf>, readonly string[]>();
  const counts = new Map<string, number>();
  for (const literal of literals) {
    const paths = [...pathsBelow(literal)].filter(hasFixedWord);
    if (paths.length === 0) continue;
    below.set(literal, paths);
    for (const path of paths) counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  const isCommon = (path: string): boolean => (counts.get(path) ?? 0) * 2 >= below.size;
  const common = [...counts.keys()].filter(isCommon);
  if (common.length < MIN_PATHS) return undefined;
  const members = [...below].filter(([, paths]) => {
    const shared = paths.filter(isCommon).length;
    return shared * 2 >= common.length && shared >= SAME_SHARE * paths.length;
  });
  if (members.length < MIN_MEMBERS || members.length < SAME_SHARE * below.size) return undefined;
  const nodes = members.map(([member]) => member);
  const own = nodes.filter(({ text }) => !looksFixed(text)).length;
  if (own < OWN_WORDS_SHARE * nodes.length) return undefined;
  if (nodes.filter(({ text }) => isCollection(text)).length * 2 >= nodes.length) return undefined;
  const where = node.isParameter || node.parent === undefined ? "" : ` behind "${node.text}"`;
  return { members: nodes, type: "word", reason: `${nodes.length} different values${where} with the same below them` };
}
