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
  /** As they are. */
  little = UNSEEN;
  #once = UNSEEN;
  #twice = UNSEEN;

  without(echoes: Echoes): number {
    return echoes === 0 ? this.little : echoes === 1 ? this.#once : this.#twice;
  }

  /** Whether all answers may have been the same but for the paths in them. */
  get mayBeAlike(): boolean {
    return this.little > SURE || this.#once > SURE || this.#twice > SURE;
  }

  /** Whether no answer can change what is told any more. */
  get isSettled(): boolean {
    return this.little === SURE && this.#once === SURE && this.#twice === SURE;
  }

  note(little: number, pathLength: number): void {
    this.little = littleOfBoth(this.little, little);
    if (this.#once !== SURE) this.#once = littleOfBoth(this.#once, withoutPath(little, pathLength, 1));
    if (this.#twice !== SURE) this.#twice = littleOfBoth(this.#twice, withoutPath(little, pathLength, 2));
  }

  merge(other: ToldAnswers): void {
    this.little = littleOfBoth(this.little, other.little);
    this.#once = littleOfBoth(this.#once, other.#once);
    this.#twice = littleOfBoth(this.#twice, other.#twice);
  }

  state(): ToldState {
    const { little } = this;
    const isOwn = this.#once === SURE && this.#twice === SURE;
    return isOwn ? { little } : { little, littleWithoutPath: [this.#once, this.#twice] };
  }

  restore(little: number, [once, twice]: readonly [number, number] = [SURE, SURE]): void {
    this.little = little;
    this.#once = once;
    this.#twice = twice;
  }
}
