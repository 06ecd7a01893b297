import type { EdgeRecord, EndpointRecord } from "../../shared/event.js";
import { allCounts } from "../../shared/posture.js";
import { placeOf } from "../../shared/virtual-network.js";
import type { StoredRow } from "../store/stored-row.js";

/** What the connections were to the address and port that an endpoint is at. */
export interface EdgePosture {
  /** Connections by posture, as an edge's `postureCounts` has them. */
  readonly counts: Readonly<Record<string, number>>;
  /** Certificates that clients showed there, with how many connections each. */
  readonly certificates: Readonly<Record<string, number>>;
}

interface Sums {
  readonly counts: Map<string, number>;
  readonly certificates: Map<string, number>;
}

/**
 * Edges summed by whom they lead to: mutual TLS is a connection's, and the endpoints behind it are what it protects. Rows of edges come
 * before those of endpoints.
 */
export class EdgePostures {
  readonly #sums = new Map<string, Sums>();

  note({ record, sensor }: StoredRow): void {
    if (record.kind !== "edge") return;
    const key = keyOf(record, sensor);
    const sums = this.#sums.get(key) ?? { counts: new Map(), certificates: new Map() };
    this.#sums.set(key, sums);
    add(sums.counts, allCounts(record));
    add(sums.certificates, record.clientCertificates ?? {});
  }

  of(endpoint: EndpointRecord, sensor?: string): EdgePosture | undefined {
    const sums = this.#sums.get(keyOf(endpoint, sensor));
    return sums && { counts: Object.fromEntries(sums.counts), certificates: Object.fromEntries(sums.certificates) };
  }
}

function keyOf({ serverAddress, serverPort, virtualNetwork }: EdgeRecord | EndpointRecord, sensor = ""): string {
  return `${sensor} ${placeOf(serverAddress, virtualNetwork)} ${serverPort}`;
}

function add(sums: Map<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) sums.set(name, (sums.get(name) ?? 0) + count);
}
