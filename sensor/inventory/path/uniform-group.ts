import type { ValueGroup } from "./form-group.js";
import type { PathNode } from "./path-node.js";
import { isCollection, looksFixed, mayNameThing } from "./route-word.js";
import { hasFixedWord, pathsBelow } from "./subtree.js";
import { sharedWords } from "./word-score.js";

/** Siblings it takes, and fixed paths that stand below them. */
const MIN_MEMBERS = 6;
const MIN_PATHS = 3;
/** Of all that have fixed paths below them, the share that has the same. */
const SAME_SHARE = 3 / 4;
/** Of those with the same, the share that is called by no word that APIs are made of. */
const OWN_WORDS_SHARE = 1 / 4;
/** And of plurals, which resources are called by. */
const MAX_PLURALS = 1 / 2;
/** Words that stand below more of the siblings than this share are those of an enumeration, or fixed. */
const MAX_SPREAD = 1 / 2;
/** Share of siblings that begin or end with the word of another one. */
const MAX_ALIKE = 1 / 3;

/**
 * Literals below which the same stands, as it does below the values of one parameter: `/{index}/_search`, `/{index}/_doc/{id}`; or the same
 * two levels below, `/{owner}/{repository}/issues`. Then they may be called by words that APIs are made of as well, `/billing/_search`, but
 * not all of them, and not as resources are, in the plural: a framework gives all the resources of an API the same operations.
 */
export function uniformGroup<Leaf>(
  node: PathNode<Leaf>,
  literals: readonly PathNode<Leaf>[],
): ValueGroup<Leaf> | undefined {
  const members = sameBelow(literals) ?? sameTwoBelow(literals);
  if (members === undefined || !mayBeValues(members)) return undefined;
  const where = node.isParameter || node.parent === undefined ? "" : ` behind "${node.text}"`;
  return { members, type: "word", reason: `${members.length} different values${where} with the same below them` };
}

function hasSomeBelow<Leaf>({ literalCount, parameters }: PathNode<Leaf>): boolean {
  return literalCount + (parameters?.size ?? 0) >= 2;
}

function hasValues<Leaf>({ parameters }: PathNode<Leaf>): boolean {
  return parameters !== undefined;
}

/** Literals whose children are values: below these the same stands, and few stand below most of the literals. */
function sameTwoBelow<Leaf>(literals: readonly PathNode<Leaf>[]): readonly PathNode<Leaf>[] | undefined {
  const parents = literals.filter(({ literalCount }) => literalCount > 0);
  if (parents.length < MIN_MEMBERS) return undefined;
  const children = sameBelow(parents.flatMap(literalsBelow));
  if (children === undefined) return undefined;
  const texts = new Set(children.map(({ text }) => text));
  if (children.length > MAX_SPREAD * texts.size * parents.length) return undefined;
  const isMember = new Set(children);
  const members = parents.filter((parent) => literalsBelow(parent).some((child) => isMember.has(child)));
  if (members.length < Math.max(MIN_MEMBERS, SAME_SHARE * parents.length)) return undefined;
  // `/authn-ldap/{account}/login` and `/authn-oidc/{account}/login` are parts of an API: they are named alike.
  return sharedWords(literals, members) > MAX_ALIKE ? undefined : members;
}

function literalsBelow<Leaf>(node: PathNode<Leaf>): readonly PathNode<Leaf>[] {
  return [...node.literals()].filter(({ alias }) => alias === undefined);
}

/** Those of some literals below which the same stands, where these are nearly all that have anything fixed below them. */
function sameBelow<Leaf>(literals: readonly PathNode<Leaf>[]): readonly PathNode<Leaf>[] | undefined {
  // Cheap, for hardly ever there are any.
  if (literals.filter(hasSomeBelow).length < MIN_MEMBERS) return undefined;
  const usual = usualBelow(literals);
  const below = literals
    .map((literal) => [literal, [...pathsBelow(literal, usual)].filter(hasFixedWord)] as const)
    .filter(([, paths]) => paths.length > 0);
  const counts = new Map<string, number>();
  for (const [, paths] of below) for (const path of paths) counts.set(path, (counts.get(path) ?? 0) + 1);
  const isCommon = (path: string): boolean => (counts.get(path) ?? 0) * 2 >= below.length;
  const common = [...counts.keys()].filter(isCommon);
  if (common.length < MIN_PATHS) return undefined;
  const members = below.filter(([, paths]) => {
    const shared = paths.filter(isCommon).length;
    return shared * 2 >= common.length && shared >= SAME_SHARE * paths.length;
  });
  if (members.length < Math.max(MIN_MEMBERS, SAME_SHARE * below.length)) return undefined;
  const nodes = members.map(([member]) => member);
  // A thing has things of its own; where nothing but operations stands below, it is a part of an API that has them.
  const haveThings = common.some((path) => path.includes("{}")) || nodes.filter(hasValues).length * 2 >= nodes.length;
  return haveThings ? nodes : undefined;
}

/** Whether a word is fixed by what it is, or because it stands below many of some literals. */
function usualBelow<Leaf>(literals: readonly PathNode<Leaf>[]): (text: string) => boolean {
  const counts = new Map<string, number>();
  for (const literal of literals)
    for (const { text } of literal.literals()) counts.set(text, (counts.get(text) ?? 0) + 1);
  return (text) => looksFixed(text) || (counts.get(text) ?? 0) * 4 >= literals.length;
}

function mayBeValues<Leaf>(members: readonly PathNode<Leaf>[]): boolean {
  const own = members.filter(({ text }) => !looksFixed(text) || isName(text)).length;
  const plurals = members.filter(({ text }) => isCollection(text)).length;
  return own >= OWN_WORDS_SHARE * members.length && plurals < MAX_PLURALS * members.length;
}

/** `queue-inventory`: words of APIs, but put together as a name is. */
function isName(text: string): boolean {
  return text.includes("-") && mayNameThing(text) && !isCollection(text);
}
