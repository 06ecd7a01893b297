import type { EdgeRecord, EndpointRecord, FindingRecord, ServiceRecord } from "../../shared/event.js";

/** One row of an inventory; `sensor` where it comes from a console, which knows several. */
export interface ReportRow {
  readonly record: ServiceRecord | EdgeRecord | EndpointRecord | FindingRecord;
  readonly sensor: string | undefined;
}

/** One format: a file of its own and a line in `registry.ts`. */
export interface Report {
  readonly name: string;
  /** The document in pieces, in the order of the rows: services, edges, endpoints, findings. */
  write(rows: Iterable<ReportRow>): Iterable<string>;
}
