// How well templates found agree with those that requests were made from.

/** One request: what it was made from, and where it ended. */
export interface Placed {
  /** The template it was made from, parameters as `{}`. */
  readonly truth: string;
  /** The same where enumerated values stand as they were sent. */
  readonly spelled: string;
  /** Kinds of the template's parameters, `none` where it has none. */
  readonly kinds: readonly string[];
  readonly found: string;
}

export interface Score {
  templates: number;
  /** Templates found that stand for requests of these. */
  found: number;
  right: number;
  requests: number;
  /** Requests whose template found holds all the requests of theirs, and no other. */
  grouped: number;
  /** Templates that share one found with another. */
  merged: number;
}

export function newScore(): Score {
  return { templates: 0, found: 0, right: 0, requests: 0, grouped: 0, merged: 0 };
}

export interface Miss {
  readonly truth: string;
  readonly found: readonly string[];
  readonly kinds: readonly string[];
  readonly isMerged: boolean;
}

/**
 * Adds the requests of one API to the scores by kind and to `all`. A template is right where one of the same text was found, counted
 * once. With `spelled`, an enumeration is right as its words too: one endpoint each.
 */
export function addScores(
  placed: readonly Placed[],
  scores: Map<string, Score>,
  rule: "either" | "parameter",
): readonly Miss[] {
  const ends = placed.map((request) =>
    rule === "either" && request.found === request.spelled ? request.truth : request.found,
  );
  const foundOf = collect(placed.map((request, at) => [request.truth, ends[at]]));
  const truthOf = collect(placed.map((request, at) => [ends[at], request.truth]));
  const requestsOf = new Map<string, number>();
  const kindsOf = new Map<string, readonly string[]>();
  for (const { truth, kinds } of placed) {
    requestsOf.set(truth, (requestsOf.get(truth) ?? 0) + 1);
    kindsOf.set(truth, kinds);
  }
  const misses: Miss[] = [];
  const foundBy = new Map<string, Set<string>>();
  for (const [truth, found] of foundOf) {
    const kinds = ["all", ...(kindsOf.get(truth) ?? [])];
    const requests = requestsOf.get(truth) ?? 0;
    const isMerged = [...found].some((template) => (truthOf.get(template)?.size ?? 0) > 1);
    const isRight = found.has(truth);
    for (const kind of kinds) {
      const score = scores.get(kind) ?? newScore();
      scores.set(kind, score);
      score.templates++;
      score.requests += requests;
      if (isRight) score.right++;
      if (isMerged) score.merged++;
      if (found.size === 1 && !isMerged) score.grouped += requests;
      const known = foundBy.get(kind) ?? new Set();
      foundBy.set(kind, known);
      for (const template of found) known.add(template);
    }
    if (!isRight || found.size > 1 || isMerged)
      misses.push({ truth, found: [...found], kinds: kinds.slice(1), isMerged });
  }
  for (const [kind, found] of foundBy) {
    const score = scores.get(kind);
    if (score !== undefined) score.found += found.size;
  }
  return misses;
}

function collect(pairs: readonly (readonly [string, string])[]): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>();
  for (const [key, value] of pairs) {
    const known = all.get(key);
    if (known === undefined) all.set(key, new Set([value]));
    else known.add(value);
  }
  return all;
}

export const precisionOf = (score: Score): number => score.right / Math.max(1, score.found);
export const recallOf = (score: Score): number => score.right / Math.max(1, score.templates);
export const groupingOf = (score: Score): number => score.grouped / Math.max(1, score.requests);
export const overMergeOf = (score: Score): number => score.merged / Math.max(1, score.templates);

export function f1Of(score: Score): number {
  const [precision, recall] = [precisionOf(score), recallOf(score)];
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}
