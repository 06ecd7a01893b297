import type { PathNode } from "./path-node.js";

/** What the owner of the leaves says of one. */
export interface LeafJudge<Leaf> {
  /** Each method with its calls. */
  uses(leaf: Leaf): readonly { readonly method: string; readonly calls: number }[];
}

/** One of the literals under a node, values among them, as it is compared with the others. */
export interface Sibling<Leaf> {
  readonly node: PathNode<Leaf>;
  /** Methods it answers itself. */
  readonly methods: readonly string[];
  /** Methods and paths of it and two levels below it, and calls of all of them. */
  readonly endpoints: number;
  readonly calls: number;
  /** Those of them called once. */
  readonly singles: number;
  readonly hasParameterBelow: boolean;
}

/** `/genes/{id}/parents`: hardly an API calls a thing by itself and nothing so near below it. */
const LEVELS = 2;

export function siblingOf<Leaf>(node: PathNode<Leaf>, judge: LeafJudge<Leaf>): Sibling<Leaf> {
  const methods = usesOf(node, judge).map(({ method }) => method);
  let [endpoints, calls, singles] = [0, 0, 0];
  const add = (part: PathNode<Leaf>, levels: number): void => {
    for (const use of usesOf(part, judge)) {
      endpoints++;
      calls += use.calls;
      if (use.calls === 1) singles++;
    }
    if (levels > 0) for (const child of part.children()) add(child, levels - 1);
  };
  add(node, LEVELS);
  return { node, methods, endpoints, calls, singles, hasParameterBelow: node.parameters !== undefined };
}

/** Calls of an endpoint on the average; one where none was counted yet. */
export function rateOf({ calls, endpoints }: Sibling<unknown>): number {
  return endpoints === 0 ? 1 : calls / endpoints;
}

function usesOf<Leaf>(node: PathNode<Leaf>, judge: LeafJudge<Leaf>) {
  return node.leaf === undefined ? (node.uses ?? []) : judge.uses(node.leaf);
}

export function total<Leaf>(siblings: readonly Sibling<Leaf>[], of: (sibling: Sibling<Leaf>) => number): number {
  return siblings.reduce((sum, sibling) => sum + of(sibling), 0);
}
