import { CallSketch } from "../count/call-sketch.js";
import { areOfScanner, scannerQuestion } from "./scanner-question.js";

/** Calls of a shape in the wake of which it is one that is called. */
export const ENOUGH_CALLS = 8;

/**
 * What a path asks for, whatever its values. Of those whose form tells them scanners make few up, and what is all of them has as many calls as all
 * guesses of that form.
 */
export interface PathShape {
  /** 32 well-mixed bits. */
  readonly hash: number;
  /** How much of a guess it may be: 1 for words alone, else a quarter. */
  readonly weight: 1 | 0.25;
  /** Of so many guesses one call stands out. */
  readonly guesses: number;
  /** Searched for what only scanners ask for (`scanner-question.ts`), which most calls are of shapes that are known not to be. */
  readonly path: string;
}

/**
 * Calls for each of the shapes of which one is taken, without one that is new: of somebody who asks for ever more, and for each some times, hardly any
 * such span has none.
 */
const STOPPED = 32;

/** Two numbers for each shape: its hash, and what is known of it, whose lowest bits are these; the others count its calls. */
const STRIDE = 2;
const IS_CALLED = 1;
const IS_RECENT = 2;
const HAS_VALUE = 4;
const IS_QUESTION = 8;
const ONE_CALL = 16;
const MAX_CALLS = 1 << 24;
const FIRST_ROOM = 4;
/** Of the room for shapes the part that may double. */
const FEW = 4;

/**
 * What shapes of paths were asked for, and how many of them were hardly called. Where there are many every other is left out, of still more three of
 * four, and so on, by their hashes (adaptive sampling: Flajolet 1990). Where nothing new comes any more those that nobody asks for give way, and
 * what was left out is looked at again. A service may have thousands: they are kept as numbers, 8 bytes each.
 */
