import type { HealthRecord, InterfaceHealth } from "./health.js";

/** Runs of a sensor that are kept whole; the older ones are kept as one. The same for its own file and a console's: their figures are to agree. */
export const MAX_RUNS = 100;

/**
 * The last words of several runs put together, the oldest first: counters added, interfaces as they were last told, from when the
 * first began until the last was heard of. Gauges among the counters are added as well and say nothing. Undefined where there are none.
 */
export function joinedRuns(runs: readonly HealthRecord[]): HealthRecord | undefined {
  const last = runs.at(-1);
  if (last === undefined || runs.length === 1) return last;
  return {
    ...last,
    startedMicros: runs[0].startedMicros,
    interfaces: interfacesOf(runs),
    counters: sums(runs.map(({ counters }) => counters)),
    undecoded: sums(runs.map(({ undecoded }) => undecoded)),
    runs: runs.reduce((sum, { runs = 1 }) => sum + runs, 0),
    ranMicros: runs.reduce((sum, run) => sum + ranMicros(run), 0),
  };
}

/** For how long it ran: of several runs, the times between them left out. The host's clock may have been set back meanwhile. */
export function ranMicros({ ranMicros, startedMicros, atMicros }: HealthRecord): number {
  return ranMicros ?? Math.max(0, atMicros - startedMicros);
}

/**
 * Whether the first is told by the second already: runs put together stand for all that began between their first's begin and
 * their last's end.
 */
export function isWithin(run: HealthRecord, joined: HealthRecord): boolean {
  return (
    (joined.runs ?? 1) > 1 &&
    run.startedMicros >= joined.startedMicros &&
    run.startedMicros <= joined.atMicros &&
    (run.runs ?? 1) <= (joined.runs ?? 1)
  );
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
