import { SACRIFICES } from "../../shared/sacrifices.js";

/** Steps: each gives up so many of SACRIFICES. */
const FEED = 1;
const BODIES = 2;
const NEW_FLOWS = 3;
const SILENT_FLOWS = 4;

/**
 * Shares of the limit that what is used may take: above the first a step is taken, above the second at once the first three, above the
 * third all; below the last, steps are taken back. The engine keeps up to a third more than is used: pages that are not full, and those
 * of the objects made last.
 */
const PRESSED = 0.55;
const PRESSED_HARD = 0.62;
const PRESSED_HARDEST = 0.7;
const CALM = 0.48;
/** Time by which the analysis may run behind before it gives something up, and below which it has caught up. */
const BEHIND_MILLIS = 2_000;
/** Share of its time that it works: who has time to spare is not behind, whatever the clocks say. */
const BUSY = 0.9;
const CAUGHT_UP_MILLIS = 500;
const STEP_MILLIS = 500;
/** Refusing new connections gets this long to help before known ones are given up. */
const PATIENCE_MILLIS = 2_000;
/** How long all must be well before a step is taken back. */
const CALM_MILLIS = 5_000;
const COLLECT_MILLIS = 5_000;
const SKEW_MILLIS = 300_000;
const MEBIBYTE = 1024 * 1024;

/** What is looked at now and then. */
export interface Load {
  readonly nowMillis: number;
  readonly usedBytes: number;
  /** Share of the time since the look before in which the thread worked. */
  readonly busy: number;
  /** Host clock less the time of the last packet; undefined while none come. */
  readonly lagMillis: number | undefined;
  /** Frames that the capture says were dropped so far. */
  readonly dropped: number;
}

/** What the governor acts on. */
export interface Governed {
  spareFeed(isSparing: boolean): void;
  spareResponseBodies(isSparing: boolean): void;
  refuseNewFlows(isRefusing: boolean): void;
  /** A part of them, those silent longest; how many. */
  giveUpSilentFlows(): number;
  /** Lets go what nothing refers to, which counts as used until then; the bytes that are used still. */
  collect(): number;
  tell(level: "info" | "warn", text: string): void;
}

/** Keeps the analysis within its memory and in time: gives up one thing after the other, and takes them back one by one. */
export class Governor {
  readonly counters = {
    /** How many of SACRIFICES are given up now. */
    overload_step: 0,
    overload_steps_taken: 0,
    overload_millis: 0,
  };
  readonly #limitBytes: number;
  readonly #governed: Governed;
  readonly #skew = new LeastLag();
  #steppedMillis = Number.NEGATIVE_INFINITY;
  #collectedMillis = Number.NEGATIVE_INFINITY;
  #calmSinceMillis: number | undefined = undefined;
  #dropped = 0;
  #lastMillis: number | undefined = undefined;

  constructor(limitBytes: number, governed: Governed) {
    this.#limitBytes = limitBytes;
    this.#governed = governed;
  }

  look(load: Load): void {
    const { nowMillis } = load;
    if (this.#step > 0) this.counters.overload_millis += nowMillis - (this.#lastMillis ?? nowMillis);
    this.#lastMillis = nowMillis;
    const lateMillis = load.lagMillis === undefined ? 0 : this.#skew.beyond(load.lagMillis, nowMillis);
    const behindMillis = load.busy < BUSY ? 0 : lateMillis;
    const drops = load.dropped - this.#dropped;
    this.#dropped = load.dropped;
    const share = this.#shareOf(load);
    if (share > PRESSED) this.#relieveMemory(share, nowMillis);
    else if (drops > 0 || behindMillis > BEHIND_MILLIS) this.#catchUp(drops, behindMillis, nowMillis);
    else if (share < CALM && behindMillis < CAUGHT_UP_MILLIS) this.#rest(nowMillis);
    else this.#calmSinceMillis = undefined;
  }

  get #step(): number {
    return this.counters.overload_step;
  }

