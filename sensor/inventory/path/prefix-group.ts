import { kindBefore } from "./composed.js";
import type { ValueGroup } from "./form-group.js";
import type { PathNode } from "./path-node.js";
import { looksFixed, mayNameThing } from "./route-word.js";

/** Names of one kind that it takes; shares of them that may be names, and that are no words of APIs. */
const ENOUGH = 4;
const NAMES_SHARE = 3 / 4;
const OWN_SHARE = 1 / 4;

/**
 * Names behind what tells their kind: `org.couchdb.user:ada`, `group:admins`. What is to be done stands behind a colon as well, but is called by
 * verbs, and the thing that it is done to is called without it too: `/rows` beside `/rows:query`.
 */
export function prefixGroup<Leaf>(
  node: PathNode<Leaf>,
  literals: readonly PathNode<Leaf>[],
): ValueGroup<Leaf> | undefined {
  const kinds = new Map<string, PathNode<Leaf>[]>();
  for (const literal of literals) {
    const kind = kindBefore(literal.text);
    if (kind === undefined) continue;
    const members = kinds.get(kind);
    if (members === undefined) kinds.set(kind, [literal]);
    else members.push(literal);
  }
  for (const [prefix, members] of kinds) {
    if (members.length < ENOUGH || node.literal(prefix.slice(0, -1)) !== undefined) continue;
    const names = members.map(({ text }) => text.slice(prefix.length));
    if (names.filter(mayNameThing).length < NAMES_SHARE * names.length) continue;
    if (names.filter((name) => !looksFixed(name)).length < OWN_SHARE * names.length) continue;
    return { members, type: "word", reason: `${members.length} different names behind "${prefix}"`, prefix };
  }
  return undefined;
}
