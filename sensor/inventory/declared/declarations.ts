import type { EndpointRecord } from "../../../shared/event.js";
import type { Declared, DeclaredOperation } from "../../declared/declared-api.js";
import type { EndpointEntry } from "../endpoint/endpoint-entry.js";
import { pathOf } from "../endpoint/operation.js";
import type { ServiceEntry } from "../service/service-entry.js";
import { DeclaredIndex } from "./declared-index.js";
import { OperationDeclaration } from "./declared-operation.js";
import { type Covered, NeverSeen } from "./never-seen.js";
import { rpcServiceOf } from "./procedure.js";
import { provesThere } from "./there.js";

const NOTHING: Declared = { apis: [], scope: "service", ignore: [], windowSeconds: 0, filesBroken: 0 };

/** Holds what files declare against the inventory: which service they speak of, and what of it was never seen. */
export class Declarations {
  readonly counters = { declared_files: 0, declared_files_broken: 0, declared_operations: 0, declared_never_seen: 0 };
  readonly neverSeen = new NeverSeen();
  readonly #maxRows: number;
  #index = new DeclaredIndex(NOTHING);

  constructor(declared: Declared | undefined, maxRows: number) {
    this.#maxRows = maxRows;
    if (declared !== undefined) this.declare(declared);
  }

  declare(declared: Declared): void {
    this.#index = new DeclaredIndex(declared);
    this.counters.declared_files = declared.apis.length;
    this.counters.declared_files_broken = declared.filesBroken;
    this.counters.declared_operations = declared.apis.reduce((sum, { operations }) => sum + operations.length, 0);
  }

  get windowMicros(): number {
    return this.#index.declared.windowSeconds * 1e6;
  }

  get isEmpty(): boolean {
    return this.#index.declared.apis.length === 0;
  }

  /** Whether other files speak of the service than before. */
  rebind(service: ServiceEntry): boolean {
    const { address, port, rpcServices, provenServers } = service;
    const names = service.naming.inUse();
    const coverage = this.#index.coverage({ address, port, names, rpcServices, provenServers });
    if (coverage === service.coverage) return false;
    service.coverage = coverage;
    return true;
  }

  /**
   * A call that was answered by a host name. Whether it shows that a file speaks of the service which did not: the file names the host and
   * has what was called. A name alone is no evidence, for whoever calls chooses it.
   */
  shows(service: ServiceEntry, host: string, method: string, path: string, isFixed: boolean): boolean {
    let isNew = false;
    for (const server of this.#index.named(host, service.port)) {
      if (service.provenServers.has(server)) continue;
      const coverage = this.#index.coverageOf([server]);
      const route = isFixed ? undefined : coverage?.route(path, undefined);
      const has = isFixed
        ? coverage?.declaresProcedure(path)
        : route !== undefined && coverage?.declares(method, route);
      if (has !== true) continue;
      service.provenServers.add(server);
      isNew = true;
    }
    return isNew;
  }

  /** The same of what is kept of an endpoint, when files or a store are read again. */
  shownBy(service: ServiceEntry, { method, template, statuses, hosts = [] }: EndpointRecord): void {
    if (this.isEmpty || !Object.keys(statuses).some((status) => provesThere(Number(status)))) return;
    const isFixed = rpcServiceOf(template) !== undefined && method === "POST";
    for (const host of hosts) this.shows(service, host, method, isFixed ? template : pathOf(template), isFixed);
  }

  /** Before the first endpoint is put back. */
  restored(service: ServiceEntry, record: EndpointRecord): void {
    const name = rpcServiceOf(record.template);
    if (name !== undefined) service.addRpcService(name);
    this.shownBy(service, record);
  }

  /** Rows of what was never seen at the services given, once the window is over. */
  rows(services: readonly ServiceEntry[], endpoints: Iterable<EndpointEntry>, learnedMicros: number): EndpointRecord[] {
    this.counters.declared_never_seen = 0;
    if (this.isEmpty || learnedMicros < this.windowMicros) return [];
    const rows = NeverSeen.rows(services.filter(isCovered), seenOperations(endpoints), this.#maxRows);
    this.counters.declared_never_seen = rows.length;
    return rows;
  }
}

/** A service whose calls can't be read says nothing of what is not called. */
function isCovered(service: ServiceEntry): service is ServiceEntry & Covered {
  return service.coverage !== undefined && service.calls > 0;
}

function seenOperations(endpoints: Iterable<EndpointEntry>): ReadonlySet<DeclaredOperation> {
  const seen = new Set<DeclaredOperation>();
  for (const { declaration, method } of endpoints)
    if (declaration instanceof OperationDeclaration && declaration.operation.method === method)
      seen.add(declaration.operation);
  return seen;
}
