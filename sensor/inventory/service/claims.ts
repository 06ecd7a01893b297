import { areTwo, type Move, mayGoOnFor, predecessorOf } from "./move.js";
import type { NamePlaces } from "./name-places.js";
import type { ServiceEntry } from "./service-entry.js";

const MAX_CLAIMS = 1_024;
/** Packet time after which one that was never decided is given up: a service that is called so seldom is not told from another. */
const MOST_MICROS = 7 * 86_400e6;
/** Packet time for which a finding may wait to be told. */
const HOLD_MICROS = 3_600e6;
/** Packet time for which a move waits until it is known where the one went whose address is taken. */
const WAIT_MICROS = 600e6;

/** A name that a service began to be asked for while another had it. */
export interface Claim {
  readonly late: ServiceEntry;
  readonly name: string;
  readonly beganMicros: number;
  /** Findings of new endpoints wait for it. */
  isHolding: boolean;
  /** When the move was known first. */
  knownMicros: number | undefined;
}

export interface Decided {
  readonly moves: readonly Move[];
  /** Nobody waits for these any more. */
  readonly released: readonly ServiceEntry[];
  /** Nobody is known to come there, or to go away. */
  readonly quiet: readonly ServiceEntry[];
}

/** Moves that are not decided yet. Bounded in number and in packet time. */
export class Claims {
  readonly #places: NamePlaces;
  readonly #refused: () => void;
  #open: Claim[] = [];

  constructor(places: NamePlaces, refused: () => void) {
    this.#places = places;
    this.#refused = refused;
  }

  get isEmpty(): boolean {
    return this.#open.length === 0;
  }

  /** Whether another one had the name, so that this one may go on for it. */
  add(late: ServiceEntry, name: string, beganMicros: number): boolean {
    if (this.#rivals(late, name).every((one) => areTwo(one, late, name))) return false;
    if (this.#open.length >= MAX_CLAIMS) {
      this.#refused();
      return false;
    }
    this.#open.push({ late, name, beganMicros, isHolding: true, knownMicros: undefined });
    late.arriving.add(name);
    return true;
  }

  /** Whether some service of its names is called elsewhere by now. */
  mayLeave(service: ServiceEntry): boolean {
    return this.#open.some(({ late, name }) => mayGoOnFor(service, late, name));
  }

  /** Whether somebody may have come there, or gone away. */
  isAwaited(service: ServiceEntry): boolean {
    return this.#open.some(({ late }) => late === service) || this.mayLeave(service);
  }

  decide(nowMicros: number): Decided {
    const known = this.#open.flatMap((claim) => {
      const move = predecessorOf(claim.late, claim.name, this.#places.of(claim.name));
      if (move !== undefined) claim.knownMicros ??= nowMicros;
      return move === undefined ? [] : [{ claim, move }];
    });
    const ready = this.#ready(known, nowMicros);
    const decided = new Set(ready.map(({ claim }) => claim));
    const isOver = (claim: Claim): boolean => this.#isRefuted(claim) || nowMicros - claim.beganMicros > MOST_MICROS;
    const over = this.#open.filter((claim) => !decided.has(claim) && isOver(claim));
    const given = this.#open.filter((claim) => claim.isHolding && nowMicros - claim.beganMicros > HOLD_MICROS);
    this.#open = this.#open.filter((claim) => !decided.has(claim) && !over.includes(claim));
    const released = [...new Set([...decided, ...over, ...given])].flatMap((claim) => releasedBy(claim));
    const apart = over.flatMap(({ late, name }) => [late, ...this.#places.of(name)]).filter((one) => one.apart);
    const quiet = [...new Set(apart)].filter((one) => !this.isAwaited(one));
    return { moves: ready.map(({ move }) => move), released, quiet };
  }

  /** What is undecided at the end is told as it is. */
  release(): ServiceEntry[] {
    return this.#open.flatMap((claim) => releasedBy(claim));
  }

  /** Those that do not take the place of one of whom it is yet to be known where it is. */
  #ready<T extends { readonly claim: Claim; readonly move: Move }>(
    known: readonly T[],
    nowMicros: number,
  ): readonly T[] {
    let ready = known;
    for (let before = -1; before !== ready.length; ) {
      before = ready.length;
      const going = new Set(ready.map(({ claim }) => claim));
      ready = ready.filter(({ claim }) => {
        if (nowMicros - (claim.knownMicros ?? nowMicros) >= WAIT_MICROS) return true;
        return !this.#open.some((one) => !going.has(one) && mayGoOnFor(claim.late, one.late, one.name));
      });
    }
    return ready;
  }

  #isRefuted({ late, name }: Claim): boolean {
    return this.#rivals(late, name).every((one) => areTwo(one, late, name));
  }

  #rivals(late: ServiceEntry, name: string): ServiceEntry[] {
    return this.#places.of(name).filter((one) => mayGoOnFor(one, late, name));
  }
}

function releasedBy(claim: Claim): ServiceEntry[] {
  if (!claim.isHolding) return [];
  claim.isHolding = false;
  claim.late.arriving.delete(claim.name);
  return claim.late.arriving.size === 0 ? [claim.late] : [];
}
