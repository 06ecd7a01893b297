import type { PathParameter } from "../../shared/event.js";
import type { DeclaredPath } from "./declared/coverage.js";
import { declaredParameters } from "./declared/declared-parameter.js";
import type { Route } from "./declared/route-table.js";
import type { PathNode } from "./path/path-node.js";
import type { SegmentType } from "./path/segment.js";

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

function parameterNodes(last: PathNode<unknown> | undefined): PathNode<unknown>[] {
  const nodes: PathNode<unknown>[] = [];
  for (let node = last; node !== undefined; node = node.parent) if (node.isParameter) nodes.unshift(node);
  return nodes;
}
