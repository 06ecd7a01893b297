import type { ValueGroup } from "./form-group.js";
import { joins } from "./joining.js";
import type { PathNode } from "./path-node.js";
import { looksFixed } from "./route-word.js";
import type { LeafJudge } from "./sibling.js";
import { valueGroup } from "./value-group.js";
import { alikeAmong } from "./word-group.js";

/** Values of one parameter that stand below one cell of a grid. */
interface CellGroup<Leaf> {
  readonly cell: PathNode<Leaf>;
  readonly group: ValueGroup<Leaf>;
}

type IsFree<Leaf> = (literal: PathNode<Leaf>) => boolean;

/** Levels of a grid that are looked at, and nodes of one level. */
const MAX_LEVELS = 8;
const MAX_CELLS = 1_000;
/** As few cells as are no chance. */
const MIN_CELLS = 4;
const MIN_VALUES = 6;
/** What one pass finds may be a grid for the next. */
const MAX_PASSES = 4;
const FEW_LITERALS = 16;
const GROWTH = 1.25;
/** Of words that stand below several cells: an enumeration has fewer. */
const MIN_REPEATED = 10;
/** Share of what stands below cells that stands below several of them, where it is words of an enumeration. */
const REPEATED = 2 / 3;
/** Below this share what stands below one cell alone is no fixed word, whatever it is called. */
const HARDLY_REPEATED = 1 / 5;

/** What stands below all the cells of one level. */
interface Level<Leaf> {
  readonly byText: ReadonlyMap<string, readonly PathNode<Leaf>[]>;
  readonly parameters: readonly PathNode<Leaf>[];
  readonly literalCount: number;
  /** How many of the literals stand below other cells as well. */
  readonly repeated: number;
}

/**
 * Values below a grid: words of enumerations one below the other, `/{project}/{desktop|mobile|all}/{user|spider}/{start}`. Each cell of it
 * has so few values that none of them shows by itself that it is one. Together they do.
 */
function gridGroups<Leaf>(
  from: PathNode<Leaf>,
  isFree: IsFree<Leaf>,
  judge: LeafJudge<Leaf>,
): readonly CellGroup<Leaf>[] {
  let cells: readonly PathNode<Leaf>[] = [...levelBelow([from], isFree).byText.values()].flat();
  let isGrid = false;
  for (let depth = 2; depth <= MAX_LEVELS && cells.length >= 2 && cells.length <= MAX_CELLS; depth++) {
    const level = levelBelow(cells, isFree);
    if (isGrid && cells.length >= MIN_CELLS && level.literalCount > 0) {
      const members = valuesOf(level, judge);
      if (members !== undefined) return byCell(members);
    }
    const { byText, parameters, literalCount, repeated } = level;
    if (byText.size === 0) cells = parameters;
    else {
      if (repeated < REPEATED * literalCount) return [];
      isGrid = true;
      cells = [...byText.values()].flat();
    }
  }
  return [];
}

type Merge<Leaf> = (cell: PathNode<Leaf>, group: ValueGroup<Leaf>) => void;

/** Merges what the grids below a node show to be values: few below each cell show only where all cells are seen at once. */
export function mergeGrids<Leaf>(
  root: PathNode<Leaf>,
  isFree: IsFree<Leaf>,
  judge: LeafJudge<Leaf>,
  merge: Merge<Leaf>,
): void {
  const mergeBelow = (node: PathNode<Leaf>): boolean => {
    const found = gridGroups(node, isFree, judge);
    for (const { cell, group } of found) merge(cell, group);
    let isFound = found.length > 0;
    for (const child of [...node.children()]) if (child.alias === undefined && mergeBelow(child)) isFound = true;
    return isFound;
  };
  for (let passes = 0; passes < MAX_PASSES; passes++) if (!mergeBelow(root)) return;
}

/**
 * How many literals a tree has made when it is next looked at, by how many it had: as it grows by a quarter, so that all looks together cost no
 * more than a few.
 */
