import type { StreamRecord } from "../../../shared/endpoint-facts.js";
import type { Quantiles } from "../../../shared/event.js";
import type { Call, CallStream } from "../../protocol/message.js";
import { QuantileSketch } from "../count/quantile-sketch.js";
import { HELD_BACK, HELD_MICROS, HeldAnswers } from "./held-answers.js";
import { StreamSummary } from "./stream-summary.js";

/** How fast an endpoint answers, and what its calls are beyond question and answer: how long these last tells nothing of it. */
export class AnswerTimes {
  readonly #duration = new QuantileSketch();
  /** Of the few whose calls are more than a question and its answer, and of those that may be. */
  #streams: StreamSummary | undefined = undefined;
  #held: HeldAnswers | undefined = undefined;

  call(call: Call, clientAddress: string): void {
    if (call.stream !== undefined || this.#held !== undefined) this.#streamed(call, clientAddress);
    else if (call.durationMicros !== undefined)
      if (call.durationMicros < HELD_MICROS) this.#duration.add(call.durationMicros);
      else this.#streamed(call, clientAddress);
  }

  /** What was sent in one of the calls since that was told. */
  goOn(stream: CallStream): void {
    this.#streamSummary().add(stream);
  }

  #streamed(call: Call, clientAddress: string): void {
    const { stream, durationMicros } = call;
    if (stream !== undefined) {
      this.#streamSummary().add(stream);
      if (stream.answeredMicros !== undefined) this.#duration.add(stream.answeredMicros);
      return;
    }
    this.#held ??= new HeldAnswers();
    const held = this.#held;
    const isHeld = durationMicros !== undefined && durationMicros >= HELD_MICROS;
    for (const slow of held.call(call, clientAddress)) this.#duration.add(slow);
    if (held.verdict === "poll") {
      for (const polled of held.undecided()) this.#poll(polled);
      held.clear();
      if (isHeld) this.#poll(durationMicros);
    }
    if (durationMicros !== undefined && (!isHeld || held.verdict === "slow")) this.#duration.add(durationMicros);
  }

  #poll(lastedMicros: number): void {
    this.#streamSummary().add({ ...HELD_BACK, lastedMicros });
  }

  #streamSummary(): StreamSummary {
    this.#streams ??= new StreamSummary();
    return this.#streams;
  }

  merge(other: AnswerTimes): void {
    this.#duration.merge(other.#duration);
    for (const slow of other.#held?.undecided() ?? []) this.#duration.add(slow);
    if (other.#streams !== undefined) this.#streamSummary().merge(other.#streams);
  }

  durationMillis(): Quantiles | undefined {
    return this.#allDurations().quantiles(1_000);
  }

  /** With those that may turn out to be no calls' durations. */
  #allDurations(): QuantileSketch {
    const undecided = [...(this.#held?.undecided() ?? [])];
    if (undecided.length === 0) return this.#duration;
    const all = new QuantileSketch();
    all.merge(this.#duration);
    for (const durationMicros of undecided) all.add(durationMicros);
    return all;
  }

  streams(): StreamRecord | undefined {
    return this.#streams?.record();
  }

  state(): { readonly duration: readonly number[]; readonly lasted?: readonly number[] } {
    const duration = this.#allDurations().state();
    return this.#streams === undefined ? { duration } : { duration, lasted: this.#streams.state() };
  }

  restore(duration: readonly number[], streams: StreamRecord | undefined, lasted: readonly number[] = []): void {
    this.#duration.restore(duration);
    if (streams === undefined) return;
    this.#streamSummary().restore(streams, lasted);
    // What was known to be held back is so still.
    if (this.#streams?.kinds.has(HELD_BACK.kind)) this.#held = new HeldAnswers("poll");
  }
}
