import type {
  CertificateRecord,
  EdgeRecord,
  EndpointRecord,
  RemovalRecord,
  ServiceRecord,
} from "../../shared/event.js";

/**
 * One row as the store keeps it. `state` is what counting on after a restart needs beyond the record (sketches, sets, the evidence
 * behind path parameters): JSON the inventory alone reads.
 */
export interface InventoryRow {
  readonly record: ServiceRecord | EdgeRecord | EndpointRecord | CertificateRecord;
  readonly state: string;
}

/** What changed since the delta before; rows replace those of the same identity. */
export interface InventoryDelta {
  readonly rows: readonly InventoryRow[];
  readonly removals: readonly RemovalRecord[];
}
