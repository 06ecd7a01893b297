import type { EndpointRecord, RemovalRecord } from "../../shared/event.js";
import type { Call } from "../protocol/message.js";
import type { DeclaredPath } from "./declared/coverage.js";
import { rpcServiceOf } from "./declared/procedure.js";
import type { Route } from "./declared/route-table.js";
import { EndpointEntry, type EntryBounds } from "./endpoint-entry.js";
import { byPlace } from "./endpoint-state.js";
import { MethodSet } from "./method-set.js";
import { OTHER_OPERATIONS, operationOf, pathOf } from "./operation.js";
import type { PathNode } from "./path/path-node.js";
import type { PathTreeOwner } from "./path/path-tree.js";
import type { ValueUse } from "./path/value-use.js";
import { SchemaBudget } from "./schema/schema-budget.js";
import type { ServiceEntry } from "./service-entry.js";

export interface EndpointTableSettings {
  readonly maxEndpoints: number;
  readonly maxOperationsPerService: number;
  readonly maxCallersPerEndpoint: number;
  readonly maxSchemaPlaces: number;
}

export interface EndpointCounters {
  endpoints: number;
  endpoints_refused: number;
  endpoints_merged: number;
  /** Calls of operations for which their service had no room: they are counted together at their path. */
  calls_of_other_operations: number;
}

/** Endpoints of a service that only ever answered 404, beyond which further ones are counted together. */
const MAX_NOT_FOUND = 200;
const NOT_FOUND_TEMPLATE = "/{notFound}";
/** Operations of a service whose first call failed, beyond which only those that succeed are kept. */
const MAX_FAILED = 200;
/** gRPC's status for a procedure that the server does not have. */
const UNIMPLEMENTED = 12;
const MAX_METHOD_LENGTH = 32;

/** Where an endpoint is: among the paths seen, or the declared ones. */
type Place = PathNode<MethodSet> | Route<DeclaredPath>;

/** Finds the endpoint of each call: by what files declare, by what the protocol says is called, else by the paths seen. */
export class EndpointTable implements PathTreeOwner<MethodSet> {
  readonly #settings: EndpointTableSettings;
  readonly #counters: EndpointCounters;
  readonly budget: SchemaBudget;
  readonly #bounds: EntryBounds;
  readonly #endpoints = new Set<EndpointEntry>();
  readonly #fixed = new Map<string, EndpointEntry>();
  readonly #newRpc: (service: ServiceEntry, name: string) => void;
  #changed: EndpointEntry[] = [];
  #removals: RemovalRecord[] = [];
  /** The value at which the path of the call at hand ended, where it is one that is remembered. */
  #value: PathNode<MethodSet> | undefined = undefined;

  /** `newRpc`: procedures of one more service are called there. */
  constructor(
    settings: EndpointTableSettings,
    counters: EndpointCounters,
    newRpc: (service: ServiceEntry, name: string) => void,
  ) {
    this.#settings = settings;
    this.#counters = counters;
    this.#newRpc = newRpc;
    this.budget = new SchemaBudget(settings.maxSchemaPlaces);
    this.#bounds = { maxCallers: settings.maxCallersPerEndpoint, budget: this.budget };
  }

  of(service: ServiceEntry, call: Call): EndpointEntry | undefined {
    const { path } = call;
    this.#value = undefined;
    if (path === undefined || call.method === undefined) return undefined;
    const method = call.method.length > MAX_METHOD_LENGTH ? call.method.slice(0, MAX_METHOD_LENGTH) : call.method;
    if (call.template !== undefined) return this.#fixedEndpoint(service, method, call.template, call);
    const hasSlash = path.charCodeAt(0) === 0x2f;
    // RFC 8441 §4: a CONNECT that names a protocol has a path.
    if (method === "CONNECT" && !hasSlash) return this.#fixedEndpoint(service, method, "{authority}", call);
    if (!hasSlash) return this.#fixedEndpoint(service, method, path === "*" ? "*" : "{invalid}", call);
    const route = service.coverage?.route(path);
    if (route !== undefined) return this.#at(service, method, route, call.operations[0], call);
    if (call.status === 404 && service.notFoundEndpoints >= MAX_NOT_FOUND && service.paths.lookup(path) === undefined) {
      return this.#fixedEndpoint(service, method, NOT_FOUND_TEMPLATE, call);
    }
    const found = service.paths.find(path);
    const node = found.target;
    if (found !== node) this.#value = found;
    return this.#at(service, method, node, call.operations[0], call);
  }

  /** Counts a call, found last, for the value at which its path ended; of operations that is not told apart. */
  countValue({ service, method, operation }: EndpointEntry, { status = 0, atMicros }: Call): void {
    const value = this.#value;
    if (value === undefined || operation !== undefined) return;
    this.#value = undefined;
    service.paths.count(value, { method, status, atMicros });
  }

