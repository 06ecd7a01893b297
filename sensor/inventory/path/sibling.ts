import type { PathNode } from "./path-node.js";
import type { ValueUse } from "./value-use.js";

/** What the owner of the leaves says of one. */
export interface LeafJudge<Leaf> {
  /** Each method with its calls. */
  uses(leaf: Leaf): readonly { readonly method: string; readonly calls: number }[];
}

/** One of the literals under a node, values among them, as it is compared with the others. */
export interface Sibling<Leaf> {
  readonly node: PathNode<Leaf>;
  /** Methods it answers itself, and calls of all of them. */
  readonly methods: readonly string[];
  readonly ownCalls: number;
  /** Methods and paths of it and two levels below it, and calls of all of them. */
  readonly endpoints: number;
  readonly calls: number;
  /** Those of them called once. */
  readonly singles: number;
  readonly hasParameterBelow: boolean;
}

/** Of a sibling what is counted below it. */
type Tally = { -readonly [Key in "endpoints" | "calls" | "singles"]: number };

const NO_USES: readonly ValueUse[] = [];

/** `/genes/{id}/parents`: hardly an API calls a thing by itself and nothing so near below it. */
const LEVELS = 2;

export function siblingOf<Leaf>(node: PathNode<Leaf>, judge: LeafJudge<Leaf>): Sibling<Leaf> {
  const uses = usesOf(node, judge);
  const sibling = {
    node,
    methods: uses.map(({ method }) => method),
    ownCalls: uses.reduce((sum, { calls }) => sum + calls, 0),
    endpoints: 0,
    calls: 0,
    singles: 0,
    hasParameterBelow: node.parameters !== undefined,
  };
  addUses(sibling, node, judge, LEVELS);
  return sibling;
}

/** Without an iterator of its own for each node: this runs over all that stands below all that is compared. */
function addUses<Leaf>(to: Tally, node: PathNode<Leaf>, judge: LeafJudge<Leaf>, levels: number): void {
  for (const { calls } of usesOf(node, judge)) {
    to.endpoints++;
    to.calls += calls;
    if (calls === 1) to.singles++;
  }
  if (levels === 0) return;
  if (node.literalCount > 0) for (const child of node.literals()) addUses(to, child, judge, levels - 1);
  if (node.parameters !== undefined)
    for (const child of node.parameters.values()) addUses(to, child, judge, levels - 1);
}

/** Calls of an endpoint on the average; one where none was counted yet. */
export function rateOf({ calls, endpoints }: Sibling<unknown>): number {
  return endpoints === 0 ? 1 : calls / endpoints;
}

function usesOf<Leaf>(node: PathNode<Leaf>, judge: LeafJudge<Leaf>) {
  return node.leaf === undefined ? (node.uses ?? NO_USES) : judge.uses(node.leaf);
}

export function total<Leaf>(siblings: readonly Sibling<Leaf>[], of: (sibling: Sibling<Leaf>) => number): number {
  return siblings.reduce((sum, sibling) => sum + of(sibling), 0);
}
