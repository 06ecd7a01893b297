import type { CallRecord, FindingRecord, HandshakeRecord } from "../../shared/event.js";
import type { HealthRecord } from "../../shared/health.js";
import type { ConnectionsRecord } from "../../shared/told-connection.js";
import type { InventoryDelta } from "../inventory/row.js";

/** Everything the analysis thread hands to the main thread, about once a second; applied in one transaction. */
export interface Delta {
  readonly inventory: InventoryDelta;
  /** New and changed findings, whole. */
  readonly findings: readonly FindingRecord[];
  /** Calls and handshakes sampled for the live feed, and how many of both were seen beyond them. */
  readonly calls: readonly CallRecord[];
  readonly handshakes: readonly HandshakeRecord[];
  readonly callsNotSampled: number;
  /** Those with calls since the delta before; undefined without any. */
  readonly connections: ConnectionsRecord | undefined;
  /** Interfaces that were captured until then: what comes after it is not in the store, should the sensor end now. */
  readonly alive: { readonly atMicros: number; readonly interfaces: readonly string[] };
  readonly health: Pick<HealthRecord, "counters" | "undecoded" | "lagMillis">;
}
