import { isWithinHost } from "../../../shared/within-host.js";
import type { Edge } from "../../inventory/observation.js";
import type { Call } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { serverOf } from "../server-of.js";

/** HTTP that could be read between two ends of ours: one finding an edge, which counts the calls. */
export const cleartextHttp: Rule = {
  id: "cleartext-http",
  watch: ({ findings }) => ({
    call({ atMicros, version }: Call, edge: Edge | undefined): void {
      if (edge === undefined || edge.scope !== "east-west" || findings.again(edge, atMicros)) return;
      const { clientAddress, service } = edge;
      const isCrossing = !isWithinHost(clientAddress, service.address);
      const reach = isCrossing ? ": whoever is on the path can read and change it" : ", within one host";
      findings.first(edge, `${clientAddress} ${service.place} ${service.port}`, atMicros, {
        summary: `${clientAddress} talks to ${service.name} over HTTP without TLS${reach}.`,
        ...(isCrossing ? {} : { severity: "info" }),
        clientAddress,
        ...serverOf(service),
        evidence: { protocol: `HTTP/${version}`, scope: edge.scope },
      });
    },
  }),
};
