import type { RuleEntry } from "./rule-entry.js";

/** Rules over credentials, tokens, cookies and what answers let others do. */
export const PROTECTION_CATALOGUE: Readonly<Record<string, RuleEntry>> = {
  "authentication-not-enforced": {
    severity: "medium",
    title: "An endpoint answers calls that carry credentials, and calls without one of a known kind too",
    remedy:
      "Refuse calls without credentials where the endpoint is not meant for everyone; the finding names a client that was answered without one, where it is known. A credential in a field of a kind that is not known would not be seen.",
    references: [
      "owasp-api:2023-API2",
      "nist:800-204:MS-SS-1",
      "cwe:306",
      "pci-dss:6.2.4",
      "hipaa:164.312(d)",
      "hipaa:164.312(a)(1)",
    ],
  },
  "unsigned-token": {
    severity: "high",
    title: "A token without a signature is sent",
    remedy:
      "Let the service take only the algorithms that its issuer uses. Find out who sends such a token: anybody can write one.",
    references: ["owasp-api:2023-API2", "nist:800-204:MS-SS-1", "cwe:347", "pci-dss:6.2.4", "hipaa:164.312(d)"],
  },
  "long-lived-token": {
    severity: "medium",
    title: "Tokens are good for too long",
    remedy:
      "Let the issuer give tokens that end within minutes or hours and are renewed: a copied token stays good until its end. The bound is detect.tokenHours.",
    references: ["owasp-api:2023-API2", "nist:800-204:MS-SS-1", "cwe:613", "pci-dss:6.2.4"],
  },
  "new-token-source": {
    severity: "medium",
    title: "Tokens come from an issuer, or with an algorithm, that was not seen before",
    remedy: "Find out whether the issuer was changed on purpose; else find out why the service takes its tokens.",
    references: ["owasp-api:2023-API2", "nist:800-204:MS-SS-1", "cwe:345"],
  },
  "foreign-token-key": {
    severity: "high",
    title: "A token names another host than its issuer's for its key",
    remedy:
      "Let the service take keys only from where its issuer publishes them, whatever a token's header says, and find out who sends such tokens.",
    references: ["owasp-api:2023-API2", "owasp-api:2023-API7", "nist:800-204:MS-SS-1", "cwe:347", "cwe:918"],
  },
  "weaker-token": {
    severity: "medium",
    title: "Tokens can be used by more, or for longer, than those before",
    remedy:
      "Find out whether the issuer was changed on purpose. Let the service ask for proof of possession (DPoP, certificates) as before, and take only tokens meant for it.",
    references: ["owasp-api:2023-API2", "nist:800-204:MS-SS-1", "cwe:613", "cwe:345"],
  },
  "password-grant": {
    severity: "medium",
    title: "Tokens are given for users' passwords",
    remedy:
      "Use the authorization code grant with PKCE for people and client credentials for programs: RFC 9700 forbids the password grant.",
    references: ["owasp-api:2023-API2", "nist:800-204:MS-SS-1", "cwe:522", "pci-dss:6.2.4"],
  },
  "unprotected-session-cookie": {
    severity: "medium",
    title: "A session cookie lacks its protection",
    remedy: "Set it with Secure, HttpOnly and SameSite: else it crosses networks in the clear, or scripts can read it.",
    references: [
      "owasp-api:2023-API8",
      "owasp-api:2023-API2",
      "nist:800-204:MS-SS-10",
      "cwe:614",
      "cwe:1004",
      "pci-dss:6.2.4",
    ],
  },
  "cross-origin-credentials": {
    severity: "medium",
    title: "Pages of other origins may read answers with credentials",
    remedy: "Keep a list of the origins that may and allow no others, or leave Access-Control-Allow-Credentials out.",
    references: ["owasp-api:2023-API8", "cwe:942", "pci-dss:6.2.4"],
  },
};
