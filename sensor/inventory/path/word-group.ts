import { MAX_VALUES } from "./evidence.js";
import { type Company, companyOf, fixedness } from "./fixedness.js";
import type { ValueGroup } from "./form-group.js";
import type { PathNode } from "./path-node.js";
import { isCollection, looksFixed, routeShare, stemOf, wordsOf } from "./route-word.js";
import type { SegmentType } from "./segment.js";
import { type LeafJudge, type Sibling, siblingOf } from "./sibling.js";

const MIN_MEMBERS = 3;
const CONTAINER =
  /^(v?\d[\w.]*|api|apis|rest|restapi|services?|public|private|internal|external|admin|app|apps|web|ws|data|rpc|json|gateway)$/i;

export type Place = "root" | "container" | "parameter" | "collection" | "noun";

export function placeOf<Leaf>(node: PathNode<Leaf>): Place {
  if (node.parent === undefined) return "root";
  if (node.isParameter) return "parameter";
  if (CONTAINER.test(node.text)) return "container";
  return isCollection(node.text) ? "collection" : "noun";
}

export const probe: { hook: ((node: unknown, members: readonly unknown[], x: Record<string, number>) => void) | undefined } = { hook: undefined };
export const THRESHOLD = { value: Number(process.env.THR ?? 2.75) };

/**
 * Literals that are values of one parameter though none of them shows it: words, names, slugs. The evidence of all of them is weighed
 * together.
 */
export function wordGroup<Leaf>(
  node: PathNode<Leaf>,
  literals: readonly PathNode<Leaf>[],
  judge: LeafJudge<Leaf>,
): ValueGroup<Leaf> | undefined {
  const candidates = literals.filter(({ text }) => text !== "" && !looksFixed(text));
  if (candidates.length < MIN_MEMBERS) return undefined;
  const all = candidates.map((literal) => siblingOf(literal, judge));
  const company = companyOf(all, false);
  const siblings = all.filter((sibling) => fixedness(sibling, company) < 0);
  if (siblings.length < MIN_MEMBERS) return undefined;
  const x = features(node, literals, siblings);
  const members = siblings.map((sibling) => sibling.node);
  probe.hook?.(node, members, x);
  if (score(x) < THRESHOLD.value) return undefined;
  const where = node.isParameter || node.parent === undefined ? "" : ` behind "${node.text}"`;
  return { members, type: mostOf(members), reason: `${members.length} different values${where}` };
}

function mostOf<Leaf>(members: readonly PathNode<Leaf>[]): SegmentType {
  const counts = new Map<SegmentType, number>();
  for (const { type } of members) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0][0];
}

function score(x: Record<string, number>): number {
  const ln = Math.log(x.n);
  return (
    -1.55 + 1.05 * ln + 0.23 * Math.max(0, ln - Math.log(8)) - 0.93 * x.plural - 1.0 * x.shared +
    0.42 * x.hyphen + 0.58 * x.upper - 0.26 * x.fixedShare - 0.3 * (x.others / (x.others + x.n)) - 0.36 * x.container +
    0.82 * x.collection + 0.34 * x.hasParameter - 0.49 * (x.below > 0 ? 1 : 0) +
    0.67 * Math.log1p(x.commonChild >= 2 ? x.commonChild : 0) - 0.32 * x.parameterBelow - 0.49 * (x.childInstances >= 2 ? x.distinct : 0) +
    0.93 * x.singles - 1.14 * x.plural * ln + 1.07 * Math.max(-2, Math.min(3, (x.n - 3 * x.others) / 6))
  );
}

/** Share of members that begin or end with a word which another does as well. */
function sharedWords(all: readonly string[], members: readonly string[]): number {
  const firsts = new Map<string, number>();
  const lasts = new Map<string, number>();
  for (const text of all) {
    const ws = wordsOf(stemOf(text));
    if (ws.length < 2) continue;
    firsts.set(ws[0], (firsts.get(ws[0]) ?? 0) + 1);
    lasts.set(ws[ws.length - 1], (lasts.get(ws[ws.length - 1]) ?? 0) + 1);
  }
  let shared = 0;
  for (const text of members) {
    const ws = wordsOf(stemOf(text));
    if (ws.length < 2) continue;
    if ((firsts.get(ws[0]) ?? 0) > 1 || (lasts.get(ws[ws.length - 1]) ?? 0) > 1) shared++;
  }
  return shared / members.length;
}

