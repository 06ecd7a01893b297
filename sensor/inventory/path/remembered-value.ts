import { copyOf, newEvidence } from "./evidence.js";
import type { PathNode } from "./path-node.js";

/** A path as it was seen, for the tree: braces mark parameters in templates, and those of the wire must not look like them. */
export function pathOf(seen: string): string {
  return seen.includes("{") ? seen.replaceAll("{", "%7B").replaceAll("}", "%7D") : seen;
}

/** One value of a parameter, as its path: segments that are parameters themselves in braces. */
export function pathOfValue(value: PathNode<unknown>): string {
  const segments: string[] = [];
  for (let node: PathNode<unknown> = value; node.parent !== undefined; node = node.parent)
    segments.unshift(node.isParameter ? `{}${node.text}` : node.text);
  return `/${segments.join("/")}`;
}

/** The same of a template that a rule made a value of. */
export function pathOfTemplate(template: string): string {
  return template.replace(/\/\{[^/{}]*\}/g, "/{}");
}

/**
 * Where a value stands that was one of those counted at `target`: made again as it was, or, where a rule says by now that it is none, a place
 * of its own. `alias` makes a node count for another one.
 */
export function placeOfValue<Leaf>(
  path: string,
  target: PathNode<Leaf>,
  alias: (node: PathNode<Leaf>, target: PathNode<Leaf>) => PathNode<Leaf>,
): PathNode<Leaf> {
  const [root, ...chain] = ancestorsOf(target);
  let node = root;
  let isApart = false;
  for (const [at, text] of path.slice(1).split("/").entries()) {
    const counterpart = chain[at];
    // What several segments are a value of is not told apart.
    if (counterpart === undefined || (counterpart.isRest && !text.startsWith("{"))) return target;
    if (node.target.rule?.words.has(text) === true && counterpart.isParameter) {
      isApart = true;
      node = node.target.addLiteral(text);
    } else if (isApart) node = below(node, counterpart);
    else if (node === counterpart.parent && (text === counterpart.text || text.startsWith("{"))) node = counterpart;
    else node = valueBelow(node, text, counterpart, alias);
  }
  return node;
}

function ancestorsOf<Leaf>(node: PathNode<Leaf>): PathNode<Leaf>[] {
  const ancestors = [node];
  for (let one = node.parent; one !== undefined; one = one.parent) ancestors.unshift(one);
  return ancestors;
}

/** What stands there of its own. */
function below<Leaf>(node: PathNode<Leaf>, { text, evidence }: PathNode<Leaf>): PathNode<Leaf> {
  if (evidence === undefined) return node.addLiteral(text);
  return node.parameter(text) ?? node.addParameter(text, newEvidence(evidence.type, evidence.reason));
}

function valueBelow<Leaf>(
  node: PathNode<Leaf>,
  text: string,
  counterpart: PathNode<Leaf>,
  alias: (node: PathNode<Leaf>, target: PathNode<Leaf>) => PathNode<Leaf>,
): PathNode<Leaf> {
  if (text.startsWith("{") && counterpart.evidence !== undefined) {
    const known = node.parameter(counterpart.text);
    return known ?? alias(node.addParameter(counterpart.text, copyOf(counterpart.evidence)), counterpart);
  }
  return node.literal(text) ?? alias(node.addLiteral(text), counterpart);
}
