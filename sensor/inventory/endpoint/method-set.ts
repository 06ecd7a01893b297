import type { EndpointEntry } from "./endpoint-entry.js";

/** The endpoints of one path: one for each method, and one for each operation where the path is called for several. */
export class MethodSet {
  /** Those that are the path's alone. */
  readonly #endpoints: EndpointEntry[] = [];
  #byOperation: Map<string, EndpointEntry[]> | undefined = undefined;

  get(method: string, operation: string | undefined): EndpointEntry | undefined {
    const among = operation === undefined ? this.#endpoints : this.#byOperation?.get(operation);
    if (among !== undefined) for (const endpoint of among) if (endpoint.method === method) return endpoint;
    return undefined;
  }

  add(endpoint: EndpointEntry): void {
    const { operation } = endpoint;
    if (operation === undefined) {
      this.#endpoints.push(endpoint);
      return;
    }
    this.#byOperation ??= new Map();
    const there = this.#byOperation.get(operation);
    if (there === undefined) this.#byOperation.set(operation, [endpoint]);
    else there.push(endpoint);
  }

  /** All of them. */
  all(): readonly EndpointEntry[] {
    return this.#byOperation === undefined
      ? this.#endpoints
      : [...this.#endpoints, ...[...this.#byOperation.values()].flat()];
  }

  /** Takes out one of those that are the path's alone. */
  delete(endpoint: EndpointEntry): void {
    const at = this.#endpoints.indexOf(endpoint);
    if (at >= 0) this.#endpoints.splice(at, 1);
  }

  get isEmpty(): boolean {
    return this.#endpoints.length === 0 && this.#byOperation === undefined;
  }

  /** Those that are the path's alone. */
  get plain(): readonly EndpointEntry[] {
    return this.#endpoints;
  }
}
