import type { CallRecord, FindingRecord, HealthRecord } from "../../shared/event.js";
import type { InventoryDelta } from "../inventory/row.js";

/** Everything the analysis thread hands to the main thread, about once a second; applied in one transaction. */
export interface Delta {
  readonly inventory: InventoryDelta;
  /** New and changed findings, whole. */
  readonly findings: readonly FindingRecord[];
  /** Calls sampled for the live feed, and how many were seen beyond them. */
  readonly calls: readonly CallRecord[];
  readonly callsNotSampled: number;
  readonly health: Pick<HealthRecord, "counters" | "undecoded" | "lagMillis">;
}
