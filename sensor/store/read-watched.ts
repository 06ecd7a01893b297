import { BlindTimes } from "../../shared/blind-times.js";
import { CommandError } from "../../shared/command-error.js";
import { toldEnds, type Unwatched } from "../../shared/difference-notes.js";
import { type BlindInterval, type HealthRecord, MAX_BLIND } from "../../shared/health.js";
import { readCoverage } from "./read-coverage.js";
import type { SensorCoverage, StoredRow } from "./stored-row.js";

/** Between two moments, in microseconds. */
export interface Window {
  readonly fromMicros: number;
  readonly untilMicros: number;
}

/** A sensor tells of itself every five seconds: what it said last holds no longer than this. */
const HOLDS_MICROS = 60e6;
/** Shorter than this is none to tell of. */
const LEAST_MICROS = 1e6;
const NOT_HEARD = "nothing was heard of the sensor";
const NOT_BEGUN = "the sensor did not run yet";

/**
 * What of that time the sensors behind a file, or the one named, did not watch; nothing of those that an earlier version kept no runs of.
 * Throws CommandError where none of them watched anything: two moments between which nobody looked are alike.
 */
export function readUnwatched(path: string, sensor: string | undefined, window: Window, asked: string): Unwatched[] {
  if (window.untilMicros <= window.fromMicros) return [];
  const told = readCoverage(path, sensor).filter(({ runs }) => runs.length > 0);
  const all = told.flatMap((coverage) => unwatchedOf(coverage, window));
  const whole = all.filter(({ unwatchedMicros }) => unwatchedMicros >= window.untilMicros - window.fromMicros);
  if (all.length > 0 && whole.length === all.length) throw nothingWatched(whole, window, asked);
  return all.filter(({ unwatchedMicros }) => unwatchedMicros >= LEAST_MICROS);
}

/** Held against an inventory of nobody who saw anything, all came or went. */
export function checkSeen(path: string, sensor: string | undefined, rows: readonly StoredRow[]): void {
  if (rows.some(({ record }) => record.lastMicros > 0)) return;
  const interfaces = readCoverage(path, sensor).flatMap(({ runs }) => runs.flatMap((run) => run.interfaces));
  if (interfaces.some(({ frames }) => frames > 0)) return;
  const who = sensor === undefined ? `"${path}"` : `sensor "${sensor}" of "${path}"`;
  throw new CommandError(
    `${who} has not seen a frame: against it all would have come or gone; name one of a sensor that saw traffic (eastwatch doctor tells why none is seen)`,
  );
}

function nothingWatched(whole: readonly Unwatched[], { fromMicros, untilMicros }: Window, asked: string): CommandError {
  const why = [...new Set(whole.map(({ longest }) => longest.reason))].join(", ");
  return new CommandError(
    `${asked}: nothing was watched between ${toldEnds(fromMicros, untilMicros).join(" and ")} (${why}): what changed can't be told; name a time in which a sensor ran`,
  );
}

/** One for each interface that the sensor captured last before the end. */
function unwatchedOf({ sensor, runs, blindIntervals }: SensorCoverage, window: Window): Unwatched[] {
  const run = runs.findLast(({ startedMicros }) => startedMicros < window.untilMicros) ?? runs[0];
  return run.interfaces.map(({ name }) => {
    const away = awayOf(name, runs, blindIntervals);
    const { blindMillis } = BlindTimes.of(away).within(window.fromMicros, window.untilMicros);
    return {
      ...(sensor === undefined ? {} : { sensor }),
      ...{ interfaceName: name, ...window, unwatchedMicros: blindMillis * 1_000, longest: longestOf(away, window) },
      isAtLeast: blindIntervals.length >= MAX_BLIND,
    };
  });
}

/** When an interface was not captured at all, before and after all that is known of the sensor too. */
function awayOf(name: string, runs: readonly HealthRecord[], blind: readonly BlindInterval[]): BlindInterval[] {
  const kept = blind.filter(({ interfaceName, isPartial }) => interfaceName === name && isPartial !== true);
  const lastMicros = Math.max(...runs.map(({ atMicros }) => atMicros)) + HOLDS_MICROS;
  const of = { kind: "blind", interfaceName: name } as const;
  return [
    { ...of, fromMicros: 0, untilMicros: runs[0].startedMicros, reason: NOT_BEGUN },
    ...kept.map((one) => ({ ...one, untilMicros: one.untilMicros ?? Number.MAX_SAFE_INTEGER })),
    { ...of, fromMicros: lastMicros, untilMicros: Number.MAX_SAFE_INTEGER, reason: NOT_HEARD },
  ];
}

function longestOf(away: readonly BlindInterval[], window: Window): Unwatched["longest"] {
  const clipped = away.map(({ fromMicros, untilMicros = 0, reason }) => ({
    fromMicros: Math.max(fromMicros, window.fromMicros),
    untilMicros: Math.min(untilMicros, window.untilMicros),
    reason,
  }));
  const length = (one: Unwatched["longest"]): number => one.untilMicros - one.fromMicros;
  return clipped.reduce((longest, one) => (length(one) > length(longest) ? one : longest));
}
