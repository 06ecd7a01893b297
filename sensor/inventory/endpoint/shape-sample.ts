import { CallSketch } from "../count/call-sketch.js";

/** Calls of a shape in the wake of which it is one that is called. */
export const ENOUGH_CALLS = 8;

/**
 * What a path asks for, whatever its values. Of those whose form tells them scanners make few up, and what is all of them has as many calls as all
 * guesses of that form.
 */
export interface PathShape {
  /** 32 well-mixed bits. */
  readonly hash: number;
  /** How much of a guess it may be: 1 for words alone. */
  readonly weight: number;
  /** Of so many guesses one call stands out. */
  readonly guesses: number;
}

interface Asked {
  calls: number;
  readonly weight: number;
  isCalled: boolean;
}

/**
 * What shapes of paths were asked for, and how many of them were hardly called. Where there are many every other is left out, of still more three of
 * four, and so on, by their hashes (adaptive sampling: Flajolet 1990); calls of all are still counted.
 */
export class ShapeSample {
  readonly #shapes = new Map<number, Asked>();
  readonly #maxShapes: number;
  #level = 0;
  #weight = 0;
  /** Undefined while none was left out. */
  #calls: CallSketch | undefined = undefined;

  constructor(maxShapes: number) {
    this.#maxShapes = maxShapes;
  }

  /** How many were asked for and are not called often, as an estimate; those of values count for less. */
  get hardlyCalled(): number {
    return this.#weight * 2 ** this.#level;
  }

  /** Calls in the wake of which a shape is called often, and stands out from the others. */
  enoughCalls({ guesses }: Pick<PathShape, "guesses">): number {
    return Math.max(ENOUGH_CALLS, this.hardlyCalled / guesses);
  }

  isCalled(shape: PathShape): boolean {
    return this.#shapes.get(shape.hash)?.isCalled ?? this.callsOf(shape.hash) >= this.enoughCalls(shape);
  }

  callsOf(hash: number): number {
    return this.#shapes.get(hash)?.calls ?? this.#calls?.callsOf(hash) ?? 0;
  }

  /** Counts a call of one, `isKnown` where it is called by others; false where it is hardly called. */
  note(shape: PathShape, isKnown: boolean): boolean {
    const { hash } = shape;
    const before = this.callsOf(hash);
    const asked = this.#shapes.get(hash) ?? this.#add(shape, before);
    this.#calls?.add(hash);
    if (asked === undefined) return isKnown || this.callsOf(hash) >= this.enoughCalls(shape);
    asked.calls++;
    if (!asked.isCalled && (isKnown || asked.calls >= this.enoughCalls(shape))) {
      asked.isCalled = true;
      this.#weight -= asked.weight;
    }
    return asked.isCalled;
  }

  /** Takes out what `other` alone asked for. */
  takeOut(other: ShapeSample): void {
    for (const [hash, { calls, isCalled }] of other.#shapes) {
      const asked = this.#shapes.get(hash);
      if (!isCalled && asked !== undefined && asked.calls <= calls) this.#delete(hash, asked);
    }
  }

  /** Undefined where it is left out. */
  #add({ hash, weight }: PathShape, calls: number): Asked | undefined {
    if (this.#shapes.size >= this.#maxShapes) this.#makeRoom();
    if (!this.#isTaken(hash)) return undefined;
    const made = { calls, weight, isCalled: false };
    this.#shapes.set(hash, made);
    this.#weight += weight;
    return made;
  }

  #isTaken(hash: number): boolean {
    return (hash & ((1 << this.#level) - 1)) === 0;
  }

  /** What is called goes first: its calls are known without it. */
  #makeRoom(): void {
    this.#startCounting();
    for (const [hash, asked] of this.#shapes) if (asked.isCalled) this.#delete(hash, asked);
    while (this.#shapes.size >= this.#maxShapes) {
      this.#level++;
      for (const [hash, asked] of this.#shapes) if (!this.#isTaken(hash)) this.#delete(hash, asked);
    }
  }

  #startCounting(): void {
    if (this.#calls !== undefined) return;
    this.#calls = new CallSketch();
    for (const [hash, { calls }] of this.#shapes) this.#calls.add(hash, calls);
  }

  #delete(hash: number, asked: Asked): void {
    if (!asked.isCalled) this.#weight -= asked.weight;
    this.#shapes.delete(hash);
  }
}
