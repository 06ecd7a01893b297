import { presentRows } from "../../shared/present-findings.js";
import { type Change, type ChangeKind, differenceOf, type SameBy } from "../report/difference.js";
import { readInventory } from "../store/read-inventory.js";

export type DiffFormat = "text" | "json" | "markdown";

export interface DiffOptions {
  /** Files of a sensor or a console. */
  readonly before: string;
  readonly after: string;
  readonly format: DiffFormat;
  readonly sameBy: SameBy;
  /** Changes that end the command with 1. */
  readonly failOn: ChangeKind | "any" | undefined;
}

const SIGNS: Readonly<Record<ChangeKind, string>> = { added: "+", removed: "-", changed: "~" };
const CHANGES_FOUND = 1;

/** Tells what changed between two inventories. 0, or 1 where a change is one that the gate names. */
export function diff({ before, after, format, sameBy, failOn }: DiffOptions): number {
  const [old, now] = [before, after].map((path) => [...readInventory(path)]);
  // Named as both are today: findings that became one since were not resolved.
  const changes = differenceOf(presentRows(presentRows(old), now), presentRows(now), sameBy);
  process.stdout.write(FORMATS[format](changes));
  if (failOn === undefined) return 0;
  return changes.some(({ change }) => failOn === "any" || change === failOn) ? CHANGES_FOUND : 0;
}

const FORMATS: Readonly<Record<DiffFormat, (changes: readonly Change[]) => string>> = {
  text: (changes) =>
    `${changes.map((change) => `${SIGNS[change.change]} ${inWords(change)}\n`).join("")}${summary(changes)}\n`,
  json: (changes) => `${JSON.stringify(changes, undefined, 2)}\n`,
  markdown: (changes) => {
    const rows = changes.map(
      (change) => `| ${change.change} | ${change.kind} | ${cell(change.subject)} | ${cell(fieldsInWords(change))} |\n`,
    );
    const table = rows.length === 0 ? "" : `| change | what | which | how |\n|---|---|---|---|\n${rows.join("")}\n`;
    return `${table}${summary(changes)}\n`;
  },
};

function inWords(change: Change): string {
  const fields = fieldsInWords(change);
  return `${change.kind} ${printable(change.subject)}${fields === "" ? "" : `: ${fields}`}`;
}

function fieldsInWords({ fields, about }: Change): string {
  if (about !== undefined) return printable(about);
  return fields
    .map(({ name, before, after }) => printable(`${name} ${before || "none"} → ${after || "none"}`))
    .join("; ");
}

function summary(changes: readonly Change[]): string {
  if (changes.length === 0) return "no difference";
  const count = (kind: ChangeKind): number => changes.filter(({ change }) => change === kind).length;
  return `${count("added")} added, ${count("removed")} removed, ${count("changed")} changed`;
}

/** What comes from the wire must not move a terminal's cursor. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "?");
}

function cell(text: string): string {
  return printable(text).replaceAll("\\", "\\\\").replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
