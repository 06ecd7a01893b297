import { isSized, littleOfBoth, SURE, UNSEEN } from "./little-told.js";

/** How often an answer has what was asked for in it: not at all, as a message, or as a link with its text. */
export const ECHOES = [0, 1, 2] as const;
export type Echoes = (typeof ECHOES)[number];

/** As a store keeps it. */
export interface ToldState {
  /** Left out in files of before it was kept. */
  readonly little?: number;
  /** Without one copy of the path, and without two; left out where each answer is of its own either way. */
  readonly littleWithoutPath?: readonly [number, number];
}

/** What an answer tells that has the path so often in it, but for that; what is not told by its size is the same. */
export function withoutPath(little: number, pathLength: number, echoes: Echoes): number {
  if (echoes === 0 || !isSized(little)) return little;
  const rest = little - 2 * pathLength * echoes;
  return isSized(rest) ? rest : SURE;
}

/**
 * How little all answers of an endpoint tell (`little-told.ts`), as they are and without copies of the paths that were asked for: those of a template
 * with values are of many lengths.
 */
export class ToldAnswers {
  readonly #little: [number, number, number] = [UNSEEN, UNSEEN, UNSEEN];

  /** As they are. */
  get little(): number {
    return this.#little[0];
  }

  without(echoes: Echoes): number {
    return this.#little[echoes];
  }

  /** Whether all answers may have been the same but for the paths in them. */
  get mayBeAlike(): boolean {
    const [whole, once, twice] = this.#little;
    return whole > SURE || once > SURE || twice > SURE;
  }

  /** Whether no answer can change what is told any more. */
  get isSettled(): boolean {
    const [whole, once, twice] = this.#little;
    return whole === SURE && once === SURE && twice === SURE;
  }

  note(little: number, pathLength: number): void {
    for (const echoes of ECHOES) this.#add(echoes, withoutPath(little, pathLength, echoes));
  }

  merge(other: ToldAnswers): void {
    for (const echoes of ECHOES) this.#add(echoes, other.#little[echoes]);
  }

  #add(echoes: Echoes, little: number): void {
    this.#little[echoes] = littleOfBoth(this.#little[echoes], little);
  }

  state(): ToldState {
    const [little, once, twice] = this.#little;
    return once === SURE && twice === SURE ? { little } : { little, littleWithoutPath: [once, twice] };
  }

  restore(little: number, [once, twice]: readonly [number, number] = [SURE, SURE]): void {
    this.#little[0] = little;
    this.#little[1] = once;
    this.#little[2] = twice;
  }
}
