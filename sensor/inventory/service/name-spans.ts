/** From when to when a name was asked for, by packets' time. */
export interface NameSpan {
  readonly firstMicros: number;
  readonly lastMicros: number;
}

/** Spans of names. Nearly all calls ask for the name of the one before: that one's are kept aside until another comes. */
export class NameSpans {
  readonly #spans = new Map<string, NameSpan>();
  #name: string | undefined = undefined;
  #firstMicros = 0;
  #lastMicros = 0;

  /** Whoever calls this bounds the names. */
  note(name: string, atMicros: number): void {
    if (name !== this.#name) {
      this.#settle();
      const known = this.#spans.get(name);
      this.#name = name;
      this.#firstMicros = known?.firstMicros ?? atMicros;
      this.#lastMicros = known?.lastMicros ?? atMicros;
    }
    if (atMicros > this.#lastMicros) this.#lastMicros = atMicros;
  }

  of(name: string): NameSpan | undefined {
    this.#settle();
    return this.#spans.get(name);
  }

  delete(name: string): void {
    this.#settle();
    this.#spans.delete(name);
    this.#name = undefined;
  }

  /** Of every name, first and last. */
  state(): Record<string, readonly [number, number]> {
    this.#settle();
    return Object.fromEntries([...this.#spans].map(([name, span]) => [name, [span.firstMicros, span.lastMicros]]));
  }

  restore(state: Readonly<Record<string, readonly [number, number]>>): void {
    for (const [name, [firstMicros, lastMicros]] of Object.entries(state))
      this.#spans.set(name, { firstMicros, lastMicros });
  }

  #settle(): void {
    if (this.#name === undefined) return;
    this.#spans.set(this.#name, { firstMicros: this.#firstMicros, lastMicros: this.#lastMicros });
  }
}
