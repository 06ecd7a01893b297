import { type EdgeRecord, type EndpointRecord, SEVERITIES, type ServiceRecord } from "../../shared/event.js";
import { NamesApart } from "../../shared/names-apart.js";
import { amountOf } from "../../shared/not-seen.js";
import {
  allCounts,
  clientOf,
  countWords,
  POSTURE_MEANINGS,
  POSTURE_WORDS,
  POSTURES,
  postureRank,
} from "../../shared/posture.js";
import { VERSION } from "../../shared/version.js";
import type { StoredRow } from "../store/stored-row.js";
import { certificates } from "./compliance/evidence/certificates.js";
import { cutBodies } from "./compliance/evidence/data-flows.js";
import { countsText, number } from "./compliance/evidence.js";
import { endpointName, type Facts } from "./compliance/facts.js";
import { type ComplianceView, complianceView } from "./compliance/view.js";
import { COUNTED_ONCE } from "./counted-once.js";
import { blindWords, type CoverageSummary, NOT_PROVEN, silenceSentence } from "./coverage.js";
import { complianceSections } from "./html-compliance.js";
import { declaredSection } from "./html-declared.js";
import { bullets, type Cell, escaped, headingsOf, idOf, section, table, time } from "./html-element.js";
import { endpointTables } from "./html-endpoints.js";
import { findingSection } from "./html-findings.js";
import { gatewaySection } from "./html-gateway.js";
import { hostSection } from "./html-hosts.js";
import { protectionSection } from "./html-protection.js";
import { reviewSection } from "./html-review.js";
import { HTML_STYLE } from "./html-style.js";
import type { Report } from "./report.js";

/** A report that stands alone: no script, nothing loaded, every text from the wire escaped. */
export const html: Report = {
  name: "html",
  *write(rows, coverage) {
    const list = rowsApart([...rows]);
    const view = complianceView(list, coverage);
    yield `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">\n`;
    yield `<title>API inventory</title><style>${HTML_STYLE}</style></head><body>\n<h1>API inventory</h1>\n`;
    yield `<p>${escaped(period(view, list))}</p>\n`;
    const parts = [...sections(view, list)];
    yield contents(parts);
    yield* parts;
    yield "</body></html>\n";
  },
};

/** Services of one name look like one where no address stands beside it. */
function rowsApart(rows: readonly StoredRow[]): readonly StoredRow[] {
  const names = new NamesApart(rows.flatMap(({ record }) => (record.kind === "service" ? [record] : [])));
  return rows.map(
    (row): StoredRow => (row.record.kind === "certificate" ? row : { ...row, record: names.of(row.record) }),
  );
}

function* sections(view: ComplianceView, rows: readonly StoredRow[]): Iterable<string> {
  const { services, endpoints, edges, findings } = view.facts;
  yield summary(view);
  yield* postureSections(edges);
  yield* endpointSections(endpoints);
  yield reviewSection(rows);
  yield hostSection(endpoints);
  yield gatewaySection(services, endpoints);
  yield protectionSection(endpoints, edges);
  yield declaredSection(endpoints);
  yield certificateSection(view.facts);
  yield findingSection(findings, services);
  yield* notVisible(view);
  yield* complianceSections(view);
}

/** Made of the sections that are there: some are only where there is something to say, and a list of its own would go stale. */
function contents(parts: readonly string[]): string {
  const items = parts
    .flatMap((part) => headingsOf(part))
    .map(({ id, title }) => `<li><a href="#${id}">${title}</a></li>\n`);
  return `<nav><ul>\n${items.join("")}</ul></nav>\n`;
}

function period({ facts, coverage }: ComplianceView, rows: readonly StoredRow[]): string {
  const saw = new Set(
    rows.flatMap(({ record, sensor }) => (record.lastMicros > 0 && sensor !== undefined ? [sensor] : [])),
  );
  const sensors = coverage.flatMap(({ sensor }) => sensor ?? []);
  const blank = facts.lastMicros === 0 ? [] : sensors.filter((sensor) => !saw.has(sensor));
  const seeing = sensors.filter((sensor) => !blank.includes(sensor));
  const names = seeing.length === 0 ? "" : ` by ${seeing.join(", ")}`;
  if (facts.lastMicros === 0) return `Nothing was seen${names}; eastwatch ${VERSION}.`;
  const counted = sensors.length > 1 ? ` ${COUNTED_ONCE}` : "";
  const others = blank.length === 0 ? "" : `, and nothing of it by ${blank.join(", ")}`;
  return `Seen${names} from ${time(facts.firstMicros)} to ${time(facts.lastMicros)}${others}; eastwatch ${VERSION}.${counted}`;
}

const NOT_VISIBLE = "What was not visible";

