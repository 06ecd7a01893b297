import { CATALOGUE } from "../../shared/catalogue.js";
import type { FindingRecord, Severity } from "../../shared/event.js";
import { referencesAbout } from "../../shared/rule-entry.js";
import { formatTime } from "../../shared/time.js";
import { VERSION } from "../../shared/version.js";
import { visible } from "../../shared/visible-text.js";
import type { StoredRow } from "../store/stored-row.js";
import { COUNTED_ONCE, Repeats } from "./counted-once.js";
import { joinedFinding } from "./joined-rows.js";
import type { Report } from "./report.js";

/** SARIF 2.1.0 §3.27.10 knows three. */
const LEVELS: Readonly<Record<Severity, string>> = {
  info: "note",
  low: "note",
  medium: "warning",
  high: "error",
  critical: "error",
};
/** What code scanning sorts by: a score as CVSS has it. */
const SCORES: Readonly<Record<Severity, string>> = {
  info: "0.0",
  low: "3.0",
  medium: "5.5",
  high: "8.0",
  critical: "9.5",
};

/** The findings as SARIF 2.1.0 (OASIS). Locations are services and endpoints, not files. */
export const sarif: Report = {
  name: "sarif",
  *write(rows: Iterable<StoredRow>): Iterable<string> {
    const list = [...rows];
    const findings = toldOnce(list);
    const isOfSeveral = new Set(list.map(({ sensor }) => sensor)).size > 1;
    const ids = [...new Set(findings.map(({ record }) => record.rule))].sort();
    const document = {
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [
        {
          tool: { driver: { name: "eastwatch", version: VERSION, rules: ids.map(ruleObject) } },
          results: findings.map((told) => resultObject(told, ids.indexOf(told.record.rule))),
          columnKind: "utf16CodeUnits",
          ...(isOfSeveral ? { properties: { counts: COUNTED_ONCE } } : {}),
        },
      ],
    };
    yield `${JSON.stringify(document, undefined, 2)}\n`;
  },
};

interface Told {
  readonly record: FindingRecord;
  readonly sensors: readonly string[];
}

/** Results with one fingerprint are one (SARIF 2.1.0 §3.27.17): of those that several sensors told, a reader would keep the last alone. */
function toldOnce(rows: readonly StoredRow[]): readonly Told[] {
  const repeats = new Repeats(rows);
  const all = new Map<string, { records: FindingRecord[]; sensors: string[] }>();
  for (const { record, sensor } of rows) {
    if (record.kind !== "finding") continue;
    const { records, sensors } = all.get(record.id) ?? { records: [], sensors: [] };
    all.set(record.id, {
      records: [...records, record],
      sensors: [...sensors, ...(sensor === undefined ? [] : [sensor])],
    });
  }
  return [...all.values()].map(({ records, sensors }) => {
    const [first] = records;
    return { record: records.length === 1 ? first : joinedFinding(records, repeats.ofFinding(first)), sensors };
  });
}

function ruleObject(id: string): Record<string, unknown> {
  const entry = CATALOGUE[id];
  if (entry === undefined) return { id };
  return {
    id,
    shortDescription: { text: entry.title },
    help: { text: entry.remedy },
    defaultConfiguration: { level: LEVELS[entry.severity] },
    properties: { tags: ["security", ...referencesAbout(entry, [])], "security-severity": SCORES[entry.severity] },
  };
}

function resultObject({ record: finding, sensors }: Told, ruleIndex: number): Record<string, unknown> {
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: LEVELS[finding.severity],
    message: { text: visible(finding.summary) },
    locations: [{ ...fileOf(finding), logicalLocations: [locationOf(finding)] }],
    partialFingerprints: { "findingId/v1": finding.id },
    occurrenceCount: Math.max(1, finding.count),
    properties: {
      severity: finding.severity,
      firstSeen: formatTime(finding.firstMicros),
      lastSeen: formatTime(finding.lastMicros),
      evidence: finding.evidence,
      references: finding.references,
      ...(sensors.length === 0 ? {} : sensors.length === 1 ? { sensor: sensors[0] } : { sensors }),
    },
  };
}

/** Where a file declares what the finding is about. */
function fileOf({ evidence: { declared } }: FindingRecord): Record<string, unknown> {
  const parts = typeof declared === "string" ? /^(.+?):(\d+)$/.exec(declared) : null;
  if (parts === null) return {};
  const uri = parts[1].split("/").map(encodeURIComponent).join("/");
  return { physicalLocation: { artifactLocation: { uri }, region: { startLine: Number(parts[2]) } } };
}

function locationOf({
  clientAddress,
  serverAddress,
  serverPort,
  virtualNetwork,
  method,
  template,
}: FindingRecord): Record<string, unknown> {
  const server = serverAddress === undefined ? undefined : `${serverAddress}:${serverPort ?? ""}`;
  const endpoint =
    template === undefined ? undefined : [method, template].filter((word) => word !== undefined).join(" ");
  const parts = [virtualNetwork, clientAddress, server, endpoint].filter((part) => part !== undefined);
  return {
    fullyQualifiedName: parts.length === 0 ? "network" : visible(parts.join(" > ")),
    kind: endpoint === undefined ? "module" : "function",
  };
}
