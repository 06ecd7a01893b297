import type { Edge, Endpoint } from "../../inventory/observation.js";
import type { Call } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { endpointKey, endpointOf } from "../server-of.js";

const MAX_STATUSES = 32;

/** A declared endpoint that answers with a status its file does not have. */
export const undeclaredStatus: Rule = {
  id: "undeclared-status",
  of: "judged",
  watch: ({ findings }) => {
    const counted = new WeakMap<object, Record<string, number>>();
    return {
      call({ atMicros, status }: Call, _: Edge | undefined, endpoint: Endpoint | undefined): void {
        const declaration = endpoint?.declaration;
        if (endpoint === undefined || declaration === undefined || status === undefined) return;
        if (declaration.allowsStatus(status)) return;
        if (!findings.again(endpoint, atMicros)) {
          const { service, method, template } = endpoint;
          const evidence = findings.first(endpoint, endpointKey(endpoint), atMicros, {
            summary: `${method} ${template} of ${service.name} answers with a status that ${declaration.place} does not declare.`,
            ...endpointOf(endpoint),
            evidence: { declared: declaration.place ?? declaration.file, statuses: declaration.statuses },
          });
          if (evidence !== undefined) counted.set(endpoint, evidence as unknown as Record<string, number>);
        }
        const counts = counted.get(endpoint);
        const name = `status.${status}`;
        if (counts === undefined) return;
        if (counts[name] !== undefined || Object.keys(counts).length < MAX_STATUSES)
          counts[name] = (counts[name] ?? 0) + 1;
      },
    };
  },
};
