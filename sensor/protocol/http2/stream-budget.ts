import type { Exchange } from "../http/exchange.js";
import { OpenStream } from "./open-stream.js";

/** Streams that are over and kept for others. */
const MAX_SPARE = 256;

/** Streams that are open, of all connections together: bounded, and those told early for want of room are counted. */
export class StreamBudget {
  readonly counters = {
    http2_streams: 0,
    http2_streams_evicted: 0,
    http2_paths_joined_late: 0,
    http2_paths_lost: 0,
    /** Answers that were promised (RFC 9113 §8.4). Nobody asked for them: they are no calls. */
    http2_answers_pushed: 0,
  };
  readonly #most: number;
  readonly #spare: OpenStream[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** False where there is no room for one more. */
  take(): boolean {
    if (this.counters.http2_streams >= this.#most) return false;
    this.counters.http2_streams++;
    return true;
  }

  /** One that is used for the first time, or again: what was looked up for others must not be taken for it by those who held one. */
  stream(id: number, exchange: Exchange): OpenStream {
    const spare = this.#spare.pop();
    if (spare === undefined) return new OpenStream(id, exchange);
    spare.reopen(id, exchange);
    return spare;
  }

  /** It is over, and told. */
  keep(stream: OpenStream): void {
    if (this.#spare.length < MAX_SPARE) this.#spare.push(stream);
  }

  release(): void {
    this.counters.http2_streams--;
  }
}
