import type { EdgeEntry } from "./edge-entry.js";
import type { EndpointEntry } from "./endpoint-entry.js";
import type { ServiceEntry } from "./service-entry.js";

interface Changeable {
  isChanged: boolean;
}

/** Entries whose rows are to be told anew, each once. */
export class ChangedRows {
  readonly #services: ServiceEntry[] = [];
  readonly #edges: EdgeEntry[] = [];
  readonly #endpoints: EndpointEntry[] = [];

  service(service: ServiceEntry): void {
    if (!service.isChanged) mark(this.#services, service);
  }

  edge(edge: EdgeEntry): void {
    if (!edge.isChanged) mark(this.#edges, edge);
  }

  endpoint(endpoint: EndpointEntry): void {
    if (!endpoint.isChanged) mark(this.#endpoints, endpoint);
  }

  takeServices(most: number): ServiceEntry[] {
    return take(this.#services, most);
  }

  takeEdges(most: number): EdgeEntry[] {
    return take(this.#edges, most);
  }

  takeEndpoints(most: number): EndpointEntry[] {
    return take(this.#endpoints, most);
  }
}

function mark<T extends Changeable>(list: T[], entry: T): void {
  entry.isChanged = true;
  list.push(entry);
}

function take<T extends Changeable>(list: T[], most: number): T[] {
  const taken = list.splice(0, most);
  for (const entry of taken) entry.isChanged = false;
  return taken;
}
