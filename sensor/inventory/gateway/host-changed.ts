import type { EndpointRoster } from "../endpoint/endpoint-roster.js";
import type { ServiceEntry } from "../service/service-entry.js";
import type { ChangedRows } from "../stored/changed-rows.js";
import type { HostEntry } from "./host-entry.js";

/** What a host is shows in the rows of its services, its edges, and the endpoints that it may call. */
export function noteHostChanged(
  host: HostEntry,
  services: readonly ServiceEntry[],
  changed: ChangedRows,
  roster: EndpointRoster,
): void {
  const called = new Set<ServiceEntry>();
  for (const service of services) {
    if (service.host === host) changed.service(service);
    for (const edge of service.edges.values()) {
      if (edge.client !== host) continue;
      changed.edge(edge);
      called.add(service);
    }
  }
  for (const endpoint of roster.all()) if (called.has(endpoint.service)) roster.changed(endpoint);
}
