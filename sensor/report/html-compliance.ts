import { evidenceOf } from "./compliance/document.js";
import { type Evidence, number, plural } from "./compliance/evidence.js";
import {
  type ComplianceView,
  type ControlView,
  type FrameworkView,
  STATEMENT,
  STATUS_MEANINGS,
  STATUS_WORDS,
  type Status,
} from "./compliance/view.js";
import { bullets, escaped, idOf, section, table } from "./html-element.js";

const STATUSES = Object.keys(STATUS_WORDS) as Status[];
/** Rows of one evidence: it is there to show what kind of thing was seen. */
const MAX_ROWS = 50;

/** Each framework's controls with what was seen of them, and the evidence they rest on. */
export function* complianceSections(view: ComplianceView): Iterable<string> {
  yield section("Compliance views", `<p>${escaped(STATEMENT)}</p>\n${overview(view)}${legend()}`);
  for (const framework of view.frameworks) yield* frameworkSection(framework);
  yield section("Evidence behind the compliance views", "");
  for (const [name, evidence] of evidenceOf(view)) yield evidenceBlock(name, evidence);
  const others = Object.entries(view.otherReferences);
  if (others.length === 0) return;
  const note = "<p>Findings point to these as well. No view was made of them.</p>\n";
  yield section("Other references of findings", note + table({ heads: ["reference", "findings"], rows: others }));
}

function overview({ frameworks }: ComplianceView): string {
  const rows = frameworks.map(({ title, controls }) => [
    title,
    ...STATUSES.map((status) => controls.filter((control) => control.status === status).length),
  ]);
  return table({ heads: ["framework", ...STATUSES.map((status) => STATUS_WORDS[status])], rows });
}

function legend(): string {
  const terms = STATUSES.map(
    (status) => `<dt class="${status}">${STATUS_WORDS[status]}</dt><dd>${escaped(STATUS_MEANINGS[status])}</dd>\n`,
  );
  return `<dl class="legend">\n${terms.join("")}</dl>\n`;
}

function* frameworkSection({ title, note, controls }: FrameworkView): Iterable<string> {
  yield `<h3 id="${idOf(title)}">${escaped(title)}</h3>\n<p>${escaped(note)}</p>\n`;
  for (const control of controls) yield controlBlock(control);
}

function controlBlock(view: ControlView): string {
  const { control, status, evidence, findings, gaps, questions, unknowns, confidence } = view;
  const rows: (readonly [string, string])[] = [
    ["asks", escaped(control.asks)],
    ["gap", bullets(gaps)],
    ["to be judged", bullets(questions)],
    ["evidence", links(evidence)],
    [
      "findings",
      bullets(
        findings.map(
          ({ rule, severity, findings, examples }) => `${severity}: ${rule} ×${number(findings)}. ${examples[0] ?? ""}`,
        ),
      ),
    ],
    ["not visible", bullets(unknowns)],
    ["traffic can’t prove", bullets(control.cannotProve)],
    ["confidence", `${confidence.level}. ${escaped(confidence.reasons.join(" "))}`],
  ];
  const told = rows
    .filter(([, text]) => text !== "")
    .map(([name, text]) => `<tr><th scope="row">${name}</th><td>${text}</td></tr>\n`);
  const heading = `${escaped(control.number)} ${escaped(control.title)}`;
  return (
    `<section class="control"><h4>${heading} <span class="status ${status}">${STATUS_WORDS[status]}</span></h4>\n` +
    `<table class="facts"><tbody>\n${told.join("")}</tbody></table></section>\n`
  );
}

function links(evidence: ControlView["evidence"]): string {
  const items = evidence.map(({ name, title, seen, unit }) => {
    const figure = seen === 0 ? "not seen" : `${number(seen)} ${seen === 1 ? unit : plural(unit)}`;
    return `<li><a href="#evidence-${name}">${escaped(title)}</a>: ${figure}</li>\n`;
  });
  return items.length === 0 ? "" : `<ul>\n${items.join("")}</ul>\n`;
}

function evidenceBlock(name: string, { title, seen, unit, counts, columns, rows, unknowns }: Evidence): string {
  const head = `<h3 id="evidence-${name}">${escaped(title)}</h3>\n`;
  if (seen === 0) return `${head}<p>Not seen.</p>\n${bullets(unknowns)}`;
  const figures = Object.entries(counts).map(([what, count]) => `${what}: ${number(count)}`);
  const drawn = `Drawn from ${number(seen)} ${seen === 1 ? unit : plural(unit)}. ${figures.join(" · ")}`;
  const body = rows.length === 0 ? "" : table({ heads: columns, rows, maxRows: MAX_ROWS });
  return `${head}<p>${escaped(drawn)}</p>\n${body}${bullets(unknowns)}`;
}
