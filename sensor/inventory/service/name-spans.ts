/** From when to when a name was asked for, by packets' time, and how often since it began to be. */
export interface NameSpan {
  readonly firstMicros: number;
  readonly lastMicros: number;
  readonly count: number;
}

/** First and last time; files of before do not say how often, nor whether it ended. */
export type SpanState = readonly [firstMicros: number, lastMicros: number, count?: number, hasEnded?: 1];

interface Span {
  readonly firstMicros: number;
  lastMicros: number;
  count: number;
  /** Whoever has the name went away: where it is asked for again, that is another span. */
  hasEnded?: true;
}

/** Spans of names. Nearly all calls ask for the name of the one before. */
export class NameSpans {
  readonly #spans = new Map<string, Span>();
  #name: string | undefined = undefined;
  #span: Span = { firstMicros: 0, lastMicros: 0, count: 0 };

  /** How often it was asked for by now. Whoever calls this bounds the names. */
  note(name: string, atMicros: number): number {
    if (name !== this.#name) {
      this.#name = name;
      this.#span = this.#goingOn(name) ?? { firstMicros: atMicros, lastMicros: atMicros, count: 0 };
      if (this.#span.count === 0) this.#spans.set(name, this.#span);
    }
    if (atMicros > this.#span.lastMicros) this.#span.lastMicros = atMicros;
    return ++this.#span.count;
  }

  #goingOn(name: string): Span | undefined {
    const known = this.#spans.get(name);
    return known?.hasEnded ? undefined : known;
  }

  of(name: string): (NameSpan & Pick<Span, "hasEnded">) | undefined {
    return this.#spans.get(name);
  }

  end(name: string): void {
    const span = this.#spans.get(name);
    if (span !== undefined) span.hasEnded = true;
    this.#name = undefined;
  }

  delete(name: string): void {
    this.#spans.delete(name);
    this.#name = undefined;
  }

  names(): Iterable<string> {
    return this.#spans.keys();
  }

  state(): Record<string, SpanState> {
    return Object.fromEntries([...this.#spans].map(([name, span]) => [name, stateOf(span)]));
  }

  /** `countOf`: how often it was asked for at all, of files that do not say it of the span. */
  restore(state: Readonly<Record<string, SpanState>>, countOf: (name: string) => number): void {
    for (const [name, [firstMicros, lastMicros, count = countOf(name), hasEnded]] of Object.entries(state))
      this.#spans.set(name, { firstMicros, lastMicros, count, ...(hasEnded === 1 ? { hasEnded: true } : {}) });
  }
}

function stateOf({ firstMicros, lastMicros, count, hasEnded }: Span): SpanState {
  return hasEnded === true ? [firstMicros, lastMicros, count, 1] : [firstMicros, lastMicros, count];
}
