/** Bytes of handshake messages that wait for their rest, of all connections together: bounded, and what found no room is counted. */
export class HeldBytes {
  readonly counters = { handshake_bytes_held: 0, handshakes_cut: 0 };
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** False, and counted, where there is no room for so many more. */
  take(bytes: number): boolean {
    if (this.counters.handshake_bytes_held + bytes > this.#most) {
      this.counters.handshakes_cut++;
      return false;
    }
    this.counters.handshake_bytes_held += bytes;
    return true;
  }

  release(bytes: number): void {
    this.counters.handshake_bytes_held -= bytes;
  }
}
