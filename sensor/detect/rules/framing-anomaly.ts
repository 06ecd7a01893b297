import type { Severity } from "../../../shared/event.js";
import type { Edge } from "../../inventory/observation.js";
import type { AnomalyName } from "../../protocol/anomaly-name.js";
import type { Anomaly } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { serverOf } from "../server-of.js";
import { Subjects } from "../subjects.js";
import { FLOODS } from "./http2-flood.js";

/** Shapes with which requests are smuggled (CWE-444). */
const SMUGGLING: ReadonlySet<AnomalyName> = new Set([
  "both-lengths",
  "conflicting-content-length",
  "invalid-content-length",
  "invalid-transfer-encoding",
  "invalid-chunk",
  "space-before-colon",
  "bare-cr",
  "nul-in-head",
  "line-break-in-field",
  "connection-field",
  "content-length-mismatch",
  "invalid-pseudo-header",
]);
/** Sloppy, and rarely more. */
const SLOPPY: ReadonlySet<AnomalyName> = new Set([
  "bare-lf",
  "obs-fold",
  "repeated-content-length",
  "missing-host",
  "response-without-request",
  "transfer-encoding-in-http10",
]);

/** Messages that break framing: one finding an edge and kind of anomaly. */
export const framingAnomaly: Rule = {
  id: "framing-anomaly",
  watch: ({ findings }) => {
    const subjects = new Subjects();
    return {
      anomaly({ name, from, atMicros }: Anomaly, edge: Edge | undefined): void {
        if (edge === undefined || name === "tls-renegotiation" || FLOODS.has(name)) return;
        const subject = subjects.of(edge, name);
        if (findings.again(subject, atMicros)) return;
        const { clientAddress, service } = edge;
        findings.first(subject, `${clientAddress} ${service.place} ${service.port} ${name}`, atMicros, {
          summary: `The ${from} of ${clientAddress} → ${service.name} on port ${service.port} sent a message with "${name}".`,
          severity: severityOf(name, from),
          clientAddress,
          ...serverOf(service),
          evidence: { anomaly: name, from },
        });
      },
    };
  },
};

function severityOf(name: AnomalyName, from: Anomaly["from"]): Severity {
  if (SLOPPY.has(name)) return "low";
  return SMUGGLING.has(name) && from === "client" ? "high" : "medium";
}
