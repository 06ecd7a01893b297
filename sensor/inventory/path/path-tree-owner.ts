import type { PathNode } from "./path-node.js";
import type { LeafJudge } from "./sibling.js";
import type { ValueUse } from "./value-use.js";

/** What the tree asks of its owner. */
export interface PathTreeOwner<Leaf> extends LeafJudge<Leaf> {
  /** A literal segment turned out to be a parameter's value: `from` goes into `into`. Says what it had been called for. */
  merge(from: Leaf, into: PathNode<Leaf>): ValueUse[];
  /** The reverse: what one value was called for goes from the parameter to an endpoint of its own. */
  split(uses: readonly ValueUse[], from: PathNode<Leaf>, to: PathNode<Leaf>): void;
}
