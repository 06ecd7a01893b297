import type { InventoryRecord } from "./difference.js";
import { formatTime } from "./time.js";
import { placeOf } from "./virtual-network.js";

/** Of the time between two moments, for how long an interface was not captured at all. Times in microseconds. */
export interface Unwatched {
  /** Left out in a sensor's own file. */
  readonly sensor?: string;
  readonly interfaceName: string;
  readonly fromMicros: number;
  readonly untilMicros: number;
  readonly unwatchedMicros: number;
  /** Not all of these times may be kept any more. */
  readonly isAtLeast: boolean;
  readonly longest: { readonly fromMicros: number; readonly untilMicros: number; readonly reason: string };
}

/** What a comparison can't tell, beside what changed. */
export interface DifferenceNotes {
  readonly unwatched: readonly Unwatched[];
  /** By name alone: callers without one, who are one there. */
  readonly unnamed?: { readonly before: number; readonly after: number };
}

export const NO_NOTES: DifferenceNotes = { unwatched: [] };

export function noteSentences({ unwatched, unnamed }: DifferenceNotes): string[] {
  const number = (value: number): string => value.toLocaleString("en");
  return [
    ...unwatched.map(unwatchedSentence),
    ...(unnamed === undefined || unnamed.before + unnamed.after === 0
      ? []
      : [
          `Callers without a name are one by name: of ${number(unnamed.before)} before and ${number(unnamed.after)} after it is not told which came and went`,
        ]),
  ];
}

/** Under the names of CONTRACT.md where it has one. */
export function notesObject(notes: DifferenceNotes): Record<string, unknown> {
  return {
    unwatched: notes.unwatched.map(({ sensor, interfaceName, fromMicros, untilMicros, unwatchedMicros, longest }) => ({
      sensor,
      interface: interfaceName,
      from: formatTime(fromMicros),
      until: formatTime(untilMicros),
      seconds: unwatchedMicros / 1e6,
      longest_from: formatTime(longest.fromMicros),
      longest_until: formatTime(longest.untilMicros),
      reason: longest.reason,
    })),
    unnamed_callers: notes.unnamed,
    notes: noteSentences(notes),
  };
}

export function unnamedCallers(rows: Iterable<{ readonly record: InventoryRecord }>): number {
  const places = new Set<string>();
  for (const { record } of rows)
    if (record.kind === "edge" && record.clientService === undefined)
      places.add(placeOf(record.clientAddress, record.virtualNetwork));
  return places.size;
}

function unwatchedSentence(one: Unwatched): string {
  const { sensor, interfaceName, fromMicros, untilMicros, unwatchedMicros, isAtLeast, longest } = one;
  const who = sensor === undefined ? interfaceName : `${interfaceName} of ${sensor}`;
  const span = toldEnds(fromMicros, untilMicros);
  if (unwatchedMicros >= untilMicros - fromMicros)
    return `Nothing was watched on ${who} between ${span.join(" and ")}: ${longest.reason}`;
  const long = `${isAtLeast ? "at least " : ""}${duration(unwatchedMicros)} of ${duration(untilMicros - fromMicros)}`;
  return `Nothing was watched on ${who} for ${long} between ${span.join(" and ")}, the longest from ${toldEnds(longest.fromMicros, longest.untilMicros).join(" until ")}: ${longest.reason}`;
}

/** Both ends of a time as `2026-11-29T13:04Z`; with seconds where they are of one minute and would read the same. */
export function toldEnds(fromMicros: number, untilMicros: number): [string, string] {
  const told = (length: number) => [fromMicros, untilMicros].map((micros) => `${formatTime(micros).slice(0, length)}Z`);
  const [from, until] = told("2026-11-29T13:04".length);
  return (from === until ? told("2026-11-29T13:04:05".length) : [from, until]) as [string, string];
}

function duration(micros: number): string {
  const seconds = micros / 1e6;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
