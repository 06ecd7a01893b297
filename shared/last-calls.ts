/** A caller that did not call for so long while others did has gone. */
export const GONE_MICROS = 7 * 86_400e6;

/** Of callers and when each called last, microseconds, those that had not gone at a time; in their order. */
export function remainingCallers(lastCalls: Readonly<Record<string, number>>, atMicros: number): string[] {
  return Object.keys(lastCalls)
    .filter((caller) => lastCalls[caller] >= atMicros - GONE_MICROS)
    .sort();
}
