import type { PathNode } from "./path-node.js";

/**
 * Takes away words, values and parameters that nothing stands for any more, from a node upwards: they must not be taken for siblings of others, nor
 * found instead of where calls are counted. Says how many values were among them.
 */
export function prune(node: PathNode<unknown>): number {
  let values = 0;
  for (let one = node; one.parent !== undefined && !isNeeded(one); one = one.parent) {
    takeOut(one);
    // One that went with what stood below it may be asked for again.
    if (one.alias?.aliases?.delete(one) === true) values += 1 + prune(one.alias);
  }
  return values;
}

function isNeeded({ parent, leaf, uses, literalCount, parameters, aliases }: PathNode<unknown>): boolean {
  const isCounted = leaf !== undefined || (uses?.length ?? 0) > 0 || (aliases?.size ?? 0) > 0;
  return isCounted || literalCount > 0 || parameters !== undefined || parent?.rule !== undefined;
}

/**
 * Takes away everything below a node where nothing is counted, with the values of what goes: they alone do not make a parameter. Says how many values
 * were among it.
 */
export function pruneBelow(node: PathNode<unknown>): number {
  let values = 0;
  for (const child of [...node.children()]) {
    if (child.alias !== undefined) continue;
    values += pruneBelow(child);
    if (isCounted(child)) continue;
    for (const value of [...(child.aliases ?? [])]) values += takeOutValue(value);
    takeOut(child);
  }
  return values;
}

function isCounted(node: PathNode<unknown>): boolean {
  if (node.leaf !== undefined || node.rule !== undefined || node.parent?.rule !== undefined) return true;
  for (const child of node.children()) if (child.alias === undefined) return true;
  return false;
}

/**
 * Takes a value out with what stands below it, and what counts for that: it would lead to what is no longer there. Says how many values were among it.
 */
export function takeOutValue(value: PathNode<unknown>): number {
  let values = 0;
  for (const child of [...value.children()]) values += takeOutValue(child);
  for (const one of [...(value.aliases ?? [])]) values += takeOutValue(one);
  takeOut(value);
  if (value.alias === undefined) return values;
  value.alias.aliases?.delete(value);
  return values + 1;
}

function takeOut({ parent, text, isParameter }: PathNode<unknown>): void {
  if (isParameter) parent?.deleteParameter(text);
  else parent?.deleteLiteral(text);
}
