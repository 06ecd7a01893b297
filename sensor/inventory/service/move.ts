import type { EndpointRecord } from "../../../shared/event.js";
import type { KnownPlaces } from "./given-places.js";
import type { IdentityTable } from "./identity-table.js";
import { HANDOVER_MICROS, MIN_CALLS, type NameSpan, QUIET_MICROS } from "./name-spans.js";
import type { ServiceEntry } from "./service-entry.js";

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

/** A name was asked for at one service and fell silent there before another came to be asked for it. */
interface Ended {
  readonly from: ServiceEntry;
  readonly lastMicros: number;
}

/** The service that this one, which came to its name later, goes on for; undefined where none of `services` ended as it began. */
export function predecessorOf(late: ServiceEntry, name: string, services: readonly ServiceEntry[]): Move | undefined {
  const { ground, name: current } = late.naming.resolve();
  const { firstMicros, count } = spanOf(late, name);
  if (current !== name || !(ground in WORTH) || count < MIN_CALLS) return undefined;
  const ended = services
    .flatMap((one) => endOf(one, late, name) ?? [])
    .sort((a, b) => b.lastMicros - a.lastMicros)
    .at(0);
  if (ended === undefined) return undefined;
  const { from, lastMicros } = ended;
  const byName = ground as keyof typeof WORTH;
  const software = late.software();
  const isSame = software.length > 0 && software.join() === from.software().join();
  const isTakenOver = from.apart !== undefined || from.lastMicros > lastMicros;
  const silent = `silent for ${spanWords(late.lastMicros - lastMicros)}`;
  const called =
    ground === "certificate" ? "its certificate was for the same name there" : "called by the same name there";
  const words = `${called}, and ${silent} ${lastMicros < firstMicros ? "before" : "since it began here"}`;
  return {
    from,
    address: late.address,
    ground: byName,
    confidence: Number((WORTH[byName] + (isSame ? SAME_SOFTWARE_WORTH : 0)).toFixed(2)),
    reason: `${isTakenOver ? `${name} is ` : ""}${words}${isSame ? ", same software" : ""}`,
    ...(isTakenOver ? { leaving: leavingWith(name, from, lastMicros) } : {}),
  };
}

/** Whether both have been called by the name for longer than it takes to hand over: none goes on for the other. */
export function areTwo(one: ServiceEntry, late: ServiceEntry, name: string): boolean {
  return spanOf(one, name).lastMicros - spanOf(late, name).firstMicros > HANDOVER_MICROS;
}

/** Whether it may be that `late` goes on for what was called by the name at `one`. */
export function mayGoOnFor(one: ServiceEntry, late: ServiceEntry, name: string): boolean {
  if (one === late || one.port !== late.port || one.virtualNetwork !== late.virtualNetwork) return false;
  // A name by its certificate, or by a store of before, has no times of its own.
  if (one.naming.asked(name) === undefined && one.name !== name) return false;
  const { firstMicros, lastMicros, count } = spanOf(one, name);
  const isGone = one.movedTo !== undefined && lastMicros <= one.movedTo.atMicros;
  return !isGone && count >= MIN_CALLS && firstMicros < spanOf(late, name).firstMicros;
}

function spanOf({ naming, firstMicros, lastMicros, calls }: ServiceEntry, name: string): NameSpan {
  return naming.asked(name) ?? { firstMicros, lastMicros, count: calls };
}

/** What of a service where others are asked for still goes with the name. */
function leavingWith(name: string, { naming, apart }: ServiceEntry, lastMicros: number): Leaving {
  const isOnly = naming.isOnlyUntil(name, lastMicros, (other) => apart?.has(other) === true);
  return {
    name,
    goes: ({ hosts = [], firstMicros }) => {
      if (!isOnly) return hosts.length === 1 && hosts[0] === name;
      return hosts.includes(name) || (hosts.length === 0 && firstMicros <= lastMicros);
    },
  };
}

/** Undefined where the name did not end at `one` when `late` came to be asked for it. */
function endOf(one: ServiceEntry, late: ServiceEntry, name: string): Ended | undefined {
  if (!mayGoOnFor(one, late, name) || areTwo(one, late, name)) return undefined;
  const { lastMicros } = spanOf(one, name);
  return late.lastMicros - lastMicros >= QUIET_MICROS ? { from: one, lastMicros } : undefined;
}

/** As people say it: `64 seconds`, `3 hours`, `9 days`. */
function spanWords(micros: number): string {
  const seconds = Math.floor(micros / 1e6);
  if (seconds < 2 * 3_600) return `${seconds} seconds`;
  return seconds < 2 * 86_400 ? `${Math.floor(seconds / 3_600)} hours` : `${Math.floor(seconds / 86_400)} days`;
}
