import { presentRows } from "../../shared/present-findings.js";
import { authorizationPolicy } from "./authorization-policy.js";
import { complianceJson } from "./compliance-json.js";
import { complianceMarkdown } from "./compliance-markdown.js";
import { csv } from "./csv.js";
import { cyclonedx } from "./cyclonedx.js";
import { graphviz } from "./graphviz.js";
import { html } from "./html.js";
import { mermaid } from "./mermaid.js";
import { ndjson } from "./ndjson.js";
import { networkPolicy } from "./network-policy.js";
import { openapi } from "./openapi.js";
import type { Report } from "./report.js";
import { sarif } from "./sarif.js";

const FORMATS: readonly Report[] = [
  ndjson,
  csv,
  openapi,
  cyclonedx,
  sarif,
  html,
  mermaid,
  graphviz,
  complianceJson,
  complianceMarkdown,
  networkPolicy,
  authorizationPolicy,
];

/** Every format an inventory can be exported in, each with findings named as the inventory is today. */
export const REPORTS: readonly Report[] = FORMATS.map((report) => ({
  name: report.name,
  write: (rows, coverage, given) => report.write(presentRows([...rows]), coverage, given),
}));
