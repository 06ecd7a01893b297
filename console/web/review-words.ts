import { type Review, type ReviewStatus, untoldWords } from "../../shared/review.js";
import type { ReviewEntry, SinceShown } from "../api.js";
import { dateAndTime } from "./format-date.js";

/** What each status means stands where it is chosen. */
export const REVIEW_CHOICES: readonly (readonly [string, string])[] = [
  ["", "Any review"],
  ["open", "open: unreviewed, new or changed"],
  ["new", "new since the last review"],
  ["changed", "changed since it was approved"],
  ["uncertain", "approved; whether it changed could not be told"],
  ["unreviewed", "unreviewed"],
  ["approved", "approved"],
  ["deprecated", "to go away"],
  ["ignored", "ignored for now"],
];

/** What asks for somebody first. */
const RANKS: Readonly<Record<ReviewStatus, number>> = {
  changed: 6,
  new: 5,
  unreviewed: 4,
  uncertain: 3,
  deprecated: 2,
  ignored: 1,
  approved: 0,
};

export function reviewRank({ status }: Pick<Review, "status">): number {
  return RANKS[status];
}

export function passesReview({ status }: Pick<Review, "status">, choice: string): boolean {
  return choice === "open" ? RANKS[status] >= RANKS.unreviewed : status === choice;
}

/** Where the opinion stands, and whose it is. */
export function statusWords({ status, opinion }: Review): string {
  const { approved, deprecated, ignored } = opinion;
  const parts: string[] = [];
  if (status === "new") parts.push("Nobody approved it; it came after others of its service were approved.");
  if (status === "unreviewed") parts.push("Nobody approved it yet.");
  if (approved !== undefined) parts.push(`Approved by ${approved.by}, ${when(approved.atMicros)}.`);
  if (deprecated !== undefined) {
    const until = deprecated.untilMicros === undefined ? "" : ` by ${dayOf(deprecated.untilMicros)}`;
    parts.push(`To go away${until}, says ${deprecated.by}, ${when(deprecated.atMicros)}.`);
  }
  if (status === "ignored" && ignored !== undefined)
    parts.push(`Ignored until ${dayOf(ignored.untilMicros)} by ${ignored.by}, ${when(ignored.atMicros)}.`);
  return parts.join(" ");
}

/** What happened since an endpoint was shown: what changed, and what was said. */
export function sinceWords(since: SinceShown): string[] {
  const said = since.said.map((entry) => `${entry.by === "" ? "" : `${entry.by}: `}${entryWords(entry)}`);
  return [...since.changes, ...untoldWords(since), ...said];
}

/** `approved it`, `owner: payments (said of GET /teams/red)`. */
export function entryWords(entry: ReviewEntry): string {
  return entry.of === undefined ? wordsOf(entry) : `${wordsOf(entry)} (said of ${entry.of})`;
}

function wordsOf({ action, text = "", tags = [], untilMicros }: ReviewEntry): string {
  switch (action) {
    case "approve":
      return "approved it";
    case "withdraw":
      return "took the approval back";
    case "own":
      return text === "" ? "no owner" : `owner: ${text}`;
    case "tag":
      return tags.length === 0 ? "no tags" : `tags: ${tags.join(", ")}`;
    case "note":
      return text === "" ? "no note" : `note: ${text}`;
    case "deprecate":
      return untilMicros === undefined ? "it is to go away" : `it is to go away by ${dayOf(untilMicros)}`;
    case "keep":
      return "it stays after all";
    case "ignore":
      return `ignored until ${dayOf(untilMicros ?? 0)}`;
    case "heed":
      return "not ignored any more";
    case "join":
      return `${text} became part of it`;
  }
}

export function when(micros: number): string {
  return dateAndTime(micros / 1_000);
}

function dayOf(micros: number): string {
  return when(micros).slice(0, 10);
}

/** The end of a day in the browser's time, from `2026-12-31`; undefined where it is none. */
export function endOfDay(text: string): number | undefined {
  const millis = Date.parse(`${text}T23:59:59`);
  return Number.isNaN(millis) ? undefined : millis * 1_000;
}
