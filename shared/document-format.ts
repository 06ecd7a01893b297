/** A format that an inventory is written in: what the command and the console's page offer. */
export interface DocumentFormat {
  /** Of `--format`, and in addresses. */
  readonly name: string;
  readonly title: string;
  /** Who wants it for what. */
  readonly about: string;
  readonly extension: string;
  readonly mediaType: string;
}

/** Of all formats the one that is not a text. */
export const EVIDENCE_FORMAT = "evidence";

function format(name: string, extension: string, mediaType: string, title: string, about: string): DocumentFormat {
  return { name, extension, mediaType, title, about };
}

/** In the order they are offered in: what people read, then what programs read. */
export const DOCUMENT_FORMATS: readonly DocumentFormat[] = [
  format(
    "html",
    "html",
    "text/html",
    "Report",
    "Everything on one page that stands alone and prints; with the compliance views.",
  ),
  format(
    "compliance-markdown",
    "md",
    "text/markdown",
    "Compliance views",
    "What was seen against NIST, PCI DSS, HIPAA, GDPR and OWASP, for a wiki.",
  ),
  format(
    EVIDENCE_FORMAT,
    "tar",
    "application/x-tar",
    "Evidence pack",
    "Inventory, findings, compliance views and losses, signed: eastwatch verify finds any changed byte.",
  ),
  format("compliance-json", "json", "application/json", "Compliance views, data", "The same for programs."),
  format("csv", "csv", "text/csv", "Inventory, table", "Every row, for a spreadsheet."),
  format(
    "ndjson",
    "ndjson",
    "application/x-ndjson",
    "Inventory, lines",
    "Every row with all its fields, one JSON object a line.",
  ),
  format("openapi", "json", "application/json", "OpenAPI 3.1", "The endpoints, as they were seen."),
  format(
    "cyclonedx",
    "json",
    "application/vnd.cyclonedx+json",
    "CycloneDX 1.6",
    "Services and what they depend on, for an SBOM.",
  ),
  format("sarif", "sarif", "application/sarif+json", "SARIF 2.1.0", "The findings, for code scanning."),
  format("mermaid", "mmd", "text/vnd.mermaid", "Service map, Mermaid", "Who calls whom by posture, for a wiki."),
  format("dot", "dot", "text/vnd.graphviz", "Service map, Graphviz", "The same for dot."),
  format(
    "network-policy",
    "yaml",
    "application/yaml",
    "NetworkPolicy suggestions",
    "For Kubernetes, from the callers seen; needs report.workloadsFile.",
  ),
  format(
    "authorization-policy",
    "yaml",
    "application/yaml",
    "AuthorizationPolicy suggestions",
    "For Istio, from the callers seen; needs report.workloadsFile.",
  ),
];
