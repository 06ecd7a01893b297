import { amountOf } from "../../shared/not-seen.js";
import { formatTime } from "../../shared/time.js";
import { VERSION } from "../../shared/version.js";
import { visible } from "../../shared/visible-text.js";
import { evidenceOf } from "./compliance/document.js";
import { type Cell, type Evidence, number, plural } from "./compliance/evidence.js";
import {
  type ComplianceView,
  type ControlView,
  complianceView,
  type FrameworkView,
  type RuleFindings,
  STATEMENT,
  STATUS_MEANINGS,
  STATUS_WORDS,
  type Status,
} from "./compliance/view.js";
import { COUNTED_ONCE } from "./counted-once.js";
import { blindWords, type CoverageSummary, NOT_PROVEN, silenceSentence } from "./coverage.js";
import type { Report } from "./report.js";

/** Rows of one table: this is read by people. */
const MAX_ROWS = 25;

/** What was seen against what frameworks ask, for people and for wikis. */
export const complianceMarkdown: Report = {
  name: "compliance-markdown",
  *write(rows, coverage) {
    const view = complianceView([...rows], coverage);
    yield `# Compliance view\n\n${STATEMENT}\n\n${periodOf(view)}\n\n`;
    yield table(
      ["status", "means"],
      Object.entries(STATUS_MEANINGS).map(([status, means]) => [`**${STATUS_WORDS[status as Status]}**`, means]),
      (cell) => cell,
    );
    for (const framework of view.frameworks) yield* frameworkText(framework);
    yield "## Evidence\n\n";
    for (const [name, evidence] of evidenceOf(view)) yield evidenceText(name, evidence);
    yield* coverageText(view.coverage);
    yield* otherReferences(view.otherReferences);
  },
};

function periodOf({ facts, coverage }: ComplianceView): string {
  if (facts.lastMicros === 0) return `Nothing was seen; eastwatch ${VERSION}.`;
  const counted = coverage.length > 1 ? ` ${COUNTED_ONCE}` : "";
  return `Seen from ${formatTime(facts.firstMicros)} to ${formatTime(facts.lastMicros)}; eastwatch ${VERSION}.${counted}`;
}

function* frameworkText({ title, note, controls }: FrameworkView): Iterable<string> {
  yield `## ${title}\n\n${note}\n\n`;
  yield table(
    ["control", "title", "status", "confidence"],
    controls.map(({ control, status, confidence }) => [
      control.number,
      control.title,
      STATUS_WORDS[status],
      confidence.level,
    ]),
  );
  for (const control of controls) yield controlText(control);
}

function controlText(view: ControlView): string {
  const { control, status, evidence, findings, gaps, questions, unknowns, confidence } = view;
  const shown = evidence.map(
    ({ name, title, seen, unit }) =>
      `[${title}](#evidence-${name}): ${seen === 0 ? "not seen" : `${number(seen)} ${seen === 1 ? unit : plural(unit)}`}`,
  );
  const parts: (readonly [string, readonly string[]])[] = [
    ["Gap", gaps.map(escaped)],
    ["To be judged", questions.map(escaped)],
    ["Evidence", shown],
    ["Findings", findings.map(findingText)],
    ["Not visible", unknowns.map(escaped)],
    ["What traffic can't prove", control.cannotProve.map(escaped)],
  ];
  const lists = parts
    .filter(([, items]) => items.length > 0)
    .map(([name, items]) => `**${name}**\n\n${items.map((item) => `- ${item}\n`).join("")}\n`);
  const reasons = confidence.reasons.map(escaped).join(" ");
  return (
    `### ${escaped(control.number)} ${escaped(control.title)}\n\n` +
    `*Asks:* ${escaped(control.asks)}\n\n` +
    `*Status:* **${STATUS_WORDS[status]}**. *Confidence:* ${confidence.level}. ${reasons}\n\n${lists.join("")}`
  );
}

function findingText({ rule, severity, findings, examples }: RuleFindings): string {
  const more = findings > examples.length ? ` … ${number(findings - examples.length)} more` : "";
  return `${severity}: \`${rule}\` ×${number(findings)}. ${examples.map(escaped).join(" ")}${more}`;
}

function evidenceText(name: string, evidence: Evidence): string {
  const { title, seen, unit, counts, columns, rows, unknowns } = evidence;
  const head = `<a id="evidence-${name}"></a>\n\n### ${title}\n\n`;
  if (seen === 0) return `${head}Not seen.\n\n${unknowns.map((text) => `- ${escaped(text)}\n`).join("")}\n`;
  const figures = Object.entries(counts).map(([what, count]) => `${escaped(what)}: ${number(count)}`);
  const rest =
    rows.length > MAX_ROWS ? `${number(rows.length - MAX_ROWS)} more rows are in the JSON and the exports.\n\n` : "";
  return (
    `${head}Drawn from ${number(seen)} ${seen === 1 ? unit : plural(unit)}. ${figures.join(" · ")}\n\n` +
    (rows.length === 0 ? "" : `${table(columns, rows.slice(0, MAX_ROWS))}${rest}`) +
    (unknowns.length === 0 ? "" : `${unknowns.map((text) => `- Not visible: ${escaped(text)}\n`).join("")}\n`)
  );
}

function* coverageText(coverage: readonly CoverageSummary[]): Iterable<string> {
  yield "## What was not visible\n\n";
  for (const summary of coverage) {
    const { sensor, health, notSeen, blindIntervals, silence } = summary;
    yield `### ${sensor === undefined ? "This sensor" : `Sensor ${escaped(sensor)}`}\n\n`;
    if (silence !== undefined) yield `${escaped(silenceSentence(silence))}\n\n`;
    if (health === undefined) yield "What it lost is not known: its file holds no word of its health.\n\n";
    else
      yield table(
        ["what", "how much", "counter", "why"],
        notSeen.map((one) => [one.what, amountOf(one), one.counter, one.why]),
      );
    if (blindIntervals.length > 0)
      yield `${number(blindIntervals.length)} blind ${blindIntervals.length === 1 ? "interval" : "intervals"}, ${blindWords([summary])} together.\n\n`;
  }
  yield `${NOT_PROVEN.map((text) => `- ${escaped(text)}\n`).join("")}\n`;
}

function* otherReferences(references: Readonly<Record<string, number>>): Iterable<string> {
  const rows = Object.entries(references);
  if (rows.length === 0) return;
  yield "## Other references of findings\n\nOf these no view was made: findings point to them.\n\n";
  yield table(["reference", "findings"], rows);
}

function table(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  write: (text: string) => string = escaped,
): string {
  const line = (cells: readonly Cell[]): string =>
    `| ${cells.map((cell) => (typeof cell === "number" ? number(cell) : write(cell))).join(" | ")} |\n`;
  return `${line(columns)}|${columns.map(() => "---|").join("")}\n${rows.map(line).join("")}\n`;
}

/** Nothing of the wire is markup, neither Markdown's nor HTML's, nor a link that a viewer makes by itself. */
function escaped(text: string): string {
  return visible(text)
    .replace(/[\\`*_{}[\]()#!|~$^]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("@", "&#64;")
    .replace(/:\/\//g, "&#58;//")
    .replace(/\bwww\./gi, "www&#46;");
}
