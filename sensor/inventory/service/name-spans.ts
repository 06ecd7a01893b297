/** Silence of a name after which another one that has come to be asked for may have its place: shorter ones come of balancing. */
export const QUIET_MICROS = 60e6;
/** How long two may answer for a name while one takes over from the other: as long as Kubernetes lets a pod end by default. */
export const HANDOVER_MICROS = 30e6;
/** Calls by a name without which it says little. */
export const MIN_CALLS = 8;

/** From when to when a name was asked for, by packets' time, and how often since it began to be. */
export interface NameSpan {
  readonly firstMicros: number;
  readonly lastMicros: number;
  readonly count: number;
}

/** First and last time; files of before do not say the rest. */
export type SpanState = readonly [
  firstMicros: number,
  lastMicros: number,
  count?: number,
  before?: number,
  hasEnded?: 1,
];

interface Span {
  readonly firstMicros: number;
  lastMicros: number;
  count: number;
  /** How much was asked for before, by any name or none. */
  before: number;
  /** Whoever has the name went away: where it is asked for again, that is another span. */
  hasEnded?: true;
}

/** Spans of names. Nearly all calls ask for the name of the one before. */
export class NameSpans {
  readonly #spans = new Map<string, Span>();
  #name: string | undefined = undefined;
  #span: Span = { firstMicros: 0, lastMicros: 0, count: 0, before: 0 };

  /** How often it was asked for by now; `before`, how much was, should it begin. Whoever calls this bounds the names. */
  note(name: string, atMicros: number, before: number): number {
    if (name !== this.#name) {
      this.#name = name;
      this.#span = this.#goingOn(name) ?? { firstMicros: atMicros, lastMicros: atMicros, count: 0, before };
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

  /** The least of what was asked for before each of these. */
  before(names: readonly string[]): number {
    const all = names.map((name) => this.#spans.get(name)?.before ?? 0);
    return all.length === 0 ? 0 : Math.min(...all);
  }

  /** So much of what was asked for before all of them is not counted any more. */
  forgetBefore(times: number): void {
    for (const span of this.#spans.values()) span.before = Math.max(0, span.before - times);
  }

  names(): Iterable<string> {
    return this.#spans.keys();
  }

  state(): Record<string, SpanState> {
    return Object.fromEntries([...this.#spans].map(([name, span]) => [name, stateOf(span)]));
  }

  /** `countOf`: how often it was asked for at all, of files that do not say it of the span. */
  restore(state: Readonly<Record<string, SpanState>>, countOf: (name: string) => number): void {
    for (const [name, [firstMicros, lastMicros, count = countOf(name), before = 0, ended]] of Object.entries(state)) {
      const hasEnded = ended === 1 ? { hasEnded: true as const } : {};
      this.#spans.set(name, { firstMicros, lastMicros, count, before, ...hasEnded });
    }
  }
}

function stateOf({ firstMicros, lastMicros, count, before, hasEnded }: Span): SpanState {
  return hasEnded === true ? [firstMicros, lastMicros, count, before, 1] : [firstMicros, lastMicros, count, before];
}
