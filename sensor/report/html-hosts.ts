import type { EndpointRecord } from "../../shared/event.js";
import { serviceIdentity } from "../../shared/record-identity.js";
import { endpointName } from "./compliance/facts.js";
import { type Cell, section, table } from "./html-element.js";

/** Endpoints that stand in one cell; the exports have the rest. */
const MAX_NAMED = 20;

interface Host {
  readonly service: string;
  /** Called by this name and no other. */
  readonly alone: string[];
  endpoints: number;
}

/** Which endpoints are called by which host name, where one address answers for several: these are told as one service. */
export function hostSection(endpoints: readonly EndpointRecord[]): string {
  const rows = [...hostsByService(endpoints)].flatMap(([place, hosts]) => (hosts.size < 2 ? [] : rowsOf(place, hosts)));
  if (rows.length === 0) return "";
  const bound =
    "<p>An address and port is one service, by whatever name it is called. Whoever calls chooses that name: it is told where the " +
    "answer was other than 400, 404 or 421, and of each endpoint only the eight used most.</p>\n";
  const heads = ["service", "address and port", "host name", "endpoints called by it", "by it alone"];
  return section("Addresses of several host names", bound + table({ heads, rows }));
}

function hostsByService(endpoints: readonly EndpointRecord[]): Map<string, Map<string, Host>> {
  const services = new Map<string, Map<string, Host>>();
  for (const endpoint of endpoints) {
    const { hosts = [], moreHosts = 0, service } = endpoint;
    const place = serviceIdentity(endpoint);
    const known = services.get(place) ?? new Map<string, Host>();
    services.set(place, known);
    for (const name of hosts) {
      const host = known.get(name) ?? { service, alone: [], endpoints: 0 };
      known.set(name, host);
      host.endpoints++;
      if (hosts.length + moreHosts === 1) host.alone.push(endpointName(endpoint));
    }
  }
  return services;
}

function rowsOf(place: string, hosts: ReadonlyMap<string, Host>): Cell[][] {
  return [...hosts]
    .sort(([, a], [, b]) => b.endpoints - a.endpoints)
    .map(([name, { service, alone, endpoints }]) => [service, place, name, endpoints, namesOf(alone)]);
}

function namesOf(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  const shown = names.slice(0, MAX_NAMED).join(", ");
  return more > 0 ? `${shown} and ${more.toLocaleString("en")} more` : shown;
}
