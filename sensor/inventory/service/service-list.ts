import { placeOf } from "../../../shared/virtual-network.js";
import type { Identities } from "../../identity/identities.js";
import type { EdgeEntry } from "../connection/edge-entry.js";
import { compare } from "../count/tally.js";
import type { Service } from "../observation.js";
import { givenPlacesOf, isSamePlaces, keptPlaces } from "./given-places.js";
import { IdentityTable } from "./identity-table.js";
import { type Move, movesByFiles } from "./move.js";
import type { ServiceEntry } from "./service-entry.js";
import { ownName } from "./service-name.js";

export interface Identified {
  readonly renamed: readonly ServiceEntry[];
  /** Those whose name stands at other addresses than before. */
  readonly placed: readonly ServiceEntry[];
  readonly moves: readonly Move[];
  /** Edges of which either end is another by these files. */
  readonly edges: readonly EdgeEntry[];
}

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
    this.#placeByFiles(service);
    const there = this.#byPlace.get(service.place);
    if (there === undefined) this.#byPlace.set(service.place, [service]);
    else there.push(service);
  }

  /** Other files say who is where: which services and callers have another name now, and which are at another address. */
  identify(identities: Identities): Identified {
    const services = this.sorted();
    const before = this.#identities;
    const after = new IdentityTable(identities);
    this.#identities = after;
    const moves = before === undefined ? [] : movesByFiles(services, before, after);
    const renamed = services.filter((service) => this.#nameByFiles(service));
    const placed = services.filter((service) => this.#placeByFiles(service));
    const others = new Set<Service>(renamed);
    const isOther = ({ service, clientAddress: at }: EdgeEntry): boolean =>
      others.has(service) || before?.host(at) !== after.host(at);
    return {
      renamed,
      placed,
      moves,
      edges: services.flatMap(({ edges }) => [...edges.values()].filter(isOther)),
    };
  }

  /** What files say by now of services that were put back: which are at another address than before the restart, and which to keep anew. */
  restored(): Omit<Identified, "renamed"> {
    const services = this.sorted();
    const moves = this.#identities === undefined ? [] : movesByFiles(services, keptPlaces(services), this.#identities);
    return { moves, placed: services.filter((service) => this.#placeByFiles(service)), edges: [] };
  }

  /**
   * Who calls a service from an address: the one service known there, else who files say is there. Nothing where that is the service
   * itself, which calls its own address.
   */
  callerOf(service: Service, address: string): string | undefined {
    const place = placeOf(address, service.virtualNetwork);
    const name = this.nameAt(place);
    if (name !== undefined) return place === service.place ? undefined : name;
    return service.virtualNetwork === undefined ? this.#identities?.host(address) : undefined;
  }

  /** Whether it has another name than before. The same address of two virtual networks is not one end, and files know of one. */
  #nameByFiles(service: ServiceEntry): boolean {
    if (this.#identities === undefined || service.virtualNetwork !== undefined) return false;
    return service.naming.give(this.#identities.find(service.address, service.port));
  }

  /** Whether its name stands elsewhere than before, so that it is known after a restart. */
  #placeByFiles(service: ServiceEntry): boolean {
    const isKnown = this.#identities !== undefined && service.virtualNetwork === undefined;
    const given = isKnown ? givenPlacesOf(service, this.#identities as IdentityTable) : undefined;
    if (isSamePlaces(given, service.given)) return false;
    service.given = given;
    return true;
  }

  /** Name of the one service at a place, on whatever ports, as a gateway's for HTTP and for TLS; undefined where there are several or none. */
  nameAt(place: string): string | undefined {
    const [first, ...others] = this.#byPlace.get(place) ?? [];
    return others.every(({ name }) => name === first.name) ? first?.name : undefined;
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
