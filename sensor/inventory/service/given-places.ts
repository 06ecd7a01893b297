import type { GivenName, IdentityTable } from "./identity-table.js";
import type { ServiceEntry } from "./service-entry.js";

/** Addresses of one name that are kept; of a name that stands at more it is not known over a restart who moved. */
const MAX_ADDRESSES = 32;

/** A name that files give a service, and where else they have it. */
export interface GivenPlaces extends GivenName {
  readonly addresses: readonly string[];
}

/** What moves are found by. */
export type KnownPlaces = Pick<IdentityTable, "find" | "addressesOf">;

/** Undefined where files give it no name, or one at too many addresses to keep. */
export function givenPlacesOf({ address, port }: ServiceEntry, table: IdentityTable): GivenPlaces | undefined {
  const found = table.find(address, port);
  if (found === undefined || found.ground === "hosts-file") return undefined;
  const addresses = table.addressesOf(found.name);
  return addresses.length > MAX_ADDRESSES ? undefined : { ...found, addresses };
}

export function isSamePlaces(one: GivenPlaces | undefined, other: GivenPlaces | undefined): boolean {
  return (
    one?.name === other?.name && one?.ground === other?.ground && one?.addresses.join() === other?.addresses.join()
  );
}

/** What the files of before a restart said of services that are known. */
export function keptPlaces(services: readonly ServiceEntry[]): KnownPlaces {
  const byPlace = new Map<string, GivenPlaces>();
  const addresses = new Map<string, Set<string>>();
  for (const { address, port, virtualNetwork, given } of services) {
    if (given === undefined || virtualNetwork !== undefined) continue;
    byPlace.set(`${address} ${port}`, given);
    const all = addresses.get(given.name) ?? new Set();
    for (const one of given.addresses) all.add(one);
    addresses.set(given.name, all);
  }
  return {
    find: (address, port) => byPlace.get(`${address} ${port}`),
    addressesOf: (name) => [...(addresses.get(name) ?? [])],
  };
}
