import { dataGroups } from "../../../shared/data-class.js";
import type { Edge, Endpoint } from "../../inventory/observation.js";
import type { Call } from "../../protocol/message.js";
import { DataExposure } from "../data-exposure.js";
import type { Rule } from "../finding.js";

/** A service hands out what gives access elsewhere. A signed token is what token endpoints are for. */
export const secretInResponse: Rule = {
  id: "secret-in-response",
  watch: ({ findings, settings }) => {
    const groups = dataGroups(settings.dataRules);
    const exposure = new DataExposure(findings);
    return {
      call(call: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
        if (edge === undefined || call.responseClasses === undefined || call.responseClasses.length === 0) return;
        const response = call.responseClasses.filter((name) => name !== "jwt" && groups.get(name) === "secret");
        if (response.length === 0) return;
        exposure.found(
          call,
          edge,
          endpoint,
          { group: "secret", subject: "secret", request: [], response },
          (place) => ({ summary: `Calls to ${place} are answered with a secret: ${response.join(", ")}.` }),
        );
      },
    };
  },
};
