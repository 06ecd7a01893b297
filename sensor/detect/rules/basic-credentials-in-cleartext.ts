import { isWithinHost } from "../../../shared/within-host.js";
import type { Edge } from "../../inventory/observation.js";
import type { Call } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { serverOf } from "../server-of.js";

/** Basic credentials that were read from the wire: one finding an edge. */
export const basicCredentialsInCleartext: Rule = {
  id: "basic-credentials-in-cleartext",
  watch: ({ findings }) => ({
    call({ credentials, atMicros }: Call, edge: Edge | undefined): void {
      if (credentials.length === 0 || edge === undefined) return;
      const basic = credentials.find((credential) => credential.kind === "basic" && credential.place === "header");
      if (basic === undefined || findings.again(edge, atMicros)) return;
      const { clientAddress, service } = edge;
      const isCrossing = !isWithinHost(clientAddress, service.address);
      const reach = isCrossing ? " that anyone on the path can read" : " without TLS, within one host";
      findings.first(edge, `${clientAddress} ${service.place} ${service.port}`, atMicros, {
        summary: `${clientAddress} sends a user name and password to ${service.name}${reach}.`,
        ...(isCrossing ? {} : { severity: "info" }),
        clientAddress,
        ...serverOf(service),
        evidence: { header: basic.name, scope: edge.scope },
      });
    },
  }),
};
