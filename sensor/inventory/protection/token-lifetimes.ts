import type { TokenSummary } from "../../../shared/protection.js";
import { MUCH_LONGER } from "../../../shared/protection-words.js";
import type { TokenFacts } from "../../protocol/protection.js";

type Lifetimes = Pick<TokenSummary, "shortestSeconds" | "longestSeconds" | "endless" | "taken">;

/** How long the tokens of one endpoint's calls are good for. Those that were taken are known apart: a refused one may say anything. */
export class TokenLifetimes {
  #shortestSeconds: number | undefined = undefined;
  #longestSeconds: number | undefined = undefined;
  #endless = 0;
  #takenLongestSeconds: number | undefined = undefined;
  #takenEndless = 0;

  /** Than those before it; of one that is taken, than those that were. */
  isMuchLonger({ lifetimeSeconds = 0, expires }: TokenFacts, isTaken: boolean): boolean {
    const before = isTaken ? this.#takenLongestSeconds : this.#longestSeconds;
    if (before === undefined || expires === undefined) return false;
    const endless = isTaken ? this.#takenEndless : this.#endless;
    return expires ? lifetimeSeconds >= MUCH_LONGER * Math.max(before, 1) : endless === 0;
  }

  add({ lifetimeSeconds, expires }: TokenFacts, times: number, isTaken: boolean): void {
    this.#lasts(lifetimeSeconds, lifetimeSeconds);
    if (isTaken) this.#takenLongestSeconds = longest(this.#takenLongestSeconds, lifetimeSeconds);
    if (expires !== false) return;
    this.#endless += times;
    if (isTaken) this.#takenEndless += times;
  }

  #lasts(shortest: number | undefined, longestSeconds: number | undefined): void {
    if (shortest !== undefined) this.#shortestSeconds = Math.min(shortest, this.#shortestSeconds ?? shortest);
    this.#longestSeconds = longest(this.#longestSeconds, longestSeconds);
  }

  record(): Lifetimes {
    const isAllTaken = this.#takenLongestSeconds === this.#longestSeconds && this.#takenEndless === this.#endless;
    return {
      ...(this.#shortestSeconds === undefined ? {} : { shortestSeconds: this.#shortestSeconds }),
      ...(this.#longestSeconds === undefined ? {} : { longestSeconds: this.#longestSeconds }),
      endless: this.#endless,
      ...(isAllTaken ? {} : { taken: { longestSeconds: this.#takenLongestSeconds, endless: this.#takenEndless } }),
    };
  }

  restore(record: Lifetimes): void {
    const taken = record.taken ?? record;
    this.#lasts(record.shortestSeconds, record.longestSeconds);
    this.#endless += record.endless;
    this.#takenLongestSeconds = longest(this.#takenLongestSeconds, taken.longestSeconds);
    this.#takenEndless += taken.endless;
  }
}

function longest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
