import { POSTURES } from "../../shared/posture.js";
import { shortened, visible } from "../../shared/visible-text.js";
import type { StoredRow } from "../store/stored-row.js";
import {
  captionOf,
  type DrawnLink,
  type DrawnMap,
  type DrawnNode,
  drawnMap,
  edgesOf,
  POSTURE_COLOURS,
} from "./drawn-map.js";
import type { Report } from "./report.js";

/** Mermaid draws no text longer than its `maxTextSize`, which is 50,000 unless a page sets it. */
const MAX_TEXT = 49_000;
const FIRST_BOUNDS = { maxNodes: 150, maxLinks: 400 };
const MAX_NAME = 60;

const ARROWS: Readonly<Record<DrawnLink["posture"], string>> = {
  cleartext: "==>",
  mixed: "-->",
  tls: "-->",
  unknown: "-.->",
  mtls: "-->",
};

/** The service map as a flowchart for Mermaid. */
export const mermaid: Report = {
  name: "mermaid",
  *write(rows: Iterable<StoredRow>): Iterable<string> {
    const list = [...rows];
    const edges = edgesOf(list);
    const caption = captionOf(list);
    let { maxNodes, maxLinks } = FIRST_BOUNDS;
    let text = flowchart(caption, drawnMap(edges, { maxNodes, maxLinks }));
    while (text.length > MAX_TEXT && maxNodes > 1) {
      maxNodes = Math.floor(maxNodes * 0.8);
      maxLinks = Math.floor(maxLinks * 0.8);
      text = flowchart(caption, drawnMap(edges, { maxNodes, maxLinks }));
    }
    yield text;
  },
};

function flowchart(caption: string, { nodes, links, leftOut }: DrawnMap): string {
  const lines = [
    "flowchart LR",
    `%% ${caption}`,
    ...nodes.map(nodeLine),
    ...links.map(({ from, to, posture, label }) => `${from} ${ARROWS[posture]}|${quoted(label)}| ${to}`),
    ...POSTURES.flatMap((posture) => linkStyle(posture, links)),
    ...(leftOut === undefined ? [] : [`leftOut[${quoted(leftOut)}]:::note`]),
    ...(nodes.length === 0 ? [`nothing[${quoted("No connection was seen.")}]:::note`] : []),
    "classDef outside stroke-dasharray:4 3",
    "classDef note fill:none,stroke:none",
  ];
  return `${lines.join("\n")}\n`;
}

function nodeLine({ id, name, shape }: DrawnNode): string {
  const label = quoted(shortened(visible(name), MAX_NAME));
  if (shape === "service") return `${id}[${label}]`;
  return shape === "host" ? `${id}([${label}])` : `${id}([${label}]):::outside`;
}

function linkStyle(posture: DrawnLink["posture"], links: readonly DrawnLink[]): string[] {
  const numbers = links.flatMap((link, index) => (link.posture === posture ? [index] : []));
  return numbers.length === 0 ? [] : [`linkStyle ${numbers.join(",")} stroke:${POSTURE_COLOURS[posture]}`];
}

/**
 * Everything that Mermaid, its Markdown or HTML could take for more than text becomes its entity, by number. An allowlist: its grammar
 * grows with every release. A colon stays before a port; `fa:fa-car` would be a picture.
 */
function quoted(text: string): string {
  return `"${text.replace(/[^\p{L}\p{N} .,:/-]|:(?!\d)/gu, (character) => `#${character.codePointAt(0)};`)}"`;
}
