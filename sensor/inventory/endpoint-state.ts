import type { EndpointRecord, EndpointState } from "../../shared/event.js";
import { compare } from "./tally.js";

/** How an endpoint stands in an inventory whose packets are of between these times. */
export function stateOf(
  endpoint: { readonly firstMicros: number; readonly lastMicros: number },
  firstMicros: number,
  lastMicros: number,
  settings: { readonly dormantSeconds: number; readonly learningSeconds: number },
): EndpointState {
  if (lastMicros - endpoint.lastMicros > settings.dormantSeconds * 1e6) return "dormant";
  const learningMicros = settings.learningSeconds * 1e6;
  const isLate = endpoint.firstMicros - firstMicros > learningMicros;
  return isLate && lastMicros - endpoint.firstMicros < learningMicros ? "new" : "active";
}

/** By where they are called, then by what. */
export function byPlace(a: EndpointRecord, b: EndpointRecord): number {
  return (
    compare(a.serverAddress, b.serverAddress) ||
    a.serverPort - b.serverPort ||
    compare(a.template, b.template) ||
    compare(a.method, b.method)
  );
}
