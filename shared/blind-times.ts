import type { BlindInterval } from "./health.js";

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

/** When a sensor captured less than it is told to. Which interface a row's traffic would have passed is not known: any counts. */
export class BlindTimes {
  readonly #ended = new Intervals();
  /** Of `#ended` those in which nothing at all passed by. */
  readonly #unseen = new Intervals();
  /** By interface, and whether all of it: since when. */
  readonly #open = new Map<string, number>();

  /** Of intervals that a file keeps: in any order, each once or first while it lasts. */
  static of(intervals: Iterable<BlindInterval>): BlindTimes {
    const times = new BlindTimes();
    for (const interval of intervals) times.note(interval);
    return times;
  }

  note({ interfaceName, fromMicros, untilMicros, isPartial = false }: BlindInterval): void {
    const key = isPartial ? `a part of ${interfaceName}` : interfaceName;
    if (untilMicros === undefined) {
      this.#open.set(key, fromMicros);
      return;
    }
    this.#open.delete(key);
    if (untilMicros <= fromMicros) return;
    this.#ended.add(fromMicros, untilMicros);
    if (!isPartial) this.#unseen.add(fromMicros, untilMicros);
  }

  within(firstMicros: number, lastMicros: number): Blindness {
    // All that still last are one: none of them has an end.
    const openMicros = Math.min(...this.#open.values());
    let { intervals, micros } = this.#ended.within(firstMicros, Math.min(lastMicros, openMicros));
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

  /** Whether what was seen last at a time was not seen in more than so much watched time before another. All in microseconds. */
  isSilent(seenMicros: number, nowMicros: number, forMicros: number): boolean {
    return nowMicros - seenMicros > forMicros && this.watchedMicros(seenMicros, nowMicros) > forMicros;
  }

  /**
   * The time by which, from another on, something was seen for so long; all in microseconds. In what is lost in part, and while an interface
   * is blind that others stand beside, the rest goes on to be seen: only times count that are over and in which nothing was.
   */
  seenBy(fromMicros: number, forMicros: number): number {
    return this.#unseen.pass(fromMicros, forMicros);
  }
}

/** Ended, in order, apart from each other. */
class Intervals {
  readonly #all: Interval[] = [];

  add(fromMicros: number, untilMicros: number): void {
    let [from, until] = [fromMicros, untilMicros];
    const first = this.#indexAfter(from);
    let next = first;
    while (next < this.#all.length && this.#all[next].fromMicros <= until) {
      from = Math.min(from, this.#all[next].fromMicros);
      until = Math.max(until, this.#all[next].untilMicros);
      next++;
    }
    this.#all.splice(first, next - first, { fromMicros: from, untilMicros: until });
    if (this.#all.length > MAX_INTERVALS) this.#joinClosest();
  }

  within(firstMicros: number, lastMicros: number): { intervals: number; micros: number } {
    let [intervals, micros] = [0, 0];
    for (let at = this.#indexAfter(firstMicros); at < this.#all.length; at++) {
      const from = Math.max(this.#all[at].fromMicros, firstMicros);
      const until = Math.min(this.#all[at].untilMicros, lastMicros);
      if (from >= until) break;
      intervals++;
      micros += until - from;
    }
    return { intervals, micros };
  }

  /** When so much has passed outside of them. */
  pass(fromMicros: number, forMicros: number): number {
    let [from, left] = [fromMicros, forMicros];
    for (let at = this.#indexAfter(from); at < this.#all.length; at++) {
      const next = this.#all[at];
      if (next.fromMicros - from >= left) break;
      left -= Math.max(0, next.fromMicros - from);
      from = next.untilMicros;
    }
    return from + left;
  }

  /** First interval that ends after a time. */
  #indexAfter(micros: number): number {
    let [low, high] = [0, this.#all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#all[middle].untilMicros > micros) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #joinClosest(): void {
    let [at, gap] = [1, Number.POSITIVE_INFINITY];
    for (let index = 1; index < this.#all.length; index++) {
      const apart = this.#all[index].fromMicros - this.#all[index - 1].untilMicros;
      if (apart < gap) [at, gap] = [index, apart];
    }
    const { fromMicros } = this.#all[at - 1];
    this.#all.splice(at - 1, 2, { fromMicros, untilMicros: this.#all[at].untilMicros });
  }
}
