import type { ValueGroup } from "./form-group.js";
import type { PathNode } from "./path-node.js";
import { isCollection, isJoined, isStandIn, isStrongWord, looksFixed, routeShare, wordsOf } from "./route-word.js";
import { MAX_VALUES } from "./evidence.js";
import type { SegmentType } from "./segment.js";

/** What the owner of the leaves says of one. */
export interface LeafJudge<Leaf> {
  /** Methods as one comparable text. */
  signature(leaf: Leaf): string;
  calls(leaf: Leaf): number;
}

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

/** How often what stands at and below a node is called. */
interface Use {
  calls: number;
  endpoints: number;
}

function useOf<Leaf>(node: PathNode<Leaf>, judge: LeafJudge<Leaf>, depth: number, use: Use): Use {
  if (node.leaf !== undefined) {
    use.endpoints += judge.signature(node.leaf).split(",").length;
    use.calls += judge.calls(node.leaf);
  }
  if (depth > 0) {
    for (const child of node.literals.values()) useOf(child, judge, depth - 1, use);
    for (const child of node.parameters?.values() ?? []) useOf(child, judge, depth - 1, use);
  }
  return use;
}

const rateOf = ({ calls, endpoints }: Use): number => (endpoints === 0 ? 1 : calls / endpoints);

/** Members without those that are called, or have below them, many times what all the others are and have. */
function withoutOutliers<Leaf>(members: readonly PathNode<Leaf>[], judge: LeafJudge<Leaf>): readonly PathNode<Leaf>[] {
  const rates = members.map((member) => rateOf(useOf(member, judge, 1, { calls: 0, endpoints: 0 })));
  const fans = members.map((member) => member.literals.size);
  const [rateLimit, fanLimit] = [limitOf(rates, 5), limitOf(fans, 8)];
  const kept = members.filter((_member, at) => rates[at] < rateLimit && fans[at] < fanLimit);
  return kept.length * 4 >= members.length * 3 ? kept : members;
}

/** Where nearly all are about the same, four times the median; else there is no limit. */
function limitOf(figures: readonly number[], least: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const median = Math.max(1, sorted[sorted.length >> 1]);
  const high = sorted[Math.floor(sorted.length * 0.75)];
  return high <= 2 * median ? Math.max(least, 4 * median) : Number.POSITIVE_INFINITY;
}

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
  if (candidates.length < MIN_MEMBERS) return leftoverGroup(node, literals, judge);
  const members = withoutOutliers(candidates, judge);
  const x = features(node, members, judge);
  probe.hook?.(node, members, x);
  if (score(x) < THRESHOLD.value) return leftoverGroup(node, literals, judge);
  const of = `${members.length} different values${node.isParameter || node.parent === undefined ? "" : ` behind "${node.text}"`}`;
  const type = members.reduce((counts, { type }) => counts.set(type, (counts.get(type) ?? 0) + 1), new Map());
  const [most] = [...type].sort((a, b) => b[1] - a[1])[0];
  return { members, type: most, reason: of };
}

const SOFT: readonly SegmentType[] = ["word", "slug", "mixed", "file", "host", "code"];

/** Words that look fixed beside a parameter of words, and are values all the same. */
function leftoverGroup<Leaf>(
  node: PathNode<Leaf>,
  literals: readonly PathNode<Leaf>[],
  judge: LeafJudge<Leaf>,
): ValueGroup<Leaf> | undefined {
  const parameter = node.parameter("");
  const evidence = parameter?.evidence;
  if (parameter === undefined || evidence === undefined || !SOFT.some((type) => evidence.types.has(type))) return undefined;
  const known = evidence.values.size;
  if (known < 6) return undefined;
  const use = useOf(parameter, judge, 1, { calls: 0, endpoints: 0 });
  const limit = known >= MAX_VALUES ? Number.POSITIVE_INFINITY : Math.max(5, (4 * use.calls) / Math.max(1, use.endpoints) / known);
  const sure: PathNode<Leaf>[] = [];
  const likely: PathNode<Leaf>[] = [];
  for (const literal of literals) {
    if (isStandIn(literal.text) || isJoined(literal.text)) continue;
    if (rateOf(useOf(literal, judge, 1, { calls: 0, endpoints: 0 })) >= limit) continue;
    const likeness = likenessOf(literal, parameter, judge);
    if (likeness === "below") sure.push(literal);
    else if (likeness === "leaf" && !isStrongWord(literal.text) && !isCollection(literal.text)) likely.push(literal);
  }
  const isUsual = evidence.hasRouteWords || (likely.length >= 2 && likely.length * 10 >= known);
  if (isUsual && likely.length > 0) evidence.hasRouteWords = true;
  const members = isUsual ? [...sure, ...likely] : sure;
  if (members.length === 0) return undefined;
  return { members, type: members[0].type, reason: `${members.length} more like the others` };
}

