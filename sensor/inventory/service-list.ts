import { ownName, type ServiceEntry } from "./service-entry.js";
import { compare } from "./tally.js";

/** Services by address; few addresses have more than one. */
export class ServiceList {
  readonly #byAddress = new Map<string, ServiceEntry[]>();

  find(address: string, port: number): ServiceEntry | undefined {
    const there = this.#byAddress.get(address);
    if (there !== undefined) for (const service of there) if (service.port === port) return service;
    return undefined;
  }

  add(service: ServiceEntry): void {
    const there = this.#byAddress.get(service.address);
    if (there === undefined) this.#byAddress.set(service.address, [service]);
    else there.push(service);
  }

  /** The one service at an address; undefined where there are several or none. */
  only(address: string): ServiceEntry | undefined {
    const there = this.#byAddress.get(address);
    return there?.length === 1 ? there[0] : undefined;
  }

  nameOf(address: string, port: number): string {
    return this.find(address, port)?.name ?? ownName(address, port);
  }

  sorted(): ServiceEntry[] {
    return [...this.#byAddress.values()].flat().sort((a, b) => compare(a.address, b.address) || a.port - b.port);
  }
}
