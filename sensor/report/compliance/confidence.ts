import type { CoverageSummary } from "../coverage.js";
import { type Evidence, number, plural } from "./evidence.js";
import type { Status } from "./view.js";

export interface Confidence {
  readonly level: "high" | "medium" | "low" | "none";
  readonly reasons: readonly string[];
}

const LEVELS: readonly Confidence["level"][] = ["none", "low", "medium", "high"];
/** Of what was lost and of things that could not be told, the shares from which on little is left of a "no gap". */
const SOME = 0.01;
const MUCH = 0.2;

/**
 * How sure what is said of a control is. A gap was read from the wire, and losses take nothing from it; that there is none rests on
 * everything that was not seen.
 */
export function confidenceOf(
  status: Status,
  evidence: readonly Evidence[],
  coverage: readonly CoverageSummary[],
): Confidence {
  if (status === "not-observable") return { level: "none", reasons: ["Traffic shows nothing of it."] };
  if (status === "not-seen") return { level: "none", reasons: ["Nothing was seen that it could be told from."] };
  if (status === "gap-seen")
    return {
      level: "high",
      reasons: [
        "The gap was read from the wire. There may be more than was seen.",
        ...unreadLimits(evidence).map(({ reason }) => reason),
      ],
    };
  const limits = [...lossLimits(coverage), ...unsureLimits(evidence), ...unreadLimits(evidence)];
  // Absence can't be shown by looking: never more than medium.
  const level = limits.reduce((least, limit) => Math.min(least, LEVELS.indexOf(limit.level)), LEVELS.indexOf("medium"));
  const bound =
    status === "to-be-judged"
      ? "What is to be judged was seen. Whether it is right, and whether there is more, was not."
      : "That nothing was seen to fall short shows only as much as was seen.";
  return {
    level: LEVELS[level],
    reasons: [bound, ...limits.map(({ reason }) => reason)],
  };
}

interface Limit {
  readonly level: Confidence["level"];
  readonly reason: string;
}

function lossLimits(coverage: readonly CoverageSummary[]): Limit[] {
  const limits: Limit[] = [];
  if (coverage.every(({ health }) => health === undefined))
    limits.push({ level: "low", reason: "No sensor has told what it lost." });
  const interfaces = coverage.flatMap(({ health }) => health?.interfaces ?? []);
  const frames = interfaces.reduce((sum, one) => sum + one.frames, 0);
  const dropped = interfaces.reduce((sum, one) => sum + (one.dropped ?? 0), 0);
  const total = (counter: string): number =>
    coverage.reduce((sum, { health }) => sum + (health?.counters[counter] ?? 0), 0);
  limits.push(
    ...lost(dropped, frames, "of the frames were dropped before they were looked at"),
    ...lost(total("gap_bytes"), total("bytes"), "of the bytes were missing in connections"),
    ...lost(total("flows_refused"), total("flows"), "of the connections were refused, and not followed"),
  );
  if (interfaces.some(({ dropped }) => dropped === undefined))
    limits.push({ level: "medium", reason: "Of some interfaces it is not known how much was dropped." });
  const isMuchBlind = coverage.some((one) => one.blindSeconds > SOME * watchedSeconds(one));
  if (coverage.some(({ blindIntervals }) => blindIntervals.length > 0))
    limits.push({
      level: isMuchBlind ? "low" : "medium",
      reason: "There were times in which an interface was not captured, or not all of it.",
    });
  const silent = coverage.filter(({ silence }) => silence !== undefined).length;
  if (silent > 0)
    limits.push({
      level: "low",
      reason: `Of ${number(coverage.length)} sensors ${number(silent)} ${silent === 1 ? "is" : "are"} not heard of: what went by since is not here.`,
    });
  return limits;
}

/** Of what was lost and what was not, the share that was. */
function lost(count: number, kept: number, words: string): Limit[] {
  const share = count / Math.max(1, count + kept);
  if (share <= SOME) return [];
  return [{ level: share > MUCH ? "low" : "medium", reason: `${(share * 100).toFixed(0)} % ${words}.` }];
}

function watchedSeconds({ runs }: CoverageSummary): number {
  return runs.reduce((sum, { seconds }) => sum + seconds, 0);
}

function unsureLimits(evidence: readonly Evidence[]): Limit[] {
  const seen = evidence.reduce((sum, one) => sum + one.seen, 0);
  const unsure = evidence.reduce((sum, one) => sum + one.unsure, 0);
  const share = unsure / Math.max(1, seen);
  if (share <= SOME) return [];
  const untold = evidence
    .filter((one) => one.unsure > 0)
    .map(
      (one) => `of ${number(one.unsure)} ${one.unsure === 1 ? one.unit : plural(one.unit)} ${one.untold ?? one.title}`,
    );
  return [
    {
      level: share > MUCH ? "low" : "medium",
      reason: `Of ${(share * 100).toFixed(0)} % of what this rests on, something could not be told: ${untold.join("; ")}.`,
    },
  ];
}

/** What is read from calls tells nothing of those that could not be read. */
function unreadLimits(evidence: readonly Evidence[]): Limit[] {
  const edges = Math.max(0, ...evidence.map(({ unread }) => unread?.edges ?? 0));
  const all = Math.max(0, ...evidence.map(({ unread }) => unread?.of ?? 0));
  if (edges === 0) return [];
  return [
    {
      level: edges > MUCH * all ? "low" : "medium",
      reason: `Calls over ${edges.toLocaleString("en")} of ${all.toLocaleString("en")} edges could not be read, wholly or in part.`,
    },
  ];
}
