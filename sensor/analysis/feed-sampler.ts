import type { CallRecord, HandshakeRecord } from "../../shared/event.js";
import type { Edge, Endpoint, ObservationSink } from "../inventory/observation.js";
import type { Call, Handshake } from "../protocol/message.js";
import { callRecord } from "./call-record.js";
import { handshakeRecord } from "./handshake-record.js";
import { Reservoir } from "./reservoir.js";

interface SampledCall {
  readonly call: Call;
  readonly edge: Edge | undefined;
  readonly endpoint: Endpoint | undefined;
}

interface SampledHandshake {
  readonly handshake: Handshake;
  readonly edge: Edge | undefined;
}

export interface FeedSample {
  readonly calls: CallRecord[];
  readonly handshakes: HandshakeRecord[];
  /** Calls and handshakes seen beyond the sample. */
  readonly callsNotSampled: number;
}

export const NO_SAMPLE: FeedSample = { calls: [], handshakes: [], callsNotSampled: 0 };

/** Calls and handshakes for the live feed, each up to a bound. Only what is taken is turned into records. */
export class FeedSampler implements Partial<ObservationSink> {
  /** Under overload none is taken; they are counted still. */
  isSparing = false;
  readonly #calls: Reservoir<SampledCall>;
  readonly #handshakes: Reservoir<SampledHandshake>;

  constructor(most: number) {
    this.#calls = new Reservoir(most);
    this.#handshakes = new Reservoir(most);
  }

  call(call: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
    if (this.isSparing) {
      this.#calls.passOver();
      return;
    }
    const place = this.#calls.place();
    if (place !== undefined) this.#calls.put(place, { call, edge, endpoint });
  }

  handshake(handshake: Handshake, edge: Edge | undefined): void {
    if (this.isSparing) {
      this.#handshakes.passOver();
      return;
    }
    const place = this.#handshakes.place();
    if (place !== undefined) this.#handshakes.put(place, { handshake, edge });
  }

  /** In the order of time. */
  take(): FeedSample {
    const { sampled: calls, beyond } = this.#calls.take();
    const { sampled: handshakes, beyond: handshakesBeyond } = this.#handshakes.take();
    return {
      calls: calls.map(({ call, edge, endpoint }) => callRecord(call, edge, endpoint)).sort(byTime),
      handshakes: handshakes.map(({ handshake, edge }) => handshakeRecord(handshake, edge)).sort(byTime),
      callsNotSampled: beyond + handshakesBeyond,
    };
  }
}

function byTime(a: { readonly atMicros: number }, b: { readonly atMicros: number }): number {
  return a.atMicros - b.atMicros;
}
