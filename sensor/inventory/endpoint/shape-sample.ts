/** Calls of a shape in the wake of which it is one that is called. */
export const ENOUGH_CALLS = 8;
/** Of a client that asks for very many, one that is called stands out from them. */
const SHAPES_OF_CALL = 4;
/** So many shapes with a value of a form that tells it weigh as much as one of words alone: scanners ask for words. */
export const WORDS_WEIGHT = 4;

interface Shape {
  calls: number;
  readonly weight: number;
  isCalled: boolean;
}

/**
 * What shapes of paths were asked for, and how many of them were hardly called. Where there are many every other is left out, of still more three of
 * four, and so on, by their hashes (adaptive sampling: Flajolet 1990).
 */
export class ShapeSample {
  readonly #shapes = new Map<number, Shape>();
  readonly #maxShapes: number;
  #level = 0;
  #weight = 0;
  #calls = 0;

  constructor(maxShapes: number) {
    this.#maxShapes = maxShapes;
  }

  /** How many were asked for and are not called often, as an estimate; those of values count for less. */
  get hardlyCalled(): number {
    return (this.#weight * 2 ** this.#level) / WORDS_WEIGHT;
  }

  /** Calls in the wake of which a shape is called often: it stands out from the others, or all of them are. */
  get enoughCalls(): number {
    const isOftenAll = this.#calls >= ENOUGH_CALLS * this.#shapes.size * 2 ** this.#level;
    return isOftenAll ? ENOUGH_CALLS : Math.max(ENOUGH_CALLS, this.hardlyCalled / SHAPES_OF_CALL);
  }

  isCalled(hash: number): boolean {
    return this.#shapes.get(hash)?.isCalled === true;
  }

  callsOf(hash: number): number {
    return this.#shapes.get(hash)?.calls ?? 0;
  }

  /** Counts a call of one, `isKnown` where it is called by others; false where it is hardly called, or left out. */
  note(hash: number, weight: number, isKnown: boolean): boolean {
    this.#calls++;
    const shape = this.#shapes.get(hash) ?? this.#add(hash, weight);
    if (shape === undefined) return isKnown;
    shape.calls++;
    if (!shape.isCalled && (isKnown || shape.calls >= this.enoughCalls)) {
      shape.isCalled = true;
      this.#weight -= shape.weight;
    }
    return shape.isCalled;
  }

  /** Takes out what `other` alone asked for. */
  takeOut(other: ShapeSample): void {
    for (const [hash, { calls, isCalled }] of other.#shapes)
      if (!isCalled && this.callsOf(hash) <= calls) this.#delete(hash);
  }

  /** Undefined where it is left out. */
  #add(hash: number, weight: number): Shape | undefined {
    if (this.#shapes.size >= this.#maxShapes) this.#makeRoom();
    if (!this.#isTaken(hash)) return undefined;
    const made = { calls: 0, weight, isCalled: false };
    this.#shapes.set(hash, made);
    this.#weight += weight;
    return made;
  }

  #isTaken(hash: number): boolean {
    return (hash & ((1 << this.#level) - 1)) === 0;
  }

  /** What is called is found among the endpoints by now. */
  #makeRoom(): void {
    for (const [hash, { isCalled }] of this.#shapes) if (isCalled) this.#delete(hash);
    while (this.#shapes.size >= this.#maxShapes) {
      this.#level++;
      for (const hash of this.#shapes.keys()) if (!this.#isTaken(hash)) this.#delete(hash);
    }
  }

  #delete(hash: number): void {
    const shape = this.#shapes.get(hash);
    if (shape?.isCalled === false) this.#weight -= shape.weight;
    this.#shapes.delete(hash);
  }
}
