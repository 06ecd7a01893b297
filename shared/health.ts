/** A time in which an interface was not captured, or not all of it. `untilMicros` is left out while it lasts. Host clock. */
export interface BlindInterval {
  readonly kind: "blind";
  readonly interfaceName: string;
  readonly fromMicros: number;
  readonly untilMicros?: number;
  readonly reason: string;
  /** Something was seen, and some of what went by was lost. */
  readonly isPartial?: boolean;
}

/** Blind intervals kept of a sensor, the latest, in its own file and in a console's: where there are as many there may have been more. */
export const MAX_BLIND = 1_000;

/** What the sensor itself does and what it could not see. Counters are totals since `startedMicros`. */
export interface HealthRecord {
  readonly kind: "health";
  /** Host clock. */
  readonly atMicros: number;
  readonly startedMicros: number;
  readonly version: string;
  readonly interfaces: readonly InterfaceHealth[];
  /** Name → total; the names are those of summary.json and of /metrics. */
  readonly counters: Readonly<Record<string, number>>;
  /** Reason → frames. */
  readonly undecoded: Readonly<Record<string, number>>;
  /** Host clock less the time of the last packet analysed, in milliseconds. */
  readonly lagMillis: number;
  readonly rssBytes: number;
  readonly cpuPercent: number;
  /** So many runs put together, from the first's begin to the last's end; left out where it is one. */
  readonly runs?: number;
  /** For how long these ran together, microseconds; left out where it is one. */
  readonly ranMicros?: number;
}

export interface InterfaceHealth {
  readonly name: string;
  readonly state: "capturing" | "blind";
  readonly frames: number;
  /** All that is known to have been dropped; left out where the capture cannot know any of it. */
  readonly dropped?: number;
  readonly restarts: number;
  /** `native`, `cap` or `replay`; left out before the first capture. */
  readonly implementation?: string;
  /** Each left out where the capture cannot know it. */
  readonly droppedByInterface?: number;
  readonly droppedByKernel?: number;
  readonly droppedByProcess?: number;
}
