import { MAX_DRIFT } from "../../../shared/endpoint-facts.js";
import type { Declaration, Difference } from "../observation.js";

/** How what was seen differs from what is declared, each in words. Bounded. */
export function driftOf(
  declaration: Declaration,
  statuses: Iterable<number>,
  differences: readonly Difference[],
): string[] {
  const drift: string[] = [];
  for (const status of statuses)
    if (status !== 0 && !declaration.allowsStatus(status)) drift.push(`status ${status} is not declared`);
  return [...drift.sort(), ...differences.map(({ text }) => text)].slice(0, MAX_DRIFT);
}
