import type { EdgeRecord, EndpointRecord, FindingRecord, ServiceRecord } from "./event.js";
import { placeOf } from "./virtual-network.js";

type Named = ServiceRecord | EdgeRecord | EndpointRecord | FindingRecord;

/** Grounds on which several addresses are one service: somebody who knows them says so. Whoever asks for a name may ask any of several for it. */
const ONE: ReadonlySet<ServiceRecord["nameGround"]> = new Set(["configured", "kubernetes"]);

/**
 * Names with the address and port behind them where several services have the same one, such as a gateway and what stands behind it, so
 * that no two of them look like one. A service that went elsewhere is the one that it is there.
 */
export class NamesApart {
  /** By address, port and name: sensors may know one by several. */
  readonly #told = new Map<string, string>();
  readonly #places = new Set<string>();
  /** By address and name: of a client it is not seen from which of its ports it serves. */
  readonly #clients = new Map<string, string>();

  constructor(services: Iterable<ServiceRecord>) {
    const byName = new Map<string, Map<string, ServiceRecord>>();
    for (const service of services) {
      if (service.movedTo !== undefined || ONE.has(service.nameGround)) continue;
      const same = byName.get(service.name) ?? new Map<string, ServiceRecord>();
      byName.set(service.name, same.set(keyOf(service.address, service.port, service.virtualNetwork), service));
    }
    for (const [name, same] of byName) if (same.size > 1) this.#tellApart(name, same);
  }

  #tellApart(name: string, same: ReadonlyMap<string, ServiceRecord>): void {
    for (const [key, { address, port, virtualNetwork }] of same) {
      const told = `${name} (${within(place(address, port), virtualNetwork)})`;
      this.#told.set(`${key} ${name}`, told);
      this.#places.add(key);
      const client = `${placeOf(address, virtualNetwork)} ${name}`;
      this.#clients.set(client, this.#clients.has(client) ? `${name} (${within(address, virtualNetwork)})` : told);
    }
  }

  /** The same record where its names are those of one service each. */
  of<R extends Named>(record: R): R {
    if (this.#told.size === 0) return record;
    switch (record.kind) {
      case "service":
        return { ...record, name: this.nameAt(record.address, record.port, record, record.name) };
      case "endpoint":
        return { ...record, service: this.nameAt(record.serverAddress, record.serverPort, record, record.service) };
      case "edge":
        return { ...record, ...this.#ends(record) };
      default:
        return { ...record, summary: this.#summary(record) };
    }
  }

  #ends(edge: EdgeRecord): Pick<EdgeRecord, "serverService" | "clientService"> {
    const { clientService, clientAddress, virtualNetwork } = edge;
    const serverService = this.nameAt(edge.serverAddress, edge.serverPort, edge, edge.serverService);
    if (clientService === undefined) return { serverService };
    const client = this.#clients.get(`${placeOf(clientAddress, virtualNetwork)} ${clientService}`);
    return { serverService, clientService: client ?? clientService };
  }

  #summary({ summary, serverAddress, serverPort, virtualNetwork }: FindingRecord): string {
    if (serverAddress === undefined || serverPort === undefined) return summary;
    if (!this.#places.has(keyOf(serverAddress, serverPort, virtualNetwork))) return summary;
    const where = place(serverAddress, serverPort);
    return summary.includes(where) ? summary : `${summary} At ${within(where, virtualNetwork)}.`;
  }

  /** The name of what is there, which by itself is `name`. */
  nameAt(
    address: string,
    port: number,
    { virtualNetwork }: { readonly virtualNetwork?: string },
    name: string,
  ): string {
    return this.#told.get(`${keyOf(address, port, virtualNetwork)} ${name}`) ?? name;
  }
}

function keyOf(address: string, port: number, virtualNetwork: string | undefined): string {
  return `${placeOf(address, virtualNetwork)} ${port}`;
}

function place(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Two virtual networks may have the same addresses. */
function within(place: string, virtualNetwork: string | undefined): string {
  return virtualNetwork === undefined ? place : `${place} in ${virtualNetwork}`;
}
