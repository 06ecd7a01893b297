import type { Edge } from "../../inventory/observation.js";
import type { AnomalyName } from "../../protocol/anomaly-name.js";
import type { Anomaly } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { serverOf } from "../server-of.js";
import { Subjects } from "../subjects.js";

export const FLOODS: ReadonlySet<AnomalyName> = new Set([
  "rapid-reset-flood",
  "settings-flood",
  "ping-flood",
  "continuation-flood",
  "empty-frame-flood",
  "hpack-bomb",
]);

/** HTTP/2 that costs its receiver more than its sender: one finding an edge and kind. */
export const http2Flood: Rule = {
  id: "http2-flood",
  watch: ({ findings }) => {
    const subjects = new Subjects();
    return {
      anomaly({ name, from, atMicros }: Anomaly, edge: Edge | undefined): void {
        if (edge === undefined || !FLOODS.has(name)) return;
        const subject = subjects.of(edge, name);
        if (findings.again(subject, atMicros)) return;
        const { clientAddress, service } = edge;
        findings.first(subject, `${clientAddress} ${service.place} ${service.port} ${name}`, atMicros, {
          summary: `The ${from} of ${clientAddress} → ${service.name} on port ${service.port} sent "${name}" over HTTP/2.`,
          clientAddress,
          ...serverOf(service),
          evidence: { anomaly: name, from },
        });
      },
    };
  },
};