export class ShapeSample {
  #shapes = new Int32Array(FIRST_ROOM * STRIDE);
  readonly #maxShapes: number;
  #size = 0;
  #level = 0;
  #weight = 0;
  #callsSinceNew = 0;
  /** Kinds of scanners' questions, and how often most of those asked for were: who has a list of them may go over it again and again. */
  #questions = 0;
  #rounds = 1;
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
    return this.#rounds * Math.max(ENOUGH_CALLS, this.hardlyCalled / guesses);
  }

  isCalled(shape: PathShape): boolean {
    const at = this.#find(shape.hash);
    return at < 0 ? this.callsOf(shape.hash) >= this.enoughCalls(shape) : this.#isCalledAt(at);
  }

  callsOf(hash: number): number {
    const at = this.#find(hash);
    return at < 0 ? (this.#calls?.callsOf(hash) ?? 0) : this.#callsAt(at);
  }

  /** Counts a call of one, `isKnown` where it is called by others; false where it is hardly called. */
  note(shape: PathShape, isKnown: boolean): boolean {
    if (this.#level > 0 && ++this.#callsSinceNew >= STOPPED * 2 ** this.#level) this.#giveWay();
    const found = this.#find(shape.hash);
    const at = found >= 0 ? found : this.#add(shape);
    this.#calls?.add(shape.hash);
    if (at < 0) return isKnown || this.callsOf(shape.hash) >= this.enoughCalls(shape);
    const shapes = this.#shapes;
    shapes[at + 1] |= IS_RECENT;
    if (shapes[at + 1] < MAX_CALLS) shapes[at + 1] += ONE_CALL;
    if ((shapes[at + 1] & IS_QUESTION) !== 0) this.#asked(scannerQuestion(shape.path), this.#callsAt(at));
    if (this.#isCalledAt(at)) return true;
    if (!isKnown && shapes[at + 1] < this.enoughCalls(shape) * ONE_CALL) return false;
    this.#weight -= this.#weightAt(at);
    shapes[at + 1] |= IS_CALLED;
    return true;
  }

  /** Rounds double: half of the questions were asked for twice as often. */
  #asked(question: number, calls: number): void {
    this.#questions |= question;
    if (calls < 2 * this.#rounds || !areOfScanner(this.#questions)) return;
    let [questions, again] = [0, 0];
    for (let at = 0; at < this.#size * STRIDE; at += STRIDE) {
      if ((this.#shapes[at + 1] & IS_QUESTION) === 0) continue;
      questions++;
      if (this.#callsAt(at) >= 2 * this.#rounds) again++;
    }
    if (2 * again > questions) this.#rounds *= 2;
  }

  /** Takes out what `other` alone asked for. */
  takeOut(other: ShapeSample): void {
    for (let at = 0; at < other.#size * STRIDE; at += STRIDE) {
      const found = this.#find(other.#shapes[at]);
      const isAlone = found >= 0 && this.#callsAt(found) <= other.#callsAt(at);
      if (isAlone && !other.#isCalledAt(at)) this.#delete(found);
    }
  }

  /** Below 0 where it is not there. */
  #find(hash: number): number {
    const [shapes, end] = [this.#shapes, this.#size * STRIDE];
    for (let at = 0; at < end; at += STRIDE) if (shapes[at] === hash) return at;
    return -1;
  }

  #weightAt(at: number): number {
    return (this.#shapes[at + 1] & HAS_VALUE) !== 0 ? 0.25 : 1;
  }

  #callsAt(at: number): number {
    return Math.floor(this.#shapes[at + 1] / ONE_CALL);
  }

  #isCalledAt(at: number): boolean {
    return (this.#shapes[at + 1] & IS_CALLED) !== 0;
  }

  /** Below 0 where it is left out. */
  #add({ hash, weight, path }: PathShape): number {
    if (!this.#isTaken(hash)) return -1;
    if (this.#size >= this.#maxShapes) this.#makeRoom();
    if (!this.#isTaken(hash)) return -1;
    this.#callsSinceNew = 0;
    const at = this.#size++ * STRIDE;
    if (at >= this.#shapes.length) this.#grow();
    this.#shapes[at] = hash;
    const calls = Math.min(MAX_CALLS / ONE_CALL, this.#calls?.callsOf(hash) ?? 0);
    this.#shapes[at + 1] =
      calls * ONE_CALL + (weight === 1 ? 0 : HAS_VALUE) + (scannerQuestion(path) === 0 ? 0 : IS_QUESTION);
    this.#weight += this.#weightAt(at);
    return at;
  }

  #grow(): void {
    const shapes = new Int32Array(Math.min(this.#shapes.length * 2, this.#maxShapes * STRIDE));
    shapes.set(this.#shapes);
    this.#shapes = shapes;
  }

  #isTaken(hash: number): boolean {
    return (hash & (2 ** this.#level - 1)) === 0;
  }

  /** What is called goes first: its calls are known without it. */
  #makeRoom(): void {
    this.#startCounting();
    this.#keep((_, known) => (known & IS_CALLED) === 0);
    while (this.#size >= this.#maxShapes) {
      this.#level++;
      this.#keep((hash) => this.#isTaken(hash));
    }
  }

  #startCounting(): void {
    if (this.#calls !== undefined) return;
    this.#calls = new CallSketch();
    for (let at = 0; at < this.#size * STRIDE; at += STRIDE) this.#calls.add(this.#shapes[at], this.#callsAt(at));
  }

  /** Whoever guessed has stopped: what is called now counts. What is called often is found among the endpoints. */
  #giveWay(): void {
    this.#callsSinceNew = 0;
    this.#keep((_, known) => (known & IS_RECENT) !== 0 && (known & IS_CALLED) === 0);
    for (let at = 0; at < this.#size * STRIDE; at += STRIDE) this.#shapes[at + 1] &= ~IS_RECENT;
    if (this.#size > 0 && this.#size * FEW <= this.#maxShapes) this.#level--;
  }

  #keep(isKept: (hash: number, known: number) => boolean): void {
    for (let at = (this.#size - 1) * STRIDE; at >= 0; at -= STRIDE)
      if (!isKept(this.#shapes[at], this.#shapes[at + 1])) this.#delete(at);
  }

  /** The last one takes its place. */
  #delete(at: number): void {
    const shapes = this.#shapes;
    if ((shapes[at + 1] & IS_CALLED) === 0) this.#weight -= this.#weightAt(at);
    const last = --this.#size * STRIDE;
    shapes[at] = shapes[last];
    shapes[at + 1] = shapes[last + 1];
  }
}
