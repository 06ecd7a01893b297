import { ownName, type ServiceEntry } from "./service-entry.js";
import { compare } from "./tally.js";

/** Services by address and virtual network; few have more than one. */
export class ServiceList {
  readonly #byPlace = new Map<string, ServiceEntry[]>();

  find(place: string, port: number): ServiceEntry | undefined {
    const there = this.#byPlace.get(place);
    if (there !== undefined) for (const service of there) if (service.port === port) return service;
    return undefined;
  }

  add(service: ServiceEntry): void {
    const there = this.#byPlace.get(service.place);
    if (there === undefined) this.#byPlace.set(service.place, [service]);
    else there.push(service);
  }

  /** The one service at a place; undefined where there are several or none. */
  only(place: string): ServiceEntry | undefined {
    const there = this.#byPlace.get(place);
    return there?.length === 1 ? there[0] : undefined;
  }

  nameOf(place: string, port: number): string {
    return this.find(place, port)?.name ?? ownName(place, port);
  }

  sorted(): ServiceEntry[] {
    return [...this.#byPlace.values()].flat().sort((a, b) => compare(a.place, b.place) || a.port - b.port);
  }
}
