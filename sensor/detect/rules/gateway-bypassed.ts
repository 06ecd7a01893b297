import type { CallingGateway, ReachedFacts } from "../../../shared/gateway.js";
import type { Edge, Endpoint } from "../../inventory/observation.js";
import type { Call } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { endpointKey, endpointOf } from "../server-of.js";

const MAX_NAMED = 8;

/** An endpoint that a gateway calls, and others besides: one finding an endpoint, which counts the calls around. */
export const gatewayBypassed: Rule = {
  id: "gateway-bypassed",
  of: "behindGateway",
  watch: ({ findings }) => {
    /** Callers that an endpoint had when all of them were gateways. */
    const judged = new WeakMap<Endpoint, number>();
    return {
      call({ atMicros }: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
        if (edge === undefined || endpoint === undefined) return;
        const isThrough = edge.client.gateway !== undefined;
        // Where it was called around the gateway before one was known, the gateway's own call tells.
        if (isThrough && judged.get(endpoint) === endpoint.callerCount) return;
        if (!isThrough && findings.again(endpoint, atMicros)) return;
        judged.set(endpoint, endpoint.callerCount);
        const reached = endpoint.reached();
        const [gateway] = reached?.gateways ?? [];
        if (reached === undefined || gateway === undefined || reached.around.length === 0) return;
        const { service, method, template } = endpoint;
        findings.first(endpoint, endpointKey(endpoint), atMicros, {
          summary: `${method} ${template} of ${service.name} is called by the gateway ${gateway.address} and by others around it.`,
          ...(reached.gateways.some(({ ground }) => ground === "configured") ? { severity: "medium" } : {}),
          clientAddress: isThrough ? reached.around[0] : edge.clientAddress,
          ...endpointOf(endpoint),
          evidence: evidenceOf(reached, gateway),
        });
      },
    };
  },
};

function evidenceOf({ gateways, around, untoldCallers }: ReachedFacts, { reason, confidence }: CallingGateway) {
  return {
    gateways: gateways.slice(0, MAX_NAMED).map(({ address }) => address),
    ground: reason,
    confidence,
    around: around.slice(0, MAX_NAMED),
    ...(untoldCallers > 0 ? { callers_not_remembered: untoldCallers } : {}),
  };
}
