import type { Review, Said } from "../../shared/review.js";
import { formatTime } from "../../shared/time.js";

/** What people say, who and when: under names of its own, beside what was seen. */
export function reviewObject(review: Review | undefined): Record<string, unknown> {
  if (review === undefined) return {};
  const { approved, owner, tags, note, deprecated, ignored } = review.opinion;
  return {
    "review.status": review.status,
    "review.changes": review.changes,
    "review.untold": review.untold,
    ...saidObject("approved", approved),
    "review.owner": owner?.text,
    ...saidObject("owner", owner),
    "review.tags": tags?.texts,
    ...saidObject("tags", tags),
    "review.note": note?.text,
    ...saidObject("note", note),
    ...saidObject("deprecated", deprecated),
    "review.deprecated_until": time(deprecated?.untilMicros),
    ...saidObject("ignored", ignored),
    "review.ignored_until": time(ignored?.untilMicros),
  };
}

function saidObject(what: string, said: Said | undefined): Record<string, unknown> {
  return said === undefined ? {} : { [`review.${what}_by`]: said.by, [`review.${what}_at`]: time(said.atMicros) };
}

function time(micros: number | undefined): string | undefined {
  return micros === undefined ? undefined : formatTime(micros);
}