export function nextLook(literals: number): number {
  return GROWTH * literals + FEW_LITERALS;
}

function levelBelow<Leaf>(cells: readonly PathNode<Leaf>[], isFree: IsFree<Leaf>): Level<Leaf> {
  const byText = new Map<string, PathNode<Leaf>[]>();
  const parameters: PathNode<Leaf>[] = [];
  let literalCount = 0;
  for (const cell of cells) {
    for (const literal of cell.literals()) {
      if (literal.alias !== undefined || !isFree(literal)) continue;
      literalCount++;
      const alike = byText.get(literal.text);
      if (alike === undefined) byText.set(literal.text, [literal]);
      else alike.push(literal);
    }
    const parameter = cell.parameter("");
    if (parameter !== undefined && parameter.alias === undefined) parameters.push(parameter);
  }
  let repeated = 0;
  for (const { length } of byText.values()) if (length > 1) repeated += length;
  return { byText, parameters, literalCount, repeated };
}

function byCell<Leaf>({ members, ...group }: ValueGroup<Leaf>): CellGroup<Leaf>[] {
  const cells = new Map<PathNode<Leaf>, PathNode<Leaf>[]>();
  for (const member of members) {
    const { parent } = member;
    if (parent === undefined) continue;
    const own = cells.get(parent);
    if (own === undefined) cells.set(parent, [member]);
    else own.push(member);
  }
  return [...cells].map(([cell, own]) => ({ cell, group: { ...group, members: own } }));
}

/**
 * Those that stand below one cell alone, all of them, for what is fixed below one is so below the others; else words that are more than an
 * enumeration has, and are weighed as if all stood below one.
 */
function valuesOf<Leaf>(level: Level<Leaf>, judge: LeafJudge<Leaf>): ValueGroup<Leaf> | undefined {
  const { byText, parameters, literalCount, repeated } = level;
  const texts = [...byText.values()].map(richest);
  // Words that APIs are made of say nothing here.
  const own = texts.filter(({ text }) => !looksFixed(text));
  if (own.length * 2 < texts.length) return undefined;
  const areAlone = repeated <= HARDLY_REPEATED * literalCount;
  const known = areAlone && parameters.length >= MIN_CELLS ? knownGroup(own, parameters) : undefined;
  const group = known ?? groupOf(own, areAlone ? MIN_VALUES : MIN_REPEATED, judge);
  if (group === undefined || group.members.length * 2 < own.length) return undefined;
  const more = group.suffix !== undefined ? [] : areAlone ? texts : alikeAmong(texts, group.members, judge);
  const all = new Set([...group.members, ...more]);
  return { ...group, members: [...all].flatMap(({ text }) => byText.get(text) ?? []) };
}

/** Of those with one text the one that has the most below it. */
function richest<Leaf>(alike: readonly PathNode<Leaf>[]): PathNode<Leaf> {
  return alike.reduce((best, one) => (one.literalCount > best.literalCount ? one : best));
}

function knownGroup<Leaf>(
  own: readonly PathNode<Leaf>[],
  parameters: readonly PathNode<Leaf>[],
): ValueGroup<Leaf> | undefined {
  const evidence = parameters.find((one) => (one.evidence?.values.size ?? 0) > 0)?.evidence;
  if (evidence === undefined) return undefined;
  const members = own.filter(({ text, type }) => joins(text, type, evidence));
  return { members, type: evidence.type, reason: evidence.reason };
}

function groupOf<Leaf>(
  own: readonly PathNode<Leaf>[],
  least: number,
  judge: LeafJudge<Leaf>,
): ValueGroup<Leaf> | undefined {
  const parent = own[0]?.parent;
  if (own.length < least || parent === undefined) return undefined;
  const group = valueGroup(parent, own, judge);
  return group === undefined ? undefined : { ...group, reason: `${group.reason}, below words of enumerations` };
}
