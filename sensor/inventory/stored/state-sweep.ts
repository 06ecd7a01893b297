import type { EndpointRecord } from "../../../shared/event.js";
import type { Declarations } from "../declared/declarations.js";
import type { EndpointRoster } from "../endpoint/endpoint-roster.js";
import type { RowMaker } from "./row-maker.js";

/** State of a row that nothing is counted of. */
export const UNCOUNTED = JSON.stringify({ evidence: [] });
const MOST_MICROS = 3_600e6;
const LEAST_MICROS = 10e6;

/** Endpoints turn dormant, and cease to be new, by the passing of time alone; and declared ones are never seen. */
export class StateSweep {
  readonly #declarations: Declarations;
  readonly #roster: EndpointRoster;
  readonly #rows: RowMaker;
  /** Rows of operations that were never seen. */
  #untold: EndpointRecord[] = [];
  #lastMicros = 0;

  constructor(declarations: Declarations, roster: EndpointRoster, rows: RowMaker) {
    this.#declarations = declarations;
    this.#roster = roster;
    this.#rows = rows;
  }

  /** Other files than before: the next one is due at once. */
  hasten(): void {
    this.#lastMicros = Number.NEGATIVE_INFINITY;
  }

  /** `neverSeen`: declared operations that are so by now; asked for only where it is time. */
  sweep(nowMicros: number, neverSeen: () => EndpointRecord[]): void {
    const pause = Math.min(MOST_MICROS, Math.max(this.#declarations.windowMicros, LEAST_MICROS));
    if (nowMicros - this.#lastMicros < pause) return;
    this.#lastMicros = nowMicros;
    for (const endpoint of this.#roster.all()) {
      if (!endpoint.isChanged && this.#rows.stateOf(endpoint) !== endpoint.toldState) this.#roster.changed(endpoint);
    }
    const { rows, removals } = this.#declarations.neverSeen.changes(neverSeen(), this.#roster);
    this.#untold = rows;
    this.#roster.remove(removals);
  }

  takeUntold(most: number): EndpointRecord[] {
    return this.#untold.splice(0, most);
  }
}
