import { mayBeVersion } from "./api-version.js";
import { composedOf, composedValue, isComposed, isElsewhere, isNamed, isOfFile, namedLiteral } from "./composed.js";
import { joins } from "./joining.js";
import type { PathNode } from "./path-node.js";
import { isValue, typeOf } from "./segment.js";

/** Deeper segments are not told apart, nor is what longer ones are. */
export const MAX_DEPTH = 32;
export const MAX_SEGMENT_LENGTH = 256;

/** Words that are no value below a node, whatever the evidence. */
type IsKept<Leaf> = (node: PathNode<Leaf>, text: string) => boolean;

/** The node that counts for a path by what is known; undefined where nothing like it was seen. Makes nothing. */
export function lookupPath<Leaf>(root: PathNode<Leaf>, path: string, isKept: IsKept<Leaf>): PathNode<Leaf> | undefined {
  let node: PathNode<Leaf> | undefined = root;
  const parts = path.slice(1).split("/", MAX_DEPTH);
  for (const [at, part] of parts.entries()) {
    node = childOf(node, part.split(";", 1)[0], at === parts.length - 1, isKept);
    if (node === undefined) return undefined;
  }
  return node.target;
}

/** In the order in which the tree decides when it counts, for what was counted must be found where it is. */
function childOf<Leaf>(
  node: PathNode<Leaf>,
  text: string,
  isLast: boolean,
  isKept: IsKept<Leaf>,
): PathNode<Leaf> | undefined {
  const known = node.literal(text);
  if (known !== undefined && !isElsewhere(known, isLast)) return known;
  if (node.isRest) return node;
  if (node.alias !== undefined) {
    const child = childOf(node.alias, text, isLast, isKept);
    // What a value was called for may differ from what is below its parameter by now.
    if (child === undefined) return undefined;
    return (child.isParameter ? node.parameter(child.text) : node.literal(child.text)) ?? child;
  }
  const parameter = node.parameter("");
  if (node.rule?.isPinned === true && text !== "") return parameter;
  if (text === "" || isKept(node, text)) return undefined;
  const type = text.length > MAX_SEGMENT_LENGTH ? "token" : typeOf(text);
  if (isValue(type) && !isNamed(text) && !mayBeVersion(node, text, type, isLast))
    return node.parameter(composedValue(text, type, isLast).suffix) ?? parameter;
  const named = namedLiteral(node, text);
  if (named !== undefined) return named;
  const composed = isLast ? composedOf(text) : undefined;
  if (composed !== undefined && isComposed(node, composed)) {
    const before = node.parameter(composed.suffix) ?? (isOfFile(node, composed.suffix) ? parameter : undefined);
    if (before !== undefined) return before;
  }
  return parameter?.evidence !== undefined && joins(text, type, parameter.evidence) ? parameter : known;
}
