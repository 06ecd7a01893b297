import type { Call, CallStream } from "../../protocol/message.js";

/** Below it an answer was not held back, whatever for. */
export const HELD_MICROS = 1e6;
/** Who polls asks again as soon as there is an answer. */
const AGAIN_MICROS = 1e6;
const MAX_WAITING = 64;
/** Answers after which what does not look like polling is none. */
const MAX_SAMPLES = 32;
const MIN_SAMPLES = 3;
const MIN_AT_LIMIT = 2;
const MIN_EARLY = 2;
/** Answers that took the same time: until the server had waited long enough. */
const SAME_SHARE = 0.03;
const SAME_MICROS = 250_000;
/** But for what a busy machine makes late. */
const MOST = 0.66;
const NO_CONTENT = 204;
const NOT_MODIFIED = 304;

interface Held {
  readonly clientAddress: string;
  readonly endMicros: number;
  readonly durationMicros: number;
  readonly size: number;
  readonly isEmpty: boolean;
}

/**
 * Tells an endpoint whose answers are held back until there is something to tell from one that is slow, by what a slow one does not do:
 * each client asks again as soon as it is answered; where there was nothing to tell, the answer comes after always the same time and
 * says nothing, or always the same; where there was, it comes earlier and says more. Until that is certain they count as slow calls.
 */
export class HeldAnswers {
  /** `poll` answers are held back · `slow` they only take their time. */
  verdict: "poll" | "slow" | undefined;
  /** Until their client asks again. */
  #waiting: Held[] = [];
  /** After which the client asked again at once. */
  #samples: Held[] = [];
  #longestMicros = 0;

  constructor(verdict?: "poll") {
    this.verdict = verdict;
  }

  /** Durations of answers that are not yet known as the one or the other. */
  *undecided(): Iterable<number> {
    for (const { durationMicros } of this.#samples) yield durationMicros;
    for (const { durationMicros } of this.#waiting) yield durationMicros;
  }

  /**
   * A client called. Durations of answers that were slow after all: their client took its time to ask again, or too much speaks against
   * polling. While it is not known which, that of this call's own answer is kept here.
   */
  call(call: Call, clientAddress: string): readonly number[] {
    if (this.verdict !== undefined) return NONE;
    const slow = this.#askedAgain(call, clientAddress);
    if (isPolling(this.#samples)) this.verdict = "poll";
    else if (this.#samples.length >= MAX_SAMPLES) this.verdict = "slow";
    if (this.verdict === undefined) this.#wait(call, clientAddress, slow);
    if (this.verdict !== "slow") return slow;
    slow.push(...this.undecided());
    this.clear();
    return slow;
  }

  clear(): void {
    this.#samples = [];
    this.#waiting = [];
  }

  /** Calls are told when they are over: one that was made at once may be told after others that were made later. */
  #askedAgain(call: Call, clientAddress: string): number[] {
    const slow: number[] = [];
    let isTaken = false;
    this.#waiting = this.#waiting.filter((held) => {
      const pause = call.atMicros - held.endMicros;
      const isAgain = held.clientAddress === clientAddress && pause >= 0 && pause <= AGAIN_MICROS;
      if (isAgain && !isTaken) {
        isTaken = true;
        this.#samples.push(held);
        return false;
      }
      if (pause <= AGAIN_MICROS + this.#longestMicros) return true;
      slow.push(held.durationMicros);
      return false;
    });
    return slow;
  }

  /** Keeps what a client was told, where it was held back. */
  #wait(call: Call, clientAddress: string, slow: number[]): void {
    const { durationMicros, atMicros, status, responseBodySize } = call;
    if (durationMicros === undefined || durationMicros < HELD_MICROS) return;
    if (durationMicros > this.#longestMicros) this.#longestMicros = durationMicros;
    if (this.#waiting.length >= MAX_WAITING) slow.push(this.#waiting.shift()?.durationMicros ?? 0);
    this.#waiting.push({
      clientAddress,
      endMicros: atMicros + durationMicros,
      durationMicros,
      size: responseBodySize ?? 0,
      isEmpty: call.method === "GET" && (status === NO_CONTENT || status === NOT_MODIFIED || responseBodySize === 0),
    });
  }
}

const NONE: readonly number[] = [];

function isPolling(samples: readonly Held[]): boolean {
  if (samples.length < MIN_SAMPLES) return false;
  const empty = samples.filter(({ isEmpty }) => isEmpty);
  if (empty.length > 0) return endAtLimit(empty, samples) !== undefined;
  const longest = samples.reduce((held, other) => (other.durationMicros > held.durationMicros ? other : held));
  const same = samples.filter(({ size }) => size === longest.size);
  const early = endAtLimit(same, samples);
  return early !== undefined && early.length >= MIN_EARLY && early.every(({ size }) => size > longest.size);
}

/** The other samples, where those that say nothing nearly all took the same time and no other took longer. */
function endAtLimit(nothing: readonly Held[], samples: readonly Held[]): readonly Held[] | undefined {
  const durations = nothing.map(({ durationMicros }) => durationMicros).sort((a, b) => a - b);
  const limit = durations[durations.length >> 1];
  const near = Math.max(SAME_MICROS, limit * SAME_SHARE);
  const atLimit = durations.filter((duration) => Math.abs(duration - limit) <= near);
  if (atLimit.length < MIN_AT_LIMIT || atLimit.length < durations.length * MOST) return undefined;
  const others = samples.filter((held) => !nothing.includes(held));
  return others.every(({ durationMicros }) => durationMicros < limit + near) ? others : undefined;
}

/** An answer that others like it show to have been held back. */
export const HELD_BACK: CallStream = {
  kind: "long-poll",
  isContinued: false,
  subprotocol: undefined,
  extensions: [],
  request: undefined,
  response: undefined,
  end: undefined,
  answeredMicros: undefined,
  lastedMicros: undefined,
};
