import { composedOf, isVerb } from "./composed.js";
import { formGroup, type ValueGroup } from "./form-group.js";
import type { PathNode } from "./path-node.js";
import { FORMAT, looksFixed } from "./route-word.js";
import type { LeafJudge } from "./sibling.js";
import { groupAmong } from "./word-group.js";

/** Words before one verb, of which it takes so many that what stands before it is a value: `rows:query` alone may be fixed. */
const ENOUGH_BEFORE_VERB = 4;

/** Literals with the same fixed text behind what may be values: `france.json`, `acme:cancel`. */
export function suffixGroup<Leaf>(
  node: PathNode<Leaf>,
  literals: readonly PathNode<Leaf>[],
  judge: LeafJudge<Leaf>,
): ValueGroup<Leaf> | undefined {
  for (const [suffix, members] of bySuffix(node, literals)) {
    const group = isVerb(suffix)
      ? beforeVerb(suffix, members)
      : (formGroup(members, suffix) ?? groupAmong(node, members, judge));
    if (group !== undefined) return { ...group, suffix };
  }
  return undefined;
}

function bySuffix<Leaf>(node: PathNode<Leaf>, literals: readonly PathNode<Leaf>[]): Map<string, PathNode<Leaf>[]> {
  const groups = new Map<string, PathNode<Leaf>[]>();
  for (const literal of literals) {
    const { text } = literal;
    const suffix = text.includes(".") || text.includes(":") ? composedOf(text)?.suffix : undefined;
    if (suffix === undefined || !isFixed(node, suffix)) continue;
    const members = groups.get(suffix);
    if (members === undefined) groups.set(suffix, [literal]);
    else members.push(literal);
  }
  return groups;
}

function isFixed<Leaf>(node: PathNode<Leaf>, suffix: string): boolean {
  if (isVerb(suffix) || FORMAT.test(suffix)) return true;
  const known = node.parameter(suffix);
  return known !== undefined && known.alias === undefined;
}

function beforeVerb<Leaf>(suffix: string, literals: readonly PathNode<Leaf>[]): ValueGroup<Leaf> | undefined {
  const members = literals.filter(({ text }) => !looksFixed(text.slice(0, -suffix.length)));
  if (members.length < ENOUGH_BEFORE_VERB || members.length * 3 < literals.length * 2) return undefined;
  return { members, type: members[0].type, reason: `${members.length} different values before "${suffix}"` };
}
