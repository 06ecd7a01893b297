import type { Quantiles } from "../../../shared/event.js";

const EXACT = 64;
const STEPS = 32;

/**
 * Counts of non-negative integers in log-linear buckets: exact below 64, above it 32 buckets for each power of two, so that a
 * quantile is within 1.6 % of a value really seen (the layout of HdrHistogram, Tene 2012). Only the range in use is stored.
 */
export class QuantileSketch {
  #counts = new Uint32Array(0);
  #first = 0;
  count = 0;
  max = 0;

  add(value: number): void {
    const bucket = bucketOf(value);
    const at = bucket - this.#first;
    if (at < 0 || at >= this.#counts.length) this.#cover(bucket);
    this.#counts[bucket - this.#first]++;
    this.count++;
    if (value > this.max) this.max = value;
  }

  merge(other: QuantileSketch): void {
    for (let at = 0; at < other.#counts.length; at++) {
      const count = other.#counts[at];
      if (count === 0) continue;
      const bucket = other.#first + at;
      if (bucket < this.#first || bucket >= this.#first + this.#counts.length) this.#cover(bucket);
      this.#counts[bucket - this.#first] += count;
    }
    this.count += other.count;
    this.max = Math.max(this.max, other.max);
  }

  /** Undefined without values; figures are divided by `unit`. */
  quantiles(unit = 1): Quantiles | undefined {
    if (this.count === 0) return undefined;
    const at = (share: number): number => round(Math.min(this.#at(share), this.max) / unit);
    return { count: this.count, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: round(this.max / unit) };
  }

  /** Bucket and count in turns, for `restore`. */
  state(): number[] {
    const pairs: number[] = [this.max];
    for (let at = 0; at < this.#counts.length; at++) {
      if (this.#counts[at] > 0) pairs.push(this.#first + at, this.#counts[at]);
    }
    return pairs;
  }

  restore(state: readonly number[]): void {
    this.max = state[0] ?? 0;
    for (let at = 1; at + 1 < state.length; at += 2) {
      this.#cover(state[at]);
      this.#counts[state[at] - this.#first] += state[at + 1];
      this.count += state[at + 1];
    }
  }

  #at(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.count));
    let seen = 0;
    for (let at = 0; at < this.#counts.length; at++) {
      seen += this.#counts[at];
      if (seen >= rank) return middleOf(this.#first + at);
    }
    return this.max;
  }

  #cover(bucket: number): void {
    const { length } = this.#counts;
    if (length > 0 && bucket >= this.#first && bucket < this.#first + length) return;
    const first = length === 0 ? bucket : Math.min(this.#first, bucket);
    const end = length === 0 ? bucket + 8 : Math.max(this.#first + length, bucket + 8);
    const counts = new Uint32Array(end - first);
    counts.set(this.#counts, length === 0 ? 0 : this.#first - first);
    this.#counts = counts;
    this.#first = first;
  }
}

function bucketOf(value: number): number {
  if (value < EXACT) return value < 0 ? 0 : Math.floor(value);
  let exponent = 0;
  let rest = value;
  if (rest >= 2 ** 30) {
    rest = Math.floor(rest / 2 ** 24);
    exponent = 24;
  }
  const shift = 26 - Math.clz32(rest);
  return EXACT + (exponent + shift - 1) * STEPS + (rest >>> shift) - STEPS;
}

function middleOf(bucket: number): number {
  if (bucket < EXACT) return bucket;
  const shift = Math.floor((bucket - EXACT) / STEPS) + 1;
  const step = ((bucket - EXACT) % STEPS) + STEPS;
  return (step + 0.5) * 2 ** shift;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
