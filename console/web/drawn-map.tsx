import { useState } from "preact/hooks";
import { countWords, POSTURE_WORDS } from "../../shared/posture.js";
import type { MapLink, MapNode, ServiceMap } from "../../shared/service-map.js";
import { labelledNames, labelOf } from "./map-labels.js";
import { curveOf, fit, type Layout } from "./map-layout.js";
import type { Selection } from "./map-panel.js";

interface Props {
  readonly map: ServiceMap;
  readonly layout: Layout;
  readonly width: number;
  readonly height: number;
  /** What is looked at: the rest steps back. */
  readonly lit: Selection | undefined;
  onPoint(selection: Selection | undefined): void;
  onPin(selection: Selection | undefined): void;
}

const RADIUS = { least: 4, most: 13 };

/** Worst last: what is drawn last lies on top. A click beside everything lets go of what was chosen, as Escape does. */
export function DrawnMap({ map, layout, width, height, lit, onPoint, onPin }: Props) {
  const [reached, setReached] = useState("");
  const places = fit(layout, width, height);
  const radii = radiiOf(map.nodes);
  const labelled = labelledNames(map.nodes, places, radii);
  const reachable = radii.has(reached) ? reached : map.nodes[0]?.name;
  const move = (event: KeyboardEvent): void => {
    const next = nextNode(event.key, reachable, map, places);
    if (next === undefined) return;
    event.preventDefault();
    setReached(next);
    const nodes = (event.currentTarget as SVGElement).querySelectorAll<SVGElement>("[data-name]");
    for (const node of nodes) if (node.dataset.name === next) node.focus();
  };
  return (
    <svg
      width={width}
      height={height}
      class={lit === undefined ? "service-map" : "service-map has-lit"}
      onClick={() => onPin(undefined)}
      onKeyDown={move}
    >
      <title>Service map</title>
      {map.links.toReversed().map((link) => (
        <DrawnLink
          key={link.key}
          link={link}
          curve={curveOf(link, places, (radii.get(link.to) ?? 0) + 2)}
          isLit={isLinkLit(link, lit)}
          onPoint={onPoint}
          onPin={onPin}
        />
      ))}
      {map.nodes.toReversed().map((node) => {
        const select = { type: "node", name: node.name } as const;
        const place = places.get(node.name) ?? { x: 0, y: 0 };
        const radius = radii.get(node.name) ?? RADIUS.least;
        return (
          // biome-ignore lint/a11y/useSemanticElements: SVG has no button
          <g
            key={node.name}
            role="button"
            // In SVG the name of this attribute must be in lower case.
            tabindex={node.name === reachable ? 0 : -1}
            data-name={node.name}
            aria-label={`${node.name}, ${node.isService ? "service" : "client only"}`}
            class={isNodeLit(node, map, lit) ? "node lit" : "node"}
            transform={`translate(${place.x} ${place.y})`}
            onMouseEnter={() => onPoint(select)}
            onMouseLeave={() => onPoint(undefined)}
            onFocus={() => onPoint(select)}
            onBlur={() => onPoint(undefined)}
            onClick={(event) => {
              event.stopPropagation();
              setReached(node.name);
              onPin(select);
            }}
            onKeyDown={(event) => {
              if (event.key === "Enter" || event.key === " ") onPin(select);
            }}
          >
            <title>{node.name}</title>
            <NodeShape node={node} radius={radius} />
            <text y={radius + 11} class={labelled.has(node.name) ? "" : "spare"}>
              {labelOf(node.name)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

interface LinkProps {
  readonly link: MapLink;
  readonly curve: { readonly line: string; readonly head: string } | undefined;
  readonly isLit: boolean;
  onPoint(selection: Selection | undefined): void;
  onPin(selection: Selection | undefined): void;
}

function DrawnLink({ link, curve, isLit, onPoint, onPin }: LinkProps) {
  if (curve === undefined) return null;
  const select = { type: "link", key: link.key } as const;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: by keyboard a node's panel lists its links as buttons
    <g
      class={isLit ? "edge lit" : "edge"}
      onMouseEnter={() => onPoint(select)}
      onMouseLeave={() => onPoint(undefined)}
      onClick={(event) => {
        event.stopPropagation();
        onPin(select);
      }}
    >
      <title>{`${link.from} → ${link.to}\n${POSTURE_WORDS[link.posture]}: ${countWords(link.counts)}`}</title>
      <path class="reach" d={curve.line} />
      <path class={`link ${link.posture}`} d={curve.line} />
      <path class={`head ${link.posture}`} d={curve.head} />
    </g>
  );
}

function NodeShape({ node, radius }: { readonly node: MapNode; readonly radius: number }) {
  if (!node.isService) return <circle r={radius} />;
  return <rect x={-radius} y={-radius} width={2 * radius} height={2 * radius} rx="2" />;
}

function radiiOf(nodes: readonly MapNode[]): ReadonlyMap<string, number> {
  const most = Math.max(1, nodes[0]?.connections ?? 0);
  const grown = RADIUS.most - RADIUS.least;
  return new Map(
    nodes.map(({ name, connections }) => [name, RADIUS.least + grown * Math.sqrt(Math.max(0, connections) / most)]),
  );
}

function isLinkLit({ key, from, to }: MapLink, lit: Selection | undefined): boolean {
  if (lit === undefined) return false;
  return lit.type === "link" ? lit.key === key : lit.name === from || lit.name === to;
}

function isNodeLit({ name }: MapNode, map: ServiceMap, lit: Selection | undefined): boolean {
  if (lit === undefined) return false;
  if (lit.type === "node" && lit.name === name) return true;
  return map.links.some((link) => isLinkLit(link, lit) && (link.from === name || link.to === name));
}

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The nearest node that way; what lies aside counts as farther. */
function nextNode(key: string, from: string | undefined, map: ServiceMap, places: Layout): string | undefined {
  const direction = DIRECTIONS[key];
  const here = places.get(from ?? "");
  if (direction === undefined || here === undefined) return undefined;
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const { name } of map.nodes) {
    const there = places.get(name);
    if (there === undefined || name === from) continue;
    const [x, y] = [there.x - here.x, there.y - here.y];
    const ahead = x * direction[0] + y * direction[1];
    const aside = Math.abs(x * direction[1]) + Math.abs(y * direction[0]);
    if (ahead <= 0 || ahead + 2 * aside >= least) continue;
    least = ahead + 2 * aside;
    nearest = name;
  }
  return nearest;
}
