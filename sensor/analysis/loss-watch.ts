import type { BlindInterval } from "../../shared/health.js";

/** Losses closer together than this are one interval. */
const QUIET_MILLIS = 10_000;
/** A capture counts about once a second what was dropped: it may have been so long before it is told. */
const COUNTED_MILLIS = 1_000;

/** What went by an interface since the start and was not looked at, though it was captured. */
export interface LossCount {
  readonly interfaceName: string;
  /** Frames, for want of room in the capture's buffer. */
  readonly dropped: number;
  /** Host clock when they were counted: a capture that has no time for it tells late what was lost long before. */
  readonly countedMicros: number;
  /** Packets of connections there was no room for. */
  readonly refused: number;
}

/** When a look was. */
export interface LookTime {
  /** A clock that nobody sets. */
  readonly steadyMillis: number;
  readonly hostMillis: number;
  /** How far behind the last packet looked at was. */
  readonly behindMillis: number;
}

interface Loss {
  readonly fromMicros: number;
  /** The counts before it. */
  readonly before: LossCount;
  now: LossCount;
  untilMicros: number;
  lastSteadyMillis: number;
}

/**
 * Tells the times in which a part of what went by was lost: a row of the inventory that was seen before and after is not whole, and which rows
 * they are nobody can know. A loss is told when it begins, and again with its end.
 */
export class LossWatch {
  readonly #tell: (interval: BlindInterval) => void;
  /** By interface, as both are. */
  readonly #counts = new Map<string, LossCount>();
  readonly #open = new Map<string, Loss>();
  #beforeMillis: number | undefined = undefined;

  constructor(tell: (interval: BlindInterval) => void) {
    this.#tell = tell;
  }

  look(at: LookTime, counts: readonly LossCount[]): void {
    for (const count of counts) this.#count(at, count);
    this.#beforeMillis = at.hostMillis - at.behindMillis;
  }

  /** The sensor ends. */
  finish(): void {
    for (const loss of this.#open.values()) this.#end(loss);
  }

  #count({ steadyMillis, hostMillis, behindMillis }: LookTime, now: LossCount): void {
    const { interfaceName } = now;
    const before = this.#counts.get(interfaceName) ?? { ...now, dropped: 0, refused: 0 };
    this.#counts.set(interfaceName, now);
    const open = this.#open.get(interfaceName);
    if (now.dropped > before.dropped || now.refused > before.refused) {
      const lookMicros = Math.round(((this.#beforeMillis ?? hostMillis - behindMillis) - COUNTED_MILLIS) * 1_000);
      const loss = open ?? {
        before,
        now,
        fromMicros: now.dropped > before.dropped ? Math.min(lookMicros, before.countedMicros) : lookMicros,
        untilMicros: 0,
        lastSteadyMillis: 0,
      };
      loss.now = now;
      loss.untilMicros = Math.round(hostMillis * 1_000);
      loss.lastSteadyMillis = steadyMillis;
      if (open === undefined) this.#begin(loss);
    } else if (open !== undefined && steadyMillis - open.lastSteadyMillis > QUIET_MILLIS) this.#end(open);
  }

  #begin(loss: Loss): void {
    this.#open.set(loss.now.interfaceName, loss);
    this.#tell(intervalOf(loss));
  }

  #end(loss: Loss): void {
    this.#open.delete(loss.now.interfaceName);
    this.#tell({ ...intervalOf(loss), untilMicros: loss.untilMicros });
  }
}

function intervalOf({ before, now, fromMicros }: Loss): BlindInterval {
  const [dropped, refused] = [now.dropped - before.dropped, now.refused - before.refused];
  const reasons: string[] = [];
  if (dropped > 0) reasons.push(`${amount(dropped, "frame")} dropped, for the capture's buffer was full`);
  if (refused > 0) reasons.push(`${amount(refused, "packet")} not followed, for there was no room for new connections`);
  return { kind: "blind", interfaceName: now.interfaceName, fromMicros, reason: reasons.join("; "), isPartial: true };
}

function amount(count: number, unit: string): string {
  return `${count.toLocaleString("en")} ${unit}${count === 1 ? " was" : "s were"}`;
}
