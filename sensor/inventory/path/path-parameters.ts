import type { PathParameter } from "../../../shared/endpoint-facts.js";
import { compare } from "../count/tally.js";
import type { DeclaredPath } from "../declared/coverage.js";
import { declaredParameters } from "../declared/declared-parameter.js";
import type { Route } from "../declared/route-table.js";
import type { PathNode } from "./path-node.js";
import { pathOfValue } from "./remembered-value.js";
import type { SegmentType } from "./segment.js";
import { type ValueUse, withoutUses } from "./value-use.js";

/** Why a segment became a parameter, and values it had. */
export interface StoredEvidence {
  readonly type: SegmentType;
  readonly reason: string;
  readonly values: readonly string[];
}

/** Where a template comes from: the paths seen, or a declared one. */
interface Place {
  readonly node: PathNode<unknown> | undefined;
  readonly route: Route<DeclaredPath> | undefined;
}

/** The parameters of a template, in its order, as they are told. */
export function parametersOf({ node, route }: Place): PathParameter[] {
  if (route !== undefined) return declaredParameters(route);
  return parameterNodes(node).map(({ name, evidence }) => ({
    name,
    type: evidence?.type ?? "word",
    reason: evidence?.reason ?? "",
    distinctValues: evidence?.values.size ?? 0,
  }));
}

/** The same, as they are kept. */
export function evidenceOf({ node, route }: Place): StoredEvidence[] {
  if (route !== undefined)
    return declaredParameters(route).map(({ reason }) => ({ type: "identifier", reason, values: [] }));
  return parameterNodes(node).map(({ evidence }) => ({
    type: evidence?.type ?? "word",
    reason: evidence?.reason ?? "",
    values: [...(evidence?.values ?? [])],
  }));
}

/** Values of its parameters that were words, and what each was called for. */
export interface StoredValue {
  readonly path: string;
  readonly calls: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly firstMicros: number;
  readonly lastMicros: number;
}

/** Values of one endpoint that are kept over a restart, those called most. */
const MAX_STORED_VALUES = 32;

export function valuesOf({ node, method }: Pick<Place, "node"> & { readonly method: string }): StoredValue[] {
  const values: StoredValue[] = [];
  for (const alias of node?.aliases ?? []) {
    const use = alias.uses?.find((one) => one.method === method);
    if (use === undefined) continue;
    const { calls, statuses, firstMicros, lastMicros } = use;
    values.push({ path: pathOfValue(alias), calls, statuses: Object.fromEntries(statuses), firstMicros, lastMicros });
  }
  return values.sort((a, b) => b.calls - a.calls || compare(a.path, b.path)).slice(0, MAX_STORED_VALUES);
}

export function useOf(method: string, { statuses, ...value }: Omit<StoredValue, "path">): ValueUse {
  const { calls, firstMicros, lastMicros } = value;
  const byStatus = Object.entries(statuses).map(([status, count]) => [Number(status), count] as const);
  return { method, calls, firstMicros, lastMicros, statuses: new Map(byStatus) };
}

/** What an endpoint was called for beside those of its values that are told apart. */
export function restOf(method: string, whole: Omit<StoredValue, "path">, values: readonly StoredValue[]): ValueUse[] {
  return values.reduce((rest, value) => withoutUses(rest, [useOf(method, value)]), [useOf(method, whole)]);
}

function parameterNodes(last: PathNode<unknown> | undefined): PathNode<unknown>[] {
  const nodes: PathNode<unknown>[] = [];
  for (let node = last; node !== undefined; node = node.parent) if (node.isParameter) nodes.unshift(node);
  return nodes;
}
