import { SURE, UNSEEN } from "./little-told.js";

/**
 * Endpoints of a service whose answers do not show that they are there (401, 503), beyond which more such answers make none. So few that a
 * scanner's words are not yet taken for values of one parameter, which the words of real paths would be as well.
 */
const MAX_UNPROVEN = 8;
/** Calls of such endpoints: what a scanner asks for may all look like values of one parameter. */
const MANY_CALLS = 64;
/** Ways to tell little that are counted; pages of a site have many sizes. */
const MAX_WAYS = 32;

interface Way {
  /** Endpoints that were first answered so, and calls of those that were never answered otherwise. */
  endpoints: number;
  calls: number;
  /** How many there were when those that a scanner leaves were last taken out. */
  siftedEndpoints: number;
  siftedCalls: number;
  /** Calls that went to the unknown paths. */
  unknown: number;
}

/** What came to a service's endpoints by answers that tell little, each way of them (`little-told.ts`) by itself. */
export class Sieve {
  readonly #ways = new Map<number, Way>();

  addEndpoint(little: number): void {
    const way = this.#way(little);
    if (way !== undefined) way.endpoints++;
  }

  addCall(little: number): void {
    const way = this.#way(little);
    if (way !== undefined) way.calls++;
  }

  addUnknown(little: number, calls: number): void {
    const way = this.#way(little);
    if (way !== undefined) way.unknown += calls;
  }

  takeEndpoint(little: number): void {
    const way = this.#way(little);
    if (way !== undefined) way.endpoints--;
  }

  endpointsOf(little: number): number {
    return this.#ways.get(little)?.endpoints ?? 0;
  }

  /** So many came since that a scanner may have made them. */
  isDue(little: number): boolean {
    const way = this.#ways.get(little);
    if (way === undefined) return false;
    return way.endpoints >= way.siftedEndpoints + MAX_UNPROVEN || way.calls >= 2 * way.siftedCalls + MANY_CALLS;
  }

  /** So many were answered so that one more shows nothing. */
  isFull(little: number): boolean {
    return this.isDue(little) || (this.#ways.get(little)?.unknown ?? 0) >= MAX_UNPROVEN;
  }

  sifted(little: number): void {
    const way = this.#ways.get(little);
    if (way === undefined) return;
    way.siftedEndpoints = way.endpoints;
    way.siftedCalls = way.calls;
  }

  /** The way that was counted first gives way to the next. */
  #way(little: number): Way | undefined {
    if (little === SURE || little === UNSEEN) return undefined;
    const known = this.#ways.get(little);
    if (known !== undefined) return known;
    if (this.#ways.size >= MAX_WAYS) for (const one of this.#ways.keys()) if (this.#giveUp(one)) break;
    const made = { endpoints: 0, calls: 0, siftedEndpoints: 0, siftedCalls: 0, unknown: 0 };
    this.#ways.set(little, made);
    return made;
  }

  /** But one that all is answered by stays. */
  #giveUp(little: number): boolean {
    return !this.isFull(little) && this.#ways.delete(little);
  }
}
