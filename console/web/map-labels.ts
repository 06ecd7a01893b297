import type { MapNode } from "../../shared/service-map.js";
import type { Layout } from "./map-layout.js";

const LABEL_LENGTH = 22;
/** Of the font the labels are drawn in, about. */
const CHARACTER_WIDTH = 6.4;
const LINE_HEIGHT = 13;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function labelOf(name: string): string {
  return name.length <= LABEL_LENGTH ? name : `${name.slice(0, LABEL_LENGTH - 1)}…`;
}

/** Names whose label has room below its node; the busiest take theirs first. The others show it when they are pointed at. */
export function labelledNames(
  nodes: readonly MapNode[],
  places: Layout,
  radii: ReadonlyMap<string, number>,
): ReadonlySet<string> {
  const taken: Box[] = nodes.map(({ name }) => boxOf(places, name, (radii.get(name) ?? 0) - 1));
  const labelled = new Set<string>();
  for (const { name } of nodes) {
    const { left, right, bottom } = boxOf(places, name, radii.get(name) ?? 0);
    const middle = (left + right) / 2;
    const half = (labelOf(name).length * CHARACTER_WIDTH) / 2;
    const box = { left: middle - half, right: middle + half, top: bottom + 1, bottom: bottom + 1 + LINE_HEIGHT };
    if (taken.some((other) => overlaps(box, other))) continue;
    taken.push(box);
    labelled.add(name);
  }
  return labelled;
}

function boxOf(places: Layout, name: string, radius: number): Box {
  const { x, y } = places.get(name) ?? { x: 0, y: 0 };
  return { left: x - radius, right: x + radius, top: y - radius, bottom: y + radius };
}

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
