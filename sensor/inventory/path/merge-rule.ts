import type { PathNode } from "./path-node.js";
import { isCollection, ROUTE_WORDS } from "./route-word.js";
import { type SegmentType, skeletonOf, typeOf } from "./segment.js";

/** What the owner of the leaves says of one. */
export interface LeafJudge<Leaf> {
  /** Methods as one comparable text. */
  signature(leaf: Leaf): string;
  calls(leaf: Leaf): number;
}

export interface MergeableGroup<Leaf> {
  readonly members: readonly PathNode<Leaf>[];
  readonly type: SegmentType;
  readonly reason: string;
}

const MIN_SAME_SKELETON = 3;
const MIN_CODES = 4;
const MIN_SLUGS = 5;
/** Plain words, by where they stand. */
const NEEDED = { collection: 8, noun: 12, elsewhere: 80 } as const;
const CONTAINER =
  /^(v?\d[\w.]*|api|apis|rest|restapi|services?|public|private|internal|external|admin|app|apps|web|ws|data|rpc|json|gateway)$/i;
/** More literals than this under one node are values, whatever they look like. */
const MAX_LITERALS = 400;

/**
 * Which siblings of a literal just added, itself among them, are values of one parameter. The weaker the form of a value speaks for
 * itself, the more of them it takes, and the more alike what lies behind them has to be. Undefined while the evidence is not there.
 */
export function mergeableGroup<Leaf>(
  node: PathNode<Leaf>,
  made: PathNode<Leaf>,
  judge: LeafJudge<Leaf>,
  keptWords: ReadonlySet<string>,
): MergeableGroup<Leaf> | undefined {
  const type = made.type ?? typeOf(made.text);
  const siblings = node.literals;
  if (type === "mixed" && siblings.size >= MIN_SAME_SKELETON) {
    const skeleton = skeletonOf(made.text);
    const alike = pick(node, keptWords, (literal) => literal.type === "mixed" && skeletonOf(literal.text) === skeleton);
    if (alike.length >= MIN_SAME_SKELETON)
      return group(alike, "mixed", `${alike.length} values of the form ${skeleton}`);
  }
  if (type === "slug" || type === "code") {
    const alike = pick(node, keptWords, (literal) => literal.type === type);
    if (alike.length >= (type === "slug" ? MIN_SLUGS : MIN_CODES))
      return group(alike, type, `${alike.length} different ${type}s`);
  }
  return wordGroup(node, judge, keptWords);
}

function wordGroup<Leaf>(
  node: PathNode<Leaf>,
  judge: LeafJudge<Leaf>,
  keptWords: ReadonlySet<string>,
): MergeableGroup<Leaf> | undefined {
  const place = placeOf(node);
  const needed = NEEDED[place];
  if (node.literals.size < needed) return undefined;
  const literals = pick(node, keptWords, (literal) => literal.text !== "");
  if (literals.length > MAX_LITERALS) return group(literals, "word", `more than ${MAX_LITERALS} different values`);
  const alike = place === "elsewhere" ? largestAlike(literals, judge) : literals;
  const names = alike.filter((literal) => mayBeName(literal.text, place));
  if (names.length < needed || (place === "noun" && !areRare(names, judge))) return undefined;
  // Few collections' names among many other words are values as well; many mean that all are resources.
  const collections = alike.filter((literal) => isCollection(literal.text) && !literal.text.includes("."));
  const members = collections.length * 3 <= names.length ? [...names, ...collections] : names;
  const where = place === "elsewhere" ? "" : ` behind "${node.text}"`;
  return group(members, "word", `${members.length} different values${where}`);
}

/** Behind a collection's name stand its members; behind any other noun often; at the top and behind a version resources. */
function placeOf<Leaf>(node: PathNode<Leaf>): keyof typeof NEEDED {
  if (node.parent === undefined || node.isParameter || CONTAINER.test(node.text)) return "elsewhere";
  return isCollection(node.text) ? "collection" : "noun";
}

/** A plain word; not one of several put together, as operations are named, nor a file's name. */
function mayBeName(text: string, place: keyof typeof NEEDED): boolean {
  if (/[a-z][A-Z]|_/.test(text) || isCollection(text) || /\.[a-z]{2,4}$/i.test(text)) return false;
  return place === "collection" || !text.includes("-");
}

/** Operations are called again and again; of the values of a parameter many are seen once or twice. */
function areRare<Leaf>(literals: readonly PathNode<Leaf>[], judge: LeafJudge<Leaf>): boolean {
  const rare = literals.filter((literal) => literal.leaf === undefined || judge.calls(literal.leaf) <= 2);
  return rare.length * 2 >= literals.length;
}

function largestAlike<Leaf>(literals: readonly PathNode<Leaf>[], judge: LeafJudge<Leaf>): readonly PathNode<Leaf>[] {
  const groups = new Map<string, PathNode<Leaf>[]>();
  for (const literal of literals) {
    const shape = shapeOf(literal, judge);
    const members = groups.get(shape);
    if (members === undefined) groups.set(shape, [literal]);
    else members.push(literal);
  }
  return [...groups.values()].reduce((largest, next) => (next.length > largest.length ? next : largest), []);
}

/** What is kept at a node and the names below it: members of a collection have the same. */
function shapeOf<Leaf>(node: PathNode<Leaf>, judge: LeafJudge<Leaf>): string {
  const own = node.leaf === undefined ? "" : judge.signature(node.leaf);
  const below = [...node.literals.keys()].sort().join(",");
  return below === "" && node.parameters === undefined ? own : `/${below}${node.parameters === undefined ? "" : "/{}"}`;
}

function pick<Leaf>(
  node: PathNode<Leaf>,
  keptWords: ReadonlySet<string>,
  isIt: (literal: PathNode<Leaf>) => boolean,
): PathNode<Leaf>[] {
  return [...node.literals.values()].filter(
    (literal) => !ROUTE_WORDS.has(literal.text) && !keptWords.has(literal.text) && isIt(literal),
  );
}

function group<Leaf>(members: readonly PathNode<Leaf>[], type: SegmentType, reason: string): MergeableGroup<Leaf> {
  return { members, type, reason };
}
