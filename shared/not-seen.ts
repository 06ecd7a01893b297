import type { BlindInterval, HealthRecord } from "./health.js";
import { BOUNDS, type Bound, FLOWS, UNREAD, type Unit } from "./left-out.js";
import { UNDECODED_MEANINGS } from "./undecoded-meanings.js";

/** One place where something can escape a sensor. */
export interface NotSeen {
  readonly what: string;
  /** Undefined where nobody can know it: that is not a 0. */
  readonly count: number | undefined;
  readonly unit: Unit;
  /** Name of the counter, as /metrics has it behind `eastwatch_`. */
  readonly counter: string;
  readonly why: string;
}

/** `1 time`, `2,000 frames`, `unknown`. */
export function amountOf({ count, unit }: NotSeen): string {
  if (count === undefined) return "unknown";
  const name = unit === "millis" ? "ms" : count === 1 ? unit.slice(0, -1) : unit;
  return `${count.toLocaleString("en")} ${name}`;
}

/** What a sensor tells of itself, whoever keeps it. */
export interface ToldOfSensor {
  readonly health?: HealthRecord | undefined;
  readonly callsNotSampled: number;
  readonly eventsDropped: number;
  /** Left out where the intervals are all that are kept. */
  readonly blindCount?: number;
  readonly blindIntervals: readonly BlindInterval[];
}

/** What a sensor did not see or not tell, from the wire to the reader; `missed` is what a page was too slow for. */
export function notSeenBy(sensor: ToldOfSensor, missed?: number): NotSeen[] {
  const counters = sensor.health?.counters ?? {};
  const told = ({ counter, ...bound }: Bound): NotSeen => ({ ...bound, counter, count: counters[counter] });
  return [
    ...captureLosses(sensor),
    ...FLOWS.map(told),
    ...UNREAD.map(told),
    ...undecoded(sensor.health?.undecoded ?? {}),
    ...BOUNDS.filter(({ counter }) => (counters[counter] ?? 0) > 0).map(told),
    ...afterwards(sensor, missed),
  ];
}

function captureLosses({ health }: ToldOfSensor): NotSeen[] {
  const counters = health?.counters ?? {};
  const blindTo = (kind: "droppedByInterface" | "droppedByKernel"): string => {
    const names = (health?.interfaces ?? []).filter((one) => one[kind] === undefined).map(({ name }) => name);
    return names.length === 0 ? "" : ` Unknown on ${names.join(", ")}.`;
  };
  const losses: NotSeen[] = [
    {
      what: "Dropped by interface",
      count: counters.capture_dropped_by_interface,
      unit: "frames",
      counter: "capture_dropped_by_interface",
      why: `The network card had no room for them.${blindTo("droppedByInterface")}`,
    },
    {
      what: "Dropped by kernel",
      count: counters.capture_dropped_by_kernel,
      unit: "frames",
      counter: "capture_dropped_by_kernel",
      why: `The capture's buffer was full: capture.bufferBytes is too small, or the host too busy.${blindTo("droppedByKernel")}`,
    },
  ];
  const byProcess = counters.capture_dropped_by_process;
  if (byProcess === undefined) return losses;
  return [
    ...losses,
    {
      what: "Dropped by the capture process",
      count: byProcess,
      unit: "frames",
      counter: "capture_dropped_by_process",
      why: "The analysis did not take them in time, and the package cap can't leave them in the kernel.",
    },
  ];
}

function undecoded(reasons: Readonly<Record<string, number>>): NotSeen[] {
  return Object.entries(reasons)
    .filter(([, frames]) => frames > 0)
    .map(([reason, frames]) => ({
      what: `Not decoded: ${reason}`,
      count: frames,
      unit: "frames",
      counter: `undecoded_frames{reason="${reason}"}`,
      why: UNDECODED_MEANINGS[reason] ?? "A newer sensor knows this reason, this program does not.",
    }));
}

function afterwards(
  { health, callsNotSampled, eventsDropped, blindIntervals, blindCount = blindIntervals.length }: ToldOfSensor,
  missed: number | undefined,
): NotSeen[] {
  return [
    {
      what: "Findings thinned",
      count: health?.counters.findings_refused,
      unit: "records",
      counter: "findings_refused",
      why: "As many as detect.maxFindings are kept: further ones are only counted. Repeats are merged, and not of these.",
    },
    {
      what: "Left out of the live feed",
      count: callsNotSampled,
      unit: "records",
      counter: "calls_not_sampled",
      why: "More calls or handshakes a second than sample.callsPerSecond. The inventory counts them all.",
    },
    ...(missed === undefined ? [] : [skipped(missed)]),
    {
      what: "Lost on the way here",
      count: eventsDropped,
      unit: "records",
      counter: "outbox_dropped",
      why: "The console could not be reached for longer than store.maxOutboxEvents or store.maxOutboxBytes last.",
    },
    {
      what: "Blind intervals",
      count: blindCount,
      unit: "times",
      counter: "interface_blind",
      why: "Nothing, or not all, was captured then: their list has when, for how long and why. The latest 1,000 are kept.",
    },
  ];
}

function skipped(missed: number): NotSeen {
  return {
    what: "Feed messages skipped",
    count: missed,
    unit: "records",
    counter: "missed",
    why: "This page was too slow for them, from all sensors together. They are in the console's lists.",
  };
}
