import { CHANGE_KINDS, type Change, type ChangeKind, KINDS } from "./difference.js";
import { spell, UNSEEN } from "./visible-text.js";

/** Changes of one kind that are not shown, since there are too many. */
export interface LeftOut extends Pick<Change, "change" | "kind"> {
  readonly count: number;
}

export interface BoundedChanges {
  readonly items: readonly Change[];
  readonly leftOut: readonly LeftOut[];
}

const SIGNS: Readonly<Record<ChangeKind, string>> = { added: "+", removed: "-", changed: "~" };

/** `notes`: sentences on what can't be told. */
export function changesAsText(changes: readonly Change[], notes: readonly string[] = []): string {
  const lines = [
    ...changes.map((change) => `${SIGNS[change.change]} ${inWords(change)}`),
    ...notes.map((note) => `! ${printable(note)}`),
    changeSummary(changes),
  ];
  return `${lines.join("\n")}\n`;
}

export function changesAsMarkdown(
  changes: readonly Change[],
  leftOut: readonly LeftOut[] = [],
  notes: readonly string[] = [],
): string {
  const rows = changes.map(
    (change) => `| ${change.change} | ${change.kind} | ${cell(change.subject)} | ${cell(howInWords(change))} |\n`,
  );
  const table = rows.length === 0 ? "" : `| change | what | which | how |\n|---|---|---|---|\n${rows.join("")}\n`;
  const rest = leftOut.length === 0 ? "" : `${leftOutWords(leftOut)}\n\n`;
  const told = notes.map((note) => `**${cell(note)}**\n\n`).join("");
  return `${table}${rest}${told}${changeSummary(changes, leftOut)}\n`;
}

/** `2 added, 0 removed, 1 changed`, those that are left out among them. */
export function changeSummary(changes: readonly Change[], leftOut: readonly LeftOut[] = []): string {
  if (changes.length + leftOut.length === 0) return "no difference";
  const counts = changeCounts(changes, leftOut);
  return CHANGE_KINDS.map((kind) => `${counts[kind]} ${kind}`).join(", ");
}

export function changeCounts(
  changes: readonly Change[],
  leftOut: readonly LeftOut[] = [],
): Readonly<Record<ChangeKind, number>> {
  const counts = { added: 0, removed: 0, changed: 0 };
  for (const { change } of changes) counts[change]++;
  for (const { change, count } of leftOut) counts[change] += count;
  return counts;
}

/** As many of each kind and change as `most`: thousands of edges must not push the one finding out. */
export function boundChanges(changes: readonly Change[], most: number): BoundedChanges {
  const counts = new Map<string, number>();
  const items = changes.filter(({ change, kind }) => {
    const count = (counts.get(`${change} ${kind}`) ?? 0) + 1;
    counts.set(`${change} ${kind}`, count);
    return count <= most;
  });
  const leftOut = CHANGE_KINDS.flatMap((change) =>
    KINDS.map((kind): LeftOut => ({ change, kind, count: (counts.get(`${change} ${kind}`) ?? 0) - most })),
  ).filter(({ count }) => count > 0);
  return { items, leftOut };
}

/** `… and 19,000 more: 18,999 edges added, 1 finding removed`. */
export function leftOutWords(leftOut: readonly LeftOut[]): string {
  const number = (value: number): string => value.toLocaleString("en");
  const sum = leftOut.reduce((sum, { count }) => sum + count, 0);
  const parts = leftOut.map(
    ({ change, kind, count }) => `${number(count)} ${count === 1 ? kind : `${kind}s`} ${change}`,
  );
  return `… and ${number(sum)} more: ${parts.join(", ")}`;
}

function inWords(change: Change): string {
  const how = howInWords(change);
  return `${change.kind} ${printable(change.subject)}${how === "" ? "" : `: ${how}`}`;
}

/** What it is to somebody who does not know it, or how it is other than before. */
export function howInWords({ fields, about }: Change): string {
  if (about !== undefined) return printable(about);
  return fields
    .map(({ name, before, after }) => printable(`${name} ${before || "none"} → ${after || "none"}`))
    .join("; ");
}

/** What comes from the wire must not move a terminal's cursor, nor turn around or hide what stands beside it. */
function printable(text: string): string {
  return text.replace(UNSEEN, spell).replace(/\p{Cc}/gu, "?");
}

function cell(text: string): string {
  return printable(text).replaceAll("\\", "\\\\").replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
