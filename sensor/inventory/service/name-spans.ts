/** From when to when a name was asked for, by packets' time. */
export interface NameSpan {
  readonly firstMicros: number;
  readonly lastMicros: number;
}

/** Spans of names. Nearly all calls ask for the name of the one before. */
export class NameSpans {
  readonly #spans = new Map<string, { readonly firstMicros: number; lastMicros: number }>();
  #name: string | undefined = undefined;
  #span = { firstMicros: 0, lastMicros: 0 };

  /** Whoever calls this bounds the names. */
  note(name: string, atMicros: number): void {
    if (name !== this.#name) {
      this.#name = name;
      this.#span = this.#spans.get(name) ?? { firstMicros: atMicros, lastMicros: atMicros };
      this.#spans.set(name, this.#span);
    }
    if (atMicros > this.#span.lastMicros) this.#span.lastMicros = atMicros;
  }

  of(name: string): NameSpan | undefined {
    return this.#spans.get(name);
  }

  delete(name: string): void {
    this.#spans.delete(name);
    this.#name = undefined;
  }

  /** Of every name, first and last. */
  state(): Record<string, readonly [number, number]> {
    return Object.fromEntries([...this.#spans].map(([name, span]) => [name, [span.firstMicros, span.lastMicros]]));
  }

  restore(state: Readonly<Record<string, readonly [number, number]>>): void {
    for (const [name, [firstMicros, lastMicros]] of Object.entries(state))
      this.#spans.set(name, { firstMicros, lastMicros });
  }
}
