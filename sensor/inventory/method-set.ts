import type { EndpointEntry } from "./endpoint-entry.js";

/** The endpoints of one path: one for each method. */
export class MethodSet {
  readonly endpoints: EndpointEntry[];

  constructor(endpoints: EndpointEntry[] = []) {
    this.endpoints = endpoints;
  }

  get(method: string): EndpointEntry | undefined {
    for (const endpoint of this.endpoints) if (endpoint.method === method) return endpoint;
    return undefined;
  }
}