function summary({ facts, coverage }: ComplianceView): string {
  const { services, edges, endpoints, certificates, findings } = facts;
  const bySeverity = [...SEVERITIES].reverse().map((severity): [string, number] => {
    return [`findings, ${severity}`, findings.filter((finding) => finding.severity === severity).length];
  });
  const rows: readonly (readonly [string, number])[] = [
    ["services", services.length],
    ["edges (who calls whom)", edges.length],
    ["endpoints", endpoints.length],
    ["certificates", certificates.length],
    ...bySeverity,
  ];
  const link = `<a href="#${idOf(NOT_VISIBLE)}">${NOT_VISIBLE}</a>`;
  const words = `<p>${escaped(coverageWords(facts, coverage))} ${link} tells of all of it.</p>\n`;
  return section("Summary", table({ heads: ["what", "how many"], rows }) + words);
}

/** How far the figures above may be believed: in one place with them, for many read no further. */
function coverageWords({ edges }: Facts, coverage: readonly CoverageSummary[]): string {
  const told = coverage.filter(({ health }) => health !== undefined);
  const interfaces = told.flatMap(({ health }) => health?.interfaces ?? []);
  const sum = (numbers: readonly (number | undefined)[]): number => numbers.reduce((a: number, b = 0) => a + b, 0);
  const isDropsKnown = interfaces.every(({ dropped }) => dropped !== undefined);
  const refused = sum(told.map(({ health }) => health?.counters.flows_refused));
  const gaps = sum(told.map(({ health }) => health?.counters.gap_bytes));
  const unseen = edges.filter(({ posture }) => posture !== "cleartext").length;
  const losses = [
    `${number(sum(interfaces.map(({ frames }) => frames)))} frames were looked at`,
    `${isDropsKnown ? "" : "at least "}${number(sum(interfaces.map(({ dropped }) => dropped)))} were dropped before`,
    `${number(gaps)} bytes were missing in connections`,
    `${number(refused)} connections were refused, and not followed`,
    `interfaces were blind for ${blindWords(told)}`,
  ];
  const untold = coverage.length - told.length;
  const silent = told.filter(({ silence }) => silence !== undefined).length;
  return [
    told.length === 0
      ? "What was lost is not known: that is not a 0."
      : `Of what the sensors tell, ${losses.join(", ")}.`,
    ...(told.length > 0 && untold > 0
      ? [`Of ${number(untold)} ${untold === 1 ? "sensor" : "sensors"} it is not known.`]
      : []),
    ...(silent > 0
      ? [
          `Of ${number(coverage.length)} ${number(silent)} ${silent === 1 ? "was" : "were"} not heard of lately: that time counts as blind.`,
        ]
      : []),
    `Into ${number(unseen)} of ${number(edges.length)} edges it could not be looked, or not into all: they are encrypted or not recognised.`,
  ].join(" ");
}

function* postureSections(edges: readonly EdgeRecord[]): Iterable<string> {
  const byPosture = POSTURES.map((posture): Cell[] => {
    const its = edges.filter((edge) => edge.posture === posture);
    const connections = its.reduce((sum, { connections }) => sum + connections, 0);
    return [POSTURE_WORDS[posture], its.length, connections, POSTURE_MEANINGS[posture]];
  });
  yield section("Protection of edges", table({ heads: ["posture", "edges", "connections", "means"], rows: byPosture }));
  const weak = edges
    .filter(({ posture, scope }) => posture !== "mtls" && scope === "east-west")
    .sort((a, b) => postureRank(a.posture) - postureRank(b.posture) || b.connections - a.connections);
  yield "<h3>East-west edges that are not mutual TLS throughout</h3>\n";
  yield table({
    heads: ["client", "server", "port", "posture", "connections behind it", "calls", "credentials"],
    rows: weak.map((edge) => [
      clientOf(edge),
      edge.serverService,
      // A text: ports are not counted in thousands.
      String(edge.serverPort),
      POSTURE_WORDS[edge.posture],
      countWords(allCounts(edge)),
      edge.calls,
      Object.keys(edge.credentials).join(", "),
    ]),
  });
}

function* endpointSections(endpoints: readonly EndpointRecord[]): Iterable<string> {
  const states = [...new Set(endpoints.map(({ state }) => state))].sort();
  const byState = states.map((state): Cell[] => {
    const its = endpoints.filter((endpoint) => endpoint.state === state);
    return [state, its.length, its.reduce((sum, { calls }) => sum + calls, 0)];
  });
  yield section("Endpoints by state", table({ heads: ["state", "endpoints", "calls"], rows: byState }));
  yield* endpointTables(endpoints);
  yield* streamTable(endpoints);
  const sensitive = endpoints.filter(({ dataClasses }) => dataClasses.length > 0);
  const rows = sensitive.map((endpoint): Cell[] => [
    endpoint.service,
    endpointName(endpoint),
    countsText(endpoint.requestClasses),
    countsText(endpoint.responseClasses),
    endpoint.callerCount,
  ]);
  yield section(
    "Endpoints that carry sensitive data",
    table({
      heads: ["service", "endpoint", "in requests", "in answers", "callers"],
      rows,
      empty:
        "None was seen. Bodies inside of TLS, and of kinds that are not read, are not looked at, and of long ones only the beginning.",
    }),
  );
}

