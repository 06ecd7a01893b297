import { shortened, visible } from "../../shared/visible-text.js";
import type { StoredRow } from "../store/stored-row.js";
import { captionOf, type DrawnLink, type DrawnNode, drawnMap, edgesOf, POSTURE_COLOURS } from "./drawn-map.js";
import type { Report } from "./report.js";

/** What `dot` still lays out within seconds. */
const BOUNDS = { maxNodes: 400, maxLinks: 1_000 };
const MAX_NAME = 60;

const SHAPES: Readonly<Record<DrawnNode["shape"], string>> = {
  service: "shape=box",
  host: "shape=ellipse",
  outside: "shape=ellipse, style=dashed",
};
const LINES: Readonly<Record<DrawnLink["posture"], string>> = {
  cleartext: "bold",
  mixed: "solid",
  tls: "solid",
  unknown: "dashed",
  mtls: "solid",
};

/** The service map in Graphviz's language. */
export const graphviz: Report = {
  name: "dot",
  *write(rows: Iterable<StoredRow>): Iterable<string> {
    const list = [...rows];
    const { nodes, links, leftOut } = drawnMap(edgesOf(list), BOUNDS);
    const caption = [captionOf(list), ...(leftOut === undefined ? [] : [leftOut])].map(escaped).join("\\n");
    yield `digraph services {\n  graph [rankdir=LR, charset="UTF-8", fontname="sans-serif", label="${caption}"];\n`;
    yield `  node [fontname="sans-serif", fontsize=11];\n  edge [fontname="sans-serif", fontsize=9];\n`;
    for (const { id, name, shape } of nodes) {
      const text = visible(name);
      yield `  ${id} [label=${quoted(shortened(text, MAX_NAME))}, tooltip=${quoted(text)}, ${SHAPES[shape]}];\n`;
    }
    for (const { from, to, posture, label } of links) {
      const colour = POSTURE_COLOURS[posture];
      yield `  ${from} -> ${to} [label=${quoted(label)}, color="${colour}", fontcolor="${colour}", style=${LINES[posture]}];\n`;
    }
    yield "}\n";
  },
};

function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

/** In its strings a backslash begins a sequence such as `\N`, and `&` an entity of HTML. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}
