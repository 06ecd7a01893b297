import type { AnomalyName } from "../anomaly-name.js";

export type Flood = Extract<AnomalyName, `${string}-flood`>;

const WINDOW_MICROS = 1e6;
/** More than so many in a second are no use to anybody: gRPC measures bandwidth by a ping for each read, and stays far below. */
const MOST: Readonly<Record<Flood, number>> = {
  "rapid-reset-flood": 200,
  "settings-flood": 100,
  "ping-flood": 1_000,
  "continuation-flood": 500,
  "empty-frame-flood": 1_000,
};

interface Count {
  count: number;
  sinceMicros: number;
}

/** Counts what one side of a connection may send, and floods the other when it sends too much of it. */
export class FloodMeter {
  readonly #counts = new Map<Flood, Count>();

  /** One more; whether that is too much. */
  note(flood: Flood, atMicros: number): boolean {
    const known = this.#counts.get(flood);
    if (known === undefined || atMicros - known.sinceMicros > WINDOW_MICROS) {
      this.#counts.set(flood, { count: 1, sinceMicros: atMicros });
      return false;
    }
    return ++known.count > MOST[flood];
  }
}
