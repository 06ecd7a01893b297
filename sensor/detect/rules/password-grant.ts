import type { Edge, Endpoint } from "../../inventory/observation.js";
import type { Call } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { endpointKey, endpointOf } from "../server-of.js";

/** RFC 9700 §2.4: the client is given its user's password, and must not be. One finding an endpoint; bodies are sampled. */
export const passwordGrant: Rule = {
  id: "password-grant",
  of: "protected",
  watch: ({ findings }) => ({
    call({ access, atMicros, status }: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
      if (endpoint === undefined || access?.oauth?.grant !== "password") return;
      if (findings.again(endpoint, atMicros)) return;
      const { service, method, template } = endpoint;
      findings.first(endpoint, endpointKey(endpoint), atMicros, {
        summary: `${method} ${template} of ${service.name} is asked for tokens by a user's name and password.`,
        ...(edge === undefined ? {} : { clientAddress: edge.clientAddress }),
        ...endpointOf(endpoint),
        evidence: { grant: "password", status: status ?? "no answer seen" },
      });
    },
  }),
};
