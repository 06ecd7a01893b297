import { type BlindInterval, type HealthRecord, type InterfaceHealth, MAX_BLIND } from "../../shared/health.js";
import { joinedRuns, ranMicros } from "../../shared/joined-runs.js";
import { type NotSeen, notSeenBy } from "../../shared/not-seen.js";
import { formatTime } from "../../shared/time.js";
import type { SensorCoverage, Silence } from "../store/stored-row.js";

/** What no passive sensor can tell, wherever it stands. */
export const NOT_PROVEN: readonly string[] = [
  "What did not pass the captured interfaces while the sensor ran is not here: an endpoint that was not called is not known.",
  "Inside of TLS only the handshake is read. Calls over TLS are not listed, and neither are the data they carry.",
  "Under TLS 1.3 client authentication is inferred from the sizes of records; “unknown” is no “no”.",
  "That a credential was sent does not show that it was checked, and an answer of 200 not that the caller was entitled.",
];

/** One sensor's runs put together: counters added, interfaces as they were last told. */
export interface CoverageSummary {
  readonly sensor: string | undefined;
  /** Undefined where the file holds no word of the sensor's health: then nothing is known of losses, not even that there were none. */
  readonly health: HealthRecord | undefined;
  readonly runs: readonly CoveredRun[];
  readonly notSeen: readonly NotSeen[];
  /** The time in which the sensor was not heard of is one of them for each of its interfaces. */
  readonly blindIntervals: readonly BlindInterval[];
  /** Wholly blind or in part. Those that last count until the sensor was last heard of, or until what the file is as of. */
  readonly blindSeconds: number;
  /** As many intervals are kept as there may be: there may have been more, and `blindSeconds` is the least. */
  readonly isBlindLeast: boolean;
  /** Since when it was not heard of, until what the file is as of. */
  readonly silence: Silence | undefined;
}

export interface CoveredRun {
  readonly fromMicros: number;
  readonly untilMicros: number;
  readonly version: string;
  /** More than one where older ones are kept together. */
  readonly runs: number;
  readonly seconds: number;
}

/** State of an interface of a sensor that is not heard of: what it told last may long be otherwise. */
const NOT_HEARD_OF = "not heard of";

export function coverageSummary(coverage: SensorCoverage): CoverageSummary {
  const { sensor, runs, silence } = coverage;
  const health = joinedRuns(runs);
  const blindIntervals = [...coverage.blindIntervals, ...silentIntervals(health, silence)];
  const blindMicros = blindIntervals.reduce((sum, one) => sum + microsOf(one, health), 0);
  return {
    sensor,
    health,
    runs: runs.map((run) => ({
      fromMicros: run.startedMicros,
      untilMicros: run.atMicros,
      version: run.version,
      runs: run.runs ?? 1,
      seconds: Math.round(ranMicros(run) / 1e6),
    })),
    notSeen: health === undefined ? [] : notSeenBy({ ...coverage, health, blindIntervals }),
    blindIntervals,
    blindSeconds: Math.round(blindMicros / 1e6),
    isBlindLeast: coverage.blindIntervals.length >= MAX_BLIND,
    silence,
  };
}

/** `at least 1,234 seconds` */
export function blindWords(summaries: readonly CoverageSummary[]): string {
  const seconds = summaries.reduce((sum, { blindSeconds }) => sum + blindSeconds, 0);
  const least = summaries.some(({ isBlindLeast }) => isBlindLeast) ? "at least " : "";
  return `${least}${seconds.toLocaleString("en")} ${seconds === 1 ? "second" : "seconds"}`;
}

export function stateOf({ state }: InterfaceHealth, { silence }: CoverageSummary): string {
  return silence === undefined ? state : NOT_HEARD_OF;
}

/** Under a heading that names the sensor. */
export function silenceSentence({ fromMicros, untilMicros }: Silence): string {
  return `Not heard of from ${formatTime(fromMicros)} until ${formatTime(untilMicros)}, which this is as of: what went by it since is not here, and that is not a 0.`;
}

/** What went by an interface since then nobody here can know: no more than while it was blind. */
function silentIntervals(health: HealthRecord | undefined, silence: Silence | undefined): BlindInterval[] {
  if (health === undefined || silence === undefined) return [];
  const reason = "the sensor was not heard of";
  return health.interfaces.map(({ name }) => ({ kind: "blind", interfaceName: name, ...silence, reason }));
}

/** One that lasts is known to have lasted until its sensor's last word. */
function microsOf({ fromMicros, untilMicros }: BlindInterval, health: HealthRecord | undefined): number {
  return Math.max(0, (untilMicros ?? health?.atMicros ?? fromMicros) - fromMicros);
}

/** Under names as they are in exports. */
export function coverageObject(summary: CoverageSummary): Record<string, unknown> {
  const { sensor, health, runs, notSeen, blindIntervals, blindSeconds, silence } = summary;
  return {
    sensor,
    health_known: health !== undefined,
    not_heard_of_since: silence && formatTime(silence.fromMicros),
    runs: runs.map(({ fromMicros, untilMicros, version, runs, seconds }) => ({
      from: formatTime(fromMicros),
      until: formatTime(untilMicros),
      version,
      ...(runs > 1 ? { runs, ran_seconds: seconds } : {}),
    })),
    interfaces: health?.interfaces.map((one) => ({
      name: one.name,
      state: stateOf(one, summary),
      frames: one.frames,
      dropped: one.dropped,
      restarts: one.restarts,
      capture: one.implementation,
    })),
    // A count that is left out is not known; it is no 0.
    not_seen: notSeen.map(({ what, count, unit, counter, why }) => ({ what, count, unit, counter, why })),
    blind_seconds: blindSeconds,
    ...(summary.isBlindLeast ? { blind_seconds_at_least: true } : {}),
    blind_intervals: blindIntervals.map(({ interfaceName, fromMicros, untilMicros, reason, isPartial }) => ({
      interface: interfaceName,
      partial: isPartial,
      from: formatTime(fromMicros),
      until: untilMicros === undefined ? undefined : formatTime(untilMicros),
      reason,
    })),
  };
}
