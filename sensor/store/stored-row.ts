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
  /** Of an edge of which a console knows that several sensors counted the same calls or connections. */
  readonly repeated?: Repeated;
}

/** By how much the sum of what all sensors counted of an edge is too much: each sensor's row of the edge tells the same. */
export interface Repeated {
  readonly calls: number;
  readonly connections: number;
}

/**
 * A sensor was not heard of from then until what the file is as of: the last time its console ran, or heard of any sensor. The
 * console's clock, microseconds. Nothing of that time is in the file, so nobody can say what went by.
 */
export interface Silence {
  readonly fromMicros: number;
  readonly untilMicros: number;
}

/** What one sensor saw and could not see, as far as the file tells. */
export interface SensorCoverage {
  /** Its name; undefined in a sensor's own file. */
  readonly sensor: string | undefined;
  /** The last word of each of its runs, the latest last; the oldest may be several put together. Counters are totals of their run. */
  readonly runs: readonly HealthRecord[];
  /** Left out where it was heard of lately, and in a sensor's own file, which ends with its last word. */
  readonly silence?: Silence;
  /** Latest last, bounded. */
  readonly blindIntervals: readonly BlindInterval[];
  /** Events that never reached the console, and calls that the live feed left out; since the sensor was installed. */
  readonly eventsDropped: number;
  readonly callsNotSampled: number;
}
