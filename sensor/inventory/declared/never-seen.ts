import type { EndpointRecord, RemovalRecord } from "../../../shared/event.js";
import { inNetwork, placeOf } from "../../../shared/virtual-network.js";
import type { DeclaredOperation } from "../../declared/declared-api.js";
import type { Coverage } from "./coverage.js";
import { declarationFacts, deprecationFacts } from "./declared-facts.js";
import type { OperationDeclaration } from "./declared-operation.js";
import { combineDeprecation } from "./deprecation.js";
import type { Named } from "./unnamed-calls.js";

/** A service of which files speak and that was heard. */
export interface Covered {
  readonly address: string;
  readonly port: number;
  readonly virtualNetwork: string | undefined;
  readonly name: string;
  readonly coverage: Coverage;
}

/** Rows of operations that are declared and were never seen, as they were told last. */
export class NeverSeen {
  #told = new Map<string, EndpointRecord>();

  /** Whether a stored row is one of these: it is no endpoint to count on. */
  takesBack(record: EndpointRecord): boolean {
    if (record.calls > 0 || record.declaration?.isDeclared !== true) return false;
    this.#told.set(keyOf(record), record);
    return true;
  }

  /**
   * All of them, of services in their order: an operation served in several places has one row, and one that calls may have been for whose host
   * was not read has none.
   */
  static rows(
    services: Iterable<Covered & Named>,
    seen: ReadonlySet<DeclaredOperation>,
    maxRows: number,
    unnamed: { mayBe(service: Covered & Named, method: string, template: string): boolean },
  ): EndpointRecord[] {
    const rows: EndpointRecord[] = [];
    const done = new Set(seen);
    for (const service of services) {
      for (const [declaration, template] of service.coverage.operations()) {
        if (done.has(declaration.operation)) continue;
        done.add(declaration.operation);
        if (unnamed.mayBe(service, declaration.operation.method, template)) continue;
        if (rows.length >= maxRows) return rows;
        rows.push(rowOf(service, declaration, template));
      }
    }
    return rows;
  }

  /** What changed since the rows were told last. */
  changes(
    rows: readonly EndpointRecord[],
    called: { all(): Iterable<CalledEndpoint> },
  ): { readonly rows: EndpointRecord[]; readonly removals: RemovalRecord[] } {
    const now = new Map(rows.map((record) => [keyOf(record), record]));
    const gone = [...this.#told].filter(([key]) => !now.has(key));
    const taken = new Set(gone.length === 0 ? [] : [...called.all()].map(keyOfCalled));
    // A row that an endpoint has now is replaced, not removed.
    const removals = gone.flatMap(([key, { serverAddress, serverPort, method, template }]): RemovalRecord[] =>
      taken.has(key) ? [] : [{ kind: "removal", serverAddress, serverPort, method, template }],
    );
    const changed = rows.filter((record) => JSON.stringify(record) !== JSON.stringify(this.#told.get(keyOf(record))));
    this.#told = now;
    return { rows: changed, removals };
  }
}

/** An endpoint of the inventory, by what its row is known. */
interface CalledEndpoint {
  readonly service: { readonly place: string; readonly port: number };
  readonly method: string;
  readonly template: string;
}

function keyOfCalled({ service, method, template }: CalledEndpoint): string {
  return `${service.place} ${service.port} ${method} ${template}`;
}

function keyOf({ serverAddress, virtualNetwork, serverPort, method, template }: EndpointRecord): string {
  return `${placeOf(serverAddress, virtualNetwork)} ${serverPort} ${method} ${template}`;
}

function rowOf(service: Covered, declaration: OperationDeclaration, template: string): EndpointRecord {
  const deprecation = combineDeprecation(declaration, undefined);
  return {
    kind: "endpoint",
    serverAddress: service.address,
    serverPort: service.port,
    ...inNetwork(service.virtualNetwork),
    service: service.name,
    method: declaration.operation.method,
    template,
    parameters: [],
    calls: 0,
    callers: [],
    callerCount: 0,
    statuses: {},
    credentials: {},
    dataClasses: [],
    requestClasses: {},
    responseClasses: {},
    requestBodiesRead: 0,
    responseBodiesRead: 0,
    requestBodiesCut: 0,
    responseBodiesCut: 0,
    requestContentTypes: [],
    responseContentTypes: [],
    state: deprecation === undefined ? "dormant" : "deprecated",
    declaration: declarationFacts(declaration),
    ...(deprecation === undefined ? {} : { deprecation: deprecationFacts(deprecation) }),
    incompleteCalls: 0,
    missingBytes: 0,
    firstMicros: 0,
    lastMicros: 0,
  };
}
