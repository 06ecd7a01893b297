import type { EndpointRecord } from "../../../shared/event.js";
import { ANY_METHOD, type Declared, type DeclaredOperation, type DeclaredServer } from "../../declared/declared-api.js";
import type { EndpointEntry } from "../endpoint/endpoint-entry.js";
import type { EndpointStateText } from "../endpoint/endpoint-state-text.js";
import { pathOf } from "../endpoint/operation.js";
import type { ServiceEntry } from "../service/service-entry.js";
import { type Addressed, DeclaredIndex, ENOUGH_CALLS, isProof, type Proof } from "./declared-index.js";
import { OperationDeclaration } from "./declared-operation.js";
import { type Covered, NeverSeen } from "./never-seen.js";
import { rpcServiceOf } from "./procedure.js";
import { provesThere } from "./there.js";
import { UnnamedCalls } from "./unnamed-calls.js";

const NOTHING: Declared = { apis: [], scope: "service", ignore: [], windowSeconds: 0, filesBroken: 0 };

/** What is kept of an endpoint. */
export interface KeptEndpoint {
  readonly record: EndpointRecord;
  readonly state: string;
}

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
    const coverage = this.#index.coverage(addressed(service));
    if (coverage === service.coverage) return false;
    service.coverage = coverage;
    return true;
  }

  /**
   * A call that was answered by a host name. Whether it makes a file speak of the service which did not, or claim to: the file names the host and
   * has what was called, and what holds for all calls has not. Neither a name nor one such call is evidence, for whoever calls chooses both.
   */
  shows(service: ServiceEntry, host: string, method: string, path: string, isFixed: boolean): boolean {
    let isNew = false;
    for (const server of this.#index.named(host, service.port))
      if (!service.coverage?.servers.has(server) && this.#shows(service, server, { method, path, isFixed, calls: 1 }))
        isNew = true;
    return isNew;
  }

  #shows(service: ServiceEntry, server: DeclaredServer, answered: Proof): boolean {
    const usual = this.#index.usualCoverage(addressed(service));
    // So many ask for the name by now that it holds for all calls, which was not looked at since.
    if (usual?.servers.has(server) === true) return true;
    const known = service.provenServers.get(server);
    const before = known !== undefined && isProof(usual, known) ? known.calls : 0;
    if (before >= ENOUGH_CALLS || !isProof(usual, answered)) return false;
    const { method, path, isFixed } = answered;
    if (this.#index.coverageOf([server])?.hasUsually(method, path, isFixed) !== true) return false;
    const calls = before + answered.calls;
    service.provenServers.set(server, { ...answered, calls });
    return before === 0 || calls >= ENOUGH_CALLS;
  }

  /** The same of what is kept of an endpoint, when files or a store are read again. */
  shownBy(service: ServiceEntry, { record, state }: KeptEndpoint): void {
    const { method, template, statuses, hosts = [] } = record;
    const proving = Object.entries(statuses).filter(([status]) => provesThere(Number(status)));
    if (this.isEmpty || proving.length === 0 || hosts.length === 0) return;
    const all = proving.reduce((sum, [, calls]) => sum + calls, 0);
    const counts = hosts.length === 1 ? undefined : hostCounts(state);
    const isFixed = rpcServiceOf(template) !== undefined && method === "POST";
    const answered = { method, path: isFixed ? template : pathOf(template), isFixed };
    for (const host of hosts) {
      const calls = Math.min(all, counts === undefined ? all : (counts.get(host) ?? 1));
      for (const server of this.#index.named(host, service.port)) this.#shows(service, server, { ...answered, calls });
    }
  }

  /** Before the first endpoint is put back. */
  restored(service: ServiceEntry, kept: KeptEndpoint): void {
    const name = rpcServiceOf(kept.record.template);
    if (name !== undefined) service.addRpcService(name);
    this.shownBy(service, kept);
  }

  /** Rows of what was never seen at the services given, once the window is over. */
  rows(services: readonly ServiceEntry[], endpoints: Iterable<EndpointEntry>, learnedMicros: number): EndpointRecord[] {
    this.counters.declared_never_seen = 0;
    if (this.isEmpty || learnedMicros < this.windowMicros) return [];
    const all = [...endpoints];
    const unnamed = new UnnamedCalls(all);
    const rows = NeverSeen.rows(services.filter(isCovered), seenOperations(all), this.#maxRows, unnamed);
    this.counters.declared_never_seen = rows.length;
    return rows;
  }
}

/** How often an endpoint was called by each of its names. */
function hostCounts(state: string): ReadonlyMap<string, number> {
  const { hosts } = JSON.parse(state) as EndpointStateText;
  return new Map((hosts?.counted ?? []).map(([host, count]) => [host, count]));
}

function addressed({ address, port, naming, rpcServices, provenServers }: ServiceEntry): Addressed {
  return { address, port, names: naming.inUse(), rpcServices, provenServers };
}

/** A service whose calls can't be read says nothing of what is not called. */
function isCovered(service: ServiceEntry): service is ServiceEntry & Covered {
  return service.coverage !== undefined && service.calls > 0;
}

/** And not only implied, as HEAD is by GET. */
function isSaidOf(operation: DeclaredOperation, method: string): boolean {
  return operation.method === method || operation.method === ANY_METHOD;
}

function seenOperations(endpoints: Iterable<EndpointEntry>): ReadonlySet<DeclaredOperation> {
  const seen = new Set<DeclaredOperation>();
  for (const { declaration, method, route } of endpoints) {
    if (declaration instanceof OperationDeclaration && isSaidOf(declaration.operation, method))
      seen.add(declaration.operation);
    // It may have been called by names of which other files speak.
    const there = route?.value.get(method) ?? route?.value.get(ANY_METHOD);
    if (there !== undefined) seen.add(there.operation);
  }
  return seen;
}
