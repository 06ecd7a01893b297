import type { EndpointRecord, RemovalRecord } from "../../../shared/event.js";
import { removalOf } from "../stored/removal.js";
import type { EndpointEntry } from "./endpoint-entry.js";
import { byPlace } from "./endpoint-state.js";

/** Which endpoints there are, which of them changed, and which rows are to be taken back. */
export class EndpointRoster {
  readonly #endpoints = new Set<EndpointEntry>();
  readonly #counters: { endpoints: number };
  #changed: EndpointEntry[] = [];
  #removals: RemovalRecord[] = [];

  constructor(counters: { endpoints: number }) {
    this.#counters = counters;
  }

  get size(): number {
    return this.#endpoints.size;
  }

  add(endpoint: EndpointEntry): void {
    this.#endpoints.add(endpoint);
    this.#counters.endpoints++;
  }

  delete(endpoint: EndpointEntry): void {
    if (this.#endpoints.delete(endpoint)) this.#counters.endpoints--;
  }

  changed(endpoint: EndpointEntry): void {
    if (endpoint.isChanged) return;
    endpoint.isChanged = true;
    this.#changed.push(endpoint);
  }

  /** At most so many that changed and are still there. */
  takeChanged(maxEndpoints: number): EndpointEntry[] {
    const taken = this.#changed.splice(0, maxEndpoints);
    for (const endpoint of taken) endpoint.isChanged = false;
    return taken.filter((endpoint) => this.#endpoints.has(endpoint));
  }

  /** Nobody keeps a row that was never told. */
  takeBack(endpoint: EndpointEntry): void {
    if (endpoint.toldState !== undefined) this.#removals.push(removalOf(endpoint));
  }

  remove(removals: Iterable<RemovalRecord>): void {
    for (const removal of removals) this.#removals.push(removal);
  }

  takeRemovals(): RemovalRecord[] {
    const removals = this.#removals;
    this.#removals = [];
    return removals;
  }

  /** By service, template and method; `more` among them. */
  records(recordOf: (endpoint: EndpointEntry) => EndpointRecord, more: readonly EndpointRecord[]): EndpointRecord[] {
    return [...[...this.#endpoints].map(recordOf), ...more].sort(byPlace);
  }

  has(endpoint: EndpointEntry): boolean {
    return this.#endpoints.has(endpoint);
  }

  all(): Iterable<EndpointEntry> {
    return this.#endpoints;
  }
}
