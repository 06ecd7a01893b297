import type { Flow, Roles, Stream, StreamSource } from "../flow/stream.js";

/** One TCP connection by its ends, addresses as RFC 5952 and dotted decimal write them. */
export interface ConnectionEnds {
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serverAddress: string;
  readonly serverPort: number;
}

/** Connections remembered: one at a time is made, and of those before packets may still be under way. */
const MAX_CONNECTIONS = 16;
const DEAF: Stream = { data() {}, gap() {}, finished() {}, close() {} };

/**
 * Leaves out what this sensor itself sends to its console: told as traffic between services it would beget more of itself. Only these
 * very connections, by both their ends; those of others to the same console are traffic like any.
 */
export class OwnTraffic implements StreamSource {
  readonly counters = { flows_own: 0 };
  readonly #source: StreamSource;
  readonly #own: string[] = [];

  constructor(source: StreamSource) {
    this.#source = source;
  }

  /** To be told before the connection carries its first byte. */
  expect(ends: ConnectionEnds): void {
    const { clientAddress, clientPort, serverAddress, serverPort } = ends;
    // Joined late, a flow's roles may be told the other way round.
    this.#own.push(keyOf(ends), `${serverAddress} ${serverPort} ${clientAddress} ${clientPort}`);
    if (this.#own.length > MAX_CONNECTIONS * 2) this.#own.splice(0, 2);
  }

  open(flow: Flow, roles: Roles): Stream {
    if (this.#own.length === 0 || !this.#own.includes(keyOf(flow))) return this.#source.open(flow, roles);
    this.counters.flows_own++;
    return DEAF;
  }
}

function keyOf({ clientAddress, clientPort, serverAddress, serverPort }: ConnectionEnds): string {
  return `${clientAddress} ${clientPort} ${serverAddress} ${serverPort}`;
}