/** Whether a literal has what a parameter has: something of the same name below, or nothing but the same methods. */
function likenessOf<Leaf>(
  literal: PathNode<Leaf>,
  parameter: PathNode<Leaf>,
  judge: LeafJudge<Leaf>,
): "below" | "leaf" | undefined {
  if (literal.leaf !== undefined) {
    if (parameter.leaf === undefined) return undefined;
    const methods = judge.signature(parameter.leaf).split(",");
    if (!judge.signature(literal.leaf).split(",").every((method) => methods.includes(method))) return undefined;
  }
  for (const text of literal.literals.keys()) if (!parameter.literals.has(text)) return undefined;
  if (literal.literals.size > 0) return "below";
  if (literal.parameters !== undefined && parameter.parameters === undefined) return undefined;
  return "leaf";
}

function score(x: Record<string, number>): number {
  const ln = Math.log(x.n);
  return (
    -1.55 + 1.46 * ln + 0.55 * Math.max(0, ln - Math.log(8)) - 0.89 * x.plural - 0.36 * x.lowerSnake - 0.53 * x.shared +
    0.51 * x.hyphen + 0.43 * x.upper - 0.41 * x.fixedShare - 1.56 * (x.others / (x.others + x.n)) - 0.45 * x.container -
    0.17 * x.parameter + 0.82 * x.collection - 0.19 * x.root + 0.43 * x.hasParameter - 0.6 * (x.below > 0 ? 1 : 0) +
    0.27 * Math.log1p(x.commonChild >= 2 ? x.commonChild : 0) - 0.22 * x.parameterBelow - 0.45 * (x.childInstances >= 2 ? x.distinct : 0) +
    0.68 * x.singles - 0.92 * Math.log(Math.max(1, x.repeat)) - 1.19 * x.plural * ln
  );
}

/** Share of members that begin or end with a word which another does as well. */
function sharedWords(all: readonly string[], members: readonly string[]): number {
  const firsts = new Map<string, number>();
  const lasts = new Map<string, number>();
  for (const text of all) {
    const ws = wordsOf(text);
    if (ws.length < 2) continue;
    firsts.set(ws[0], (firsts.get(ws[0]) ?? 0) + 1);
    lasts.set(ws[ws.length - 1], (lasts.get(ws[ws.length - 1]) ?? 0) + 1);
  }
  let shared = 0;
  for (const text of members) {
    const ws = wordsOf(text);
    if (ws.length < 2) continue;
    if ((firsts.get(ws[0]) ?? 0) > 1 || (lasts.get(ws[ws.length - 1]) ?? 0) > 1) shared++;
  }
  return shared / members.length;
}

export function features<Leaf>(
  node: PathNode<Leaf>,
  members: readonly PathNode<Leaf>[],
  judge: LeafJudge<Leaf>,
): Record<string, number> {
  const n = members.length;
  const place = placeOf(node);
  const others = node.literals.size - n;
  let below = 0;
  let parameterBelow = 0;
  let childInstances = 0;
  let leaves = 0;
  let endpoints = 0;
  let repeats = 0;
  let singles = 0;
  let fixedShare = 0;
  const childCount = new Map<string, number>();
  const signatures = new Map<string, number>();
  const count = (leaf: Leaf | undefined): void => {
    if (leaf === undefined) return;
    endpoints++;
    repeats += judge.calls(leaf);
    if (judge.calls(leaf) <= judge.signature(leaf).split(",").length) singles++;
  };
  for (const member of members) {
    fixedShare += routeShare(member.text);
    if (member.leaf !== undefined) {
      leaves++;
      const signature = judge.signature(member.leaf);
      signatures.set(signature, (signatures.get(signature) ?? 0) + 1);
    }
    count(member.leaf);
    if (member.literals.size > 0 || member.parameters !== undefined) below++;
    if (member.parameters !== undefined) {
      parameterBelow++;
      for (const child of member.parameters.values()) count(child.leaf);
    }
    for (const [text, child] of member.literals) {
      childInstances++;
      childCount.set(text, (childCount.get(text) ?? 0) + 1);
      count(child.leaf);
    }
  }
  const commonChild = Math.max(0, ...childCount.values());
  return {
    n,
    others,
    plural: members.filter((m) => isCollection(m.text)).length / n,
    lowerSnake: members.filter((m) => /^[a-z]+(_[a-z]+)+$/.test(m.text)).length / n,
    shared: sharedWords([...node.literals.keys()], members.map((m) => m.text)),
    repeat: endpoints === 0 ? 0 : repeats / endpoints,
    hyphen: members.filter((m) => m.text.includes("-")).length / n,
    upper: members.filter((m) => /^[A-Z]/.test(m.text)).length / n,
    fixedShare: fixedShare / n,
    root: place === "root" ? 1 : 0,
    container: place === "container" ? 1 : 0,
    parameter: place === "parameter" ? 1 : 0,
    collection: place === "collection" ? 1 : 0,
    noun: place === "noun" ? 1 : 0,
    hasParameter: node.parameters === undefined ? 0 : 1,
    below,
    parameterBelow: below === 0 ? 0 : parameterBelow / below,
    commonChild,
    distinct: childInstances === 0 ? 0 : childCount.size / childInstances,
    childInstances,
    leaves: leaves / n,
    oneSignature: leaves === 0 ? 0 : Math.max(...signatures.values()) / leaves,
    singles: endpoints === 0 ? 0 : singles / endpoints,
    endpoints,
  };
}
