import type { Call } from "../../protocol/message.js";
import { CallSketch } from "../count/call-sketch.js";
import type { CatchAll, Found } from "./catch-all.js";
import { Guesses, type Sort } from "./guesses.js";
import { isPlaced, littleOf, REDIRECTED, SURE, showsNothing } from "./little-told.js";
import { shapeOf } from "./path-shape.js";
import { type ToldAnswers, withoutPath } from "./told-answers.js";

/** Ways to tell little that are counted; pages of a site have many sizes. */
const MAX_WAYS = 32;
const MAX_CATCH_ALLS = 4;
/** Endpoints made in the wake of which it is looked whether what is answered is answered to everything. */
const MANY_MADE = 64;
/** Redirects to one place in the wake of which it is where many paths lead. */
const COMMON = 4;

/** Who guesses what a service has, by answers that tell little: each way of them by itself. */
export class Sieve {
  readonly #ways = new Map<number, Guesses>();
  #catchAlls: readonly CatchAll[] = [];
  #made = 0;
  /** Where redirects led, by how many; made with the first. */
  #places: CallSketch | undefined = undefined;

  /** So many endpoints were made for answers that may be given to everything that it is time to look whether they are. */
  get isLookDue(): boolean {
    return this.#made >= MANY_MADE;
  }

  /** How little an answer tells here: a redirect to where others lead as well is nothing but a redirect. */
  littleOf(call: Call): number {
    const little = littleOf(call);
    return isPlaced(little) && this.#isCommon(little) ? REDIRECTED : little;
  }

  /** Counts where an answer leads; says its way. */
  noteAnswer(little: number, pathLength: number): number {
    if (isPlaced(little)) {
      this.#places ??= new CallSketch();
      this.#places.add(little | 0);
    }
    return this.wayOf(little, pathLength);
  }

  #isCommon(little: number): boolean {
    return (this.#places?.callsOf(little | 0) ?? 0) >= COMMON;
  }

  /** The way of an answer to a path that tells little of whether something is there; `SURE` where it tells enough. */
  wayOf(little: number, pathLength: number): number {
    if (little <= SURE) return SURE;
    for (const one of this.#catchAlls) if (withoutPath(little, pathLength, one.echoes) === one.little) return one.way;
    return this.#wayByItself(little);
  }

  /** The way of all answers of an endpoint. */
  wayOfAll(told: ToldAnswers): number {
    for (const one of this.#catchAlls) if (told.without(one.echoes) === one.little) return one.way;
    return this.#wayByItself(told.little);
  }

  #wayByItself(little: number): number {
    if (isPlaced(little)) return this.#isCommon(little) ? REDIRECTED : SURE;
    return showsNothing(little) ? little : SURE;
  }

  /** Whether a call may be a guess, which its answer does not tell. */
  sortOf(way: number, method: string, path: string, client: string): Sort {
    return this.guessesOf(way).note(client, shapeOf(method, path));
  }

  /** Whether somebody guesses that way who did not when that was asked last. */
  isDue(way: number): boolean {
    const guesses = this.guessesOf(way);
    const { isDue } = guesses;
    guesses.isDue = false;
    return isDue;
  }

  guessesOf(way: number): Guesses {
    const known = this.#ways.get(way);
    if (known !== undefined) return known;
    if (this.#ways.size >= MAX_WAYS) this.#makeRoom();
    const made = new Guesses();
    this.#ways.set(way, made);
    return made;
  }

  countMade(little: number): void {
    if (little > SURE) this.#made++;
  }

  /** What was found tells little from now on; its clients are known to guess. */
  look(found: Found | undefined): void {
    this.#made = 0;
    if (found === undefined) return;
    this.#catchAlls = [...this.#catchAlls, found.catchAll].slice(-MAX_CATCH_ALLS);
    for (const endpoint of found.endpoints)
      for (const client of endpoint.callers())
        this.sortOf(found.catchAll.way, endpoint.method, endpoint.template, client);
  }

  /** The way that was seen first gives way, but one that somebody guesses at stays as long as there is another. */
  #makeRoom(): void {
    let first: number | undefined;
    for (const [way, guesses] of this.#ways) {
      first ??= way;
      if (guesses.hasGuessers) continue;
      first = way;
      break;
    }
    if (first !== undefined) this.#ways.delete(first);
  }
}
