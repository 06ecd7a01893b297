import type { Call } from "../../protocol/message.js";
import { MAX_VALUES } from "../path/evidence.js";
import type { PathNode } from "../path/path-node.js";
import type { ServiceEntry } from "../service/service-entry.js";
import type { EndpointEntry } from "./endpoint-entry.js";
import type { EndpointRoster } from "./endpoint-roster.js";
import { answersOf, type PathHistory, UnknownPaths } from "./unknown-paths.js";

/** A path, or a value of it, that was asked for so often may be there. */
const HARDLY_CALLED = 2;
/** Values of a path for each of those that ask for them: a scanner may have several addresses. */
const VALUES_OF_CALLER = 2;

/**
 * Takes the endpoints among `all` that were answered with nothing but what tells as little as `little`, each path asked for once or twice by one
 * client without a credential: what a scanner leaves behind at a service that answers 401 to whatever it is asked for. They wait as unknown
 * paths do.
 */
export function takeOnceRefused(service: ServiceEntry, roster: EndpointRoster, little: number): EndpointEntry[] {
  service.unknownPaths ??= new UnknownPaths();
  const taken: EndpointEntry[] = [];
  for (const endpoint of roster.all()) {
    if (endpoint.service !== service || endpoint.little !== little || !isOnceRefused(endpoint)) continue;
    const history = endpoint.history();
    if (history === undefined) continue;
    service.unknownPaths.takeBack(history);
    service.sieve.takeEndpoint(little);
    service.sieve.addUnknown(little, history.calls);
    taken.push(endpoint);
  }
  return taken;
}

function isOnceRefused({ node, operation, calls, callerCount }: EndpointEntry): boolean {
  if (node === undefined || operation !== undefined) return false;
  let values = 1;
  for (let one: PathNode<unknown> | undefined = node; one !== undefined; one = one.parent)
    values = Math.max(values, one.evidence?.values.size ?? 0);
  if (callerCount > Math.max(1, values / VALUES_OF_CALLER)) return false;
  return calls <= HARDLY_CALLED * values || values >= MAX_VALUES;
}

/** Whether a call that tells little is of an endpoint that its path leads to: who shows a credential is no scanner. */
export function isOf(endpoint: EndpointEntry, { credentials }: Call, path: string): boolean {
  return credentials.length > 0 || hasShown(endpoint) || endpoint.template === path;
}

/** Whether what was called before was called of an endpoint. */
export function mayTakeOver(endpoint: EndpointEntry, history: PathHistory): boolean {
  return hasShown(endpoint) || (endpoint.template === history.path && answersOf(history) > 0);
}

/**
 * Where nothing shows yet that an endpoint is there, and paths are alike by their form alone, what led nowhere is no call of it: the same scanner may
 * have made both.
 */
function hasShown({ isThere, isFixed, route }: EndpointEntry): boolean {
  return isThere || isFixed || route !== undefined;
}
