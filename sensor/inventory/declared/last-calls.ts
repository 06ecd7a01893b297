import { GONE_MICROS } from "../../../shared/last-calls.js";

const MAX_CALLERS = 64;

/** When callers of one endpoint called last: some that went long ago call no more. */
export class LastCalls {
  readonly #micros = new Map<string, number>();

  /** Whether the caller was not among them. Beyond 64 it finds room only in the place of one that has gone. */
  note(address: string, atMicros: number): boolean {
    const known = this.#micros.get(address);
    if (known !== undefined) {
      if (atMicros > known) this.#micros.set(address, atMicros);
      return atMicros - known > GONE_MICROS;
    }
    if (this.#micros.size >= MAX_CALLERS && !this.#dropGone(atMicros)) return false;
    this.#micros.set(address, atMicros);
    return true;
  }

  #dropGone(atMicros: number): boolean {
    for (const [address, micros] of this.#micros)
      if (micros < atMicros - GONE_MICROS) return this.#micros.delete(address);
    return false;
  }

  merge(lastCalls: Readonly<Record<string, number>>): void {
    for (const [address, micros] of Object.entries(lastCalls)) this.note(address, micros);
  }

  /** Undefined where nobody called. */
  record(): Readonly<Record<string, number>> | undefined {
    if (this.#micros.size === 0) return undefined;
    return Object.fromEntries([...this.#micros].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
