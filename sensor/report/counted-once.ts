import type { EdgeRecord, EndpointRecord, FindingRecord, ServiceRecord } from "../../shared/event.js";
import { serviceIdentity } from "../../shared/record-identity.js";
import { placeOf } from "../../shared/virtual-network.js";
import type { Repeated, StoredRow } from "../store/stored-row.js";

/** Said wherever counts of several sensors stand together. */
export const COUNTED_ONCE =
  "Calls and connections that several sensors saw are counted once, where the console could tell that they are the same by addresses, ports and sequence numbers. Where it is not known how many of an endpoint's calls or of a finding's occurrences these are, the count is the least that there were. What could not be told to be the same is counted at each: behind translated addresses, and connections in which no call was seen, as encrypted ones.";

export const NOT_REPEATED: Repeated = { calls: 0, connections: 0 };

/**
 * How many there were at least, where several counted and at most `repeated` of the sum are counted too often: nobody counted what was
 * not, and no more than these can be taken off. Exact where exactly these are; the sum where none is.
 */
export function atLeast(counts: readonly number[], repeated: number): number {
  return Math.max(...counts, counts.reduce((sum, count) => sum + count, 0) - repeated);
}

/** The same of each name. Names come from the wire: `constructor` is one that every object has. */
export function atLeastOfEach(all: readonly Readonly<Record<string, number>>[], repeated: number) {
  const counts = new Map<string, number[]>();
  for (const one of all)
    for (const [name, count] of Object.entries(one)) counts.set(name, [...(counts.get(name) ?? []), count]);
  return Object.fromEntries([...counts].map(([name, each]) => [name, atLeast(each, repeated)]));
}

/** Of what one sensor may have lost of a call and another not, bytes of it, nothing tells how much both have: all may be the same. */
export function ofBytes({ calls, connections }: Repeated): number {
  return calls + connections > 0 ? Number.POSITIVE_INFINITY : 0;
}

interface OfClient extends Repeated {
  readonly client: string;
}

/** What sensors counted together of each edge, to be taken off what they counted of anything behind it. */
export class Repeats {
  readonly #servers = new Map<string, Map<string, OfClient>>();

  constructor(rows: readonly StoredRow[]) {
    for (const { record, repeated } of rows) {
      if (record.kind !== "edge" || repeated === undefined) continue;
      const server = serviceIdentity(record);
      const clients = this.#servers.get(server) ?? new Map<string, OfClient>();
      // Each sensor's row of an edge tells the same.
      this.#servers.set(server, clients.set(record.clientAddress, { client: record.clientAddress, ...repeated }));
    }
  }

  ofEdge(edge: EdgeRecord): Repeated {
    return this.#servers.get(serviceIdentity(edge))?.get(edge.clientAddress) ?? NOT_REPEATED;
  }

  ofService({ address, port, virtualNetwork }: ServiceRecord): Repeated {
    return summed(this.#servers.get(`${placeOf(address, virtualNetwork)} ${port}`)?.values() ?? []);
  }

  /** Only of clients that two of the sensors may have seen there: what others repeat is of other endpoints. */
  ofEndpoint(views: readonly EndpointRecord[]): Repeated {
    const clients = [...(this.#servers.get(serviceIdentity(views[0]))?.values() ?? [])];
    return summed(clients.filter(({ client }) => views.filter((view) => mayHaveCalled(client, view)).length > 1));
  }

  /** What it counts is its rule's: with connections or calls in common, all may be the same. */
  ofFinding({ clientAddress, serverAddress, serverPort, virtualNetwork }: FindingRecord): Repeated {
    if (serverAddress === undefined || serverPort === undefined) return this.ofAll();
    const clients = this.#servers.get(`${placeOf(serverAddress, virtualNetwork)} ${serverPort}`);
    if (clientAddress !== undefined) return clients?.get(clientAddress) ?? NOT_REPEATED;
    return summed(clients?.values() ?? []);
  }

  ofAll(): Repeated {
    return summed([...this.#servers.values()].flatMap((clients) => [...clients.values()]));
  }
}

/** Its list of callers is bounded. */
function mayHaveCalled(client: string, { callers, callerCount }: EndpointRecord): boolean {
  return callers.includes(client) || callerCount > callers.length;
}

function summed(all: Iterable<Repeated>): Repeated {
  const sum = { calls: 0, connections: 0 };
  for (const { calls, connections } of all) {
    sum.calls += calls;
    sum.connections += connections;
  }
  return sum;
}
