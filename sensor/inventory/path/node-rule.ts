import { plainName } from "../../../shared/path-template.js";
import { newEvidence } from "./evidence.js";
import type { PathNode } from "./path-node.js";
import { type PathRule, parameterOf } from "./path-rule.js";

/** How the reason of a parameter begins that a rule made. */
const PINNED = "pinned in ";
const UNPINNED = "pinned by a rule before";

/** What holds below one node of a tree of paths, whatever is seen there. */
export interface NodeRule {
  /** They are no values. */
  readonly words: Set<string>;
  /** All others are values of the parameter. */
  isPinned: boolean;
  /** No operator said so, it is known of a product's API. */
  isKnown: boolean;
}

/** Lays rules into a tree that is empty still. Of several the first names a parameter, but an operator's goes over one that is known. */
export function layRules(root: PathNode<unknown>, rules: readonly PathRule[]): void {
  for (const rule of rules) {
    let node = root;
    for (const segment of rule.segments) {
      const name = parameterOf(segment);
      node = name === undefined ? keep(node, segment) : pin(node, name, rule);
    }
    for (const word of rule.words) keep(node, word);
  }
}

function keep(node: PathNode<unknown>, word: string): PathNode<unknown> {
  ruleOf(node).words.add(word);
  return node.addLiteral(word);
}

function pin(node: PathNode<unknown>, name: string, { place, isKnown = false }: PathRule): PathNode<unknown> {
  const rule = ruleOf(node);
  const reason = isKnown ? `as the API of ${place} has it` : PINNED + place;
  const evidence = newEvidence("word", reason);
  const parameter = node.parameter("") ?? node.addParameter("", evidence);
  if (rule.isPinned && (isKnown || !rule.isKnown)) return parameter;
  rule.isPinned = true;
  rule.isKnown = isKnown;
  parameter.evidence = evidence;
  parameter.setName(plainName(name));
  parameter.isRest = name !== plainName(name);
  return parameter;
}

function ruleOf(node: PathNode<unknown>): NodeRule {
  node.rule ??= { words: new Set(), isPinned: false, isKnown: false };
  return node.rule;
}

/** A stored reason, where no rule is any more: the file may have gone, or say something else. */
export function reasonWithoutRule(reason: string): string {
  return reason.startsWith(PINNED) ? UNPINNED : reason;
}
