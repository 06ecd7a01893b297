import { CATALOGUE, referencesOf } from "../../../shared/catalogue.js";
import { type FindingRecord, SEVERITIES, type Severity } from "../../../shared/event.js";
import type { SensorCoverage, StoredRow } from "../../store/stored-row.js";
import { type CoverageSummary, coverageSummary } from "../coverage.js";
import { type About, type AboutFacts, aboutFacts, isOfClasses } from "./about.js";
import { type Confidence, confidenceOf } from "./confidence.js";
import type { Control } from "./control.js";
import { CONTROLS, FRAMEWORKS } from "./control-list.js";
import { IS_BY_CLASS, MEANT_BY } from "./evidence/data-flows.js";
import type { Evidence } from "./evidence.js";
import { EVIDENCE, type EvidenceName, SHOWS_GAPS } from "./evidence-list.js";
import { type Facts, factsOf, isAnswered } from "./facts.js";

/** None of them is a verdict on an organisation: that takes more than traffic, and a person. */
export type Status = "gap-seen" | "to-be-judged" | "no-gap-seen" | "not-seen" | "not-observable";

export const STATUS_WORDS: Readonly<Record<Status, string>> = {
  "gap-seen": "gap seen",
  "to-be-judged": "to be judged",
  "no-gap-seen": "no gap in what was seen",
  "not-seen": "not seen",
  "not-observable": "traffic can't tell",
};

export const STATUS_MEANINGS: Readonly<Record<Status, string>> = {
  "gap-seen": "Something was seen that falls short of what is asked.",
  "to-be-judged": "Something was seen that may be right or wrong: whoever runs these services has to say.",
  "no-gap-seen": "What was seen shows no gap. What was not seen may.",
  "not-seen": "Nothing was seen that it could be told from. That is neither a yes nor a no.",
  "not-observable": "It is about things that leave no trace in packets.",
};

export interface RuleFindings {
  readonly rule: string;
  readonly title: string;
  readonly severity: Severity;
  readonly remedy: string | undefined;
  readonly findings: number;
  readonly occurrences: number;
  /** Summaries of some of them. */
  readonly examples: readonly string[];
}

/** What is gathered only where certain data were seen has the name of these behind its own: `encryption-health-flows`. */
export type NamedEvidence = Evidence & { readonly name: string; readonly gathered: EvidenceName };

export interface ControlView {
  readonly control: Control;
  readonly status: Status;
  readonly evidence: readonly NamedEvidence[];
  readonly findings: readonly RuleFindings[];
  readonly gaps: readonly string[];
  readonly questions: readonly string[];
  readonly unknowns: readonly string[];
  readonly confidence: Confidence;
}

export interface FrameworkView {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly controls: readonly ControlView[];
}

export interface ComplianceView {
  readonly facts: Facts;
  readonly coverage: readonly CoverageSummary[];
  readonly frameworks: readonly FrameworkView[];
  /** What findings refer to beside the controls above: reference → findings. */
  readonly otherReferences: Readonly<Record<string, number>>;
}

export const STATEMENT =
  "This view holds what sensors saw on the network against what these frameworks ask. It supports an audit and takes no place of one: it " +
  "says where a gap was seen, where none was, and where nothing could be seen, and nothing beyond that.";

const MAX_EXAMPLES = 3;
/** They tell of what is still to come: what is there today falls short of nothing. */
const STILL_TO_COME: ReadonlySet<string> = new Set(["certificate-expiring"]);
/** What they tell of may be meant: a question, until somebody approves it. */
const TO_JUDGE: ReadonlySet<string> = new Set(["new-endpoint", "gateway-bypassed", "new-token-source", "weaker-token"]);
const ABOUT_NOT_SEEN =
  "No data that this is about were recognised in what could be read. Do any cross these connections? Then what follows is a gap:";
const WITHIN =
  "Seen between own addresses alone. Does one of the networks between them count as open? Then what follows is a gap:";
const BESIDE = "Not told of a place where such data were seen: do any cross it?";

