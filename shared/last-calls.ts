import type { BlindTimes } from "./blind-times.js";

/** A caller that did not call for so long, while a sensor watched and saw others, has gone; microseconds. */
export const GONE_MICROS = 7 * 86_400e6;

/** Of callers and when each called last, microseconds, those that had gone at a time; in their order. */
export function goneCallers(
  lastCalls: Readonly<Record<string, number>>,
  atMicros: number,
  blindTimes: BlindTimes,
): string[] {
  return Object.keys(lastCalls)
    .filter((caller) => blindTimes.isSilent(lastCalls[caller], atMicros, GONE_MICROS))
    .sort();
}

/** Those that had not when their sensor told of them. */
export function remainingCallers({ lastCalls = {}, gone = [] }: LastCallers): string[] {
  return Object.keys(lastCalls)
    .filter((caller) => !gone.includes(caller))
    .sort();
}

export interface LastCallers {
  readonly lastCalls?: Readonly<Record<string, number>>;
  readonly gone?: readonly string[];
}
