import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { BlindBound, InVirtualNetwork } from "../../shared/event.js";
import { NamesApart } from "../../shared/names-apart.js";
import { clientOf, POSTURE_WORDS, postureRank } from "../../shared/posture.js";
import type { EdgeItem, EndpointRow, FindingItem, ServiceItem } from "../api.js";
import { ApproveShown } from "./approve-shown.js";
import { edgeKey } from "./edge-key.js";
import { EndpointPane } from "./endpoint-pane.js";
import { FindingDetail } from "./finding-detail.js";
import { bytes, day, millis, span } from "./format.js";
import { hostWords, isCalledOtherwise } from "./host-words.js";
import { PostureTag } from "./posture-bar.js";
import { REVIEW_COLUMNS, REVIEWS } from "./review-columns.js";
import { ServiceDetail } from "./service-detail.js";
import { kindsOf, messagesOf, messageWords } from "./stream-words.js";
import { type Column, type Narrowing, TableView } from "./table-view.js";
import { useList } from "./use-list.js";
import { blindBytes, sharesOf, shareWords } from "./visibility.js";
import { VisibilityBar } from "./visibility-bar.js";

const SEVERITIES = ["info", "low", "medium", "high", "critical"];

function lastSeen<T extends { readonly lastMicros: number }>(): Column<T> {
  return {
    title: "Last seen",
    className: "time",
    value: (item) => item.lastMicros,
    show: (item) => day(item.lastMicros),
  };
}

function connections<T extends { readonly connections: number }>(): Column<T> {
  return {
    title: "Connections",
    className: "number",
    value: (item) => item.connections,
    show: (item) => item.connections.toLocaleString("en"),
  };
}

function calls<T extends { readonly calls: number }>(): Column<T> {
  return {
    title: "Calls",
    className: "number",
    value: (item) => item.calls,
    show: (item) => item.calls.toLocaleString("en"),
  };
}

/** What may be missing of a row: the bound within which it is true. */
function notSeen<T extends BlindBound & { readonly missingBytes: number }>(): Column<T> {
  return {
    title: "Not seen",
    className: "number",
    value: (item) => item.missingBytes + (item.blindMillis ?? 0),
    text: notSeenWords,
    show: notSeenWords,
    isMinor: true,
  };
}

function notSeenWords({ missingBytes, blindMillis }: BlindBound & { readonly missingBytes: number }): string {
  const words = missingBytes > 0 ? [bytes(missingBytes)] : [];
  if ((blindMillis ?? 0) > 0) words.push(`blind ${span(0, (blindMillis ?? 0) * 1_000)}`);
  return words.join(" · ");
}

/** Where it has to be broken, it is between its segments. */
function segmentsOf(template: string): ComponentChildren[] {
  return template.split(/(?<=\/)/).map((segment) => (
    <>
      {segment}
      <wbr />
    </>
  ));
}

function within({ virtualNetwork }: InVirtualNetwork): string {
  return virtualNetwork === undefined ? "" : ` in ${virtualNetwork}`;
}

/** Where it was, and where it went. */
function placeWords(item: ServiceItem): string {
  const place = `${item.address}:${item.port}${within(item)}`;
  if (item.movedTo !== undefined) return `${place} → ${item.movedTo.address}`;
  const before = item.movedFrom?.at(-1);
  return before === undefined ? place : `${place} (before: ${before.address})`;
}

/** Of so many it is known which have one name. */
const NAMED_SERVICES = 5_000;

const SERVICES: readonly Column<ServiceItem>[] = [
  { title: "Service", className: "name", value: (item) => item.name },
  { title: "Address", className: "whole", value: placeWords },
  {
    title: "Software",
    className: "software",
    value: (item) => [...item.software, ...item.frameworks].join(", "),
    isMinor: true,
  },
  { title: "Protocols", className: "whole", value: (item) => item.protocols.join(", ") },
  calls(),
  connections(),
  {
    title: "Traffic seen",
    className: "posture-cell",
    value: blindBytes,
    text: (item) => shareWords(sharesOf(item)),
    show: (item) => <VisibilityBar service={item} />,
  },
  notSeen(),
  lastSeen(),
  { title: "Sensor", value: (item) => item.sensor, isMinor: true },
];

