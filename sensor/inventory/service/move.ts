import type { KnownPlaces } from "./given-places.js";
import type { IdentityTable } from "./identity-table.js";
import type { ServiceEntry } from "./service-entry.js";

/** Silence of a service after which another one that has its name may be it: shorter ones come of balancing between the two. */
const QUIET_MICROS = 60e6;
/** Calls of each without which a name says little. */
const MIN_CALLS = 8;
/** A server may refuse a name in TLS, and its certificate is for it; in a Host field hardly one does. */
const WORTH = { "server-name": 0.8, certificate: 0.8, host: 0.6 } as const;
const SAME_SOFTWARE_WORTH = 0.1;

/** One service at another address than before. */
export interface Move {
  readonly from: ServiceEntry;
  readonly address: string;
  readonly ground: "configured" | "kubernetes" | keyof typeof WORTH;
  readonly confidence: number;
  readonly reason: string;
}

/**
 * Moves by what files say: a name is gone from an address, and stands at one where it did not stand before. A name that is nowhere else
 * was taken away or changed by whoever wrote the file, and moves nothing.
 */
export function movesByFiles(services: readonly ServiceEntry[], before: KnownPlaces, after: IdentityTable): Move[] {
  const taken = new Set<string>();
  return services.flatMap((from): Move[] => {
    if (from.virtualNetwork !== undefined) return [];
    const old = before.find(from.address, from.port);
    if (old === undefined || old.ground === "hosts-file") return [];
    const { name, ground, confidence } = old;
    if (after.find(from.address, from.port)?.name === name) return [];
    const known = new Set(before.addressesOf(name));
    const address = after
      .addressesOf(name)
      .find((one) => !known.has(one) && !taken.has(`${one} ${from.port}`) && after.find(one, from.port)?.name === name);
    if (address === undefined) return [];
    taken.add(`${address} ${from.port}`);
    return [{ from, address, ground, confidence, reason: `files have ${name} there now` }];
  });
}

/** Whether it is worth while to look for one that it goes on for. */
export function isLate({ calls, movedFrom, firstMicros }: ServiceEntry, beganMicros: number): boolean {
  return calls >= MIN_CALLS && movedFrom.length === 0 && firstMicros > beganMicros;
}

/** The service that this one, which came later, goes on for; undefined where none ended as it began. */
export function predecessorOf(late: ServiceEntry, services: readonly ServiceEntry[]): Move | undefined {
  const { ground } = late.naming.resolve();
  if (!(ground in WORTH)) return undefined;
  const ended = services
    .filter((one) => isEnded(one, late))
    .sort((a, b) => b.lastMicros - a.lastMicros)
    .at(0);
  if (ended === undefined) return undefined;
  const byName = ground as keyof typeof WORTH;
  const software = late.software();
  const isSame = software.length > 0 && software.join() === ended.software().join();
  const silentSeconds = Math.floor((late.lastMicros - ended.lastMicros) / 1e6);
  return {
    from: ended,
    address: late.address,
    ground: byName,
    confidence: Number((WORTH[byName] + (isSame ? SAME_SOFTWARE_WORTH : 0)).toFixed(2)),
    reason: `called by the same name there, and silent for ${silentSeconds} seconds before${isSame ? ", same software" : ""}`,
  };
}

function isEnded(one: ServiceEntry, late: ServiceEntry): boolean {
  return (
    one !== late &&
    one.name === late.name &&
    one.port === late.port &&
    one.virtualNetwork === late.virtualNetwork &&
    one.movedTo === undefined &&
    one.calls >= MIN_CALLS &&
    one.lastMicros < late.firstMicros &&
    late.lastMicros - one.lastMicros >= QUIET_MICROS
  );
}
