import type { InterfaceStatistics } from "./frame.js";

/** What was dropped on one interface; a figure nobody can know is left out, never 0. */
export interface Losses {
  readonly droppedByInterface?: number;
  readonly droppedByKernel?: number;
  readonly droppedByProcess?: number;
}

/** All that was dropped. Where nobody counts what kernel and interface drop, no loss at all is unknown rather than 0. */
export function droppedTotal({ droppedByInterface, droppedByKernel, droppedByProcess }: Losses): number | undefined {
  const total = (droppedByInterface ?? 0) + (droppedByKernel ?? 0) + (droppedByProcess ?? 0);
  const isCounted = droppedByInterface !== undefined || droppedByKernel !== undefined;
  return isCounted || total > 0 ? total : undefined;
}

const KINDS = ["droppedByInterface", "droppedByKernel", "droppedByProcess"] as const;

/** Adds up what an interface's capture processes lost one after the other: each begins to count at 0. */
export class LossTotal {
  #before: Losses = {};
  #now: Losses = {};

  /** The totals, with what the process that captures now tells. */
  take(told: InterfaceStatistics): Losses {
    this.#now = told;
    return this.losses;
  }

  restarted(): void {
    this.#before = this.losses;
    this.#now = {};
  }

  get losses(): Losses {
    const losses: { -readonly [K in keyof Losses]: number } = {};
    for (const kind of KINDS) {
      const [before, now] = [this.#before[kind], this.#now[kind]];
      if (before !== undefined || now !== undefined) losses[kind] = (before ?? 0) + (now ?? 0);
    }
    return losses;
  }
}
