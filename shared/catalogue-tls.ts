import type { RuleEntry } from "./rule-entry.js";

/** Rules over TLS connections, certificates and the policy. NIST SP 800-52 rev. 2 by section. */
export const TLS_CATALOGUE: Readonly<Record<string, RuleEntry>> = {
  "policy-violation": {
    severity: "high",
    title: "A connection falls short of the policy",
    remedy: "Make both ends speak as the policy expects, or give the exception a reason and a date in the policy file.",
    references: [
      "owasp-api:2023-API8",
      "nist:800-204:MS-SS-4",
      "cwe:319",
      "cwe:306",
      "pci-dss:4.2.1",
      "hipaa:164.312(e)(1)",
      "gdpr:32",
      "nist:800-204a:SM-DR6",
    ],
  },
  "policy-unproven": {
    severity: "info",
    title: "Whether a connection is as the policy expects could not be told",
    remedy: "Capture where whole connections are seen, from their beginning; the evidence says what was missing.",
    references: ["nist:800-204:MS-SS-5", "pci-dss:10.4.1", "hipaa:164.312(b)"],
  },
  "policy-exception-expired": {
    severity: "medium",
    title: "An exception of the policy has expired",
    remedy: "Take it out of the policy file, or decide anew and give it another date and a reason.",
    references: ["owasp-api:2023-API8", "pci-dss:12.3.1", "hipaa:164.308(a)(8)", "gdpr:32"],
  },
  "client-auth-declined": {
    severity: "medium",
    title: "A server asks for a client certificate and does without",
    remedy: "Require the certificate (in nginx: ssl_verify_client on) and give the client one, or stop asking.",
    references: [
      "owasp-api:2023-API2",
      "nist:800-204:MS-SS-1",
      "nist:800-52r2:3.5",
      "cwe:306",
      "hipaa:164.312(d)",
      "nist:800-204a:SM-DR6",
    ],
  },
  "tls-renegotiation": {
    severity: "low",
    title: "A TLS connection is renegotiated",
    remedy: "Ask for client certificates in the first handshake, or use TLS 1.3, which has no renegotiation.",
    references: ["nist:800-52r2:3.4.2", "cwe:757", "nist:800-204:MS-SS-4"],
  },
  "obsolete-tls-version": {
    severity: "medium",
    title: "An obsolete version of TLS or SSL is in use",
    remedy: "Allow TLS 1.2 and 1.3 only, on the server and on the client.",
    references: [
      "owasp-api:2023-API8",
      "nist:800-52r2:3.1",
      "cwe:327",
      "cwe:757",
      "pci-dss:4.2.1",
      "hipaa:164.312(e)(1)",
      "gdpr:32",
    ],
  },
  "weak-cipher": {
    severity: "medium",
    title: "A weak cipher suite is in use",
    remedy: "Allow TLS 1.3's suites and, for TLS 1.2, ECDHE with AES-GCM or ChaCha20-Poly1305 only.",
    references: ["owasp-api:2023-API8", "nist:800-52r2:3.3.1", "cwe:326", "cwe:327", "pci-dss:4.2.1", "pci-dss:12.3.3"],
  },
  "weak-certificate-key": {
    severity: "high",
    title: "A certificate has a weak key",
    remedy: "Issue it anew with RSA of 2048 bits or more, P-256, P-384 or Ed25519, and revoke the old one.",
    references: ["owasp-api:2023-API8", "nist:800-52r2:3.2", "cwe:326", "pci-dss:4.2.1"],
  },
  "weak-certificate-signature": {
    severity: "medium",
    title: "A certificate is signed over a broken hash",
    remedy: "Issue it anew with SHA-256 or better; look at the default of the authority's tool.",
    references: ["owasp-api:2023-API8", "nist:800-52r2:3.2", "cwe:328", "pci-dss:4.2.1"],
  },
  "certificate-expired": {
    severity: "high",
    title: "An expired certificate was accepted",
    remedy: "Replace it, and find out why the other end does not check dates: it may not check at all.",
    references: ["owasp-api:2023-API8", "nist:800-52r2:4.5.1", "cwe:298", "cwe:324", "pci-dss:4.2.1"],
  },
  "certificate-expiring": {
    severity: "low",
    title: "A certificate ends soon",
    remedy: "Replace it before it ends, better by a machine (ACME, cert-manager) than by hand.",
    references: ["owasp-api:2023-API8", "nist:800-52r2:3.2", "cwe:324", "pci-dss:4.2.1.1"],
  },
  "certificate-not-yet-valid": {
    severity: "medium",
    title: "A certificate is used before its time",
    remedy: "Check the clocks of both ends and of the authority, and whether the other end checks dates.",
    references: ["owasp-api:2023-API8", "nist:800-52r2:4.5.1", "cwe:295", "pci-dss:4.2.1"],
  },
  "certificate-dates-inverted": {
    severity: "medium",
    title: "A certificate ends before it begins",
    remedy: "Issue it anew; no end that checks dates accepts it, so find out who does.",
    references: ["owasp-api:2023-API8", "nist:800-52r2:4.5.1", "cwe:295", "pci-dss:4.2.1"],
  },
  "self-signed-certificate": {
    severity: "medium",
    title: "A self-signed certificate is in use",
    remedy: "Issue it by an authority of your own that both ends trust; pinning one certificate does not scale.",
    references: [
      "owasp-api:2023-API8",
      "nist:800-52r2:3.2",
      "cwe:295",
      "cwe:296",
      "pci-dss:4.2.1",
      "nist:800-204a:SM-DR12",
    ],
  },
  "certificate-name-mismatch": {
    severity: "medium",
    title: "A server's certificate is not for the name asked for",
    remedy: "Issue it for every name that clients use, and find out why this client accepts another.",
    references: ["owasp-api:2023-API8", "nist:800-52r2:4.5.1", "cwe:297", "pci-dss:4.2.1"],
  },
  "certificate-purpose-mismatch": {
    severity: "medium",
    title: "A certificate is used at an end it was not issued for",
    remedy: "Issue one whose extended key usage names this end, and find out why the other end does not check it.",
    references: ["owasp-api:2023-API8", "nist:800-52r2:3.2.1", "nist:800-52r2:4.2.1", "cwe:295", "pci-dss:4.2.1"],
  },
  "dummy-issuer": {
    severity: "medium",
    title: "A certificate names no real issuer",
    remedy: "Replace it by one of your own authority: what a tool made as an example may be known to everyone.",
    references: [
      "owasp-api:2023-API8",
      "nist:800-52r2:3.2",
      "cwe:295",
      "cwe:1394",
      "pci-dss:4.2.1",
      "nist:800-204a:SM-DR12",
    ],
  },
  "serial-collision": {
    severity: "medium",
    title: "An issuer gave one serial number to several certificates",
    remedy:
      "Let the authority number at random (RFC 5280: unique): revoking one of them revokes the other, or neither.",
    references: ["owasp-api:2023-API8", "nist:800-52r2:3.2", "cwe:295", "pci-dss:4.2.1.1", "nist:800-204a:SM-DR12"],
  },
  "same-certificate-both-ends": {
    severity: "medium",
    title: "Client and server present the same certificate",
    remedy: "Give each end a certificate and a key of its own: whoever takes one of them over can pass for both.",
    references: ["owasp-api:2023-API2", "nist:800-204:MS-SS-1", "cwe:287", "pci-dss:8.2.2", "hipaa:164.312(d)"],
  },
  "shared-client-certificate": {
    severity: "medium",
    title: "Several hosts share one client certificate",
    remedy: "Give each client a certificate and a key of its own, so that one can be revoked and told from the others.",
    references: ["owasp-api:2023-API2", "nist:800-204:MS-SS-1", "cwe:287", "pci-dss:8.2.2", "hipaa:164.312(a)(2)(i)"],
  },
  "personal-data-in-certificate": {
    severity: "low",
    title: "A certificate has personal data, or the number of an account or a card, in its names",
    remedy:
      "Name services in certificates, not persons, accounts or cards; TLS 1.3 keeps them from whoever is on the path.",
    references: ["owasp-api:2023-API3", "cwe:359", "gdpr:5", "gdpr:25", "gdpr:32"],
  },
  "handshake-failures": {
    severity: "low",
    title: "TLS handshakes fail in bursts",
    remedy:
      "Read the alerts: unknown_ca and bad_certificate say that one end does not trust the other's certificate, handshake_failure and protocol_version that they have no cipher suite or version in common.",
    references: ["owasp-api:2023-API8", "nist:800-204:MS-SS-5", "cwe:778", "pci-dss:10.4.1"],
  },
  "only-resumed-sessions": {
    severity: "info",
    title: "An edge only resumes sessions",
    remedy: "Wait for a full handshake, or restart the client; limit how long sessions may be resumed.",
    references: ["nist:800-52r2:3.6", "nist:800-204:MS-SS-4", "cwe:613"],
  },
};
