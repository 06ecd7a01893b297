import type {
  CertificateRecord,
  EdgeRecord,
  EndpointRecord,
  FindingRecord,
  ServiceRecord,
} from "../../shared/event.js";

/** One row of an inventory; `sensor` where it comes from a console, which knows several. */
export interface StoredRow {
  readonly record: ServiceRecord | EdgeRecord | EndpointRecord | CertificateRecord | FindingRecord;
  readonly sensor: string | undefined;
}
