import type { SensorCoverage, StoredRow } from "../../store/stored-row.js";
import { complianceJson } from "../compliance-json.js";
import { complianceMarkdown } from "../compliance-markdown.js";
import { coverageObject, coverageSummary, NOT_PROVEN } from "../coverage.js";
import { html } from "../html.js";
import { mermaid } from "../mermaid.js";
import { ndjson } from "../ndjson.js";

/** What a pack is made of. */
export interface Stored {
  readonly rows: readonly StoredRow[];
  readonly coverage: readonly SensorCoverage[];
}

interface PackFile {
  readonly name: string;
  write(stored: Stored): Iterable<string>;
}

const README = `This is an evidence pack of eastwatch.

inventory.ndjson     services, edges, endpoints and certificates, one JSON object a line
findings.ndjson      findings
coverage.json        what the sensors watched, what they lost, and what no sensor can see
compliance.json      what was seen against what frameworks ask, control by control
compliance.md        the same to read
report.html          all of it on one page
service-map.mmd      who calls whom, for Mermaid
public-key.pem       the public half of the key it is signed with
manifest.json        every file with its size, SHA-256 and link in the chain
manifest.sig         Ed25519 signature over the bytes of manifest.json, in base64

To check it:  eastwatch verify PACK --key KEY
KEY is the public key as its owner gave it to you, not the one in here: who changes a pack can change that too.

Without eastwatch: sha256sum of each file must be as in manifest.json, and
  base64 -d manifest.sig > signature
  openssl pkeyutl -verify -pubin -inkey KEY -rawin -in manifest.json -sigfile signature
`;

/** In the order of the manifest. */
export const PACK_FILES: readonly PackFile[] = [
  { name: "README.txt", write: () => [README] },
  { name: "inventory.ndjson", write: (stored) => rowsOf(stored, (kind) => kind !== "finding") },
  { name: "findings.ndjson", write: (stored) => rowsOf(stored, (kind) => kind === "finding") },
  { name: "coverage.json", write: ({ coverage }) => [coverageText(coverage)] },
  { name: "compliance.json", write: ({ rows, coverage }) => complianceJson.write(rows, coverage) },
  { name: "compliance.md", write: ({ rows, coverage }) => complianceMarkdown.write(rows, coverage) },
  { name: "report.html", write: ({ rows, coverage }) => html.write(rows, coverage) },
  { name: "service-map.mmd", write: ({ rows, coverage }) => mermaid.write(rows, coverage) },
];

function rowsOf({ rows, coverage }: Stored, has: (kind: string) => boolean): Iterable<string> {
  return ndjson.write(
    rows.filter(({ record }) => has(record.kind)),
    coverage,
  );
}

function coverageText(coverage: readonly SensorCoverage[]): string {
  const sensors = coverage.map((one) => coverageObject(coverageSummary(one)));
  return `${JSON.stringify({ sensors, not_provable: NOT_PROVEN }, undefined, 2)}\n`;
}
