import { type FindingRecord, SEVERITIES, type ServiceRecord } from "../../shared/event.js";
import { serverKey } from "./compliance/facts.js";
import { section, table, time } from "./html-element.js";

/** From so many of one rule and severity on they stand by themselves, behind all others of that severity: these would be lost among them. */
const MANY = 20;
/** Behind the names of all services. */
const NO_SERVICE = "\uffff";

/** All findings, worst first. */
export function findingSection(findings: readonly FindingRecord[], services: readonly ServiceRecord[]): string {
  return section(
    "Findings",
    table({
      heads: ["severity", "what", "detail", "times", "last seen", "references"],
      rows: inOrder(findings, services).map(({ severity, title, summary, count, lastMicros, references }) => [
        severity,
        title,
        summary,
        count,
        time(lastMicros),
        references.join(", "),
      ]),
      empty: "None.",
    }),
  );
}

/** By severity, those of a rule that has many together, then by service, and what was seen last first. */
export function inOrder(
  findings: readonly FindingRecord[],
  services: readonly ServiceRecord[],
): readonly FindingRecord[] {
  const names = new Map(services.map((one) => [serverKey(one.address, one.port, one), one.name]));
  const runOf = ({ rule, severity }: FindingRecord): string => `${severity} ${rule}`;
  const sizes = new Map<string, number>();
  for (const finding of findings) sizes.set(runOf(finding), (sizes.get(runOf(finding)) ?? 0) + 1);
  const isMany = (finding: FindingRecord): boolean => (sizes.get(runOf(finding)) ?? 0) >= MANY;
  const serviceOf = (finding: FindingRecord): string => {
    const { serverAddress, serverPort } = finding;
    if (serverAddress === undefined || serverPort === undefined) return NO_SERVICE;
    const place = serverKey(serverAddress, serverPort, finding);
    return names.get(place) ?? place;
  };
  return findings
    .map((finding) => ({ finding, run: isMany(finding) ? finding.rule : "", service: serviceOf(finding) }))
    .sort(
      (a, b) =>
        SEVERITIES.indexOf(b.finding.severity) - SEVERITIES.indexOf(a.finding.severity) ||
        compare(a.run, b.run) ||
        compare(a.service, b.service) ||
        b.finding.lastMicros - a.finding.lastMicros ||
        compare(a.finding.id, b.finding.id),
    )
    .map(({ finding }) => finding);
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
