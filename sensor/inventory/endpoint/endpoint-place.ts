import type { DeclaredPath } from "../declared/coverage.js";
import type { Route } from "../declared/route-table.js";
import type { PathNode } from "../path/path-node.js";
import type { ServiceEntry } from "../service/service-entry.js";
import type { EndpointEntry } from "./endpoint-entry.js";
import { MethodSet } from "./method-set.js";

/** Where an endpoint is: among the paths seen, or the declared ones. */
export type Place = PathNode<MethodSet> | Route<DeclaredPath>;

export function entryAt(
  service: ServiceEntry,
  method: string,
  place: Place,
  operation: string | undefined,
): EndpointEntry | undefined {
  if (!("value" in place)) return place.leaf?.get(method, operation);
  const there = service.declared.get(place);
  if (there !== undefined)
    for (const endpoint of there) if (endpoint.method === method && endpoint.operation === operation) return endpoint;
  return undefined;
}

/** The same endpoint. */
export function placeEntry(made: EndpointEntry, place: Place): EndpointEntry {
  if ("value" in place) {
    const { declared } = made.service;
    declared.set(place, [...(declared.get(place) ?? []), made]);
    return made;
  }
  place.leaf ??= new MethodSet();
  place.leaf.add(made);
  return made;
}

export function unplaceEntry(endpoint: EndpointEntry, place: Place): void {
  if ("value" in place) {
    const { declared } = endpoint.service;
    declared.set(
      place,
      (declared.get(place) ?? []).filter((one) => one !== endpoint),
    );
    return;
  }
  place.leaf?.delete(endpoint);
  if (place.leaf?.isEmpty) place.leaf = undefined;
}
