import { MAX_VALUES } from "../path/evidence.js";
import type { PathNode } from "../path/path-node.js";
import type { ServiceEntry } from "../service/service-entry.js";
import type { EndpointEntry } from "./endpoint-entry.js";
import type { EndpointRoster } from "./endpoint-roster.js";
import { UnknownPaths } from "./unknown-paths.js";

/** A path, or a value of it, that was asked for so often may be there. */
const HARDLY_CALLED = 2;

/**
 * Takes the endpoints among `all` of which nothing but refusals is known, each path asked for once or twice by one client without a credential:
 * what a scanner leaves behind at a service that answers 401 to whatever it is asked for. They wait as unknown paths do.
 */
export function takeOnceRefused(service: ServiceEntry, roster: EndpointRoster): EndpointEntry[] {
  service.unknownPaths ??= new UnknownPaths();
  const taken: EndpointEntry[] = [];
  for (const endpoint of roster.all()) {
    if (endpoint.service !== service || !isOnceRefused(endpoint)) continue;
    const history = endpoint.history();
    if (history === undefined) continue;
    service.unknownPaths.takeBack(history);
    service.unprovenEndpoints--;
    taken.push(endpoint);
  }
  return taken;
}

function isOnceRefused(endpoint: EndpointEntry): boolean {
  const { node, isThere, operation, calls, callerCount } = endpoint;
  if (node === undefined || isThere || operation !== undefined || callerCount > 1) return false;
  let values = 1;
  for (let one: PathNode<unknown> | undefined = node; one !== undefined; one = one.parent)
    values = Math.max(values, one.evidence?.values.size ?? 0);
  return calls <= HARDLY_CALLED * values || values >= MAX_VALUES;
}
