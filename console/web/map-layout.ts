import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
import type { MapLink, ServiceMap } from "../../shared/service-map.js";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Layout = ReadonlyMap<string, Point>;

interface Placed {
  readonly name: string;
  x?: number;
  y?: number;
}

const TICKS = 300;
/** Enough for what is new to find its place among what stays about where it was. */
const WARM_TICKS = 80;
const WARM_ALPHA = 0.2;
const MARGIN = { x: 74, y: 26 };
/** Few nodes are not torn apart to fill the page. */
const MAX_STRETCH = 1.6;

/**
 * Where each node stands, in a plane of its own. Computed to its end before anything is drawn: nothing moves on the page, which
 * also is what `prefers-reduced-motion` asks for. The same map gives the same layout.
 */
export function layOut(map: ServiceMap, before: Layout): Layout {
  const nodes: Placed[] = map.nodes.map(({ name }) => ({ name, ...before.get(name) }));
  const isWarm = nodes.some(({ x }) => x !== undefined);
  const links = map.links.map(({ from, to }) => ({ source: from, target: to }));
  const simulation = forceSimulation(nodes)
    .force(
      "link",
      forceLink<Placed, { source: string; target: string }>(links)
        .id(({ name }) => name)
        .distance(90),
    )
    .force("charge", forceManyBody().strength(-320).distanceMax(600))
    .force("collide", forceCollide(34))
    // The page is wider than high.
    .force("x", forceX().strength(0.05))
    .force("y", forceY().strength(0.11))
    .stop();
  if (isWarm) simulation.alpha(WARM_ALPHA);
  simulation.tick(isWarm ? WARM_TICKS : TICKS);
  return new Map(nodes.map(({ name, x = 0, y = 0 }) => [name, { x, y }]));
}

/** The layout spread over a page of this size. */
export function fit(layout: Layout, width: number, height: number): Layout {
  const points = [...layout.values()];
  const across = spread(
    points.map(({ x }) => x),
    width,
    MARGIN.x,
  );
  const down = spread(
    points.map(({ y }) => y),
    height,
    MARGIN.y,
  );
  return new Map([...layout].map(([name, { x, y }]) => [name, { x: across(x), y: down(y) }]));
}

function spread(values: readonly number[], extent: number, margin: number): (value: number) => number {
  const least = Math.min(...values);
  const middle = (least + Math.max(...values)) / 2;
  const range = Math.max(1, Math.max(...values) - least);
  const scale = Math.min(MAX_STRETCH, Math.max(1, extent - 2 * margin) / range);
  return (value) => Math.round(extent / 2 + (value - middle) * scale);
}

export interface Curve {
  /** The line as SVG writes it. */
  readonly line: string;
  /** The arrow's head, at the service. */
  readonly head: string;
}

const BEND = 0.12;
const HEAD = 7;

/** A link bends to its own left, so that the one that comes back does not lie upon it. */
export function curveOf({ from, to }: MapLink, places: Layout, radius: number): Curve | undefined {
  const [a, b] = [places.get(from), places.get(to)];
  if (a === undefined || b === undefined) return undefined;
  if (from === to) return loopAt(a, radius);
  const control = { x: (a.x + b.x) / 2 + (b.y - a.y) * BEND, y: (a.y + b.y) / 2 - (b.x - a.x) * BEND };
  const length = Math.hypot(b.x - control.x, b.y - control.y) || 1;
  const along = { x: (b.x - control.x) / length, y: (b.y - control.y) / length };
  const tip = { x: b.x - along.x * radius, y: b.y - along.y * radius };
  const root = { x: tip.x - along.x * HEAD, y: tip.y - along.y * HEAD };
  const side = { x: -along.y * HEAD * 0.5, y: along.x * HEAD * 0.5 };
  return {
    line: `M${at(a)}Q${at(control)} ${at(root)}`,
    head: `M${at(tip)}L${at({ x: root.x + side.x, y: root.y + side.y })} ${at({ x: root.x - side.x, y: root.y - side.y })}Z`,
  };
}

/** One that calls itself. */
function loopAt({ x, y }: Point, radius: number): Curve {
  const top = y - radius;
  return {
    line: `M${x - 4} ${top}C${x - 26} ${top - 30} ${x + 26} ${top - 30} ${x + 5} ${top - HEAD}`,
    head: `M${x + 3} ${top}L${x + 1} ${top - HEAD} ${x + 9} ${top - HEAD + 1}Z`,
  };
}

function at({ x, y }: Point): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}
