import { isWithinHost } from "../../../shared/within-host.js";
import type { Edge } from "../../inventory/observation.js";
import type { Connection } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { serverOf } from "../server-of.js";
import { Subjects } from "../subjects.js";

/** Calls tell of HTTP, each by itself. */
const HTTP: ReadonlySet<string> = new Set(["http1", "http2"]);

/** Databases, queues and the like that talk without TLS between two ends of ours: one finding an edge and protocol. */
export const cleartextProtocol: Rule = {
  id: "cleartext-protocol",
  watch: ({ findings }) => {
    const subjects = new Subjects();
    return {
      connection({ atMicros, protocol, isCleartext }: Connection, edge: Edge | undefined): void {
        if (!isCleartext || protocol === undefined || HTTP.has(protocol)) return;
        if (edge === undefined || edge.scope !== "east-west") return;
        const subject = subjects.of(edge, protocol);
        if (findings.again(subject, atMicros)) return;
        const { clientAddress, service } = edge;
        const isCrossing = !isWithinHost(clientAddress, service.address);
        const reach = isCrossing ? ": whoever is on the path can read it, credentials included" : ", within one host";
        findings.first(subject, `${clientAddress} ${service.place} ${service.port} ${protocol}`, atMicros, {
          summary: `${clientAddress} talks ${protocol} to ${service.name} without TLS${reach}.`,
          ...(isCrossing ? {} : { severity: "info" }),
          clientAddress,
          ...serverOf(service),
          evidence: { protocol, scope: edge.scope },
        });
      },
    };
  },
};
