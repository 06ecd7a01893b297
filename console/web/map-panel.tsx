import { useEffect, useRef } from "preact/hooks";
import { POSTURE_MEANINGS, POSTURES } from "../../shared/posture.js";
import type { MapLink } from "../../shared/service-map.js";
import type { EdgeItem } from "../api.js";
import { edgeKey } from "./edge-key.js";
import { show } from "./navigation.js";
import { PostureBar, PostureTag } from "./posture-bar.js";

export type Selection =
  | { readonly type: "node"; readonly name: string }
  | { readonly type: "link"; readonly key: string };

const LISTED_LINKS = 100;

interface Props {
  /** Also those that the map leaves out. */
  readonly links: readonly MapLink<EdgeItem>[];
  readonly selection: Selection | undefined;
  /** Chosen by a click: it stays. */
  readonly isPinned: boolean;
  onSelect(selection: Selection | undefined): void;
}

/** What is chosen on the map in words; the legend where nothing is. */
export function MapPanel({ links, selection, isPinned, onSelect }: Props) {
  const link = selection?.type === "link" ? links.find(({ key }) => key === selection.key) : undefined;
  const name = selection?.type === "node" ? selection.name : undefined;
  const panel = useRef<HTMLElement>(null);
  // The button that was pressed is gone with the list it stood in: go on from what it led to.
  useEffect(() => {
    if (isPinned && document.activeElement === document.body)
      panel.current?.querySelector<HTMLElement>(".choice")?.focus();
  }, [selection]);
  return (
    <aside class="detail" aria-label="Detail" ref={panel}>
      {isPinned && (
        <button type="button" class="plain close" onClick={() => onSelect(undefined)}>
          Close
        </button>
      )}
      {link !== undefined && <LinkPanel link={link} isPinned={isPinned} />}
      {name !== undefined && <NodePanel name={name} links={links} onSelect={onSelect} />}
      {link === undefined && name === undefined && <Legend />}
    </aside>
  );
}

function LinkPanel({ link, isPinned }: { readonly link: MapLink<EdgeItem>; readonly isPinned: boolean }) {
  return (
    <>
      <p class="names cut two" title={link.from}>
        {link.from}
      </p>
      <p class="names cut two" title={link.to}>
        → {link.to}
      </p>
      <p>
        <PostureTag posture={link.posture} />
      </p>
      <p class="quiet">{POSTURE_MEANINGS[link.posture]}</p>
      <PostureBar counts={link.counts} />
      <h3>{link.edges.length === 1 ? "Edge" : `${link.edges.length.toLocaleString("en")} edges`}</h3>
      {link.edges.slice(0, LISTED_LINKS).map((edge) => (
        <button key={edgeKey(edge)} type="button" class="choice" onClick={() => show("mtls", edgeKey(edge))}>
          <PostureTag posture={edge.posture} />
          <span>
            {edge.clientAddress} → {edge.serverAddress} port {edge.serverPort}
            {edge.virtualNetwork === undefined ? "" : ` in ${edge.virtualNetwork}`}, seen by {edge.sensor}
          </span>
        </button>
      ))}
      {link.edges.length > LISTED_LINKS && (
        <p class="warn">… and {(link.edges.length - LISTED_LINKS).toLocaleString("en")} more: they are under mTLS.</p>
      )}
      {!isPinned && <p class="quiet">Click the link to keep this here.</p>}
    </>
  );
}

interface NodeProps {
  readonly name: string;
  readonly links: readonly MapLink<EdgeItem>[];
  onSelect(selection: Selection): void;
}

function NodePanel({ name, links, onSelect }: NodeProps) {
  return (
    <>
      <p class="names cut two" title={name}>
        {name}
      </p>
      <LinkList
        title="Called by"
        links={links.filter(({ to }) => to === name)}
        nameOf={({ from }) => from}
        onSelect={onSelect}
      />
      <LinkList
        title="Calls"
        links={links.filter(({ from }) => from === name)}
        nameOf={({ to }) => to}
        onSelect={onSelect}
      />
    </>
  );
}

interface ListProps {
  readonly title: string;
  readonly links: readonly MapLink<EdgeItem>[];
  nameOf(link: MapLink<EdgeItem>): string;
  onSelect(selection: Selection): void;
}

function LinkList({ title, links, nameOf, onSelect }: ListProps) {
  if (links.length === 0) return null;
  return (
    <>
      <h3>
        {title} {links.length.toLocaleString("en")}
        {links.length > LISTED_LINKS && `, the worst ${LISTED_LINKS} are listed`}
      </h3>
      {links.slice(0, LISTED_LINKS).map((link) => (
        <button key={link.key} type="button" class="choice" onClick={() => onSelect({ type: "link", key: link.key })}>
          <PostureTag posture={link.posture} />
          <span class="cut" title={nameOf(link)}>
            {nameOf(link)}
          </span>
        </button>
      ))}
    </>
  );
}

function Legend() {
  return (
    <>
      <p class="quiet">Point at a link or a name; click to keep it. An arrow runs from client to service.</p>
      <h3>Links</h3>
      <dl class="legend">
        {POSTURES.map((posture) => (
          <>
            <dt key={posture}>
              <PostureTag posture={posture} />
            </dt>
            <dd>{POSTURE_MEANINGS[posture]}</dd>
          </>
        ))}
      </dl>
      <h3>Names</h3>
      <p class="shape">
        <svg width="14" height="14" aria-hidden="true" class="node">
          <rect x="1" y="1" width="12" height="12" rx="2" />
        </svg>
        a service
      </p>
      <p class="shape">
        <svg width="14" height="14" aria-hidden="true" class="node">
          <circle cx="7" cy="7" r="6" />
        </svg>
        a host that only calls
      </p>
      <p class="quiet">The larger, the more connections.</p>
    </>
  );
}
