import { PROTECTION_CATALOGUE } from "./catalogue-protection.js";
import { TLS_CATALOGUE } from "./catalogue-tls.js";
import type { FindingRecord } from "./event.js";
import { type RuleEntry, referencesAbout } from "./rule-entry.js";

/**
 * All rules by id. An id is part of each finding's identity: add, never rename. References: OWASP API Security Top 10 (2023),
 * NIST SP 800-204 security strategies and 800-204A recommendations, NIST SP 800-52 rev. 2, CWE, PCI DSS 4.0.1, HIPAA 45 CFR 164, GDPR
 * articles. Each rule points to at least one control of the compliance views.
 */
export const CATALOGUE: Readonly<Record<string, RuleEntry>> = {
  "cleartext-http": {
    severity: "medium",
    title: "Services talk over HTTP without TLS",
    remedy: "Serve this port over TLS, mutual where both ends are yours, and close the cleartext one.",
    references: [
      "owasp-api:2023-API8",
      "nist:800-204:MS-SS-4",
      "cwe:319",
      "pci-dss:4.2.1",
      "hipaa:164.312(e)(1)",
      "gdpr:32",
      "nist:800-204a:SM-DR6",
    ],
  },
  "cleartext-protocol": {
    severity: "medium",
    title: "Services talk to a database, queue or other server without TLS",
    remedy: "Turn TLS on at the server, let it refuse connections without, and give clients its certificate authority.",
    references: [
      "nist:800-204:MS-SS-4",
      "cwe:319",
      "pci-dss:4.2.1",
      "hipaa:164.312(e)(1)",
      "gdpr:32",
      "nist:800-204a:SM-DR6",
    ],
  },
  "basic-credentials-in-cleartext": {
    severity: "high",
    title: "Basic credentials are sent in the clear",
    remedy: "Change these credentials, then send them over TLS only, or replace them by short-lived tokens.",
    references: [
      "owasp-api:2023-API2",
      "nist:800-204:MS-SS-1",
      "cwe:523",
      "pci-dss:8.3.2",
      "hipaa:164.312(d)",
      "pci-dss:6.2.4",
    ],
  },
  "credentials-in-cleartext": {
    severity: "high",
    title: "Credentials are sent in the clear",
    remedy:
      "Serve this endpoint over TLS only, then change what was sent: whoever was on the path has had it. Tokens may be bound to a key of their sender.",
    references: [
      "owasp-api:2023-API2",
      "nist:800-204:MS-SS-1",
      "cwe:319",
      "cwe:522",
      "pci-dss:8.3.2",
      "hipaa:164.312(d)",
      "pci-dss:6.2.4",
    ],
    // Tokens and cookies stand for a login; they are no factor of one.
    onlyAbout: { "pci-dss:8.3.2": ["password", "basic", "client-secret", "api-key"] },
  },
  "credential-in-url": {
    severity: "high",
    title: "A credential stands in the URL",
    remedy: "Send it in the Authorization header: URLs end up in logs, histories and referrers. Revoke what was sent.",
    references: ["owasp-api:2023-API2", "nist:800-204:MS-SS-1", "cwe:598", "pci-dss:8.3.2", "pci-dss:6.2.4"],
  },
  "sensitive-data-cleartext": {
    severity: "medium",
    title: "Sensitive data is sent in the clear",
    remedy:
      "Serve this endpoint over TLS only. Where the data is not of the class that is told, mute it: data.mute takes CLASS=FIELD.",
    references: [
      "owasp-api:2023-API8",
      "cwe:319",
      "gdpr:32",
      "pci-dss:4.2.1",
      "hipaa:164.312(e)(1)",
      "owasp-api:2023-API2",
      "nist:800-204:MS-SS-1",
      "pci-dss:8.3.2",
    ],
    onlyAbout: {
      "owasp-api:2023-API2": ["secret"],
      "nist:800-204:MS-SS-1": ["secret"],
      "pci-dss:8.3.2": ["password"],
      "gdpr:32": ["personal", "financial", "health"],
      "pci-dss:4.2.1": ["payment-card", "card-verification"],
      "hipaa:164.312(e)(1)": ["health"],
    },
  },
  "secret-in-response": {
    severity: "high",
    title: "An answer holds a key or a password",
    remedy: "Leave it out of the answer, and revoke what was sent: whoever may call this endpoint has had it.",
    references: ["owasp-api:2023-API3", "cwe:200", "cwe:522", "nist:800-204:MS-SS-1", "pci-dss:6.2.4"],
  },
  "new-endpoint": {
    severity: "low",
    title: "An endpoint appeared after the learning period",
    remedy: "Check that its release was reviewed and that it is documented.",
    references: ["owasp-api:2023-API9", "cwe:1059", "nist:800-204:MS-SS-9"],
  },
  "shadow-endpoint": {
    severity: "medium",
    title: "An endpoint is called that no file declares",
    remedy:
      "Find out who serves it and why; then declare it, take it away, or name it in declared.ignore. Undeclared, nobody reviews it.",
    references: ["owasp-api:2023-API9", "nist:800-204:MS-SS-9", "cwe:1059"],
  },
  "zombie-endpoint": {
    severity: "medium",
    title: "A deprecated endpoint is still called",
    remedy:
      "Move the callers named in the evidence to what replaces it, then switch it off: old versions are no longer mended.",
    references: ["owasp-api:2023-API9", "nist:800-204:MS-SS-9", "cwe:477"],
  },
  "undeclared-status": {
    severity: "low",
    title: "A declared endpoint answers with a status that is not declared",
    remedy: "Declare the status and what it means, or mend the service: callers do not expect it.",
    references: ["owasp-api:2023-API9", "cwe:1059", "cwe:394"],
  },
  "undeclared-parameter": {
    severity: "low",
    title: "A declared endpoint is called with other parameters or credentials than are declared",
    remedy:
      "Declare the parameter, or let the service refuse it: what nobody knows of may switch on what nobody reviews. Let the service refuse calls without the declared credential, or declare the one that it takes.",
    references: ["owasp-api:2023-API9", "owasp-api:2023-API3", "cwe:1059"],
  },
  "schema-drift": {
    severity: "low",
    title: "Messages of a declared endpoint differ from what is declared of them",
    remedy:
      "Bring file and service together: fields that are not declared may tell more than callers should see, or set what they should not.",
    references: ["owasp-api:2023-API3", "owasp-api:2023-API9", "cwe:1059", "cwe:915"],
  },
  "gateway-bypassed": {
    severity: "low",
    title: "An endpoint is reached around its gateway",
    remedy:
      "Check whether those who call it directly may: what the gateway checks, limits and logs does not hold for them. Let the service take calls from the gateway alone, or make the same checks in the service.",
    references: ["owasp-api:2023-API9", "nist:800-204:MS-SS-2", "cwe:288", "owasp-api:2023-API8"],
  },
  "framing-anomaly": {
    severity: "medium",
    title: "HTTP messages break the rules of framing",
    remedy: "Find out who sends them: two parsers that disagree on where a request ends let requests be smuggled.",
    references: ["owasp-api:2023-API8", "cwe:444", "nist:800-204:MS-SS-5", "pci-dss:6.2.4"],
  },
  "http2-flood": {
    severity: "high",
    title: "HTTP/2 frames cost their receiver more than their sender",
    remedy: "Find out who sends them, update the server, and bound streams, resets and frames of a connection there.",
    references: [
      "owasp-api:2023-API4",
      "nist:800-204:MS-SS-5",
      "cwe:400",
      "cwe:770",
      "nist:800-204:MS-SS-8",
      "pci-dss:6.2.4",
    ],
  },
  ...PROTECTION_CATALOGUE,
  ...TLS_CATALOGUE,
};

/** What a finding refers to: by the catalogue of today, which may know more or better than that by which it was found, and by what it is about. */
export function referencesOf({ rule, references, evidence }: FindingRecord): readonly string[] {
  const entry = CATALOGUE[rule];
  if (entry === undefined) return references;
  const said = [evidence.group, evidence.kind].filter((word) => typeof word === "string");
  return referencesAbout(entry, [...said, ...classesIn(evidence)]);
}

/** Classes of data that a finding counts by. */
export function classesIn(evidence: FindingRecord["evidence"]): string[] {
  return Object.keys(evidence).flatMap((key) => /^(?:request|response)\.(.+)$/.exec(key)?.[1] ?? []);
}
