import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { NamesApart } from "../../shared/names-apart.js";
import { clientOf, POSTURE_MEANINGS, POSTURES } from "../../shared/posture.js";
import { buildMap, linksOf, type MapLink, type ServiceMap, servicesOf } from "../../shared/service-map.js";
import type { EdgeItem, ServiceItem } from "../api.js";
import { DrawnMap } from "./drawn-map.js";
import { type Layout, layOut } from "./map-layout.js";
import { MapPanel, type Selection } from "./map-panel.js";
import { PostureTag } from "./posture-bar.js";
import { useEscape } from "./row-keys.js";
import { type Group, Totals } from "./totals.js";
import { useList } from "./use-list.js";

const LIMIT = 5_000;

const GROUPS: readonly Group<MapLink>[] = POSTURES.map((posture) => ({
  name: posture,
  title: POSTURE_MEANINGS[posture],
  show: <PostureTag posture={posture} />,
  has: (link) => link.posture === posture,
}));

/** Who talks to whom, drawn by posture. The totals at the top are the legend too. */
export function MapView() {
  const { items: edges, total, trouble, isLoaded } = useList<EdgeItem>("edges", LIMIT);
  const { items: named } = useList<ServiceItem>("services", LIMIT);
  const items = useMemo(() => {
    const names = new NamesApart(named);
    return edges.map((edge) => names.of(edge));
  }, [edges, named]);
  const [filter, setFilter] = useState("");
  const [group, setGroup] = useState("");
  const [pinned, setPinned] = useState<Selection | undefined>(undefined);
  const [pointed, setPointed] = useState<Selection | undefined>(undefined);
  useEscape(() => setPinned(undefined));
  const links = useMemo(() => linksOf(items.filter((edge) => hasName(edge, filter))), [items, filter]);
  const chosen = useMemo(
    () => (group === "" ? links : links.filter(({ posture }) => posture === group)),
    [links, group],
  );
  const services = useMemo(() => servicesOf(items), [items]);
  const map = useMemo(() => buildMap(chosen, services), [chosen, services]);
  const layout = useLayout(map);
  const [frame, width, height] = useSize();
  // What was chosen may have been filtered away since.
  const kept = isAmong(chosen, pinned) ? pinned : undefined;
  const selected = kept ?? pointed;
  return (
    <main class="view with-detail map-view">
      <div class="bar">
        <Totals groups={GROUPS} items={links} chosen={group} onChoose={setGroup} />
        <input
          class="wide"
          placeholder="Name or address"
          aria-label="Name or address"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <span class="quiet">{extent(map, items.length, total)}</span>
        <span class="bad">{trouble}</span>
      </div>
      <div class="map" ref={frame}>
        {map.nodes.length === 0 && isLoaded && trouble === "" && (
          <p class="empty">
            {items.length === 0 ? "Nobody was seen to talk to anybody yet." : "Nothing passes this filter."}
          </p>
        )}
        <DrawnMap
          map={map}
          layout={layout}
          width={width}
          height={height}
          lit={selected}
          onPoint={setPointed}
          onPin={setPinned}
        />
      </div>
      <MapPanel links={chosen} selection={selected} isPinned={kept !== undefined} onSelect={setPinned} />
    </main>
  );
}

/** Nodes stay where they are while only counts and postures change. */
function useLayout(map: ServiceMap): Layout {
  const before = useRef<Layout>(new Map());
  const shape = JSON.stringify([map.nodes.map(({ name }) => name).sort(), map.links.map(({ key }) => key).sort()]);
  // The shape is what of the map decides its layout.
  const layout = useMemo(() => layOut(map, before.current), [shape]);
  before.current = layout;
  return layout;
}

function useSize() {
  const frame = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [frame, size.width, size.height] as const;
}

function isAmong(links: readonly MapLink[], selection: Selection | undefined): boolean {
  if (selection === undefined) return false;
  return links.some(({ key, from, to }) =>
    selection.type === "link" ? key === selection.key : from === selection.name || to === selection.name,
  );
}

function hasName(edge: EdgeItem, filter: string): boolean {
  if (filter === "") return true;
  const text = `${clientOf(edge)} ${edge.clientAddress} ${edge.serverService} ${edge.serverAddress}`;
  return text.toLowerCase().includes(filter.toLowerCase());
}

function extent({ nodes, links, hiddenNodes, hiddenLinks }: ServiceMap, read: number, total: number): string {
  const number = (value: number): string => value.toLocaleString("en");
  const words = (names: number, links: number, and: string): string =>
    `${number(names)} ${names === 1 ? "name" : "names"}${and}${number(links)} ${links === 1 ? "link" : "links"}`;
  const shown = words(nodes.length, links.length, ", ");
  const parts = [hiddenNodes + hiddenLinks > 0 ? `${shown}, the busiest` : shown];
  if (hiddenNodes + hiddenLinks > 0) {
    parts.push(`left out: ${words(hiddenNodes, hiddenLinks, " and ")}; narrow by posture or name`);
  }
  if (read < total) parts.push(`only the ${number(read)} edges seen last of ${number(total)}`);
  return parts.join("; ");
}
