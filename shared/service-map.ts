import type { EdgeRecord, Posture } from "./event.js";
import { allCounts, clientOf, postureRank, sumPostures } from "./posture.js";

/** Everything that bears one name: the services and client hosts behind it. */
export interface MapNode {
  readonly name: string;
  /** False for hosts that were only seen to call others. */
  readonly isService: boolean;
  readonly connections: number;
}

/** Edges from one name to another, drawn as one. */
export interface MapLink<E extends EdgeRecord = EdgeRecord> {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly posture: Posture;
  readonly counts: Readonly<Record<string, number>>;
  readonly connections: number;
  readonly edges: readonly E[];
}

export interface ServiceMap<E extends EdgeRecord = EdgeRecord> {
  readonly nodes: readonly MapNode[];
  readonly links: readonly MapLink<E>[];
  /** What was left out to keep the map readable. */
  readonly hiddenNodes: number;
  readonly hiddenLinks: number;
}

export interface MapBounds {
  readonly maxNodes: number;
  readonly maxLinks: number;
}

/** More names than these nobody can read on one page. */
export const PAGE_BOUNDS: MapBounds = { maxNodes: 150, maxLinks: 400 };

/** The busiest links with the names at their ends, as many as the bounds allow; links in the order of their postures, the worst first. */
export function buildMap<E extends EdgeRecord>(
  links: readonly MapLink<E>[],
  services: ReadonlySet<string>,
  bounds = PAGE_BOUNDS,
): ServiceMap<E> {
  const all = nodesOf(links, services);
  const drawn = busiestOf(links, bounds).sort((a, b) => postureRank(a.posture) - postureRank(b.posture));
  const kept = new Set(drawn.flatMap(({ from, to }) => [from, to]));
  const nodes = all.filter(({ name }) => kept.has(name));
  return { nodes, links: drawn, hiddenNodes: all.length - nodes.length, hiddenLinks: links.length - drawn.length };
}

/** By links, not by names: of the busiest names alone it may be that none calls another. */
function busiestOf<E extends EdgeRecord>(
  links: readonly MapLink<E>[],
  { maxNodes, maxLinks }: MapBounds,
): MapLink<E>[] {
  const names = new Set<string>();
  const chosen: MapLink<E>[] = [];
  for (const link of [...links].sort((a, b) => b.connections - a.connections)) {
    const added = new Set([link.from, link.to].filter((name) => !names.has(name)));
    if (chosen.length >= maxLinks) break;
    if (names.size + added.size > maxNodes) continue;
    for (const name of added) names.add(name);
    chosen.push(link);
  }
  return chosen;
}

/** Names that somebody calls, whatever the links drawn show of it. */
export function servicesOf(edges: readonly EdgeRecord[]): ReadonlySet<string> {
  return new Set(edges.flatMap(({ serverService, clientService = serverService }) => [serverService, clientService]));
}

/** Worst first, then busiest. */
export function linksOf<E extends EdgeRecord>(edges: readonly E[]): MapLink<E>[] {
  const together = new Map<string, E[]>();
  for (const edge of edges) {
    const key = JSON.stringify([clientOf(edge), edge.serverService]);
    const known = together.get(key);
    if (known === undefined) together.set(key, [edge]);
    else known.push(edge);
  }
  const links = [...together].map(([key, members]) => ({
    key,
    from: clientOf(members[0]),
    to: members[0].serverService,
    posture: sumPostures(members.map(({ posture }) => posture)),
    counts: sumCounts(members),
    connections: members.reduce((sum, { connections }) => sum + connections, 0),
    edges: members.sort((a, b) => postureRank(a.posture) - postureRank(b.posture)),
  }));
  return links.sort((a, b) => postureRank(a.posture) - postureRank(b.posture) || b.connections - a.connections);
}

function sumCounts(edges: readonly EdgeRecord[]): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const edge of edges) {
    for (const [name, connections] of Object.entries(allCounts(edge))) {
      sums.set(name, (sums.get(name) ?? 0) + connections);
    }
  }
  return Object.fromEntries(sums);
}

/** Busiest first. */
function nodesOf(links: readonly MapLink[], services: ReadonlySet<string>): MapNode[] {
  const totals = new Map<string, number>();
  for (const { from, to, connections } of links) {
    for (const name of new Set([from, to])) totals.set(name, (totals.get(name) ?? 0) + connections);
  }
  const nodes = [...totals].map(([name, connections]) => ({ name, isService: services.has(name), connections }));
  return nodes.sort((a, b) => b.connections - a.connections || a.name.localeCompare(b.name));
}
