import type { Edge } from "../../inventory/observation.js";
import type { Connection } from "../../protocol/message.js";
import type { Rule } from "../finding.js";

const CLEARTEXT: ReadonlySet<string> = new Set(["http1"]);

/** Cleartext HTTP between two ends of ours: one finding an edge, which counts connections. */
export const cleartextHttp: Rule = {
  id: "cleartext-http",
  watch: ({ findings }) => ({
    connection({ protocol, atMicros }: Connection, edge: Edge | undefined): void {
      if (edge === undefined || protocol === undefined || edge.scope !== "east-west" || !CLEARTEXT.has(protocol))
        return;
      if (findings.again(edge, atMicros)) return;
      const { clientAddress, service } = edge;
      findings.first(edge, `${clientAddress} ${service.address} ${service.port}`, atMicros, {
        summary: `${clientAddress} talks to ${service.name} on port ${service.port} over HTTP without TLS: whoever is on the path can read and change it.`,
        clientAddress,
        serverAddress: service.address,
        serverPort: service.port,
        evidence: { protocol, scope: edge.scope },
      });
    },
  }),
};
