import { type EdgeRecord, type EndpointRecord, type FindingRecord, SEVERITIES } from "../../shared/event.js";
import { formatTime } from "../../shared/time.js";
import { VERSION } from "../../shared/version.js";
import type { StoredRow } from "../store/stored-row.js";
import { HTML_STYLE } from "./html-style.js";
import { lastSeen } from "./last-seen.js";
import type { Report } from "./report.js";

type Cell = string | number;

/** Rows of one table: a report is read by people. The exports have everything. */
const MAX_ROWS = 2_000;
const NOT_PROVEN: readonly string[] = [
  "What did not pass the captured interfaces while the sensor ran is not here: an endpoint that was not called is not known.",
  "Inside of TLS only the handshake is read. Calls over TLS are not listed.",
  "Under TLS 1.3 client authentication is inferred from the sizes of records; “unknown” is no “no”.",
  "That a credential was sent does not show that it was checked, and an answer of 200 not that the caller was entitled.",
];

/** A report that stands alone: no script, nothing loaded, every text from the wire escaped. */
export const html: Report = {
  name: "html",
  *write(rows: Iterable<StoredRow>): Iterable<string> {
    const list = [...rows];
    const edges = list.flatMap(({ record }) => (record.kind === "edge" ? [record] : []));
    const endpoints = list.flatMap(({ record }) => (record.kind === "endpoint" ? [record] : []));
    const findings = list.flatMap(({ record }) => (record.kind === "finding" ? [record] : []));
    const services = list.filter(({ record }) => record.kind === "service").length;
    const firstMicros = Math.min(...list.map(({ record }) => record.firstMicros));
    yield `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">\n`;
    yield `<title>API inventory</title><style>${HTML_STYLE}</style></head><body>\n<h1>API inventory</h1>\n`;
    if (list.length === 0) yield "<p>Nothing was seen.</p>\n";
    else yield `<p>Seen from ${time(firstMicros)} to ${time(lastSeen(list))}; eastwatch ${escaped(VERSION)}.</p>\n`;
    yield table(
      "Summary",
      ["what", "how many"],
      [
        ["services", services],
        ["edges (who calls whom)", edges.length],
        ["endpoints", endpoints.length],
        ["findings", findings.length],
      ],
    );
    yield* postureTables(edges);
    yield* endpointTables(endpoints);
    yield* findingTables(findings);
    yield* notVisible(edges, endpoints);
    yield "</body></html>\n";
  },
};

function* postureTables(edges: readonly EdgeRecord[]): Iterable<string> {
  const postures = ["cleartext", "mixed", "unknown", "tls", "mtls"] as const;
  yield table(
    "Protection of edges",
    ["posture", "edges", "connections"],
    postures.map((posture) => {
      const its = edges.filter((edge) => edge.posture === posture);
      return [posture, its.length, sum(its.map(({ connections }) => connections))];
    }),
  );
  const weak = edges.filter(({ posture, scope }) => posture !== "mtls" && scope === "east-west");
  yield table(
    "East-west edges that are not mutual TLS throughout",
    ["client", "server", "posture", "connections behind it", "calls", "credentials"],
    weak.map((edge) => [
      edge.clientService ?? edge.clientAddress,
      edge.serverService,
      edge.posture,
      counts(edge.postureCounts),
      edge.calls,
      Object.keys(edge.credentials).join(", "),
    ]),
  );
}

function* endpointTables(endpoints: readonly EndpointRecord[]): Iterable<string> {
  const states = [...new Set(endpoints.map(({ state }) => state))].sort();
  yield table(
    "Endpoints by state",
    ["state", "endpoints", "calls"],
    states.map((state) => {
      const its = endpoints.filter((endpoint) => endpoint.state === state);
      return [state, its.length, sum(its.map(({ calls }) => calls))];
    }),
  );
  const sensitive = endpoints.filter(({ dataClasses }) => dataClasses.length > 0);
  if (sensitive.length > 0)
    yield table(
      "Endpoints that carry sensitive data",
      ["service", "endpoint", "classes", "callers"],
      sensitive.map(({ service, method, template, dataClasses, callerCount }) => [
        service,
        `${method} ${template}`,
        dataClasses.join(", "),
        callerCount,
      ]),
    );
  yield* streamTables(endpoints);
  yield table(
    "Endpoints",
    ["service", "endpoint", "state", "calls", "callers", "statuses", "credentials", "last seen"],
    endpoints.map((endpoint) => [
      endpoint.service,
      `${endpoint.method} ${endpoint.template}`,
      endpoint.state,
      endpoint.calls,
      endpoint.callerCount,
      counts(endpoint.statuses),
      counts(endpoint.credentials),
      time(endpoint.lastMicros),
    ]),
  );
}

