import type { Posture } from "../../shared/event.js";
import type { EdgeItem } from "../api.js";
import { allCounts, clientOf, postureRank, sumPostures } from "./posture.js";

/** Everything that bears one name: the services and client hosts behind it. */
export interface MapNode {
  readonly name: string;
  /** False for hosts that were only seen to call others. */
  readonly isService: boolean;
  readonly connections: number;
}

/** Edges from one name to another, drawn as one. */
export interface MapLink {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly posture: Posture;
  readonly counts: Readonly<Record<string, number>>;
  readonly connections: number;
  readonly edges: readonly EdgeItem[];
}

export interface ServiceMap {
  readonly nodes: readonly MapNode[];
  readonly links: readonly MapLink[];
  /** What was left out to keep the map readable. */
  readonly hiddenNodes: number;
  readonly hiddenLinks: number;
}

/** More names than these nobody can read on one page. */
const MAX_NODES = 150;
const MAX_LINKS = 400;

/** The busiest names and the busiest links between them, links in the order of their postures, the worst first. */
export function buildMap(links: readonly MapLink[], services: ReadonlySet<string>): ServiceMap {
  const all = nodesOf(links, services);
  const nodes = all.slice(0, MAX_NODES);
  const kept = new Set(nodes.map(({ name }) => name));
  const drawn = links
    .filter(({ from, to }) => kept.has(from) && kept.has(to))
    .sort((a, b) => b.connections - a.connections)
    .slice(0, MAX_LINKS)
    .sort((a, b) => postureRank(a.posture) - postureRank(b.posture));
  return { nodes, links: drawn, hiddenNodes: all.length - nodes.length, hiddenLinks: links.length - drawn.length };
}

/** Names that somebody calls, whatever the links drawn show of it. */
export function servicesOf(edges: readonly EdgeItem[]): ReadonlySet<string> {
  return new Set(edges.flatMap(({ serverService, clientService = serverService }) => [serverService, clientService]));
}

/** Worst first, then busiest. */
export function linksOf(edges: readonly EdgeItem[]): MapLink[] {
  const together = new Map<string, EdgeItem[]>();
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

function sumCounts(edges: readonly EdgeItem[]): Readonly<Record<string, number>> {
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
