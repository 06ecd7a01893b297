import type { Counts } from "../../../shared/protection.js";
import { compare } from "../count/tally.js";

interface Entry {
  readonly calls: number;
  readonly isTaken: boolean;
}

/** Calls whose name found no room, or lost it. */
export interface GoneCalls {
  readonly taken: number;
  readonly untaken: number;
}

const NONE_GONE: GoneCalls = { taken: 0, untaken: 0 };

/**
 * How often each of a bounded number of names stood in tokens. Anybody can make up tokens, but not the answer to them: a name that was
 * taken, which is to say that it came with a call answered with success, gives its room to no other than one that was taken too. Among
 * equals the one that was not seen for longest goes, for keys are changed and what is in use now matters most.
 */
export class TokenNames {
  readonly #maxNames: number;
  /** The one that was not seen for longest first. */
  readonly #entries = new Map<string, Entry>();
  #gone = NONE_GONE;

  constructor(maxNames: number) {
    this.#maxNames = maxNames;
  }

  get size(): number {
    return this.#entries.size;
  }

  get gone(): GoneCalls {
    return this.#gone;
  }

  /** Sorted: names that no call answered with success came with. */
  get untaken(): string[] {
    return [...this.#entries].flatMap(([name, { isTaken }]) => (isTaken ? [] : [name])).sort(compare);
  }

  /**
   * Whether the name, which was not added yet, stands in a token here for the first time; of one that is taken, whether it was never
   * taken before. Not where it may be one of those that went.
   */
  isNews(name: string, isTaken: boolean): boolean {
    const { taken, untaken } = this.#gone;
    if (taken > 0 || (untaken > 0 && !isTaken)) return false;
    const known = this.#entries.get(name);
    if (known === undefined) return this.#entries.size > 0;
    return isTaken && !known.isTaken && [...this.#entries.values()].some((entry) => entry.isTaken);
  }

  add(name: string, calls: number, isTaken: boolean): void {
    const known = this.#entries.get(name);
    if (known === undefined && this.#entries.size >= this.#maxNames && !this.#makeRoom(isTaken)) {
      this.#lose({ calls, isTaken });
      return;
    }
    this.#entries.delete(name);
    this.#entries.set(name, {
      calls: calls + (known?.calls ?? 0),
      isTaken: isTaken || known?.isTaken === true,
    });
  }

  #makeRoom(isTaken: boolean): boolean {
    const oldest = this.#first((entry) => !entry.isTaken) ?? (isTaken ? this.#first(() => true) : undefined);
    if (oldest === undefined) return false;
    const [name, entry] = oldest;
    this.#entries.delete(name);
    this.#lose(entry);
    return true;
  }

  #first(isIt: (entry: Entry) => boolean): [string, Entry] | undefined {
    for (const pair of this.#entries) if (isIt(pair[1])) return pair;
    return undefined;
  }

  #lose({ calls, isTaken }: Entry): void {
    const { taken, untaken } = this.#gone;
    this.#gone = isTaken ? { taken: taken + calls, untaken } : { taken, untaken: untaken + calls };
  }

  record(): Record<string, number> {
    const entries = [...this.#entries].sort((a, b) => compare(a[0], b[0]));
    return Object.fromEntries(entries.map(([name, { calls }]) => [name, calls]));
  }

  /** Adds what was recorded. A version that did not tell apart what was taken took all names for the same. */
  restore(counts: Counts, untaken: readonly string[] = [], gone: GoneCalls = NONE_GONE): void {
    for (const [name, calls] of Object.entries(counts)) this.add(name, calls, !untaken.includes(name));
    const { taken, untaken: others } = this.#gone;
    this.#gone = { taken: taken + gone.taken, untaken: others + gone.untaken };
  }
}
