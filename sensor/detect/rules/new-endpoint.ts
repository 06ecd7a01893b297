import type { Edge, Endpoint, Service } from "../../inventory/observation.js";
import type { Call } from "../../protocol/message.js";
import { UNIMPLEMENTED } from "../../protocol/outcome.js";
import type { BoundedMap } from "../bounded-map.js";
import type { Findings, Rule } from "../finding.js";
import { endpointKey, endpointOf } from "../server-of.js";

/** Answers to what is not there: no endpoint came to be. */
const ABSENT: ReadonlySet<number> = new Set([404, 405, 501]);
/** Endpoints of one service of which may wait to be told; those beyond are told at once. */
const MAX_HELD = 1_000;

/** Calls of an endpoint that is not told yet. */
interface Held {
  readonly clientAddress: string | undefined;
  readonly status: number;
  firstMicros: number;
  lastMicros: number;
  calls: number;
}

/**
 * An endpoint first called after the learning period. One of a service that may have come from another address waits until that is
 * known, for there it may have been called before.
 */
export const newEndpoint: Rule = {
  id: "new-endpoint",
  watch: ({ findings, isNew, remember }) => {
    const held = remember<Map<Endpoint, Held>>();
    return {
      call({ atMicros, status, rpc, authority }: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
        if (endpoint === undefined || !isNew(endpoint.foundMicros, endpoint.service)) return;
        if (status === undefined || ABSENT.has(status) || rpc?.status === UNIMPLEMENTED) return;
        if (findings.again(endpoint, atMicros)) return;
        const clientAddress = edge?.clientAddress;
        const call = { clientAddress, status, firstMicros: atMicros, lastMicros: atMicros, calls: 1 };
        if (endpoint.service.isArriving(authority) && hold(held, endpoint, call)) return;
        tell(findings, endpoint, call);
      },
      settled(service: Service, endpoints: readonly Endpoint[]): void {
        const waiting = held.get(keyOf(service));
        if (waiting === undefined) return;
        held.delete(keyOf(service));
        const byKey = joined(waiting);
        for (const endpoint of endpoints) {
          const calls = byKey.get(endpointKey(endpoint));
          // What was found before it was called here was so at the address before: there it was told, or learned.
          if (calls !== undefined && endpoint.foundMicros >= calls.firstMicros) tell(findings, endpoint, calls);
        }
      },
    };
  },
};

/** Whether there was room for it. */
function hold(held: BoundedMap<Map<Endpoint, Held>>, endpoint: Endpoint, call: Held): boolean {
  const waiting = held.get(keyOf(endpoint.service)) ?? new Map<Endpoint, Held>();
  const before = waiting.get(endpoint);
  if (before !== undefined) {
    before.calls++;
    before.lastMicros = Math.max(before.lastMicros, call.lastMicros);
    return true;
  }
  if (waiting.size >= MAX_HELD || !held.set(keyOf(endpoint.service), waiting)) return false;
  waiting.set(endpoint, call);
  return true;
}

/** Endpoints may have become one since: by what they are now. */
function joined(waiting: ReadonlyMap<Endpoint, Held>): Map<string, Held> {
  const byKey = new Map<string, Held>();
  for (const [endpoint, held] of waiting) {
    const key = endpointKey(endpoint);
    const before = byKey.get(key);
    if (before === undefined) byKey.set(key, held);
    else {
      before.calls += held.calls;
      before.firstMicros = Math.min(before.firstMicros, held.firstMicros);
      before.lastMicros = Math.max(before.lastMicros, held.lastMicros);
    }
  }
  return byKey;
}

function tell(findings: Findings, endpoint: Endpoint, { clientAddress, status, calls, ...times }: Held): void {
  const { service, method, template } = endpoint;
  findings.first(endpoint, endpointKey(endpoint), times.firstMicros, {
    summary: `${method} ${template} of ${service.name} was called for the first time after the learning period.`,
    ...(clientAddress === undefined ? {} : { clientAddress }),
    ...endpointOf(endpoint),
    evidence: { status },
  });
  for (let more = 1; more < calls; more++) findings.again(endpoint, times.lastMicros);
}

function keyOf({ place, port }: Service): string {
  return `${place} ${port}`;
}
