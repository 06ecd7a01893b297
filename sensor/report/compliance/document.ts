import { formatTime } from "../../../shared/time.js";
import { VERSION } from "../../../shared/version.js";
import { COUNTED_ONCE } from "../counted-once.js";
import { coverageObject, NOT_PROVEN } from "../coverage.js";
import type { Cell, Evidence } from "./evidence.js";
import { type ComplianceView, type ControlView, STATEMENT, STATUS_MEANINGS } from "./view.js";

/** Rows of one evidence in the document. The exports of the inventory have all. */
const MAX_ROWS = 200;

/** The view as plain data, names as in the other exports. */
export function complianceObject(view: ComplianceView): Record<string, unknown> {
  const { facts, frameworks, coverage, otherReferences } = view;
  const isEmpty = facts.lastMicros === 0;
  return {
    document: "eastwatch compliance view",
    statement: STATEMENT,
    eastwatch: VERSION,
    first_seen: isEmpty ? undefined : formatTime(facts.firstMicros),
    last_seen: isEmpty ? undefined : formatTime(facts.lastMicros),
    counts: coverage.length > 1 ? COUNTED_ONCE : undefined,
    statuses: STATUS_MEANINGS,
    frameworks: frameworks.map(({ id, title, note, controls }) => ({
      id,
      title,
      note,
      controls: controls.map(controlObject),
    })),
    evidence: Object.fromEntries(
      [...evidenceOf(view)].map(([name, evidence]) => [name, evidenceObject(evidence)] as const),
    ),
    other_references: otherReferences,
    coverage: coverage.map(coverageObject),
    not_provable: NOT_PROVEN,
  };
}

/** Each once: several controls rest on the same. */
export function evidenceOf({ frameworks }: ComplianceView): Map<string, Evidence> {
  const all = new Map<string, Evidence>();
  for (const { controls } of frameworks)
    for (const { evidence } of controls) for (const one of evidence) all.set(one.name, one);
  return all;
}

function controlObject(view: ControlView): Record<string, unknown> {
  const { control, status, evidence, findings, gaps, questions, unknowns, confidence } = view;
  return {
    id: control.id,
    number: control.number,
    title: control.title,
    asks: control.asks,
    status,
    gaps,
    to_be_judged: questions,
    evidence: evidence.map(({ name, seen, unit }) => ({ name, seen, unit })),
    findings: findings.map(({ rule, title, severity, findings, occurrences, examples, remedy }) => {
      return { rule, title, severity, findings, occurrences, examples, remedy };
    }),
    not_visible: unknowns,
    confidence: confidence.level,
    confidence_reasons: confidence.reasons,
    cannot_prove: control.cannotProve,
  };
}

function evidenceObject(evidence: Evidence): Record<string, unknown> {
  const { title, seen, unit, unsure, counts, columns, rows, unknowns } = evidence;
  return {
    title,
    seen,
    unit,
    could_not_be_told: unsure,
    counts,
    columns,
    rows: rows.slice(0, MAX_ROWS) satisfies readonly (readonly Cell[])[],
    row_count: rows.length,
    not_visible: unknowns,
  };
}
