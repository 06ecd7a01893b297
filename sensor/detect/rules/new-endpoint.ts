import type { Edge, Endpoint } from "../../inventory/observation.js";
import type { Call } from "../../protocol/message.js";
import { UNIMPLEMENTED } from "../../protocol/outcome.js";
import type { Rule } from "../finding.js";
import { endpointKey, endpointOf } from "../server-of.js";

/** Answers to what is not there: no endpoint came to be. */
const ABSENT: ReadonlySet<number> = new Set([404, 405, 501]);

/** An endpoint first called after the learning period. */
export const newEndpoint: Rule = {
  id: "new-endpoint",
  watch: ({ findings, learnedMicros }) => ({
    call({ atMicros, status, rpc }: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
      if (endpoint === undefined || endpoint.foundMicros < learnedMicros()) return;
      if (status === undefined || ABSENT.has(status) || rpc?.status === UNIMPLEMENTED) return;
      if (findings.again(endpoint, atMicros)) return;
      const { service, method, template } = endpoint;
      findings.first(endpoint, endpointKey(endpoint), atMicros, {
        summary: `${method} ${template} of ${service.name} was called for the first time after the learning period.`,
        ...(edge === undefined ? {} : { clientAddress: edge.clientAddress }),
        ...endpointOf(endpoint),
        evidence: { status },
      });
    },
  }),
};
