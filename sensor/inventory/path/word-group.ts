import { hasVerb } from "./composed.js";
import type { Evidence } from "./evidence.js";
import { byRegularity, type Company, companyOf, fixedness } from "./fixedness.js";
import type { ValueGroup } from "./form-group.js";
import { joinsByForm } from "./joining.js";
import type { PathNode } from "./path-node.js";
import { FORMAT, isOperation, looksFixed, mayNameThing } from "./route-word.js";
import { isValue, type SegmentType } from "./segment.js";
import { type LeafJudge, rateOf, type Sibling, siblingOf } from "./sibling.js";
import { areCalledApart, haveOwnKinds, haveOwnPaths } from "./subtree.js";
import { isToldApart } from "./taken-value.js";
import { isCalledOften, oftenBeside } from "./value-rate.js";
import { ENOUGH, type Place, placeOf, wordScore } from "./word-score.js";

const MIN_MEMBERS = 3;
/** Values of one parameter that it takes to compare others with them. */
const MIN_COMPANY = 6;
/** Beyond this a value is taken for fixed after all. */
const LEAVING = 1;
/** What is called so much more often than values beside it is fixed, whatever it is called. */
const CALLED_OFTEN = 3.5;
/** Which literals may be values together, and how many of them it takes. */
interface Candidates {
  is(text: string): boolean;
  readonly least: number;
  /** Words that APIs are made of may be among them. */
  readonly hasRouteWords: boolean;
}

const OWN_WORDS: Candidates = { is: (text) => !looksFixed(text), least: MIN_MEMBERS, hasRouteWords: false };
const NAMES_OF_THINGS: Candidates = { is: mayNameThing, least: 8, hasRouteWords: true };
/**
 * Behind these, names of things are what a member may be called as well: `/org/payments`, `/channels/orders`. So much more evidence it takes than
 * for words that APIs are not made of, for `/account/settings` is no member.
 */
const MORE: Partial<Record<Place, number>> = { collection: 1, noun: 2 };
/** What is to be had or done is mostly fixed, `/get/owner`; of very many words it hardly is, `/encrypt/{key}`. */
const MORE_BEHIND_OPERATION = 3;
/** Types that do not tell by themselves whether a segment is a value. */
const SOFT: ReadonlySet<SegmentType> = new Set(["word", "slug", "name", "mixed", "file", "host", "code"]);
/** Written so differently from words that they may be values among fixed words. */
const APART: readonly SegmentType[] = ["slug", "file", "mixed"];
const MAY_LEAVE: ReadonlySet<SegmentType> = new Set(["word", "slug"]);

/**
 * Literals that are values of one parameter though none of them shows it: words, names, slugs. The evidence of all of them is weighed
 * together.
 */
export function wordGroup<Leaf>(
  node: PathNode<Leaf>,
  literals: readonly PathNode<Leaf>[],
  judge: LeafJudge<Leaf>,
): ValueGroup<Leaf> | undefined {
  let group = groupAmong(node, literals, judge);
  for (const type of APART) {
    if (group !== undefined) break;
    const ofType = literals.filter((literal) => literal.type === type);
    if (ofType.length < literals.length) group = groupAmong(node, ofType, judge);
  }
  return group;
}

export function groupAmong<Leaf>(
  node: PathNode<Leaf>,
  literals: readonly PathNode<Leaf>[],
  judge: LeafJudge<Leaf>,
): ValueGroup<Leaf> | undefined {
  const own = groupOf(node, literals, judge, OWN_WORDS, ENOUGH);
  if (own !== undefined) return own;
  const more = mayHoldThings(node) ? moreFor(node) : undefined;
  return more === undefined ? undefined : groupOf(node, literals, judge, NAMES_OF_THINGS, ENOUGH + more);
}

function moreFor<Leaf>(node: PathNode<Leaf>): number | undefined {
  return isOperation(node.text.toLowerCase()) ? MORE_BEHIND_OPERATION : MORE[placeOf(node)];
}

/** Beside numbers and identifiers names of things are fixed: `/person/{personId}` and `/person/age`. */
function mayHoldThings<Leaf>(node: PathNode<Leaf>): boolean {
  const types = node.parameter("")?.evidence?.types;
  return types === undefined || types.has("word") || types.has("slug");
}

function groupOf<Leaf>(
  node: PathNode<Leaf>,
  literals: readonly PathNode<Leaf>[],
  judge: LeafJudge<Leaf>,
  { is, least, hasRouteWords }: Candidates,
  enough: number,
): ValueGroup<Leaf> | undefined {
  const candidates = literals.filter(({ text }) => is(text));
  if (candidates.length < least) return undefined;
  const often = oftenBeside(node, judge);
  const all = candidates.map((literal) => siblingOf(literal, judge)).filter((one) => !isCalledOften(one, often));
  const company = { ...companyOf(all, hasRouteWords), hasRouteWords };
  const siblings = all.filter((sibling) => fixedness(sibling, company) < 0);
  if (siblings.length < MIN_MEMBERS) return undefined;
  if (wordScore(node, literals, siblings, likeCompany(literals, company, judge).length) < enough) return undefined;
  if (haveOwnPaths(siblings) || haveOwnKinds(siblings) || areCalledApart(siblings)) return undefined;
  const members = siblings.map((sibling) => sibling.node);
  const where = node.isParameter || node.parent === undefined ? "" : ` behind "${node.text}"`;
  return { members, type: mostOf(members), reason: `${members.length} different values${where}` };
}

