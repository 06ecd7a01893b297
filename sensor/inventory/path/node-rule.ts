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
}

/** Lays rules into a tree that is empty still. */
export function layRules(root: PathNode<unknown>, rules: readonly PathRule[]): void {
  for (const { segments, words, place } of rules) {
    let node = root;
    for (const segment of segments) {
      const name = parameterOf(segment);
      node = name === undefined ? keep(node, segment) : pin(node, name, place);
    }
    for (const word of words) keep(node, word);
  }
}

function keep(node: PathNode<unknown>, word: string): PathNode<unknown> {
  ruleOf(node).words.add(word);
  return node.addLiteral(word);
}

function pin(node: PathNode<unknown>, name: string, place: string): PathNode<unknown> {
  ruleOf(node).isPinned = true;
  const known = node.parameter("");
  if (known !== undefined) return known;
  const made = node.addParameter("", newEvidence("word", PINNED + place));
  made.setName(plainName(name));
  made.isRest = name !== made.name;
  return made;
}

function ruleOf(node: PathNode<unknown>): NodeRule {
  node.rule ??= { words: new Set(), isPinned: false };
  return node.rule;
}

/** A stored reason, where no rule is any more: the file may have gone, or say something else. */
export function reasonWithoutRule(reason: string): string {
  return reason.startsWith(PINNED) ? UNPINNED : reason;
}