function* streamTables(endpoints: readonly EndpointRecord[]): Iterable<string> {
  const rows = endpoints.flatMap(({ service, method, template, streams }): Cell[][] =>
    streams === undefined
      ? []
      : [
          [
            service,
            `${method} ${template}`,
            counts(streams.kinds),
            streams.subprotocols.join(", "),
            streams.requestMessages,
            streams.responseMessages,
            streams.requestMessageBytes,
            streams.responseMessageBytes,
            counts(streams.closes),
          ],
        ],
  );
  if (rows.length === 0) return;
  const messages = ["messages in", "messages out", "bytes in", "bytes out"];
  const heads = ["service", "endpoint", "what", "subprotocols", ...messages, "closed with"];
  yield table("Endpoints that stream, or hold their answers back", heads, rows);
}

function* findingTables(findings: readonly FindingRecord[]): Iterable<string> {
  const sorted = [...findings].sort(
    (a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) || (a.id < b.id ? -1 : 1),
  );
  yield table(
    "Findings",
    ["severity", "what", "detail", "times", "last seen", "references"],
    sorted.map(({ severity, title, summary, count, lastMicros, references }) => [
      severity,
      title,
      summary,
      count,
      time(lastMicros),
      references.join(", "),
    ]),
  );
}

function* notVisible(edges: readonly EdgeRecord[], endpoints: readonly EndpointRecord[]): Iterable<string> {
  const missing = sum(edges.map(({ missingBytes }) => missingBytes));
  const incomplete = sum(endpoints.map(({ incompleteCalls }) => incompleteCalls));
  const unknown = edges.filter(({ posture }) => posture === "unknown").length;
  yield `<h2>What was not visible</h2>\n<ul>\n`;
  yield `<li>${missing.toLocaleString("en")} bytes of calls were sent and not captured; ${incomplete.toLocaleString("en")} calls are incomplete.</li>\n`;
  yield `<li>${unknown.toLocaleString("en")} edges carry connections of which nothing could be told.</li>\n`;
  for (const text of NOT_PROVEN) yield `<li>${escaped(text)}</li>\n`;
  yield "</ul>\n";
}

function table(title: string, heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const isNumber = (column: number): boolean => typeof rows[0]?.[column] === "number";
  const head = heads
    .map((name, column) => `<th scope="col"${isNumber(column) ? ' class="number"' : ""}>${escaped(name)}</th>`)
    .join("");
  const shown = rows.slice(0, MAX_ROWS).map((cells) => `<tr>${cells.map(cellOf).join("")}</tr>\n`);
  const rest = rows.length - shown.length;
  const note = rest > 0 ? `<p>${rest.toLocaleString("en")} more are in the exports.</p>\n` : "";
  if (rows.length === 0) return `<h2>${escaped(title)}</h2>\n<p>None.</p>\n`;
  return `<h2>${escaped(title)}</h2>\n<table><thead><tr>${head}</tr></thead><tbody>\n${shown.join("")}</tbody></table>\n${note}`;
}

function cellOf(cell: Cell): string {
  if (typeof cell === "number") return `<td class="number">${cell.toLocaleString("en")}</td>`;
  return `<td${MARKED.has(cell) ? ` class="${cell}"` : ""}>${escaped(cell)}</td>`;
}

/** Words that a colour helps to find; all of them ours. */
const MARKED: ReadonlySet<string> = new Set([...SEVERITIES, "cleartext", "mixed", "unknown", "tls", "mtls"]);

function counts(values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .map(([name, count]) => `${name === "0" ? "no answer" : name} ×${count.toLocaleString("en")}`)
    .join(", ");
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function time(micros: number): string {
  return `${formatTime(micros).slice(0, 19).replace("T", " ")} UTC`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replace(/\p{Cc}/gu, "�");
}