  /** Much of what counts as used may be waiting to be let go: nothing is given up, nor kept given up, for that. */
  #shareOf({ usedBytes, nowMillis }: Load): number {
    const share = usedBytes / this.#limitBytes;
    const bar = this.#step === 0 ? PRESSED : CALM;
    if (share < bar || nowMillis - this.#collectedMillis < COLLECT_MILLIS) return share;
    this.#collectedMillis = nowMillis;
    return this.#governed.collect() / this.#limitBytes;
  }

  #relieveMemory(share: number, nowMillis: number): void {
    this.#calmSinceMillis = undefined;
    const why = `memory is at ${Math.round((share * this.#limitBytes) / MEBIBYTE)} of ${Math.round(this.#limitBytes / MEBIBYTE)} MiB (overload.memoryBytes)`;
    if (share > PRESSED_HARD && this.#step < NEW_FLOWS) this.#go(NEW_FLOWS, why, nowMillis);
    const patience = share > PRESSED_HARDEST ? 0 : this.#step < NEW_FLOWS ? STEP_MILLIS : PATIENCE_MILLIS;
    if (nowMillis - this.#steppedMillis < patience) return;
    if (this.#step < SILENT_FLOWS) this.#go(this.#step + 1, why, nowMillis);
    if (this.#step === SILENT_FLOWS) this.#giveUpFlows(nowMillis);
  }

  /** Part by part: who was heard last goes only if nothing else helps. */
  #giveUpFlows(nowMillis: number): void {
    this.#steppedMillis = nowMillis;
    this.#collectedMillis = nowMillis;
    let given: number;
    do given = this.#governed.giveUpSilentFlows();
    while (this.#governed.collect() > this.#limitBytes * PRESSED_HARDEST && given > 0);
  }

  #catchUp(drops: number, behindMillis: number, nowMillis: number): void {
    this.#calmSinceMillis = undefined;
    if (this.#step >= NEW_FLOWS || nowMillis - this.#steppedMillis < STEP_MILLIS) return;
    const why = drops > 0 ? `the capture dropped ${drops} frames` : `it runs ${Math.round(behindMillis)} ms behind`;
    this.#go(this.#step + 1, why, nowMillis);
  }

  #rest(nowMillis: number): void {
    if (this.#step === 0) return;
    this.#calmSinceMillis ??= nowMillis;
    if (nowMillis - this.#calmSinceMillis < CALM_MILLIS) return;
    this.#calmSinceMillis = nowMillis;
    this.#go(this.#step - 1, "it has calmed down", nowMillis);
  }

  #go(step: number, why: string, nowMillis: number): void {
    if (step > this.#step) this.counters.overload_steps_taken++;
    this.counters.overload_step = step;
    this.#steppedMillis = nowMillis;
    this.#governed.spareFeed(step >= FEED);
    this.#governed.spareResponseBodies(step >= BODIES);
    this.#governed.refuseNewFlows(step >= NEW_FLOWS);
    const given = SACRIFICES.slice(0, step).join(", ");
    if (step === 0) this.#governed.tell("info", `overload is over: ${why}; nothing is given up any more`);
    else this.#governed.tell("warn", `overload: ${why}; gives up ${given}`);
  }
}

/** The clock that stamps packets may be another's: what of a lag was there all the time is no backlog. */
class LeastLag {
  #before = Number.POSITIVE_INFINITY;
  #now = Number.POSITIVE_INFINITY;
  #sinceMillis = Number.NEGATIVE_INFINITY;

  beyond(lagMillis: number, nowMillis: number): number {
    if (nowMillis - this.#sinceMillis > SKEW_MILLIS) {
      this.#before = this.#now;
      this.#now = lagMillis;
      this.#sinceMillis = nowMillis;
    }
    if (lagMillis < this.#now) this.#now = lagMillis;
    return lagMillis - Math.min(this.#before, this.#now);
  }
}
