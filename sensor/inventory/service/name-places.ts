import type { ServiceEntry } from "./service-entry.js";

/** At which services each name is asked for; as many names as these know. */
export class NamePlaces {
  readonly #services = new Map<string, Set<ServiceEntry>>();

  add(name: string, service: ServiceEntry): void {
    const there = this.#services.get(name);
    if (there === undefined) this.#services.set(name, new Set([service]));
    else there.add(service);
  }

  delete(name: string, service: ServiceEntry): void {
    const there = this.#services.get(name);
    there?.delete(service);
    if (there?.size === 0) this.#services.delete(name);
  }

  of(name: string): readonly ServiceEntry[] {
    return [...(this.#services.get(name) ?? [])];
  }
}