  /** What else the same request calls, beside what `of` found; each once. */
  others(service: ServiceEntry, call: Call, first: EndpointEntry): ReadonlySet<EndpointEntry> {
    const others = new Set<EndpointEntry>();
    const place = first.route ?? (first.node as PathNode<MethodSet> | undefined);
    if (place === undefined) return others;
    for (const operation of call.operations) {
      const other = this.#at(service, first.method, place, operation, call);
      if (other !== undefined && other !== first) others.add(other);
    }
    return others;
  }

  #at(
    service: ServiceEntry,
    method: string,
    place: Place,
    operation: string | undefined,
    call: Call,
  ): EndpointEntry | undefined {
    const known = entryAt(service, method, place, operation);
    if (known !== undefined || operation === undefined)
      return known ?? this.#makeEndpoint(service, method, place, undefined, call);
    if (operation !== OTHER_OPERATIONS) {
      const isFailed = (call.status ?? 0) >= 400 || (call.rpc?.status ?? 0) !== 0;
      const hasRoom =
        service.operations < this.#settings.maxOperationsPerService &&
        !(isFailed && service.failedOperations >= MAX_FAILED);
      if (hasRoom) {
        const made = this.#makeEndpoint(service, method, place, operation, call);
        if (made !== undefined && isFailed) service.failedOperations++;
        return made;
      }
    }
    this.#counters.calls_of_other_operations++;
    const others = entryAt(service, method, place, OTHER_OPERATIONS);
    return others ?? this.#makeEndpoint(service, method, place, OTHER_OPERATIONS, call);
  }

  #makeEndpoint(
    service: ServiceEntry,
    method: string,
    place: Place,
    operation: string | undefined,
    call: Pick<Call, "atMicros" | "status">,
  ): EndpointEntry | undefined {
    const made = this.#admit(service, method, place, call.atMicros, operation);
    if (made === undefined) return undefined;
    if (operation !== undefined && operation !== OTHER_OPERATIONS) service.operations++;
    if ("value" in place) {
      const there = service.declared.get(place);
      if (there === undefined) service.declared.set(place, [made]);
      else there.push(made);
      return made;
    }
    place.leaf ??= new MethodSet();
    place.leaf.add(made);
    if (call.status === 404) service.notFoundEndpoints++;
    return made;
  }

  /** Endpoints whose template does not come from the paths seen. */
  #fixedEndpoint(
    service: ServiceEntry,
    method: string,
    template: string,
    call: Pick<Call, "atMicros" | "status" | "template" | "rpc">,
  ): EndpointEntry | undefined {
    const key = fixedKey(service, method, template);
    const known = this.#fixed.get(key);
    if (known !== undefined) return known;
    const isNotFound = call.template === template && (call.status === 404 || call.rpc?.status === UNIMPLEMENTED);
    if (isNotFound && ++service.notFoundEndpoints > MAX_NOT_FOUND)
      return this.#fixedEndpoint(service, method, NOT_FOUND_TEMPLATE, call);
    const rpcService = rpcServiceOf(template);
    if (rpcService !== undefined && !service.rpcServices.has(rpcService)) this.#newRpc(service, rpcService);
    const made = this.#admit(service, method, template, call.atMicros);
    if (made !== undefined) this.#fixed.set(key, made);
    return made;
  }

  #admit(
    service: ServiceEntry,
    method: string,
    place: Place | string,
    atMicros: number,
    operation?: string,
  ): EndpointEntry | undefined {
    if (this.#endpoints.size >= this.#settings.maxEndpoints) {
      this.#counters.endpoints_refused++;
      return undefined;
    }
    const made = new EndpointEntry(service, method, place, this.#bounds, atMicros, operation);
    this.#endpoints.add(made);
    this.#counters.endpoints++;
    return made;
  }

  merge(from: MethodSet, into: PathNode<MethodSet>): ValueUse[] {
    const uses = from.plain.map((endpoint) => endpoint.use());
    into.leaf ??= new MethodSet();
    for (const endpoint of from.all()) {
      const removal = endpoint.removal();
      const target = into.leaf.get(endpoint.method, endpoint.operation);
      if (target === undefined) {
        endpoint.node = into;
        into.leaf.add(endpoint);
        this.changed(endpoint);
      } else {
        this.#join(endpoint, target);
        this.#counters.endpoints_merged++;
      }
      // Nobody keeps a row that was never told.
      if (endpoint.toldState !== undefined)
        this.#removals.push({ ...removal, mergedInto: (target ?? endpoint).template });
    }
    return uses;
  }

  split(uses: readonly ValueUse[], from: PathNode<MethodSet>, to: PathNode<MethodSet>): void {
    for (const use of uses) {
      const whole = from.leaf?.get(use.method, undefined);
      const made = whole && this.#admit(whole.service, use.method, to, use.firstMicros);
      if (whole === undefined || made === undefined) continue;
      to.leaf ??= new MethodSet();
      to.leaf.add(made);
      made.take(use, whole);
      this.changed(made);
      this.changed(whole);
      if (whole.calls === 0) this.#dropEmpty(whole, from);
    }
  }

  #dropEmpty(endpoint: EndpointEntry, node: PathNode<MethodSet>): void {
    if (endpoint.toldState !== undefined) this.#removals.push(endpoint.removal());
    endpoint.schemas?.drop();
    this.#endpoints.delete(endpoint);
    this.#counters.endpoints--;
    node.leaf?.delete(endpoint);
    if (node.leaf?.isEmpty) node.leaf = undefined;
  }

  #join(endpoint: EndpointEntry, target: EndpointEntry): void {
    target.merge(endpoint);
    if (this.#endpoints.delete(endpoint)) this.#counters.endpoints--;
    this.changed(target);
  }

  uses(leaf: MethodSet): readonly EndpointEntry[] {
    return leaf.all();
  }

  changed(endpoint: EndpointEntry): void {
    if (endpoint.isChanged) return;
    endpoint.isChanged = true;
    this.#changed.push(endpoint);
  }

  /** By service, template and method; `more` among them. */
  records(recordOf: (endpoint: EndpointEntry) => EndpointRecord, more: readonly EndpointRecord[]): EndpointRecord[] {
    return [...[...this.#endpoints].map(recordOf), ...more].sort(byPlace);
  }

  /** At most so many that changed and are still there. */
  takeChanged(maxEndpoints: number): EndpointEntry[] {
    const taken = this.#changed.splice(0, maxEndpoints);
    for (const endpoint of taken) endpoint.isChanged = false;
    return taken.filter((endpoint) => this.#endpoints.has(endpoint));
  }

  remove(removals: readonly RemovalRecord[]): void {
    this.#removals.push(...removals);
  }

  takeRemovals(): RemovalRecord[] {
    const removals = this.#removals;
    this.#removals = [];
    return removals;
  }

  all(): Iterable<EndpointEntry> {
    return this.#endpoints;
  }

  /** Takes everything of a service out, to be restored under other templates: what `keep` makes of each. */
  takeOut<T>(service: ServiceEntry, keep: (endpoint: EndpointEntry) => T): T[] {
    const taken = [...this.#endpoints].filter((endpoint) => endpoint.service === service);
    const kept = taken.map(keep);
    for (const endpoint of taken) {
      if (endpoint.operation !== undefined && endpoint.operation !== OTHER_OPERATIONS) service.operations--;
      endpoint.schemas?.drop();
      this.#endpoints.delete(endpoint);
      if (endpoint.isFixed) this.#fixed.delete(fixedKey(service, endpoint.method, endpoint.template));
    }
    this.#counters.endpoints -= taken.length;
    service.declared.clear();
    return kept;
  }

  /**
   * Puts an endpoint back that was stored or taken out: one of paths where a declared path fits its template, else at its node, else
   * as it was. Where another is there already the two become one. `fill` restores the entry made for it.
   */
  putBack(
    record: EndpointRecord,
    service: ServiceEntry,
    nodeOf: (() => PathNode<MethodSet> | undefined) | undefined,
    fill: (entry: EndpointEntry) => void,
  ): void {
    const { method, template, firstMicros } = record;
    const before = this.#endpoints.size;
    const entry = this.#entryFor(record, service, nodeOf);
    if (entry === undefined) return;
    if (this.#endpoints.size > before) fill(entry);
    else {
      const other = new EndpointEntry(service, method, template, this.#bounds, firstMicros);
      fill(other);
      this.#join(other, entry);
    }
    if (entry.template === template) return;
    this.#removals.push({ ...entry.removal(), template, mergedInto: entry.template });
    this.changed(entry);
  }

  #entryFor(
    { method, template, firstMicros }: EndpointRecord,
    service: ServiceEntry,
    nodeOf: (() => PathNode<MethodSet> | undefined) | undefined,
  ): EndpointEntry | undefined {
    const operation = nodeOf && operationOf(template);
    const place = nodeOf && (service.coverage?.route(pathOf(template)) ?? nodeOf());
    const call = { atMicros: firstMicros, status: undefined, template: undefined, rpc: undefined };
    if (place === undefined) return this.#fixedEndpoint(service, method, template, call);
    const known = entryAt(service, method, place, operation);
    return known ?? this.#makeEndpoint(service, method, place, operation, call);
  }
}

function entryAt(
  service: ServiceEntry,
  method: string,
  place: Place,
  operation: string | undefined,
): EndpointEntry | undefined {
  if (!("value" in place)) return place.leaf?.get(method, operation);
  const there = service.declared.get(place);
  if (there !== undefined)
    for (const endpoint of there) if (endpoint.method === method && endpoint.operation === operation) return endpoint;
  return undefined;
}

function fixedKey({ place, port }: ServiceEntry, method: string, template: string): string {
  return `${place} ${port} ${method} ${template}`;
}
