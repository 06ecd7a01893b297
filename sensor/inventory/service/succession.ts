import type { ChangedRows } from "../stored/changed-rows.js";
import { isLate, type Move, predecessorOf } from "./move.js";
import type { ServiceBinding } from "./service-binding.js";
import type { ServiceEntry } from "./service-entry.js";
import type { Identified, ServiceList } from "./service-list.js";

const MAX_MOVES = 8;

/** Services that are at another address than before: their endpoints go with them. What was seen at the address itself, edges and connections, was there. */
export class Succession {
  readonly #services: ServiceList;
  readonly #binding: ServiceBinding;
  readonly #changed: ChangedRows;
  readonly #at: (like: ServiceEntry, address: string, atMicros: number) => ServiceEntry | undefined;

  /** `at`: the service at another address, made where there is none; undefined beyond a bound. */
  constructor(
    services: ServiceList,
    binding: ServiceBinding,
    changed: ChangedRows,
    at: (like: ServiceEntry, address: string, atMicros: number) => ServiceEntry | undefined,
  ) {
    this.#services = services;
    this.#binding = binding;
    this.#changed = changed;
    this.#at = at;
  }

  /** Asked now and then of a service that is called: it may go on for one that ended. */
  late(service: ServiceEntry, beganMicros: number): void {
    if (!isLate(service, beganMicros)) return;
    const move = predecessorOf(service, this.#services.all());
    if (move !== undefined) this.move([move], service.lastMicros);
  }

  /** What files say of places by now. */
  identified({ moves, placed, edges }: Omit<Identified, "renamed">, atMicros: number): void {
    for (const edge of edges) this.#changed.edge(edge);
    for (const service of placed) this.#changed.service(service);
    this.move(moves, atMicros);
  }

  move(moves: readonly Move[], atMicros: number): void {
    const found = moves.flatMap((move) => {
      const to = this.#at(move.from, move.address, atMicros);
      return to === undefined ? [] : [{ move, from: move.from, to }];
    });
    if (found.length === 0) return;
    for (const { move, from } of found) if (move.leaving !== undefined) from.naming.forget(move.leaving.name);
    this.#binding.move(found);
    // Two may have changed places: where one left another may come.
    for (const { to } of found) to.movedTo = undefined;
    for (const { move, from, to } of found) {
      const { address, ground, confidence, reason } = move;
      const facts = { ground, confidence, reason, atMicros };
      from.movedTo = { address, ...facts, ...(move.leaving === undefined ? {} : { name: move.leaving.name }) };
      to.movedFrom = [...to.movedFrom, { address: from.address, ...facts }].slice(-MAX_MOVES);
      from.host.forget();
      this.#changed.service(from);
      this.#changed.service(to);
    }
  }
}