export function complianceView(rows: readonly StoredRow[], coverage: readonly SensorCoverage[]): ComplianceView {
  const facts = factsOf(rows, coverage);
  const gather = gathererOf(facts);
  const summaries = coverage.map(coverageSummary);
  const byReference = findingsByReference(
    facts.findings.filter((finding) => !(TO_JUDGE.has(finding.rule) && isAnswered(finding, facts))),
  );
  return {
    facts,
    coverage: summaries,
    frameworks: FRAMEWORKS.map(({ id, title, note, controls }) => ({
      id,
      title,
      note,
      controls: controls.map((control) => controlView(control, gather, byReference.get(control.id) ?? [], summaries)),
    })),
    otherReferences: Object.fromEntries(
      [...byReference]
        .filter(([reference]) => !CONTROLS.has(reference))
        .map(([reference, findings]) => [reference, findings.length] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  };
}

interface Gatherer {
  of(name: EvidenceName, about: About | undefined): NamedEvidence;
  about(about: About | undefined): AboutFacts | undefined;
  /** Which classes of data that is. */
  meant(about: About | undefined): ((name: string) => boolean) | undefined;
}

/** Gathers each evidence once: several controls rest on the same. */
function gathererOf(facts: Facts): Gatherer {
  const gathered = new Map<string, NamedEvidence>();
  const abouts = new Map<About, AboutFacts | undefined>();
  const aboutOf = (about: About | undefined): AboutFacts | undefined => {
    if (about === undefined) return undefined;
    if (!abouts.has(about)) abouts.set(about, aboutFacts(facts, about));
    return abouts.get(about);
  };
  return {
    about: aboutOf,
    meant: (about) => about && MEANT_BY[about]?.(facts),
    of: (evidence, about) => {
      // What tells of flows of such data is of nothing else, and says what of the rest could not be seen.
      const theirs = IS_BY_CLASS.has(evidence) ? undefined : aboutOf(about);
      const name = theirs === undefined ? evidence : `${evidence}-${about}`;
      const known = gathered.get(name);
      if (known !== undefined) return known;
      const made = { ...EVIDENCE[evidence](theirs?.facts ?? facts), name, gathered: evidence };
      const told = theirs === undefined ? made : { ...made, title: `${made.title}, ${theirs.words}` };
      gathered.set(name, told);
      return told;
    },
  };
}

function controlView(
  control: Control,
  gather: Gatherer,
  found: readonly FindingRecord[],
  coverage: readonly CoverageSummary[],
): ControlView {
  const { about } = control;
  const evidence = control.evidence.map((name) => gather.of(name, about));
  const theirs = gather.about(about);
  const near = found.filter((finding) =>
    theirs ? theirs.nearness(finding) !== "apart" : !isElsewhere(gather.meant(about), finding),
  );
  const isShortfall = ({ rule, severity }: FindingRecord): boolean =>
    severity !== "info" && !STILL_TO_COME.has(rule) && !TO_JUDGE.has(rule);
  const isTheirs = (finding: FindingRecord): boolean => theirs === undefined || theirs.nearness(finding) === "theirs";
  const short = near.filter((finding) => isShortfall(finding) && isTheirs(finding));
  const beside = near.filter((finding) => isShortfall(finding) && !isTheirs(finding));
  const isAboutSeen = about === undefined || theirs !== undefined;
  const isWithin =
    control.isOfOpenNetworks === true && !(theirs?.facts.edges ?? []).some(({ scope }) => scope === "north-south");
  const canFallShort = isAboutSeen && control.isOnlyAsked !== true && !isWithin;
  const shortfalls = [...new Set([...evidence.flatMap(({ gaps }) => gaps), ...byRule(short).map(findingSentence)])];
  const gaps = canFallShort ? shortfalls : [];
  const asked = canFallShort ? [] : shortfalls;
  const questions = [
    ...(isAboutSeen || asked.length === 0 ? [] : [ABOUT_NOT_SEEN]),
    ...(isAboutSeen && isWithin && asked.length > 0 ? [WITHIN] : []),
    ...asked,
    ...evidence.flatMap(({ questions }) => questions),
    ...byRule(near.filter((finding) => !isShortfall(finding))).map(findingSentence),
    ...byRule(beside).map((one) => `${findingSentence(one)} ${BESIDE}`),
  ];
  const status = statusOf(control, evidence, { gaps, questions, canFallShort });
  return {
    control,
    status,
    evidence,
    findings: byRule(near),
    gaps,
    questions,
    unknowns: [...new Set([...evidence.flatMap(({ unknowns }) => unknowns), ...(theirs?.unknowns ?? [])])],
    confidence: confidenceOf(status, evidence, coverage),
  };
}

/** Whether a finding tells of other data than the control is about. */
function isElsewhere(isMeant: ((name: string) => boolean) | undefined, finding: FindingRecord): boolean {
  return isMeant !== undefined && isOfClasses(finding, isMeant) === false;
}

/** That no gap was seen is said only where one would have shown: of evidence that has gaps, and of data that were there. */
function statusOf(
  { evidence: asked }: Control,
  evidence: ControlView["evidence"],
  { gaps, questions, canFallShort }: Pick<ControlView, "gaps" | "questions"> & { readonly canFallShort: boolean },
): Status {
  if (gaps.length > 0) return "gap-seen";
  if (questions.length > 0) return "to-be-judged";
  if (asked.length === 0) return "not-observable";
  const wouldShow =
    canFallShort && evidence.some(({ gathered, seen, unsure }) => SHOWS_GAPS.has(gathered) && seen > unsure);
  return wouldShow ? "no-gap-seen" : "not-seen";
}

function findingsByReference(findings: readonly FindingRecord[]): Map<string, FindingRecord[]> {
  const byReference = new Map<string, FindingRecord[]>();
  for (const finding of findings) {
    for (const reference of referencesOf(finding)) {
      const known = byReference.get(reference);
      if (known === undefined) byReference.set(reference, [finding]);
      else known.push(finding);
    }
  }
  return byReference;
}

/** Worst first. */
function byRule(findings: readonly FindingRecord[]): RuleFindings[] {
  const rules = new Map<string, FindingRecord[]>();
  for (const finding of findings) {
    const known = rules.get(finding.rule);
    if (known === undefined) rules.set(finding.rule, [finding]);
    else known.push(finding);
  }
  return [...rules]
    .map(([rule, its]) => ({
      rule,
      title: its[0].title,
      severity: its.reduce((worst, { severity }) => worse(worst, severity), its[0].severity),
      remedy: CATALOGUE[rule]?.remedy,
      findings: its.length,
      occurrences: its.reduce((sum, { count }) => sum + count, 0),
      examples: its.slice(0, MAX_EXAMPLES).map(({ summary }) => summary),
    }))
    .sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) || (a.rule < b.rule ? -1 : 1));
}

function worse(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b;
}

function findingSentence({ title, findings, occurrences }: RuleFindings): string {
  const times = occurrences > findings ? `, ${occurrences.toLocaleString("en")} occurrences` : "";
  return `${title}: ${findings.toLocaleString("en")} finding${findings === 1 ? "" : "s"}${times}.`;
}
