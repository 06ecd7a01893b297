import { countBelow } from "./fixedness.js";
import type { PathNode } from "./path-node.js";
import { isCollection, routeShare, stemOf, wordsOf } from "./route-word.js";
import { type Sibling, total } from "./sibling.js";

/** Names of what stands before resources rather than before values. */
const CONTAINER =
  /^(v?\d[\w.]*|api|apis|rest|restapi|services?|public|private|internal|external|admin|app|apps|web|ws|data|rpc|json|gateway)$/i;

export type Place = "root" | "container" | "parameter" | "collection" | "noun";

/** What stands before the segments below a node. */
export function placeOf<Leaf>(node: PathNode<Leaf>): Place {
  if (node.parent === undefined) return "root";
  if (node.isParameter) return "parameter";
  if (isContainer(node)) return "container";
  return isCollection(node.text) ? "collection" : "noun";
}

/** Behind a resource, `/catalog/service/…`, such a name is one of a resource as well. */
function isContainer<Leaf>({ text, parent }: PathNode<Leaf>): boolean {
  return CONTAINER.test(text) && isBeforeResources(parent);
}

/** Also behind a value that parts the API, `/{tenant}/api/…`. */
function isBeforeResources<Leaf>(node: PathNode<Leaf> | undefined): boolean {
  for (let one = node; one?.parent !== undefined; one = one.parent)
    if (!one.isParameter && !CONTAINER.test(one.text)) return false;
  return true;
}

/** From here on siblings are taken for values: about one false group in a thousand, on the APIs the weights were fitted to. */
export const ENOUGH = 2.8;
/** Of values many are seen once; counted so where nothing was counted yet. */
const USUAL_SINGLES = 0.7;
const MANY = 8;
/**
 * Resources are called by plurals, but an API has not so many of them of which none is a word of APIs: more weigh no more. Behind a collection,
 * `/categories/shoes`, so many weigh no more than half of them.
 */
const MANY_PLURALS = 12;
/** What it weighs against values to begin alike: as much as a hundred of them weigh. */
const BEGIN_ALIKE = 6;
/** How far those that may be members as well are counted no others. */
const ALIKE = 0.8;
/** So much less where members share their words, as operations do. */
const ALIKE_SHARED = 0.4;

/** As so many weigh few that stand alone and of which none has a word of APIs: of fixed segments, hardly three are all there is and called so. */
const FEW = 5;

/**
 * How much rather siblings are values of one parameter than fixed segments, in natural logarithms of the odds. The weights are those of
 * a logistic regression over requests to public APIs (test/evaluation/path-templates.ts), a half of them at a time fitted and the other
 * half judged.
 */
export function wordScore<Leaf>(
  node: PathNode<Leaf>,
  literals: readonly PathNode<Leaf>[],
  members: readonly Sibling<Leaf>[],
  alike: number,
): number {
  const texts = members.map((member) => member.node.text);
  const count = members.length;
  const areAlone = node.literalCount === count && texts.every((text) => routeShare(text) === 0);
  const weight = areAlone ? Math.max(FEW, count) : count;
  const share = (is: (text: string) => boolean): number => texts.filter(is).length / count;
  const shared = sharedWords(
    literals,
    members.map((member) => member.node),
  );
  const others = literals.length - count - (alike <= count ? (ALIKE - ALIKE_SHARED * shared) * alike : 0);
  const size = Math.log(weight);
  const plurals = share(isCollection);
  const place = placeOf(node);
  return (
    -1.5 +
    0.84 * size +
    0.17 * Math.max(0, size - Math.log(MANY)) +
    // Where values stand, few are words that APIs are made of; where fixed segments stand, most are.
    1.33 * Math.max(-2, Math.min(3, (weight - 1.8 * others) / 6)) -
    0.45 * (others / literals.length) -
    0.2 * (texts.reduce((sum, text) => sum + routeShare(text), 0) / count) -
    (0.91 + 1.17 * Math.log(pluralsOf(count, place))) * plurals -
    1.4 * shared -
    BEGIN_ALIKE * shareBeginning(literals, members) +
    0.5 * share((text) => text.includes("-")) +
    0.56 * share((text) => /^[A-Z]/.test(text)) +
    (place === "collection" ? 0.76 : place === "container" ? -0.32 : place === "root" ? -0.8 : 0) +
    (node.parameters === undefined ? 0 : 0.3) +
    scoreBelow(members) -
    differBelow(members) +
    0.92 * singlesOf(members)
  );
}

