import type { Flow, Side } from "../../flow/stream.js";
import type { AnomalyName } from "../anomaly-name.js";
import type { Anomaly, MessageSink } from "../message.js";

/** Tells what breaks the rules, once it is sure that they are HTTP's. */
export class FaultTeller {
  readonly #flow: Flow;
  readonly #sink: MessageSink;
  #held: Anomaly | undefined = undefined;

  constructor(flow: Flow, sink: MessageSink) {
    this.#flow = flow;
    this.#sink = sink;
  }

  tell(from: Side, name: AnomalyName, atMicros: number): void {
    this.#sink.message(this.#anomaly(from, name, atMicros));
  }

  /** For the answer to say whether this is HTTP at all: what another protocol sends does not break HTTP's rules. */
  hold(from: Side, name: AnomalyName, atMicros: number): void {
    this.#held ??= this.#anomaly(from, name, atMicros);
  }

  release(): void {
    if (this.#held === undefined) return;
    this.#sink.message(this.#held);
    this.#held = undefined;
  }

  #anomaly(from: Side, name: AnomalyName, atMicros: number): Anomaly {
    return { kind: "anomaly", flow: this.#flow, atMicros, from, name, detail: undefined };
  }
}
