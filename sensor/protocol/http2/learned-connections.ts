import type { Flow } from "../../flow/stream.js";

/** Connections to one server whose heads are read in full: the first ones, then one in so many. */
const FIRST_CONNECTIONS = 8;
const ONE_IN = 64;
const MAX_SERVERS = 4_096;

/** Which connections show what heads are built of. */
export class LearnedConnections {
  /** Server → connections. Those beyond the bound share one count. */
  readonly #counts = new Map<string, number>();

  isOne({ serverAddress, serverPort }: Flow): boolean {
    let key = `${serverAddress} ${serverPort}`;
    if (this.#counts.size >= MAX_SERVERS && !this.#counts.has(key)) key = "";
    const count = this.#counts.get(key) ?? 0;
    this.#counts.set(key, count + 1);
    return count < FIRST_CONNECTIONS || count % ONE_IN === 0;
  }
}