export function features<Leaf>(
  node: PathNode<Leaf>,
  literals: readonly PathNode<Leaf>[],
  members: readonly Sibling<Leaf>[],
): Record<string, number> {
  const n = members.length;
  const place = placeOf(node);
  const others = literals.length - n;
  const texts = members.map((m) => m.node.text);
  const sum = (of: (m: Sibling<Leaf>) => number): number => members.reduce((total, m) => total + of(m), 0);
  const childCount = new Map<string, number>();
  for (const { node: member } of members)
    for (const { text } of member.literals()) childCount.set(text, (childCount.get(text) ?? 0) + 1);
  const below = sum((m) => (m.node.literalCount > 0 || m.hasParameterBelow ? 1 : 0));
  const childInstances = sum((m) => m.node.literalCount);
  const endpoints = sum((m) => m.endpoints);
  const share = (is: (text: string) => boolean): number => texts.filter(is).length / n;
  return {
    n,
    others,
    plural: share(isCollection),
    lowerSnake: share((text) => /^[a-z]+(_[a-z]+)+$/.test(text)),
    shared: sharedWords(literals.map(({ text }) => text), texts),
    repeat: endpoints === 0 ? 0 : sum((m) => m.calls) / endpoints,
    hyphen: share((text) => text.includes("-")),
    upper: share((text) => /^[A-Z]/.test(text)),
    fixedShare: texts.reduce((total, text) => total + routeShare(text), 0) / n,
    root: place === "root" ? 1 : 0,
    container: place === "container" ? 1 : 0,
    parameter: place === "parameter" ? 1 : 0,
    collection: place === "collection" ? 1 : 0,
    noun: place === "noun" ? 1 : 0,
    hasParameter: node.parameters === undefined ? 0 : 1,
    below,
    parameterBelow: below === 0 ? 0 : sum((m) => (m.hasParameterBelow ? 1 : 0)) / below,
    commonChild: Math.max(0, ...childCount.values()),
    distinct: childInstances === 0 ? 0 : childCount.size / childInstances,
    childInstances,
    singles: endpoints === 0 ? 0.7 : sum((m) => m.singles) / endpoints,
    endpoints,
  };
}

const SOFT: ReadonlySet<SegmentType> = new Set(["word", "slug", "mixed", "file", "host", "code"]);

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
  const nothing: Revision<Leaf> = { join: [], leave: [] };
  if (evidence === undefined) return nothing;
  const values: Sibling<Leaf>[] = [];
  const literals: Sibling<Leaf>[] = [];
  for (const literal of node.literals()) {
    if (!isFree(literal)) continue;
    if (literal.alias !== undefined) values.push(siblingOf(literal, judge));
    else if (SOFT.has(literal.type)) literals.push(siblingOf(literal, judge));
  }
  if (values.length < 6) return nothing;
  const company = companyOf(values, evidence.hasRouteWords);
  evidence.hasRouteWords ||= areRouteWordsUsual(values, literals, company);
  const now = { ...company, hasRouteWords: evidence.hasRouteWords };
  return {
    join: literals.filter((literal) => fixedness(literal, now) < 0).map((sibling) => sibling.node),
    leave:
      values.length >= MAX_VALUES && evidence.values.size >= MAX_VALUES
        ? []
        : values.filter((value) => SOFT.has(value.node.type) && fixedness(value, now) > 1).map((sibling) => sibling.node),
  };
}

/** Of the words that look fixed, some behave like the values: then the values are words of all kinds, these among them. */
function areRouteWordsUsual<Leaf>(
  values: readonly Sibling<Leaf>[],
  literals: readonly Sibling<Leaf>[],
  company: Company,
): boolean {
  const usual = { ...company, hasRouteWords: true };
  const alike = [...values, ...literals].filter((one) => looksFixed(one.node.text) && fixedness(one, usual) < 0);
  return alike.length >= 2 && alike.length * 10 >= values.length;
}
