interface Kept<V> {
  readonly key: string;
  value: V;
  older: Kept<V> | undefined;
  newer: Kept<V> | undefined;
}

/**
 * A map by text that keeps what was set last and lets go of what was set longest ago. The order is kept beside it: a `Map` leaves holes
 * where its oldest keys were, and who asks it for the oldest each time walks over all of them, tens of thousands in a map of that size.
 */
export class RecentMap<V> {
  readonly #most: number;
  readonly #kept = new Map<string, Kept<V>>();
  #oldest: Kept<V> | undefined = undefined;
  #newest: Kept<V> | undefined = undefined;

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): V | undefined {
    return this.#kept.get(key)?.value;
  }

  /** What is set anew becomes the newest. */
  set(key: string, value: V): void {
    const known = this.#kept.get(key);
    if (known !== undefined) {
      known.value = value;
      if (known === this.#newest) return;
      this.#unlink(known);
      this.#link(known);
      return;
    }
    const made: Kept<V> = { key, value, older: undefined, newer: undefined };
    this.#kept.set(key, made);
    this.#link(made);
    const oldest = this.#oldest;
    if (this.#kept.size <= this.#most || oldest === undefined) return;
    this.#unlink(oldest);
    this.#kept.delete(oldest.key);
  }

  #link(kept: Kept<V>): void {
    kept.older = this.#newest;
    kept.newer = undefined;
    if (this.#newest === undefined) this.#oldest = kept;
    else this.#newest.newer = kept;
    this.#newest = kept;
  }

  #unlink(kept: Kept<V>): void {
    if (kept.older === undefined) this.#oldest = kept.newer;
    else kept.older.newer = kept.newer;
    if (kept.newer === undefined) this.#newest = kept.older;
    else kept.newer.older = kept.older;
  }
}
