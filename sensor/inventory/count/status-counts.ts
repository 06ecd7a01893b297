const MAX_STATUSES = 64;

/** Calls by status code, 0 for those without an answer. Of more codes than the bound the later ones are not told apart. */
export class StatusCounts {
  readonly #calls = new Map<number, number>();

  add(status: number): void {
    const calls = this.#calls.get(status);
    if (calls !== undefined || this.#calls.size < MAX_STATUSES) this.#calls.set(status, (calls ?? 0) + 1);
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