function* streamTable(endpoints: readonly EndpointRecord[]): Iterable<string> {
  const rows = endpoints.flatMap((endpoint): Cell[][] => {
    const { streams } = endpoint;
    if (streams === undefined) return [];
    const sizes = [streams.requestMessages, streams.responseMessages];
    const bytes = [streams.requestMessageBytes, streams.responseMessageBytes];
    const what = [endpoint.service, endpointName(endpoint), countsText(streams.kinds), streams.subprotocols.join(", ")];
    return [[...what, ...sizes, ...bytes, countsText(streams.closes)]];
  });
  if (rows.length === 0) return;
  const messages = ["messages in", "messages out", "bytes in", "bytes out"];
  yield "<h3>Endpoints that stream, or hold their answers back</h3>\n";
  yield table({ heads: ["service", "endpoint", "what", "subprotocols", ...messages, "closed with"], rows });
}

function certificateSection(facts: Facts): string {
  const { columns, rows, unknowns } = certificates(facts);
  const empty = "None was visible. Connections in the clear have none, and TLS 1.3 encrypts them.";
  return section("Certificates", table({ heads: columns, rows, empty }) + bullets(unknowns));
}

/** The blindest first. */
function bytesTable(services: readonly ServiceRecord[]): string {
  // A file of a version that did not count them has none.
  const counted = services.filter(({ notUnderstood }) => notUnderstood !== undefined);
  const rows = counted.map((service) => {
    const other = Object.values(service.notUnderstood).reduce((sum, bytes) => sum + bytes, 0);
    const blind = service.encryptedBytes + other + service.joinedLateBytes + service.missingBytes;
    return { service, other, blind };
  });
  const shown = rows
    .sort((a, b) => b.blind - a.blind || (a.service.name < b.service.name ? -1 : 1))
    .map(({ service, other }): Cell[] => [
      service.name,
      service.parsedBytes,
      service.encryptedBytes,
      other,
      Object.keys(service.notUnderstood).join(", "),
      service.joinedLateBytes,
      service.missingBytes,
    ]);
  const heads = ["service", "read", "encrypted", "not understood", "as what", "joined late", "missing"];
  return `<h3>What became of the bytes that services carried</h3>\n${table({ heads, rows: shown })}`;
}

function* notVisible({ facts, coverage }: ComplianceView): Iterable<string> {
  const missing = facts.edges.reduce((sum, { missingBytes }) => sum + missingBytes, 0);
  const incomplete = facts.endpoints.reduce((sum, { incompleteCalls }) => sum + incompleteCalls, 0);
  const unknown = facts.edges.filter(({ posture }) => posture === "unknown").length;
  yield section(
    NOT_VISIBLE,
    bullets([
      `${number(missing)} bytes of calls were sent and not captured; ${number(incomplete)} calls are incomplete.`,
      `${number(unknown)} edges carry connections of which nothing could be told.`,
      ...cutBodies(facts.called),
      ...NOT_PROVEN,
    ]),
  );
  yield bytesTable(facts.services);
  for (const summary of coverage) yield coverageBlock(summary);
}

function coverageBlock(summary: CoverageSummary): string {
  const { sensor, health, runs, notSeen, blindIntervals, silence } = summary;
  const title = `<h3>${sensor === undefined ? "This sensor" : `Sensor ${escaped(sensor)}`}</h3>\n`;
  const heading = silence === undefined ? title : `${title}<p>${escaped(silenceSentence(silence))}</p>\n`;
  if (health === undefined)
    return `${heading}<p>What it lost is not known: the file holds no word of its health. That is not a 0.</p>\n`;
  const losses = notSeen.map((one): Cell[] => [one.what, amountOf(one), one.why]);
  const blind = blindIntervals.map(({ interfaceName, fromMicros, untilMicros, reason, isPartial }): Cell[] => {
    const what = isPartial === true ? `a part of ${interfaceName}` : interfaceName;
    return [what, time(fromMicros), untilMicros === undefined ? "lasts" : time(untilMicros), reason];
  });
  const ran = runs.map(({ fromMicros, untilMicros, version, runs }): Cell[] => [
    time(fromMicros),
    time(untilMicros),
    version,
    runs,
  ]);
  const blindHead =
    blind.length === 0 ? "" : `<p>Blind, wholly or in part, for ${blindWords([summary])} together:</p>\n`;
  return (
    heading +
    table({ heads: ["ran from", "last heard of", "version", "runs"], rows: ran }) +
    table({ heads: ["what escaped it", "how much", "why"], rows: losses }) +
    (blind.length === 0 ? "" : blindHead + table({ heads: ["interface", "from", "until", "why"], rows: blind }))
  );
}
