import type { PathNode } from "./path-node.js";
import { isCollection, looksFixed } from "./route-word.js";
import { familyOf } from "./segment.js";
import type { Sibling } from "./sibling.js";

/** Levels below that are looked at, and paths of one sibling. */
const LEVELS = 3;
const MAX_PATHS = 32;
/** So many with paths of their own are no chance. */
const MIN_OWN = 4;
/** Of all paths below, the share that one sibling alone has. */
const ALONE_SHARE = 3 / 4;

/**
 * Whether each sibling has paths of its own below it, as parts of an API do: values of one parameter have the same. What may be a value itself
 * counts as any value.
 */
export function haveOwnPaths<Leaf>(siblings: readonly Sibling<Leaf>[]): boolean {
  const { own, areAlone } = tallyOf(siblings.map(({ node }) => [...pathsBelow(node)]));
  return own >= MIN_OWN && areAlone;
}

/** Whether words of APIs stand below most of some literals, and below each others than below the rest: `/fx/rates` and `/dl/files`. */
export function haveOwnWords(literals: readonly PathNode<unknown>[]): boolean {
  const withWords = literals.filter((literal) =>
    [...literal.literals()].some(({ text }) => looksFixed(text) || isCollection(text)),
  );
  if (withWords.length * 2 < literals.length) return false;
  return tallyOf(literals.map(ownWords)).areAlone;
}

/** What stands right below one, and what stands below that: deeper, what is no word of APIs may be a value, and counts as any. */
function ownWords(literal: PathNode<unknown>): string[] {
  return [...literal.literals()].flatMap((child) => {
    const below = [...pathsBelow(child)].map((path) => child.text + path);
    return child.leaf === undefined && child.uses === undefined ? below : [child.text, ...below];
  });
}

/** How many have more than one path below them, half of which no other one has; and whether nearly all paths stand below one alone. */
function tallyOf(all: readonly (readonly string[])[]): { readonly own: number; readonly areAlone: boolean } {
  const counts = new Map<string, number>();
  for (const paths of all) for (const path of paths) counts.set(path, (counts.get(path) ?? 0) + 1);
  let [own, alone, total] = [0, 0, 0];
  for (const paths of all) {
    const single = paths.filter((path) => counts.get(path) === 1).length;
    if (paths.length > 1 && single * 2 >= paths.length) own++;
    alone += single;
    total += paths.length;
  }
  return { own, areAlone: alone >= ALONE_SHARE * total };
}

/** Whether a path of those below a node has a word in it that is none of a parameter's values. */
export function hasFixedWord(path: string): boolean {
  return /\/[^/{]/.test(path);
}

/** Paths below that were called; what is not fixed there counts as any value. */
export function pathsBelow<Leaf>(node: PathNode<Leaf>, isFixed: (text: string) => boolean = looksFixed): Set<string> {
  const paths = new Set<string>();
  const add = (from: PathNode<Leaf>, before: string, levels: number): void => {
    for (const child of from.children()) {
      if (paths.size >= MAX_PATHS) return;
      const path = `${before}/${child.isParameter || !isFixed(child.text) ? "{}" : child.text}`;
      if (child.leaf !== undefined || child.uses !== undefined) paths.add(path);
      if (levels > 1) add(child, path, levels - 1);
    }
  };
  add(node, "", LEVELS);
  return paths;
}

/** Values below one sibling that it takes to know of which family they are. */
const ENOUGH_BELOW = 3;
/** Siblings whose values are all of one family; so many of a second one are no chance. */
const MIN_PURE = 3;
const MIN_SECOND = 2;

/**
 * Whether below some siblings values of one family stand, and of another below others: numbers below one, UUIDs below the next. Values of
 * one parameter have the same below them.
 */
export function haveOwnKinds<Leaf>(siblings: readonly Sibling<Leaf>[]): boolean {
  const pure = new Map<string, number>();
  let mixed = 0;
  for (const { node } of siblings) {
    const families = familiesBelow(node);
    if (families === undefined) continue;
    if (families.size > 1) mixed++;
    else for (const family of families) pure.set(family, (pure.get(family) ?? 0) + 1);
  }
  const count = [...pure.values()].reduce((sum, siblingsOfOne) => sum + siblingsOfOne, 0);
  if (count < MIN_PURE || mixed * 2 > count) return false;
  return count - Math.max(...pure.values()) >= MIN_SECOND;
}

function familiesBelow<Leaf>(node: PathNode<Leaf>): ReadonlySet<string> | undefined {
  const parameter = node.parameter("");
  const calls = parameter?.uses?.reduce((sum, use) => sum + use.calls, 0) ?? 0;
  // Below what is a value itself values are not told apart, only their calls are.
  let values = Math.max(calls, parameter?.evidence?.values.size ?? 0);
  const families = new Set<string>();
  for (const type of parameter?.evidence?.types ?? []) families.add(familyOf(type));
  for (const { text, type, alias, target } of node.literals()) {
    if (alias === undefined ? looksFixed(text) : !target.isParameter) continue;
    values++;
    families.add(familyOf(type));
  }
  return values < ENOUGH_BELOW ? undefined : families;
}

/** Calls of one sibling that it takes to know how it is called; so many siblings called in one way are no chance. */
const ENOUGH_CALLS = 8;
const MIN_ALIKE = 3;
/** Share of those called in one way alone, where values of one parameter hardly are. */
const APART_SHARE = 3 / 4;

/**
 * Whether some siblings are called only themselves and of others only what is below them, each often enough for that to be no chance:
 * `/chart` and `/report` beside `/people/list` and `/state/list`. Values of one parameter are called in the same ways.
 * Codes are values by how they are written, and some lists of them have a use of their own.
 */
export function areCalledApart<Leaf>(siblings: readonly Sibling<Leaf>[]): boolean {
  const often = siblings.filter(({ node, calls }) => calls >= ENOUGH_CALLS && node.type !== "code");
  const itself = often.filter(({ calls, ownCalls }) => ownCalls === calls).length;
  const below = often.filter(({ ownCalls }) => ownCalls === 0).length;
  return Math.min(itself, below) >= MIN_ALIKE && itself + below >= APART_SHARE * often.length;
}
