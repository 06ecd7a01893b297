import type { EndpointRecord } from "../../../shared/event.js";
import type { KnownPlaces } from "./given-places.js";
import type { IdentityTable } from "./identity-table.js";
import type { ServiceEntry } from "./service-entry.js";
import { MIN_CALLS, QUIET_MICROS } from "./service-name.js";

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
  /** Where others are asked for at the old address; all of it goes where this is undefined. */
  readonly leaving?: Leaving;
}

/** What of a service goes with one of its names. */
export interface Leaving {
  readonly name: string;
  goes(endpoint: EndpointRecord): boolean;
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
export function isLate({ calls, movedFrom, naming, name, firstMicros }: ServiceEntry, beganMicros: number): boolean {
  return calls >= MIN_CALLS && movedFrom.length === 0 && (naming.asked(name)?.firstMicros ?? firstMicros) > beganMicros;
}

/** A name was asked for at one service and fell silent there before another came to be asked for it. */
interface Ended {
  readonly from: ServiceEntry;
  readonly lastMicros: number;
}

/** The service that this one, which came to its name later, goes on for; undefined where none ended as it began. */
export function predecessorOf(late: ServiceEntry, services: readonly ServiceEntry[]): Move | undefined {
  const { ground, name } = late.naming.resolve();
  if (!(ground in WORTH)) return undefined;
  const ended = services
    .flatMap((one) => endOf(one, late, name) ?? [])
    .sort((a, b) => b.lastMicros - a.lastMicros)
    .at(0);
  if (ended === undefined) return undefined;
  const { from, lastMicros } = ended;
  const byName = ground as keyof typeof WORTH;
  const software = late.software();
  const isSame = software.length > 0 && software.join() === from.software().join();
  const silentSeconds = Math.floor((late.lastMicros - lastMicros) / 1e6);
  const isTakenOver = from.lastMicros > lastMicros;
  const words = `called by the same name there, and silent for ${silentSeconds} seconds before`;
  return {
    from,
    address: late.address,
    ground: byName,
    confidence: Number((WORTH[byName] + (isSame ? SAME_SOFTWARE_WORTH : 0)).toFixed(2)),
    reason: `${isTakenOver ? `${name} is ` : ""}${words}${isSame ? ", same software" : ""}`,
    ...(isTakenOver ? { leaving: leavingWith(name, from, lastMicros) } : {}),
  };
}

/** What of a service where others are asked for still goes with the name. */
function leavingWith(name: string, { naming }: ServiceEntry, lastMicros: number): Leaving {
  const isOnly = naming.isOnlyUntil(name, lastMicros);
  return {
    name,
    goes: ({ hosts = [], firstMicros }) => {
      if (!isOnly) return hosts.length === 1 && hosts[0] === name;
      return hosts.includes(name) || (hosts.length === 0 && firstMicros <= lastMicros);
    },
  };
}

/** Undefined where the name did not end at `one` before `late` was asked for it. */
function endOf(one: ServiceEntry, late: ServiceEntry, name: string): Ended | undefined {
  if (one === late || one.port !== late.port || one.virtualNetwork !== late.virtualNetwork) return undefined;
  const known = one.naming.asked(name);
  // A name by its certificate, or by a store of before, has no times of its own.
  if (known === undefined && one.name !== name) return undefined;
  const { lastMicros, count } = known ?? { lastMicros: one.lastMicros, count: one.calls };
  const sinceMicros = late.naming.asked(name)?.firstMicros ?? late.firstMicros;
  const isGone = one.movedTo !== undefined && lastMicros <= one.movedTo.atMicros;
  if (isGone || count < MIN_CALLS || lastMicros >= sinceMicros) return undefined;
  return late.lastMicros - lastMicros >= QUIET_MICROS ? { from: one, lastMicros } : undefined;
}
