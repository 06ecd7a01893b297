import type { Opinion, Said } from "../../shared/review.js";
import { type CountedFacts, keptFacts } from "../../shared/reviewed-facts.js";

export const REVIEW_ACTIONS = [
  "approve",
  "withdraw",
  "own",
  "tag",
  "note",
  "deprecate",
  "keep",
  "ignore",
  "heed",
] as const;

/** `keep` takes `deprecate` back, `heed` takes `ignore` back, `withdraw` takes `approve` back. */
export type ReviewActionName = (typeof REVIEW_ACTIONS)[number];

/** What an operator says of an endpoint. */
export interface ReviewAction {
  readonly action: ReviewActionName;
  /** The owner or the note; empty for none. */
  readonly text?: string;
  /** All of them; empty for none. */
  readonly tags?: readonly string[];
  /** Of `ignore`, and of `deprecate` where the day is known. */
  readonly untilMicros?: number;
}

/** Longer than a year nobody is to look away. */
const MAX_IGNORED_MICROS = 366 * 86_400e6;

/** Without blanks around what is said: an owner or note of blanks alone is none. Tags have none (`review-routes.ts`). */
export function trimmed(action: ReviewAction): ReviewAction {
  return action.text === undefined ? action : { ...action, text: action.text.trim() };
}

/** What is wrong with it, in words for the operator; undefined where nothing is. */
export function objectionTo({ action, text, tags, untilMicros }: ReviewAction, nowMicros: number): string | undefined {
  if ((action === "own" || action === "note") && text === undefined) return `"${action}" needs "text"; empty for none.`;
  if (action === "tag" && tags === undefined) return '"tag" needs "tags", all of them; an empty list for none.';
  if (action !== "ignore") return undefined;
  if (untilMicros === undefined || untilMicros <= nowMicros || untilMicros - nowMicros > MAX_IGNORED_MICROS)
    return "An endpoint is ignored until a day; name one that is to come, within a year.";
  return undefined;
}

/** The opinion after somebody said something of an endpoint of which these are the facts. */
export function afterAction(before: Opinion, action: ReviewAction, said: Said, facts: CountedFacts): Opinion {
  const { approved, owner, tags, note, deprecated, ignored, ...rest } = before;
  const kept = { approved, owner, tags, note, deprecated, ignored };
  return { ...rest, ...withoutUndefined({ ...kept, ...changeOf(action, said, facts) }) };
}

function changeOf(
  { action, text = "", tags = [], untilMicros }: ReviewAction,
  said: Said,
  facts: CountedFacts,
): { readonly [K in keyof Opinion]: Opinion[K] | undefined } {
  switch (action) {
    case "approve":
      return { approved: { ...said, seen: keptFacts(facts) } };
    case "withdraw":
      return { approved: undefined };
    case "own":
      return { owner: text === "" ? undefined : { ...said, text } };
    case "tag":
      return { tags: tags.length === 0 ? undefined : { ...said, texts: [...new Set(tags)].sort() } };
    case "note":
      return { note: text === "" ? undefined : { ...said, text } };
    case "deprecate":
      return { deprecated: { ...said, ...(untilMicros === undefined ? {} : { untilMicros }), calls: facts.calls } };
    case "keep":
      return { deprecated: undefined };
    case "ignore":
      return { ignored: { ...said, untilMicros: untilMicros ?? 0 } };
    case "heed":
      return { ignored: undefined };
  }
}

function withoutUndefined(opinion: { readonly [K in keyof Opinion]: Opinion[K] | undefined }): Opinion {
  return Object.fromEntries(Object.entries(opinion).filter(([, value]) => value !== undefined));
}

/** Of two endpoints that became one. Approving one is no word on what the other does. */
export function joined(opinion: Opinion, other: Opinion): Opinion {
  const { approved, ignored, deprecated, ...others } = other;
  return { ...others, ...opinion };
}
