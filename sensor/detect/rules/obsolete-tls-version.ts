import type { Severity } from "../../../shared/event.js";
import type { Edge } from "../../inventory/observation.js";
import type { Handshake } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { serverOf } from "../server-of.js";
import { Subjects } from "../subjects.js";

interface Obsolete {
  readonly name: string;
  readonly severity: Severity;
  readonly retiredBy: string;
}

const OBSOLETE: ReadonlyMap<string, Obsolete> = new Map([
  ["2", { name: "SSL 2.0", severity: "high", retiredBy: "RFC 6176" }],
  ["3", { name: "SSL 3.0", severity: "high", retiredBy: "RFC 7568" }],
  ["1.0", { name: "TLS 1.0", severity: "medium", retiredBy: "RFC 8996" }],
  ["1.1", { name: "TLS 1.1", severity: "medium", retiredBy: "RFC 8996" }],
]);

/** A version that was retired, chosen by the server: one finding an edge and version. What a client only offered is no choice. */
export const obsoleteTlsVersion: Rule = {
  id: "obsolete-tls-version",
  watch: ({ findings }) => {
    const subjects = new Subjects();
    return {
      handshake({ atMicros, version, cipher, established }: Handshake, edge: Edge | undefined): void {
        const obsolete = version === undefined ? undefined : OBSOLETE.get(version);
        if (obsolete === undefined || edge === undefined) return;
        // Without the server's hello the version is that of the client's records.
        if (cipher === undefined && established !== true) return;
        const subject = subjects.of(edge, obsolete.name);
        if (findings.again(subject, atMicros)) return;
        const { clientAddress, service } = edge;
        findings.first(subject, `${clientAddress} ${service.place} ${service.port} ${obsolete.name}`, atMicros, {
          summary: `${service.name} chose ${obsolete.name}, which ${obsolete.retiredBy} retired, for ${clientAddress}.`,
          severity: obsolete.severity,
          clientAddress,
          ...serverOf(service),
          evidence: { version: obsolete.name, ...(cipher === undefined ? {} : { cipher }) },
        });
      },
    };
  },
};
