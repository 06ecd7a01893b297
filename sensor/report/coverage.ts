import type { BlindInterval, HealthRecord, InterfaceHealth } from "../../shared/health.js";
import { type NotSeen, notSeenBy } from "../../shared/not-seen.js";
import { formatTime } from "../../shared/time.js";
import type { SensorCoverage } from "../store/stored-row.js";

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
  readonly runs: readonly { readonly fromMicros: number; readonly untilMicros: number; readonly version: string }[];
  readonly notSeen: readonly NotSeen[];
  readonly blindIntervals: readonly BlindInterval[];
  /** Of those that ended, wholly blind or in part. */
  readonly blindSeconds: number;
}

export function coverageSummary(coverage: SensorCoverage): CoverageSummary {
  const { sensor, runs, blindIntervals } = coverage;
  const health = joined(runs);
  return {
    sensor,
    health,
    runs: runs.map(({ startedMicros, atMicros, version }) => ({
      fromMicros: startedMicros,
      untilMicros: atMicros,
      version,
    })),
    notSeen: health === undefined ? [] : notSeenBy({ ...coverage, health }),
    blindIntervals,
    blindSeconds: Math.round(
      blindIntervals.reduce((sum, { fromMicros, untilMicros = fromMicros }) => sum + untilMicros - fromMicros, 0) / 1e6,
    ),
  };
}

/** Under names as they are in exports. */
export function coverageObject(summary: CoverageSummary): Record<string, unknown> {
  const { sensor, health, runs, notSeen, blindIntervals, blindSeconds } = summary;
  return {
    sensor,
    health_known: health !== undefined,
    runs: runs.map(({ fromMicros, untilMicros, version }) => ({
      from: formatTime(fromMicros),
      until: formatTime(untilMicros),
      version,
    })),
    interfaces: health?.interfaces.map((one) => ({
      name: one.name,
      state: one.state,
      frames: one.frames,
      dropped: one.dropped,
      restarts: one.restarts,
      capture: one.implementation,
    })),
    // A count that is left out is not known; it is no 0.
    not_seen: notSeen.map(({ what, count, unit, counter, why }) => ({ what, count, unit, counter, why })),
    blind_seconds: blindSeconds,
    blind_intervals: blindIntervals.map(({ interfaceName, fromMicros, untilMicros, reason, isPartial }) => ({
      interface: interfaceName,
      partial: isPartial,
      from: formatTime(fromMicros),
      until: untilMicros === undefined ? undefined : formatTime(untilMicros),
      reason,
    })),
  };
}

function joined(runs: readonly HealthRecord[]): HealthRecord | undefined {
  const last = runs.at(-1);
  if (last === undefined) return undefined;
  return {
    ...last,
    interfaces: interfacesOf(runs),
    counters: sums(runs.map(({ counters }) => counters)),
    undecoded: sums(runs.map(({ undecoded }) => undecoded)),
  };
}

function sums(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const counts of all)
    for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + count;
  return total;
}

/** A loss that one run could not know is not known of them all. */
function interfacesOf(runs: readonly HealthRecord[]): InterfaceHealth[] {
  const byName = new Map<string, InterfaceHealth>();
  for (const { interfaces } of runs)
    for (const one of interfaces) {
      const before = byName.get(one.name);
      byName.set(one.name, before === undefined ? one : added(before, one));
    }
  return [...byName.values()];
}

function added(before: InterfaceHealth, now: InterfaceHealth): InterfaceHealth {
  const both = (name: "dropped" | "droppedByInterface" | "droppedByKernel" | "droppedByProcess"): object => {
    const [a, b] = [before[name], now[name]];
    return a === undefined || b === undefined ? {} : { [name]: a + b };
  };
  return {
    name: now.name,
    state: now.state,
    frames: before.frames + now.frames,
    restarts: before.restarts + now.restarts,
    ...(now.implementation === undefined ? {} : { implementation: now.implementation }),
    ...both("dropped"),
    ...both("droppedByInterface"),
    ...both("droppedByKernel"),
    ...both("droppedByProcess"),
  };
}
