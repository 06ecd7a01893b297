import type { Identities } from "../../identity/identities.js";
import { compare } from "../count/tally.js";
import { IdentityTable } from "./identity-table.js";
import { type Move, movesByFiles } from "./move.js";
import type { ServiceEntry } from "./service-entry.js";
import { ownName } from "./service-name.js";

/** Services by address and virtual network; few have more than one. */
export class ServiceList {
  readonly #byPlace = new Map<string, ServiceEntry[]>();
  #identities: IdentityTable | undefined;

  constructor(identities: Identities | undefined) {
    this.#identities = identities && new IdentityTable(identities);
  }

  find(place: string, port: number): ServiceEntry | undefined {
    const there = this.#byPlace.get(place);
    if (there !== undefined) for (const service of there) if (service.port === port) return service;
    return undefined;
  }

  add(service: ServiceEntry): void {
    this.#nameByFiles(service);
    const there = this.#byPlace.get(service.place);
    if (there === undefined) this.#byPlace.set(service.place, [service]);
    else there.push(service);
  }

  /** Other files say who is where: which services have another name now, and which are at another address. */
  identify(identities: Identities): { readonly renamed: readonly ServiceEntry[]; readonly moves: readonly Move[] } {
    const services = this.sorted();
    const before = this.#identities;
    this.#identities = new IdentityTable(identities);
    const moves = before === undefined ? [] : movesByFiles(services, before, this.#identities);
    return { renamed: services.filter((service) => this.#nameByFiles(service)), moves };
  }

  /** Whether it has another name than before. The same address of two virtual networks is not one end, and files know of one. */
  #nameByFiles(service: ServiceEntry): boolean {
    if (this.#identities === undefined || service.virtualNetwork !== undefined) return false;
    return service.naming.give(this.#identities.find(service.address, service.port));
  }

  /** The one service at a place; undefined where there are several or none. */
  only(place: string): ServiceEntry | undefined {
    const there = this.#byPlace.get(place);
    return there?.length === 1 ? there[0] : undefined;
  }

  nameOf(place: string, port: number): string {
    return this.find(place, port)?.name ?? ownName(place, port);
  }

  all(): ServiceEntry[] {
    return [...this.#byPlace.values()].flat();
  }

  sorted(): ServiceEntry[] {
    return [...this.#byPlace.values()].flat().sort((a, b) => compare(a.place, b.place) || a.port - b.port);
  }
}
