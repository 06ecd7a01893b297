import type { CallRecord } from "../../shared/event.js";
import type { Edge, Endpoint, ObservationSink } from "../inventory/observation.js";
import type { Call } from "../protocol/message.js";
import { callRecord } from "./call-record.js";

interface Sampled {
  readonly call: Call;
  readonly edge: Edge | undefined;
  readonly endpoint: Endpoint | undefined;
}

/**
 * A fair sample of the calls between two takes: each has the same chance to be in it (reservoir sampling, Vitter 1985, algorithm
 * R), and while there are no more than the bound, all are. Only what is taken is turned into records.
 */
export class CallSampler implements Partial<ObservationSink> {
  readonly #maxCalls: number;
  readonly #sampled: Sampled[] = [];
  #seen = 0;
  #random = 0x2545f491;

  constructor(maxCalls: number) {
    this.#maxCalls = maxCalls;
  }

  call(call: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
    this.#seen++;
    if (this.#sampled.length < this.#maxCalls) {
      this.#sampled.push({ call, edge, endpoint });
      return;
    }
    const place = this.#next() % this.#seen;
    if (place < this.#maxCalls) this.#sampled[place] = { call, edge, endpoint };
  }

  /** The sample in the order of time, and how many calls were seen beyond it. */
  take(): { readonly calls: CallRecord[]; readonly callsNotSampled: number } {
    const callsNotSampled = this.#seen - this.#sampled.length;
    const calls = this.#sampled.map(({ call, edge, endpoint }) => callRecord(call, edge, endpoint));
    this.#sampled.length = 0;
    this.#seen = 0;
    return { calls: calls.sort((a, b) => a.atMicros - b.atMicros), callsNotSampled };
  }

  /** xorshift32 (Marsaglia 2003): the same sample for the same calls. */
  #next(): number {
    this.#random ^= this.#random << 13;
    this.#random ^= this.#random >>> 17;
    this.#random ^= this.#random << 5;
    return this.#random >>> 0;
  }
}