/** Words that APIs are made of, but that are called as the others are, and so may be values that are called so by chance. */
function likeCompany<Leaf>(
  literals: readonly PathNode<Leaf>[],
  company: Company,
  judge: LeafJudge<Leaf>,
): readonly PathNode<Leaf>[] {
  const usual = { ...company, hasRouteWords: true };
  return literals.filter((literal) => looksFixed(literal.text) && fixedness(siblingOf(literal, judge), usual) < 0);
}

/** Of those that look fixed the ones that may be values, as the members of a group are. */
export function alikeAmong<Leaf>(
  literals: readonly PathNode<Leaf>[],
  members: readonly PathNode<Leaf>[],
  judge: LeafJudge<Leaf>,
): readonly PathNode<Leaf>[] {
  const company = companyOf(
    members.map((member) => siblingOf(member, judge)),
    false,
  );
  return likeCompany(literals, company, judge);
}

function mostOf<Leaf>(members: readonly PathNode<Leaf>[]): SegmentType {
  const counts = new Map<SegmentType, number>();
  for (const { type } of members) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0][0];
}

export interface Revision<Leaf> {
  /** Literals that are values of the parameter beside them. */
  readonly join: readonly PathNode<Leaf>[];
  /** Values that turned out to be fixed. */
  readonly leave: readonly PathNode<Leaf>[];
}

/** Looks again at the literals and known values beside a parameter whose values are words. */
export function revise<Leaf>(
  node: PathNode<Leaf>,
  parameter: PathNode<Leaf>,
  isFree: (literal: PathNode<Leaf>) => boolean,
  judge: LeafJudge<Leaf>,
): Revision<Leaf> {
  const { evidence } = parameter;
  if (evidence === undefined) return { join: [], leave: [] };
  const known: PathNode<Leaf>[] = [];
  const beside: PathNode<Leaf>[] = [];
  for (const literal of node.literals()) {
    // `acme:cancel` counts for another parameter there, and says nothing of this one's values.
    const among = literal.alias === parameter ? known : literal.alias === undefined ? beside : undefined;
    if (among !== undefined && isFree(literal)) among.push(literal);
  }
  const often = oftenBeside(node, judge);
  if (known.length < MIN_COMPANY) {
    // What is below each is summed up only where something follows from it.
    if (often === Number.POSITIVE_INFINITY) return { join: [], leave: [] };
    const apart = known.filter((value) => mayLeave(value, evidence) && isCalledOften(siblingOf(value, judge), often));
    return { join: [], leave: apart };
  }
  const values = known.map((value) => siblingOf(value, judge));
  // What is a value by its form alone would be found at the parameter again, and so would calls that are not told apart.
  if (haveOwnKinds(values) || areCalledApart(values)) {
    const apart = values.filter(({ node: { text, type } }) => !isValue(type) && isToldApart(text, evidence));
    return { join: [], leave: apart.map((value) => value.node) };
  }
  const literals = beside
    .filter((literal) => SOFT.has(literal.type) && belongsTo(parameter, literal))
    .map((literal) => siblingOf(literal, judge));
  const company = companyOf(values, evidence.hasRouteWords);
  evidence.hasRouteWords ||= areRouteWordsUsual(values, literals, company);
  const now: Company = { ...company, hasRouteWords: evidence.hasRouteWords };
  const fixed = (one: Sibling<Leaf>): number => (isCalledOften(one, often) ? CALLED_OFTEN : 0) + fixedness(one, now);
  return {
    // Words taken for values by mistake are called as often as each other: that keeps none of them from leaving.
    join: literals.filter((literal) => fixed(literal) + byRegularity(literal, now) < 0).map(({ node: one }) => one),
    leave: values
      .filter((value) => mayLeave(value.node, evidence) && fixed(value) > LEAVING)
      .map(({ node: one }) => one),
  };
}

/** `at.json` is beside values that are followed by `.json`, not beside others. */
function belongsTo<Leaf>({ text: suffix, parent }: PathNode<Leaf>, { text }: PathNode<Leaf>): boolean {
  if (hasVerb(text)) return false;
  if (suffix !== "") return text.length > suffix.length && text.endsWith(suffix);
  const { parameters } = parent ?? {};
  if (parameters === undefined || parameters.size === 1 || !text.includes(".")) return true;
  return ![...parameters.keys()].some((one) => one !== "" && text.endsWith(one));
}

function mayLeave<Leaf>({ text, type }: PathNode<Leaf>, evidence: Evidence): boolean {
  return MAY_LEAVE.has(type) && isToldApart(text, evidence) && !joinsByForm(text, type, evidence);
}

/** Also before a format: `private.json`. */
function isWord<Leaf>({ text, type }: PathNode<Leaf>): boolean {
  return MAY_LEAVE.has(type) || (type === "file" && FORMAT.test(text));
}

/** Of the words that look fixed, some behave like the values: then the values are words of all kinds, these among them. */
function areRouteWordsUsual<Leaf>(
  values: readonly Sibling<Leaf>[],
  literals: readonly Sibling<Leaf>[],
  company: Company,
): boolean {
  const usual = { ...company, hasRouteWords: true };
  const alike = [...values, ...literals].filter(
    (one) =>
      isWord(one.node) && looksFixed(one.node.text) && rateOf(one) <= 2 * company.rate && fixedness(one, usual) < 0,
  );
  return alike.length >= 2 && alike.length * 10 >= values.length;
}
