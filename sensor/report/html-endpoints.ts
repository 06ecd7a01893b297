import type { EndpointRecord } from "../../shared/event.js";
import { countsText, number, tally } from "./compliance/evidence.js";
import { endpointName } from "./compliance/facts.js";
import { type Cell, escaped, MAX_ROWS, table, time } from "./html-element.js";

/** Up to so many endpoints stand there one by one; beyond nobody reads them on paper. */
const MAX_LISTED = MAX_ROWS;

/** The endpoints one by one, or, of a big inventory, by service and those that are not in order. */
export function* endpointTables(endpoints: readonly EndpointRecord[]): Iterable<string> {
  if (endpoints.length <= MAX_LISTED) {
    yield "<h3>Endpoints</h3>\n";
    yield listOf(endpoints);
    return;
  }
  const odd = endpoints.filter(isOdd);
  yield "<h3>Endpoints by service</h3>\n";
  yield `<p>${escaped(
    `${number(endpoints.length)} endpoints are too many to read one by one: here they are added up by service, and below stand those that are not in order. ` +
      "The list of all: eastwatch export --format csv, of one service with --service NAME.",
  )}</p>\n`;
  yield byService(endpoints);
  yield "<h3>Endpoints that are not in order</h3>\n";
  yield "<p>Those that are in any state but active, or that differ from what is declared; the busiest first.</p>\n";
  yield listOf([...odd].sort((a, b) => b.calls - a.calls));
}

function isOdd({ state, drift = [] }: EndpointRecord): boolean {
  return state !== "active" || drift.length > 0;
}

function byService(endpoints: readonly EndpointRecord[]): string {
  const services = new Map<string, EndpointRecord[]>();
  for (const endpoint of endpoints) {
    const known = services.get(endpoint.service);
    if (known === undefined) services.set(endpoint.service, [endpoint]);
    else known.push(endpoint);
  }
  const rows = [...services]
    .map(([service, its]) => ({ service, its, calls: its.reduce((sum, { calls }) => sum + calls, 0) }))
    .sort((a, b) => b.its.filter(isOdd).length - a.its.filter(isOdd).length || b.calls - a.calls)
    .map(({ service, its, calls }): Cell[] => [
      service,
      its.length,
      calls,
      countsText(tally(its.map(({ state }) => state))),
      its.filter(({ drift = [] }) => drift.length > 0).length,
      its.filter(({ dataClasses }) => dataClasses.length > 0).length,
    ]);
  const heads = ["service", "endpoints", "calls", "states", "other than declared", "with sensitive data"];
  return table({ heads, rows });
}

function listOf(endpoints: readonly EndpointRecord[]): string {
  return table({
    heads: ["service", "endpoint", "state", "calls", "callers", "statuses", "credentials", "last seen"],
    rows: endpoints.map((endpoint) => [
      endpoint.service,
      endpointName(endpoint),
      endpoint.state,
      endpoint.calls,
      endpoint.callerCount,
      countsText(endpoint.statuses),
      countsText(endpoint.credentials) || "none seen",
      endpoint.calls === 0 ? "never" : time(endpoint.lastMicros),
    ]),
  });
}
