import type { BodiesRead } from "../../../shared/endpoint-facts.js";

const MAX_STATUSES = 16;

/** How many bodies schemas rest on: of most operations fewer than there were calls. */
export class BodyCounts {
  #requests = 0;
  readonly #responses = new Map<number, number>();
  #areAllCounted = true;

  request(): void {
    this.#requests++;
  }

  response(status: number): void {
    this.#add(status, 1);
  }

  #add(status: number, bodies: number): void {
    const known = this.#responses.get(status);
    if (known !== undefined || this.#responses.size < MAX_STATUSES) this.#responses.set(status, (known ?? 0) + bodies);
  }

  /** Schemas rest on bodies that a version before did not count: how many all of them are can't be told any more. */
  uncounted(): void {
    this.#areAllCounted = false;
  }

  merge(other: BodyCounts): void {
    this.#areAllCounted &&= other.#areAllCounted;
    this.#requests += other.#requests;
    for (const [status, bodies] of other.#responses) this.#add(status, bodies);
  }

  /** Undefined where no body was read, or not all were counted. */
  record(): BodiesRead | undefined {
    if (!this.#areAllCounted) return undefined;
    if (this.#requests === 0 && this.#responses.size === 0) return undefined;
    const responses = [...this.#responses].sort(([a], [b]) => a - b);
    return {
      ...(this.#requests === 0 ? {} : { request: this.#requests }),
      responses: Object.fromEntries(responses),
    };
  }

  /** Adds what a record has. */
  restore({ request = 0, responses }: BodiesRead): void {
    this.#requests += request;
    for (const [status, bodies] of Object.entries(responses)) this.#add(Number(status), bodies);
  }
}
