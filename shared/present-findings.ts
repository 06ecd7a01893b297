import { joinedDrift } from "./drift-text.js";
import type { EndpointRecord, FindingRecord, SensorEvent } from "./event.js";
import { aligned } from "./path-template.js";
import { placeOf } from "./virtual-network.js";

type Evidence = FindingRecord["evidence"];

interface Row {
  readonly record: SensorEvent;
  readonly sensor: string | undefined;
}

/** The templates that a sensor's inventory has today at the server and method of a finding; undefined where it has none. */
export type TemplatesAt = (finding: FindingRecord, sensor: string | undefined) => ReadonlySet<string> | undefined;

/** How many texts of a list in the evidence are kept where two findings became one. */
const MAX_TOLD = 32;

/** The rows with findings named as the inventory in them, or that of others, is today. */
export function presentRows<T extends Row>(rows: readonly T[], inventory: readonly Row[] = rows): readonly T[] {
  const endpoints = templatesByServer(inventory);
  return presentFindings(rows, (finding, sensor) => endpoints.get(serverKey(finding, sensor)));
}

/**
 * The rows with findings named as the inventory is today. A finding keeps the path under which it was first made; where a parameter was
 * found in it since (`/users/ada` is one of `/users/{userId}`), readers would look for an endpoint that is not there any more. What it
 * was told as stays in its evidence. Those that are the same then are one, with the counts of all. A path that no endpoint, or more
 * than one, answers to stays: of a template that was split, nothing tells to which of its words the finding belongs.
 */
export function presentFindings<T extends Row>(rows: readonly T[], templatesAt: TemplatesAt): readonly T[] {
  const moved = new Set<string>();
  const present = rows.map((row) => {
    const { record, sensor } = row;
    if (record.kind !== "finding" || record.template === undefined) return row;
    const template = presentTemplate(record, templatesAt(record, sensor));
    if (template === record.template) return row;
    const named = renamed(record, template);
    moved.add(subjectOf(named, sensor));
    return { ...row, record: named };
  });
  return moved.size === 0 ? rows : withoutTwins(present, moved);
}

/** Only what was renamed may be the same as another: findings that were not are two for a reason. */
function withoutTwins<T extends Row>(rows: readonly T[], moved: ReadonlySet<string>): T[] {
  const kept: T[] = [];
  const places = new Map<string, number>();
  for (const row of rows) {
    const { record, sensor } = row;
    const key = record.kind === "finding" ? subjectOf(record, sensor) : "";
    const place = moved.has(key) ? places.get(key) : undefined;
    if (place === undefined) places.set(key, kept.push(row) - 1);
    else kept[place] = { ...row, record: joined(kept[place].record as FindingRecord, record as FindingRecord) };
  }
  return kept;
}

function templatesByServer(rows: readonly Row[]): ReadonlyMap<string, ReadonlySet<string>> {
  const templates = new Map<string, Set<string>>();
  for (const { record, sensor } of rows) {
    if (record.kind !== "endpoint") continue;
    const key = serverKey(record, sensor);
    templates.set(key, (templates.get(key) ?? new Set()).add(record.template));
  }
  return templates;
}

function serverKey(
  { serverAddress = "", serverPort, virtualNetwork, method }: FindingRecord | EndpointRecord,
  sensor: string | undefined,
): string {
  return JSON.stringify([sensor, placeOf(serverAddress, virtualNetwork), serverPort, method]);
}

function presentTemplate({ template = "" }: FindingRecord, templates: ReadonlySet<string> | undefined): string {
  if (templates === undefined || templates.has(template)) return template;
  const fitting = [...templates].filter((one) => fits(one, template)).sort((a, b) => parametersOf(a) - parametersOf(b));
  const [first, second] = fitting;
  if (first === undefined) return template;
  return second !== undefined && parametersOf(second) === parametersOf(first) ? template : first;
}

/** Whether the path is one of those that the template stands for; an operation behind it (`#query.Q`) must be the same. */
function fits(template: string, path: string): boolean {
  const [pattern, operation] = template.split("#", 2);
  const [plain, other] = path.split("#", 2);
  if (operation !== other) return false;
  const both = aligned(pattern, plain);
  return both?.segments.every((segment, index) => fitsSegment(segment, both.values[index])) === true;
}

/** A parameter may be a part of its segment: `{name}.json`. */
function fitsSegment(segment: string, value: string): boolean {
  const literals = segment.split(/\{[^{}]*\}/);
  if (literals.length === 1) return segment === value;
  const [head, tail] = [literals[0], literals[literals.length - 1]];
  return value.length > head.length + tail.length && value.startsWith(head) && value.endsWith(tail);
}

function parametersOf(template: string): number {
  return template.split("{").length - 1;
}

function renamed(record: FindingRecord, template: string): FindingRecord {
  const { method, template: before = "", summary, evidence } = record;
  return {
    ...record,
    template,
    summary: summary.replace(`${method} ${before} `, () => `${method} ${template} `),
    evidence: { ...evidence, formerPaths: formerPaths(evidence, before) },
  };
}

/** A finding that is told under another name twice, by an older inventory and then by a newer one, keeps both. */
function formerPaths({ formerPaths: earlier }: Evidence, before: string): readonly string[] {
  return Array.isArray(earlier) ? [...new Set([...earlier, before])].slice(0, MAX_TOLD) : [before];
}

function subjectOf(record: FindingRecord, sensor: string | undefined): string {
  const { rule, severity, template, summary, evidence } = record;
  const words = Object.entries(evidence).filter(([, value]) => typeof value === "string");
  return JSON.stringify([serverKey(record, sensor), rule, severity, template, summary, words]);
}

function joined(one: FindingRecord, other: FindingRecord): FindingRecord {
  const [first, second] = one.firstMicros <= other.firstMicros ? [one, other] : [other, one];
  return {
    ...first,
    count: first.count + second.count,
    lastMicros: Math.max(first.lastMicros, second.lastMicros),
    evidence: joinedEvidence(first.evidence, second.evidence),
  };
}

function joinedEvidence(one: Evidence, other: Evidence): Evidence {
  const all: Record<string, Evidence[string]> = { ...one };
  for (const [name, value] of Object.entries(other)) {
    const before = all[name];
    if (typeof before === "number" && typeof value === "number" && isCount(name)) all[name] = before + value;
    else if (Array.isArray(before) && Array.isArray(value))
      all[name] = joinedDrift([before, value], sum).slice(0, MAX_TOLD);
    else all[name] = before ?? value;
  }
  return all;
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0);
}

/** Counts are told by what was counted, `request.email`; other numbers are a lifetime or a confidence. */
function isCount(name: string): boolean {
  return name.includes(".");
}