function serviceColumn(names: NamesApart): Column<EndpointRow> {
  const nameOf = (item: EndpointRow): string => names.nameAt(item.serverAddress, item.serverPort, item, item.service);
  return {
    title: "Service",
    className: "name",
    value: nameOf,
    // By any of its names it is found.
    text: (item) => [nameOf(item), ...(item.hosts ?? [])].join(" "),
    show: (item) => (
      <>
        {nameOf(item)}
        {isCalledOtherwise(item) && <span class="hosts quiet">{hostWords(item)}</span>}
      </>
    ),
  };
}

const ENDPOINTS: readonly Column<EndpointRow>[] = [
  { title: "Method", className: "method", value: (item) => item.method },
  {
    title: "Template",
    className: "path",
    value: (item) => item.template,
    text: (item) => `${item.template} ${kindsOf(item.streams)}`,
    show: (item) => (
      <>
        {segmentsOf(item.template)}
        {item.streams !== undefined && <span class="mark quiet">{kindsOf(item.streams)}</span>}
      </>
    ),
  },
  calls(),
  {
    title: "Messages",
    value: (item) => messagesOf(item.streams),
    text: (item) => messageWords(item.streams),
    show: (item) => messageWords(item.streams),
    isMinor: true,
  },
  { title: "Callers", className: "number", value: (item) => item.callerCount, isMinor: true },
  {
    title: "Gateway",
    className: "whole",
    value: ({ reached }) => (reached === undefined ? 0 : 1 + reached.around),
    text: gatewayText,
    show: ({ reached }) =>
      reached && <span class={reached.around > 0 ? "gateway around" : "gateway"}>{passage(reached)}</span>,
    isMinor: true,
  },
  { title: "Statuses", className: "statuses", value: (item) => statuses(item.statuses), isMinor: true },
  {
    title: "p50",
    className: "number",
    value: (item) => item.durationMillis?.p50 ?? -1,
    show: (item) => millis(item.durationMillis?.p50),
    isMinor: true,
  },
  {
    title: "p99",
    className: "number",
    value: (item) => item.durationMillis?.p99 ?? -1,
    show: (item) => millis(item.durationMillis?.p99),
    isMinor: true,
  },
  { title: "Credentials", value: (item) => Object.keys(item.credentials).join(", "), isMinor: true },
  {
    title: "State",
    className: "whole",
    value: (item) => item.state,
    text: (item) => [item.state, item.place, ...(item.drift ?? [])].join(" "),
    show: (item) => <span class={`state ${item.state}`}>{item.state}</span>,
  },
  ...REVIEW_COLUMNS,
  notSeen(),
  lastSeen(),
];

/** What each state means stands where it is chosen. */
const STATES: Narrowing<EndpointRow> = {
  label: "State",
  choices: [
    ["", "Any state"],
    ["shadow", "shadow: called, not declared"],
    ["zombie", "zombie: deprecated, still called"],
    ["deprecated", "deprecated: not called any more"],
    ["dormant", "dormant: not called"],
    ["new", "new"],
    ["active", "active"],
    ["drift", "other than declared"],
    ["around", "reached around its gateway"],
  ],
  passes: (item, choice) => {
    if (choice === "drift") return (item.drift ?? []).length > 0;
    return choice === "around" ? (item.reached?.around ?? 0) > 0 : item.state === choice;
  },
};

function gatewayText({ reached }: EndpointRow): string {
  if (reached === undefined) return "";
  return [passage(reached), ...reached.gateways.map(({ address, service }) => `${address} ${service ?? ""}`)].join(" ");
}

/** Where no gateway is known nothing stands: that does not say that there is none. */
function passage({ gateways, around }: NonNullable<EndpointRow["reached"]>): string {
  return around > 0 ? `${gateways.length} through, ${around} around` : "through";
}

const ENDPOINT_NARROWINGS = [STATES, REVIEWS];

const EDGES: readonly Column<EdgeItem>[] = [
  { title: "Client", className: "name", value: clientOf },
  { title: "Service", className: "name", value: (item) => item.serverService },
  { title: "Port", className: "number", value: (item) => item.serverPort },
  { title: "Network", className: "whole", value: (item) => item.virtualNetwork ?? "", isMinor: true },
  { title: "Scope", className: "scope", value: (item) => item.scope, isMinor: true },
  {
    title: "Posture",
    className: "posture-cell",
    value: (item) => postureRank(item.posture),
    text: (item) => POSTURE_WORDS[item.posture],
    show: (item) => <PostureTag posture={item.posture} />,
  },
  calls(),
  {
    title: "Seen by",
    className: "whole",
    value: (item) => item.joined?.calls ?? 0,
    text: seenByWords,
    show: seenByWords,
    isMinor: true,
  },
  connections(),
  { title: "Client software", className: "software", value: (item) => item.clientSoftware.join(", "), isMinor: true },
  {
    title: "Client certificates",
    className: "software",
    value: (item) => Object.keys(item.clientCertificates ?? {}).join(", "),
    isMinor: true,
  },
  { title: "Credentials", value: (item) => Object.keys(item.credentials).join(", "), isMinor: true },
  notSeen(),
  lastSeen(),
];

