import type { RemovalRecord } from "../../shared/event.js";
import type { Call } from "../protocol/message.js";
import { EndpointEntry } from "./endpoint-entry.js";
import { MethodSet } from "./method-set.js";
import type { PathNode } from "./path/path-node.js";
import type { PathTreeOwner } from "./path/path-tree.js";
import type { ServiceEntry } from "./service-entry.js";
import type { InventorySettings } from "./settings.js";

/** Endpoints of a service that only ever answered 404, beyond which further ones are counted together. */
const MAX_NOT_FOUND = 200;
const NOT_FOUND_TEMPLATE = "/{notFound}";
/** Operations of a service whose first call failed, beyond which only those that succeed are kept. */
const MAX_FAILED = 200;
/** What is called at a path beyond those bounds. */
const OTHER_OPERATIONS = "*";
/** gRPC's status for a procedure that the server does not have. */
const UNIMPLEMENTED = 12;
const MAX_METHOD_LENGTH = 32;

/** The endpoints of all services, found by what a call asks for. */
export class EndpointIndex implements PathTreeOwner<MethodSet> {
  readonly counters = {
    endpoints: 0,
    endpoints_refused: 0,
    endpoints_merged: 0,
    /** Calls of operations for which their service had no room: they are counted together at their path. */
    calls_of_other_operations: 0,
  };
  readonly entries = new Set<EndpointEntry>();
  readonly #settings: InventorySettings;
  readonly #onChange: (endpoint: EndpointEntry) => void;
  readonly #fixed = new Map<string, EndpointEntry>();
  #removals: RemovalRecord[] = [];

  /** `onChange` is called for an endpoint that changes otherwise than by a call. */
  constructor(settings: InventorySettings, onChange: (endpoint: EndpointEntry) => void) {
    this.#settings = settings;
    this.#onChange = onChange;
  }

  /** Made where it is missing; undefined beyond a bound, and where the request was not seen. */
  find(service: ServiceEntry, call: Call): EndpointEntry | undefined {
    const { path } = call;
    if (path === undefined || call.method === undefined) return undefined;
    const method = call.method.length > MAX_METHOD_LENGTH ? call.method.slice(0, MAX_METHOD_LENGTH) : call.method;
    if (call.template !== undefined) return this.fixed(service, method, call.template, call);
    const hasSlash = path.charCodeAt(0) === 0x2f;
    // RFC 8441 §4: a CONNECT that names a protocol has a path.
    if (method === "CONNECT" && !hasSlash) return this.fixed(service, method, "{authority}", call);
    if (!hasSlash) return this.fixed(service, method, path === "*" ? "*" : "{invalid}", call);
    if (call.status === 404 && service.notFoundEndpoints >= MAX_NOT_FOUND && !service.paths.knows(path)) {
      return this.fixed(service, method, NOT_FOUND_TEMPLATE, call);
    }
    const node = service.paths.find(path);
    return this.#at(service, method, node, call.operations[0], call);
  }

  /** What else the same request calls, beside what `find` found; each once. */
  findOthers(service: ServiceEntry, call: Call, first: EndpointEntry): ReadonlySet<EndpointEntry> {
    const others = new Set<EndpointEntry>();
    if (first.node === undefined) return others;
    for (const operation of call.operations) {
      const other = this.#at(service, first.method, first.node as PathNode<MethodSet>, operation, call);
      if (other !== undefined && other !== first) others.add(other);
    }
    return others;
  }

  #at(
    service: ServiceEntry,
    method: string,
    node: PathNode<MethodSet>,
    operation: string | undefined,
    call: Call,
  ): EndpointEntry | undefined {
    const known = node.leaf?.get(method, operation);
    if (known !== undefined || operation === undefined)
      return known ?? this.make(service, method, node, undefined, call);
    if (operation !== OTHER_OPERATIONS) {
      const isFailed = (call.status ?? 0) >= 400 || (call.rpc?.status ?? 0) !== 0;
      const hasRoom =
        service.operations < this.#settings.maxOperationsPerService &&
        !(isFailed && service.failedOperations >= MAX_FAILED);
      if (hasRoom) {
        const made = this.make(service, method, node, operation, call);
        if (made !== undefined && isFailed) service.failedOperations++;
        return made;
      }
    }
    this.counters.calls_of_other_operations++;
    return node.leaf?.get(method, OTHER_OPERATIONS) ?? this.make(service, method, node, OTHER_OPERATIONS, call);
  }

  make(
    service: ServiceEntry,
    method: string,
    node: PathNode<MethodSet>,
    operation: string | undefined,
    call: Call,
  ): EndpointEntry | undefined {
    const made = this.#admit(service, method, node, operation, call.atMicros);
    if (made === undefined) return undefined;
    node.leaf ??= new MethodSet();
    node.leaf.add(made);
    if (operation !== undefined && operation !== OTHER_OPERATIONS) service.operations++;
    if (call.status === 404) service.notFoundEndpoints++;
    return made;
  }

  /** Endpoints whose template does not come from the paths seen. */
  fixed(service: ServiceEntry, method: string, template: string, call: Call): EndpointEntry | undefined {
    const key = `${service.address} ${service.port} ${method} ${template}`;
    const known = this.#fixed.get(key);
    if (known !== undefined) return known;
    const isNotFound = call.template === template && (call.status === 404 || call.rpc?.status === UNIMPLEMENTED);
    if (isNotFound && ++service.notFoundEndpoints > MAX_NOT_FOUND)
      return this.fixed(service, method, NOT_FOUND_TEMPLATE, call);
    const made = this.#admit(service, method, template, undefined, call.atMicros);
    if (made !== undefined) this.#fixed.set(key, made);
    return made;
  }

  #admit(
    service: ServiceEntry,
    method: string,
    place: PathNode<MethodSet> | string,
    operation: string | undefined,
    atMicros: number,
  ): EndpointEntry | undefined {
    if (this.entries.size >= this.#settings.maxEndpoints) {
      this.counters.endpoints_refused++;
      return undefined;
    }
    const { maxCallersPerEndpoint } = this.#settings;
    const made = new EndpointEntry(service, method, place, operation, maxCallersPerEndpoint, atMicros);
    this.entries.add(made);
    this.counters.endpoints++;
    return made;
  }

  merge(from: MethodSet, into: PathNode<MethodSet>): void {
    into.leaf ??= new MethodSet();
    for (const endpoint of from.all()) {
      const removal = removalOf(endpoint);
      const target = into.leaf.get(endpoint.method, endpoint.operation);
      if (target === undefined) {
        endpoint.node = into;
        into.leaf.add(endpoint);
        if (!endpoint.isChanged) this.#onChange(endpoint);
      } else {
        target.merge(endpoint);
        this.entries.delete(endpoint);
        this.counters.endpoints--;
        this.counters.endpoints_merged++;
        if (!target.isChanged) this.#onChange(target);
      }
      this.#removals.push({ ...removal, mergedInto: (target ?? endpoint).template });
    }
  }

  signature(leaf: MethodSet): string {
    return leaf.signature();
  }

  calls(leaf: MethodSet): number {
    return leaf.calls;
  }

  takeRemovals(): RemovalRecord[] {
    const removals = this.#removals;
    this.#removals = [];
    return removals;
  }
}

function removalOf({ service, method, template }: EndpointEntry): RemovalRecord {
  return { kind: "removal", serverAddress: service.address, serverPort: service.port, method, template };
}
