import type { Edge } from "../../inventory/observation.js";
import type { Handshake } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { serverOf } from "../server-of.js";

/** A server that asks for a certificate and does without: one finding an edge. Where it refused the client it did its duty, and where the end was not seen it may have. */
export const clientAuthDeclined: Rule = {
  id: "client-auth-declined",
  watch: ({ findings }) => ({
    handshake({ atMicros, clientAuth, established }: Handshake, edge: Edge | undefined): void {
      if (clientAuth.verdict !== "declined" || established !== true || edge === undefined) return;
      if (findings.again(edge, atMicros)) return;
      const { clientAddress, service } = edge;
      const { basis, confidence, reason } = clientAuth;
      findings.first(edge, `${clientAddress} ${service.place} ${service.port}`, atMicros, {
        summary: `${service.name} asked ${clientAddress} for a certificate, got none, and did not refuse the connection.`,
        clientAddress,
        ...serverOf(service),
        evidence: { basis, confidence, reason },
      });
    },
  }),
};
