import type { EndpointRecord } from "./event.js";
import { type ComparedFacts, compareFacts, type ReviewedFacts } from "./reviewed-facts.js";

/** Who said it, and when. */
export interface Said {
  readonly by: string;
  readonly atMicros: number;
}

/**
 * What people said of one endpoint, as it stands: never part of what sensors tell of it. Each of these is the last word of its kind; every
 * word before it is in the history.
 */
export interface Opinion {
  /** `seen`: what was known of the endpoint when it was approved. */
  readonly approved?: Said & { readonly seen: ReviewedFacts };
  readonly owner?: Said & { readonly text: string };
  readonly tags?: Said & { readonly texts: readonly string[] };
  readonly note?: Said & { readonly text: string };
  /** It is to go away, on a day or at some time; `calls` it had until then. */
  readonly deprecated?: Said & { readonly untilMicros?: number; readonly calls: number };
  /** Nothing is asked of anybody until then. */
  readonly ignored?: Said & { readonly untilMicros: number };
}

/**
 * `new` nobody approved it, and it came to be after others of its service were · `changed` other facts than those approved, or called after it
 * was said to go away · `uncertain` approved, and whether it is as it was then could not be told · `deprecated` to go away, and not called since that was said.
 */
export type ReviewStatus = "unreviewed" | "new" | "changed" | "uncertain" | "approved" | "deprecated" | "ignored";

/** An endpoint with what people say of it. */
export interface Review {
  readonly status: ReviewStatus;
  /** What is other than it was when it was approved, each in words. */
  readonly changes: readonly string[];
  /** Of what that could not be told, each in words. */
  readonly untold: readonly string[];
  readonly opinion: Opinion;
}

/** Of what it could not be told whether it changed, as people are told. */
export function untoldWords({ untold }: Pick<Review, "untold">): string[] {
  return untold.map((text) => `could not be told: ${text}`);
}

const NOTHING: ComparedFacts = { changes: [], untold: [] };

/**
 * `reviewedMicros`: when an endpoint of its service was approved last, or, where none was, any of its sensor first; undefined where
 * that was never. `facts`: what is known of it now, asked for only where somebody approved it.
 */
export function reviewOf(
  endpoint: EndpointRecord,
  opinion: Opinion,
  context: { readonly reviewedMicros: number | undefined; readonly facts: () => ReviewedFacts },
  nowMicros: number,
): Review {
  const { approved, deprecated } = opinion;
  const calls = deprecated === undefined ? 0 : endpoint.calls - deprecated.calls;
  const called = calls > 0 ? [`calls since it was said to go away: ${calls.toLocaleString("en")}`] : [];
  const { changes, untold } = approved === undefined ? NOTHING : compareFacts(approved.seen, context.facts());
  const compared = { changes: [...called, ...changes], untold };
  return { status: statusOf(endpoint, opinion, compared, context.reviewedMicros, nowMicros), ...compared, opinion };
}

function statusOf(
  { firstMicros, foundMicros = firstMicros }: EndpointRecord,
  { approved, deprecated, ignored }: Opinion,
  { changes, untold }: ComparedFacts,
  reviewedMicros: number | undefined,
  nowMicros: number,
): ReviewStatus {
  if (ignored !== undefined && ignored.untilMicros > nowMicros) return "ignored";
  if (changes.length > 0) return "changed";
  if (deprecated !== undefined) return "deprecated";
  if (approved !== undefined) return untold.length > 0 ? "uncertain" : "approved";
  return reviewedMicros !== undefined && foundMicros > reviewedMicros ? "new" : "unreviewed";
}
