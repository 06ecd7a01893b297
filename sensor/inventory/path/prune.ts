import type { PathNode } from "./path-node.js";

/**
 * Takes away words, values and parameters that nothing stands for any more, from a node upwards: they must not be taken for siblings of others, nor
 * found instead of where calls are counted. Says how many values were among them.
 */
export function prune(node: PathNode<unknown>): number {
  let values = 0;
  for (let one = node; one.parent !== undefined && !isNeeded(one); one = one.parent) {
    if (one.isParameter) one.parent.deleteParameter(one.text);
    else one.parent.deleteLiteral(one.text);
    if (one.alias === undefined) continue;
    one.alias.aliases?.delete(one);
    values += 1 + prune(one.alias);
  }
  return values;
}

function isNeeded({ parent, leaf, uses, literalCount, parameters, aliases }: PathNode<unknown>): boolean {
  const isCounted = leaf !== undefined || (uses?.length ?? 0) > 0 || (aliases?.size ?? 0) > 0;
  return isCounted || literalCount > 0 || parameters !== undefined || parent?.rule !== undefined;
}
