import type { Edge } from "../../inventory/observation.js";
import type { Handshake } from "../../protocol/message.js";
import { identityOf, labelOf } from "../certificate/leaf.js";
import type { Rule } from "../finding.js";
import { serverOf } from "../server-of.js";

/** Client and server prove the same identity, so that neither proves which of them it is: one finding an edge. */
export const sameCertificateBothEnds: Rule = {
  id: "same-certificate-both-ends",
  watch: ({ findings }) => ({
    handshake({ atMicros, established, serverChain, clientChain }: Handshake, edge: Edge | undefined): void {
      if (established === false || edge === undefined || serverChain.length === 0 || clientChain.length === 0) return;
      if (serverChain[0].fingerprint !== clientChain[0].fingerprint || findings.again(edge, atMicros)) return;
      const { clientAddress, service } = edge;
      const label = labelOf(serverChain[0]);
      findings.first(edge, `${clientAddress} ${service.place} ${service.port}`, atMicros, {
        summary: `${clientAddress} and ${service.name} present the same certificate ${label} to each other.`,
        clientAddress,
        ...serverOf(service),
        evidence: identityOf(serverChain[0]),
      });
    },
  }),
};
