import type { BlindInterval } from "../../../shared/health.js";

/** Intervals kept apart; beyond it those closest to each other become one, which tells more blindness rather than less. */
const MAX_INTERVALS = 1_000;

export interface Blindness {
  /** Times between first and last seen in which an interface was not captured, or not all of it; at once on several is one. */
  readonly blindIntervals: number;
  readonly blindMillis: number;
}

interface Interval {
  readonly fromMicros: number;
  readonly untilMicros: number;
}

/** When this sensor captured less than it is told to. Which interface a row's traffic would have passed is not known: any counts. */
export class BlindTimes {
  /** Ended, in order, apart from each other. */
  readonly #ended: Interval[] = [];
  /** By interface, and whether all of it: since when. */
  readonly #open = new Map<string, number>();

  note({ interfaceName, fromMicros, untilMicros, isPartial = false }: BlindInterval): void {
    const key = isPartial ? `a part of ${interfaceName}` : interfaceName;
    if (untilMicros === undefined) {
      this.#open.set(key, fromMicros);
      return;
    }
    this.#open.delete(key);
    if (untilMicros > fromMicros) this.#add(fromMicros, untilMicros);
    if (this.#ended.length > MAX_INTERVALS) this.#joinClosest();
  }

  within(firstMicros: number, lastMicros: number): Blindness {
    // All that still last are one: none of them has an end.
    const openMicros = Math.min(...this.#open.values());
    let intervals = 0;
    let micros = 0;
    for (let at = this.#indexAfter(firstMicros); at < this.#ended.length; at++) {
      const from = Math.max(this.#ended[at].fromMicros, firstMicros);
      const until = Math.min(this.#ended[at].untilMicros, lastMicros, openMicros);
      if (from >= until) break;
      intervals++;
      micros += until - from;
    }
    if (openMicros < lastMicros) {
      intervals++;
      micros += lastMicros - Math.max(openMicros, firstMicros);
    }
    return { blindIntervals: intervals, blindMillis: Math.round(micros / 1_000) };
  }

  /** Time between the two in which nothing was missed, microseconds: only in it does it say something that nobody called. */
  watchedMicros(firstMicros: number, lastMicros: number): number {
    return lastMicros - firstMicros - this.within(firstMicros, lastMicros).blindMillis * 1_000;
  }

  /** First interval that ends after a time. */
  #indexAfter(micros: number): number {
    let [low, high] = [0, this.#ended.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ended[middle].untilMicros > micros) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #add(fromMicros: number, untilMicros: number): void {
    let [from, until] = [fromMicros, untilMicros];
    const first = this.#indexAfter(from);
    let next = first;
    while (next < this.#ended.length && this.#ended[next].fromMicros <= until) {
      from = Math.min(from, this.#ended[next].fromMicros);
      until = Math.max(until, this.#ended[next].untilMicros);
      next++;
    }
    this.#ended.splice(first, next - first, { fromMicros: from, untilMicros: until });
  }

  #joinClosest(): void {
    let [at, gap] = [1, Number.POSITIVE_INFINITY];
    for (let index = 1; index < this.#ended.length; index++) {
      const apart = this.#ended[index].fromMicros - this.#ended[index - 1].untilMicros;
      if (apart < gap) [at, gap] = [index, apart];
    }
    const { fromMicros } = this.#ended[at - 1];
    this.#ended.splice(at - 1, 2, { fromMicros, untilMicros: this.#ended[at].untilMicros });
  }
}
