import { GONE_MICROS } from "../../../shared/last-calls.js";

const MAX_CALLERS = 64;

/** When callers of one endpoint called last: some that went long ago call no more. */
export class LastCalls {
  readonly #micros = new Map<string, number>();
  /** Rises with a caller that was not among them, or that had gone. */
  version = 0;

  /** Beyond 64 a caller finds room only in the place of one that has gone. */
  note(address: string, atMicros: number): void {
    const known = this.#micros.get(address);
    if (known !== undefined) {
      if (atMicros > known) this.#micros.set(address, atMicros);
      if (atMicros - known > GONE_MICROS) this.version++;
      return;
    }
    if (this.#micros.size >= MAX_CALLERS && !this.#dropGone(atMicros)) return;
    this.#micros.set(address, atMicros);
    this.version++;
  }

  #dropGone(atMicros: number): boolean {
    for (const [address, micros] of this.#micros)
      if (micros < atMicros - GONE_MICROS) return this.#micros.delete(address);
    return false;
  }

  merge(lastCalls: Readonly<Record<string, number>>): void {
    for (const [address, micros] of Object.entries(lastCalls)) this.note(address, micros);
  }

  record(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#micros].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
