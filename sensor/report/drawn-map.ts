import type { EdgeRecord, Posture } from "../../shared/event.js";
import { NamesApart } from "../../shared/names-apart.js";
import { clientOf, POSTURE_WORDS } from "../../shared/posture.js";
import { buildMap, linksOf, type MapBounds, type MapLink, servicesOf } from "../../shared/service-map.js";
import { formatTime } from "../../shared/time.js";
import { VERSION } from "../../shared/version.js";
import type { StoredRow } from "../store/stored-row.js";
import { factsOf } from "./compliance/facts.js";
import { firstSeen, lastSeen } from "./last-seen.js";

/** How a service map is drawn, whatever the language. Never by colour alone: labels say the posture too. */
export const POSTURE_COLOURS: Readonly<Record<Posture, string>> = {
  cleartext: "#c62f26",
  mixed: "#9c6500",
  tls: "#1f66b4",
  unknown: "#66727d",
  mtls: "#1b7f50",
};

export interface DrawnNode {
  /** Ours: no name from the wire is ever an identifier of a drawing. */
  readonly id: string;
  readonly name: string;
  /** `service` is called by others, `host` only calls, `outside` only calls and does so from beyond the networks that are ours. */
  readonly shape: "service" | "host" | "outside";
}

export interface DrawnLink {
  readonly from: string;
  readonly to: string;
  readonly posture: Posture;
  /** `mutual TLS, 12 connections` */
  readonly label: string;
}

export interface DrawnMap {
  readonly nodes: readonly DrawnNode[];
  /** Worst posture first. */
  readonly links: readonly DrawnLink[];
  /** What was left out, in words; undefined where nothing was. */
  readonly leftOut: string | undefined;
}

export function drawnMap(edges: readonly EdgeRecord[], bounds: MapBounds): DrawnMap {
  const map = buildMap(linksOf(edges), servicesOf(edges), bounds);
  const outside = outsideNames(edges);
  const ids = new Map(map.nodes.map(({ name }, index) => [name, `n${index + 1}`]));
  return {
    nodes: map.nodes.map(({ name, isService }) => ({
      id: ids.get(name) ?? "",
      name,
      shape: isService ? "service" : outside.has(name) ? "outside" : "host",
    })),
    links: map.links.map((link) => ({
      from: ids.get(link.from) ?? "",
      to: ids.get(link.to) ?? "",
      posture: link.posture,
      label: labelOf(link),
    })),
    leftOut: leftOutWords(map.hiddenNodes, map.hiddenLinks),
  };
}

const COUNTED_ONCE_WORDS =
  "Connections that several sensors saw are counted once, where they could be told to be the same.";

/** First lines of the drawing: what it is of. */
export function captionOf(rows: readonly StoredRow[]): string {
  if (lastSeen(rows) === 0) return "Nothing was seen.";
  const counted = new Set(rows.map(({ sensor }) => sensor)).size > 1 ? ` ${COUNTED_ONCE_WORDS}` : "";
  return `Who calls whom, as seen by eastwatch ${VERSION} from ${formatTime(firstSeen(rows))} to ${formatTime(lastSeen(rows))}. What was not seen is not in it.${counted}`;
}

/** Each edge once, however many sensors saw it: one may know the name that another did not see. */
export function edgesOf(rows: readonly StoredRow[]): readonly EdgeRecord[] {
  const { edges, services } = factsOf(rows, []);
  const names = new NamesApart(services);
  return edges.map((edge) => names.of(edge));
}

function outsideNames(edges: readonly EdgeRecord[]): ReadonlySet<string> {
  const inside = new Set(edges.flatMap((edge) => (edge.scope === "east-west" ? [clientOf(edge)] : [])));
  return new Set(edges.map(clientOf).filter((name) => !inside.has(name)));
}

function labelOf({ posture, connections }: MapLink): string {
  return `${POSTURE_WORDS[posture]}, ${connections.toLocaleString("en")} connection${connections === 1 ? "" : "s"}`;
}

function leftOutWords(nodes: number, links: number): string | undefined {
  if (nodes === 0 && links === 0) return undefined;
  return `Left out to keep this readable, the least busy: ${nodes.toLocaleString("en")} names, ${links.toLocaleString("en")} links`;
}
