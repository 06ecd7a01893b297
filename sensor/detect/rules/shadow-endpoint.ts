import type { Edge, Endpoint } from "../../inventory/observation.js";
import type { Call } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { endpointKey, endpointOf } from "../server-of.js";

/** An endpoint that is there, of a service that files declare, and in none of them. */
export const shadowEndpoint: Rule = {
  id: "shadow-endpoint",
  of: "judged",
  watch: ({ findings }) => ({
    call({ atMicros, status }: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
      if (endpoint?.declaration?.isDeclared !== false || !endpoint.isThere) return;
      if (findings.again(endpoint, atMicros)) return;
      const { service, method, template, declaration } = endpoint;
      findings.first(endpoint, endpointKey(endpoint), atMicros, {
        summary: `${method} ${template} of ${service.name} is called and answers, and is not declared in ${declaration.file}.`,
        ...(edge === undefined ? {} : { clientAddress: edge.clientAddress }),
        ...endpointOf(endpoint),
        evidence: { files: declaration.file, ...(status === undefined ? {} : { status }) },
      });
    },
  }),
};
