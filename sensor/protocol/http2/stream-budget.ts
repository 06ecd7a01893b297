/** Streams that are open, of all connections together: bounded, and those told early for want of room are counted. */
export class StreamBudget {
  readonly counters = { http2_streams: 0, http2_streams_evicted: 0, http2_paths_joined_late: 0, http2_paths_lost: 0 };
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** False where there is no room for one more. */
  take(): boolean {
    if (this.counters.http2_streams >= this.#most) return false;
    this.counters.http2_streams++;
    return true;
  }

  release(): void {
    this.counters.http2_streams--;
  }
}
