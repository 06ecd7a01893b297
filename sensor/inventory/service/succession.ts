import type { InventoryCounters } from "../inventory-counters.js";
import type { Endpoint, Service } from "../observation.js";
import type { InventorySettings } from "../settings.js";
import type { ChangedRows } from "../stored/changed-rows.js";
import { Claims } from "./claims.js";
import type { Move } from "./move.js";
import { moveEndpoints } from "./moving.js";
import { NamePlaces } from "./name-places.js";
import { NamesApart } from "./names-apart.js";
import type { ServiceBinding } from "./service-binding.js";
import type { ServiceEntry } from "./service-entry.js";
import type { Identified } from "./service-list.js";

const MAX_MOVES = 8;
/** Packet time between two looks at what is undecided. */
const PAUSE_MICROS = 5e6;

/** What the moves of services touch beside them. */
export interface Surroundings {
  readonly binding: ServiceBinding;
  readonly changed: ChangedRows;
  readonly counters: InventoryCounters;
  /** The service at another address, made where there is none; undefined beyond a bound. */
  at(like: ServiceEntry, address: string, atMicros: number): ServiceEntry | undefined;
  /** It is known by now of a service whether it goes on for another one. */
  settled(service: Service, endpoints: readonly Endpoint[]): void;
}

/** Services that are at another address than before: their endpoints go with them. What was seen at the address itself, edges and connections, was there. */
export class Succession {
  readonly #around: Surroundings;
  readonly #places = new NamePlaces();
  readonly #claims: Claims;
  readonly #apart: NamesApart;
  /** Packet time of the next look at what is undecided. */
  dueMicros = Number.POSITIVE_INFINITY;

  constructor(settings: InventorySettings, around: Surroundings) {
    this.#around = around;
    this.#claims = new Claims(this.#places, () => around.counters.moves_not_followed++);
    this.#apart = new NamesApart(settings, around.binding, around.counters);
  }

  /** A service begins to be asked for a name, by a call or handshake that is not counted yet: it may go on for another one. */
  begun(service: ServiceEntry, atMicros: number): void {
    const begun = service.naming.takeBegun();
    if (begun === undefined) return;
    this.#places.add(begun.name, service);
    if (begun.gone !== undefined) {
      this.#places.delete(begun.gone, service);
      // Of a service that is asked for by more names than are kept it is not known when one of them began to be.
      return;
    }
    const isClaimed = this.#claims.add(service, begun.name, atMicros);
    if (isClaimed) this.dueMicros = Math.min(this.dueMicros, atMicros + PAUSE_MICROS);
    if (isClaimed || service.apart !== undefined || this.#claims.mayLeave(service))
      this.#apart.open(service, begun.name);
  }

  /** Looks at what is undecided. */
  decide(nowMicros: number): void {
    const { moves, released, quiet } = this.#claims.decide(nowMicros);
    this.move(moves, nowMicros);
    for (const service of quiet) if (service.apart !== undefined) this.#apart.close(service);
    for (const service of released) this.#settled(service);
    this.#apart.expire(nowMicros, (service) => this.#claims.isAwaited(service));
    this.dueMicros = this.#claims.isEmpty && this.#apart.isEmpty ? Number.POSITIVE_INFINITY : nowMicros + PAUSE_MICROS;
  }

  /** Nothing more will be seen. */
  end(nowMicros: number): void {
    if (this.#claims.isEmpty) return;
    this.decide(nowMicros);
    for (const service of this.#claims.release()) this.#settled(service);
  }

  #settled(service: ServiceEntry): void {
    this.#around.settled(service, this.#around.binding.endpointsOf(service));
  }

  /** Services were put back, with the names that they were asked for. */
  restored(services: readonly ServiceEntry[]): void {
    for (const service of services) for (const name of service.naming.spanned()) this.#places.add(name, service);
    for (const service of services)
      for (const name of service.naming.spanned()) {
        const { firstMicros } = service.naming.asked(name) ?? {};
        if (firstMicros === undefined || !this.#claims.add(service, name, firstMicros)) continue;
        this.dueMicros = Math.min(this.dueMicros, firstMicros + PAUSE_MICROS);
      }
  }

  /** What files say of places by now. */
  identified({ moves, placed, edges }: Omit<Identified, "renamed">, atMicros: number): void {
    const { changed } = this.#around;
    for (const edge of edges) changed.edge(edge);
    for (const service of placed) changed.service(service);
    this.move(moves, atMicros);
  }

  move(moves: readonly Move[], atMicros: number): void {
    const found = moves.flatMap((move) => {
      const to = this.#around.at(move.from, move.address, atMicros);
      return to === undefined ? [] : [{ move, from: move.from, to }];
    });
    if (found.length === 0) return;
    for (const { move, from } of found) this.#leave(from, move);
    moveEndpoints(found, this.#around.binding);
    for (const { from } of found) if (from.apart?.isOne) this.#apart.close(from);
    // Two may have changed places: where one left another may come.
    for (const { to } of found) to.movedTo = undefined;
    for (const { move, from, to } of found) {
      const { address, ground, confidence, reason } = move;
      const facts = { ground, confidence, reason, atMicros };
      from.movedTo = { address, ...facts, ...(move.leaving === undefined ? {} : { name: move.leaving.name }) };
      to.movedFrom = [...to.movedFrom, { address: from.address, ...facts }].slice(-MAX_MOVES);
      from.host.forget();
      this.#around.changed.service(from);
      this.#around.changed.service(to);
    }
  }

  /** It is not at its address any more: should it be asked for there again, it came back. */
  #leave({ naming }: ServiceEntry, { leaving }: Move): void {
    if (leaving === undefined) for (const name of [...naming.spanned()]) naming.end(name);
    else naming.forget(leaving.name);
  }
}
