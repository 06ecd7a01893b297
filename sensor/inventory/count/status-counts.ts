const MAX_STATUSES = 64;

/** Calls by status code, 0 for those without an answer. Of more codes than the bound the later ones are not told apart. */
export class StatusCounts {
  readonly #counted = new Map<number, number>();
  /** Calls of the code that came last are counted aside until another comes: nearly all of an endpoint have the same. */
  #last = 0;
  #lastCalls = 0;

  add(status: number): void {
    if (status !== this.#last) {
      this.#settle();
      this.#last = status;
    }
    this.#lastCalls++;
  }

  get #calls(): Map<number, number> {
    this.#settle();
    return this.#counted;
  }

  #settle(): void {
    if (this.#lastCalls === 0) return;
    const calls = this.#counted.get(this.#last);
    if (calls !== undefined || this.#counted.size < MAX_STATUSES)
      this.#counted.set(this.#last, (calls ?? 0) + this.#lastCalls);
    this.#lastCalls = 0;
  }

  merge(more: Iterable<readonly [number, number]>): void {
    for (const [status, calls] of more) this.#calls.set(status, (this.#calls.get(status) ?? 0) + calls);
  }

  /** Takes out what was part of them. */
  take(part: Iterable<readonly [number, number]>): void {
    for (const [status, calls] of part) {
      const left = (this.#calls.get(status) ?? 0) - calls;
      if (left > 0) this.#calls.set(status, left);
      else this.#calls.delete(status);
    }
  }

  entries(): Iterable<[number, number]> {
    return this.#calls.entries();
  }

  seen(): Iterable<number> {
    return this.#calls.keys();
  }

  record(): Record<string, number> {
    return Object.fromEntries([...this.#calls].sort(([a], [b]) => a - b));
  }

  /** Adds what a record has. */
  restore(record: Readonly<Record<string, number>>): void {
    for (const [status, calls] of Object.entries(record))
      this.#calls.set(Number(status), (this.#calls.get(Number(status)) ?? 0) + calls);
  }
}
