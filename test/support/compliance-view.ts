import type { EndpointRecord } from "../../shared/event.js";
import { exported } from "./inventory-file.js";
import { NOW } from "./teller.js";

/** One that was called, of the service that `edge` of teller.ts tells as shop.internal. */
export function endpoint(template: string, more: Partial<EndpointRecord>): EndpointRecord {
  return {
    ...{ kind: "endpoint", serverAddress: "10.0.0.13", serverPort: 8443, service: "shop.internal", method: "GET" },
    ...{ template, parameters: [], calls: 10, callers: ["10.0.1.1"], callerCount: 1, statuses: { "200": 10 } },
    ...{ credentials: { bearer: 10 }, dataClasses: [], requestClasses: {}, responseClasses: {} },
    ...{ requestBodiesRead: 1, responseBodiesRead: 1, requestContentTypes: [], responseContentTypes: [] },
    ...{ state: "active", incompleteCalls: 0, missingBytes: 0, firstMicros: NOW, lastMicros: NOW },
    ...more,
  } as EndpointRecord;
}

/** What the tests read of the view as JSON. */
export interface Told {
  readonly frameworks: readonly { readonly controls: readonly Record<string, string & string[]>[] }[];
  readonly evidence: Readonly<Record<string, { readonly seen: number; readonly counts: Record<string, number> }>>;
  readonly coverage: readonly Record<string, unknown>[];
  readonly first_seen?: string;
}

export function told(database: string): Told {
  return JSON.parse(exported(database, "compliance-json"));
}

export function statuses(view: Told): Record<string, string> {
  const controls = view.frameworks.flatMap(({ controls }) => controls);
  return Object.fromEntries(controls.map(({ id, status, confidence }) => [id, `${status}, ${confidence}`]));
}
