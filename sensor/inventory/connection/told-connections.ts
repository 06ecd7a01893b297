import type { ConnectionsRecord, ToldConnection } from "../../../shared/told-connection.js";
import { inNetwork } from "../../../shared/virtual-network.js";
import type { Flow } from "../../flow/stream.js";

/** What is counted of a flow. */
export interface CountedFlow {
  readonly flow: Flow;
  calls: number;
  lastCallMicros: number;
  /** It is to be told. */
  isWaiting: boolean;
}

/**
 * Connections with calls, for a console to find those that another sensor tells of as well. Each is told once a second at most, with all
 * its calls so far; what finds no room is told with its next call, and counted.
 */
export class ToldConnections {
  readonly counters = { connections_not_told: 0 };
  readonly #most: number;
  #waiting: CountedFlow[] = [];

  /** `most` waiting at a time; 0 where nobody wants to know. */
  constructor(most: number) {
    this.#most = most;
  }

  call(counted: CountedFlow, atMicros: number): void {
    counted.calls++;
    counted.lastCallMicros = atMicros;
    if (counted.isWaiting || this.#most === 0) return;
    if (this.#waiting.length >= this.#most) {
      this.counters.connections_not_told++;
      return;
    }
    counted.isWaiting = true;
    this.#waiting.push(counted);
  }

  /** Those with calls since they were taken last; undefined where there are none. */
  take(): ConnectionsRecord | undefined {
    if (this.#waiting.length === 0) return undefined;
    const connections = this.#waiting.map(told);
    for (const counted of this.#waiting) counted.isWaiting = false;
    this.#waiting = [];
    return { kind: "connections", connections };
  }
}

function told({ flow, calls, lastCallMicros }: CountedFlow): ToldConnection {
  const { clientAddress, clientPort, serverAddress, serverPort, virtualNetwork, rolesFrom, firstMicros } = flow;
  return {
    ...{ clientAddress, clientPort, serverAddress, serverPort, ...inNetwork(virtualNetwork) },
    ...flow.sequences(),
    isOpeningSeen: rolesFrom === "handshake",
    ...{ calls, firstMicros, lastMicros: lastCallMicros },
  };
}
