import type { SensorEvent } from "../shared/event.js";

export interface SensorHello {
  readonly name: string;
  readonly version: string;
  /** Host name the sensor gives itself: untrusted. */
  readonly host: string;
}

export interface EventBatch {
  /** In the order of their outbox sequences, which rise but may skip. */
  readonly events: readonly { readonly sequence: number; readonly event: SensorEvent }[];
  /** Events the sensor's outbox had to drop before this batch since it was installed, and calls it did not sample. */
  readonly droppedTotal: number;
  readonly callsNotSampledTotal: number;
}

/** Keeps what sensors send: what `accept` returned from has survived a kill, so it may be acknowledged. */
export interface EventSink {
  /** Last outbox sequence kept for this sensor, 0 where none: the sensor resumes after it. */
  lastSequence(sensorId: string): number;
  /** One transaction; events at or below `lastSequence` are skipped, so a batch sent twice counts once. */
  accept(sensorId: string, batch: EventBatch): void;
  connected(sensorId: string, hello: SensorHello): void;
  disconnected(sensorId: string): void;
}

/** A sensor as the operator named it when its token was made. */
export interface KnownSensor {
  readonly id: string;
  readonly name: string;
}

/** Finds the sensor a token belongs to; compares hashes in constant time. */
export interface SensorTokens {
  verify(token: string): KnownSensor | undefined;
}
