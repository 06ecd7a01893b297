import type { EndpointEntry } from "./endpoint-entry.js";

/** The endpoints of one path: one for each method. */
export class MethodSet {
  readonly endpoints: EndpointEntry[] = [];

  get(method: string): EndpointEntry | undefined {
    for (const endpoint of this.endpoints) if (endpoint.method === method) return endpoint;
    return undefined;
  }

  get calls(): number {
    return this.endpoints.reduce((sum, endpoint) => sum + endpoint.calls, 0);
  }

  /** The methods in order, as one text. */
  signature(): string {
    return this.endpoints
      .map((endpoint) => endpoint.method)
      .sort()
      .join(",");
  }
}