/** How many words, if they are plurals, weigh against values. */
function pluralsOf(count: number, place: Place): number {
  return place === "collection" && count > MANY_PLURALS ? MANY_PLURALS / 2 : Math.min(count, MANY_PLURALS);
}

const MANY_VALUES = 8;

/** Values have the same below them; below some fixed words many values stand, below others none. */
function differBelow<Leaf>(members: readonly Sibling<Leaf>[]): number {
  const collections = total(members, ({ node }) =>
    (node.parameter("")?.evidence?.values.size ?? 0) >= MANY_VALUES ? 1 : 0,
  );
  const without = total(members, ({ hasParameterBelow }) => (hasParameterBelow ? 0 : 1));
  return collections >= 2 && collections * 4 >= members.length && without * 4 >= members.length ? 1.5 : 0;
}

/** Members of a collection have the same below them, resources each their own. */
function scoreBelow<Leaf>(members: readonly Sibling<Leaf>[]): number {
  const counts = new Map<string, number>();
  // A slash at the end is how an API writes all its paths, not something that values share.
  for (const { node } of members)
    for (const { text } of node.literals()) if (text !== "") counts.set(text, (counts.get(text) ?? 0) + 1);
  const withBelow = total(members, ({ node, hasParameterBelow }) =>
    countBelow(node) > 0 || hasParameterBelow ? 1 : 0,
  );
  if (withBelow === 0) return 0;
  const all = total(members, ({ node }) => countBelow(node));
  const most = Math.max(0, ...counts.values());
  const common = [...counts.values()].filter((count) => count >= 4 && count * 3 >= withBelow).length;
  return (
    -0.53 +
    0.45 * Math.log1p(most < 2 ? 0 : most) +
    0.2 * Math.min(3, common) -
    0.53 * (all < 2 ? 0 : counts.size / all) -
    0.26 * (total(members, ({ hasParameterBelow }) => (hasParameterBelow ? 1 : 0)) / withBelow)
  );
}

function singlesOf<Leaf>(members: readonly Sibling<Leaf>[]): number {
  const endpoints = total(members, (member) => member.endpoints);
  return endpoints === 0 ? USUAL_SINGLES : total(members, ({ singles }) => singles) / endpoints;
}

/** Share of members that begin or end with a word that another literal begins or ends with: operations are named alike. */
export function sharedWords<Leaf>(literals: readonly PathNode<Leaf>[], members: readonly PathNode<Leaf>[]): number {
  const counts = new Map<string, number>();
  for (const { text } of literals) for (const end of endsOf(text)) counts.set(end, (counts.get(end) ?? 0) + 1);
  const shared = members.filter(({ text }) => endsOf(text).some((end) => (counts.get(end) ?? 0) > 1));
  return shared.length / members.length;
}

/** `gethomedata`: what it does, though nothing parts the words. */
const LEADING = /^(get|set|add|create|delete|remove|update|list|find|search|sync)[a-z]{4}/;

/** Words of this length at least may be several that nothing parts; so many first letters are more than a syllable. */
const MIN_JOINED = 12;
const BEGINNING = 6;

/**
 * Share of members that are long and begin as another literal does, though nothing parts their words: `boxscoremisc` and `boxscoreusage` are
 * operations. Names of people, places and things hardly ever do.
 */
function shareBeginning<Leaf>(literals: readonly PathNode<Leaf>[], members: readonly Sibling<Leaf>[]): number {
  const counts = new Map<string, number>();
  for (const { text } of literals) {
    const beginning = beginningOf(text);
    if (beginning !== undefined) counts.set(beginning, (counts.get(beginning) ?? 0) + 1);
  }
  const sharing = members.filter(({ node }) => (counts.get(beginningOf(node.text) ?? "") ?? 0) > 1);
  return sharing.length / members.length;
}

function beginningOf(text: string): string | undefined {
  if (text.length < MIN_JOINED || !/^[a-z]+\d*$/i.test(text)) return undefined;
  return text.slice(0, BEGINNING).toLowerCase();
}

/** First and last word of those that have several. */
function endsOf(text: string): readonly string[] {
  const words = wordsOf(stemOf(text));
  if (words.length === 1) {
    const leading = LEADING.exec(text)?.[1];
    return leading === undefined ? [] : [`${leading}-`];
  }
  return words.length < 2 ? [] : [`${words[0]}-`, `-${words[words.length - 1]}`];
}
