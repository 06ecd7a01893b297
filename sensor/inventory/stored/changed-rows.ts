import type { EdgeEntry } from "../connection/edge-entry.js";
import type { ServiceEntry } from "../service/service-entry.js";

interface Changeable {
  isChanged: boolean;
}

/** Entries whose rows are to be told anew, each once. */
export class ChangedRows {
  readonly #services: ServiceEntry[] = [];
  readonly #edges: EdgeEntry[] = [];

  service(service: ServiceEntry): void {
    if (!service.isChanged) mark(this.#services, service);
  }

  edge(edge: EdgeEntry): void {
    if (!edge.isChanged) mark(this.#edges, edge);
  }

  takeServices(most: number): ServiceEntry[] {
    return take(this.#services, most);
  }

  takeEdges(most: number): EdgeEntry[] {
    return take(this.#edges, most);
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
