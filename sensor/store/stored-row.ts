import type {
  CertificateRecord,
  EdgeRecord,
  EndpointRecord,
  FindingRecord,
  ServiceRecord,
} from "../../shared/event.js";
import type { BlindInterval, HealthRecord } from "../../shared/health.js";
import type { Review } from "../../shared/review.js";

/** One row of an inventory; `sensor` where it comes from a console, which knows several. */
export interface StoredRow {
  readonly record: ServiceRecord | EdgeRecord | EndpointRecord | CertificateRecord | FindingRecord;
  readonly sensor: string | undefined;
  /** What people say of an endpoint; a console has it where somebody said something. */
  readonly review?: Review;
}

/** What one sensor saw and could not see, as far as the file tells. */
export interface SensorCoverage {
  /** Its name; undefined in a sensor's own file. */
  readonly sensor: string | undefined;
  /** The last word of each of its runs, the latest last; a console keeps that of the latest only. Counters are totals of their run. */
  readonly runs: readonly HealthRecord[];
  /** Latest last, bounded. */
  readonly blindIntervals: readonly BlindInterval[];
  /** Events that never reached the console, and calls that the live feed left out; since the sensor was installed. */
  readonly eventsDropped: number;
  readonly callsNotSampled: number;
}
