import type { Edge } from "../../inventory/observation.js";
import type { Anomaly } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { serverOf } from "../server-of.js";

/** A handshake inside an established connection: what it agrees on, a client certificate included, is encrypted. One an edge. */
export const tlsRenegotiation: Rule = {
  id: "tls-renegotiation",
  watch: ({ findings }) => ({
    anomaly({ name, from, atMicros }: Anomaly, edge: Edge | undefined): void {
      if (name !== "tls-renegotiation" || edge === undefined || findings.again(edge, atMicros)) return;
      const { clientAddress, service } = edge;
      findings.first(edge, `${clientAddress} ${service.place} ${service.port}`, atMicros, {
        summary:
          `A TLS connection of ${clientAddress} → ${service.name} on port ${service.port} was renegotiated: whether the client ` +
          "proved who it is after that can't be seen.",
        clientAddress,
        ...serverOf(service),
        evidence: { from },
      });
    },
  }),
};