/** A sensor's own view, and what of it others saw as well. */
function seenByWords({ sensor, joined }: EdgeItem): string {
  if (joined === undefined) return sensor;
  return `${sensor}; ${joined.calls.toLocaleString("en")} also by ${joined.sensors.join(", ")}`;
}

/** Rows are the views of each sensor: a call that two of them saw is in two. */
function callsOnce(edges: readonly EdgeItem[]): string {
  const repeated = new Map<string, number>();
  for (const { clientAddress, serverAddress, serverPort, virtualNetwork, joined } of edges) {
    if (joined === undefined) continue;
    repeated.set([clientAddress, serverAddress, serverPort, virtualNetwork].join(" "), joined.repeatedCalls);
  }
  const twice = [...repeated.values()].reduce((sum, calls) => sum + calls, 0);
  const all = edges.reduce((sum, { calls }) => sum + calls, 0);
  if (twice === 0) return "";
  return `${(all - twice).toLocaleString("en")} ${all - twice === 1 ? "call" : "calls"}, ${twice.toLocaleString("en")} of them seen by another sensor as well and counted once`;
}

const FINDINGS: readonly Column<FindingItem>[] = [
  {
    title: "Severity",
    className: "whole",
    value: (item) => SEVERITIES.indexOf(item.severity),
    text: (item) => item.severity,
    show: (item) => <span class={`severity ${item.severity}`}>{item.severity}</span>,
  },
  { title: "Title", value: (item) => item.title },
  { title: "Summary", className: "summary", value: (item) => item.summary },
  { title: "Count", className: "number", value: (item) => item.count, show: (item) => item.count.toLocaleString("en") },
  lastSeen(),
  { title: "Sensor", value: (item) => item.sensor, isMinor: true },
];

export function ServicesView() {
  return (
    <TableView
      key="services"
      list="services"
      columns={SERVICES}
      sortBy="Calls"
      empty="No service seen yet."
      keyOf={(item) => `${item.sensor} ${item.address} ${item.port}${within(item)}`}
      detail={(item, close) => <ServiceDetail service={item} onClose={close} />}
    />
  );
}

export function EndpointsView() {
  const { items: services } = useList<ServiceItem>("services", NAMED_SERVICES);
  const columns = useMemo(() => [serviceColumn(new NamesApart(services)), ...ENDPOINTS], [services]);
  return (
    <TableView
      key="endpoints"
      list="endpoints"
      columns={columns}
      sortBy="Calls"
      empty="No endpoint seen yet."
      narrowings={ENDPOINT_NARROWINGS}
      actions={(items) => <ApproveShown items={items} />}
      detail={(item, close) => <EndpointPane row={item} onClose={close} />}
      keyOf={(item) =>
        [item.sensor, item.serverAddress, item.serverPort, item.method, item.template, within(item)].join(" ")
      }
    />
  );
}

export function EdgesView() {
  return (
    <TableView
      key="edges"
      list="edges"
      columns={EDGES}
      sortBy="Calls"
      empty="Nobody was seen to talk to anybody yet."
      summary={callsOnce}
      keyOf={edgeKey}
    />
  );
}

export function FindingsView() {
  return (
    <TableView
      key="findings"
      list="findings"
      columns={FINDINGS}
      sortBy="Severity"
      empty="Nothing found yet."
      keyOf={(item) => `${item.sensor} ${item.id}`}
      detail={(item, close) => <FindingDetail finding={item} onClose={close} />}
    />
  );
}

function statuses(counts: Readonly<Record<string, number>>): string {
  return (
    Object.entries(counts)
      // A count is not to stand on another line than what it counts.
      .map(([status, count]) => `${status === "0" ? "no answer seen" : status}\u00a0×${count.toLocaleString("en")}`)
      .join(", ")
  );
}
