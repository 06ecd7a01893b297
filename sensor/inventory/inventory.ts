import type { EdgeRecord, EndpointRecord, EndpointState, RemovalRecord, ServiceRecord } from "../../shared/event.js";
import type { Flow } from "../flow/stream.js";
import type { Anomaly, Call, Connection, Handshake, Message, MessageSink } from "../protocol/message.js";
import { CertificateInventory } from "./certificate-inventory.js";
import { EdgeEntry } from "./edge-entry.js";
import { EndpointEntry } from "./endpoint-entry.js";
import { MethodSet } from "./method-set.js";
import { NetworkList } from "./network-list.js";
import type { ObservationSink } from "./observation.js";
import type { PathNode } from "./path/path-node.js";
import { PathTree, type PathTreeOwner } from "./path/path-tree.js";
import type { ValueUse } from "./path/value-use.js";
import { restoreRows } from "./restore.js";
import type { InventoryDelta, InventoryRow } from "./row.js";
import { ownName, ServiceEntry } from "./service-entry.js";
import { compare } from "./tally.js";

export interface InventorySettings {
  /** Networks in CIDR form within which traffic is east-west. */
  readonly eastWestNetworks: readonly string[];
  readonly maxServices: number;
  readonly maxEdges: number;
  readonly maxEndpoints: number;
  readonly maxCallersPerEndpoint: number;
  readonly maxCertificates: number;
  /** Packet time without a call after which an endpoint is dormant. */
  readonly dormantSeconds: number;
  /** How long an endpoint first seen after the inventory was learned counts as new; also the time of learning. */
  readonly learningSeconds: number;
  /** Path segments that are never made into a parameter. */
  readonly literalSegments: readonly string[];
}

/** What was looked up once for a flow. */
interface FlowMemo {
  readonly service: ServiceEntry | undefined;
  readonly edge: EdgeEntry | undefined;
  readonly clientAddress: string;
}

/** Endpoints of a service that only ever answered 404, beyond which further ones are counted together. */
const MAX_NOT_FOUND = 200;
const NOT_FOUND_TEMPLATE = "/{notFound}";
/** gRPC's status for a procedure that the server does not have. */
const UNIMPLEMENTED = 12;
const MAX_METHOD_LENGTH = 32;
const STATE_SWEEP_MICROS = 3_600e6;

/** Services, who calls them, and what they are asked for. Bounded: what finds no room is counted, never dropped in silence. */
export class Inventory implements MessageSink, PathTreeOwner<MethodSet> {
  readonly counters = {
    calls: 0,
    anomalies: 0,
    handshakes: 0,
    services: 0,
    edges: 0,
    endpoints: 0,
    services_refused: 0,
    edges_refused: 0,
    endpoints_refused: 0,
    endpoints_merged: 0,
  };
  readonly settings: InventorySettings;
  readonly certificates: CertificateInventory;
  readonly #sink: ObservationSink;
  readonly #networks: NetworkList;
  readonly #literalSegments: ReadonlySet<string>;
  /** By address; few have more than one. */
  readonly #services = new Map<string, ServiceEntry[]>();
  readonly #endpoints = new Set<EndpointEntry>();
  readonly #fixed = new Map<string, EndpointEntry>();
  #changedServices: ServiceEntry[] = [];
  #changedEdges: EdgeEntry[] = [];
  #changedEndpoints: EndpointEntry[] = [];
  #removals: RemovalRecord[] = [];
  /** The value at which the path of the call at hand ended, where it is one that is remembered. */
  #value: PathNode<MethodSet> | undefined = undefined;
  #firstMicros: number | undefined = undefined;
  #lastMicros = 0;
  #lastSweepMicros = 0;

  constructor(settings: InventorySettings, sink: ObservationSink) {
    this.settings = settings;
    this.certificates = new CertificateInventory(settings.maxCertificates, (address, port) =>
      this.#nameOf(address, port),
    );
    this.#sink = sink;
    this.#networks = new NetworkList(settings.eastWestNetworks);
    this.#literalSegments = new Set(settings.literalSegments);
  }

  /** Earliest packet time of anything in it: learning began then. */
  get firstMicros(): number | undefined {
    return this.#firstMicros;
  }

  message(message: Message): void {
    if (message.kind === "call") this.#call(message);
    else if (message.kind === "connection") this.#connection(message);
    else if (message.kind === "handshake") this.#handshake(message);
    else this.#anomaly(message);
  }

  #call(call: Call): void {
    const { service, edge, clientAddress } = this.#memo(call.flow, call.atMicros);
    this.counters.calls++;
    this.#timeSeen(call.atMicros);
    let endpoint: EndpointEntry | undefined;
    if (service !== undefined) {
      service.call(call);
      if (!service.isChanged) this.#serviceChanged(service);
      endpoint = this.#endpoint(service, call);
    }
    if (edge !== undefined) {
      edge.call(call);
      if (!edge.isChanged) this.#edgeChanged(edge);
    }
    if (endpoint !== undefined) {
      endpoint.call(call, clientAddress);
      if (!endpoint.isChanged) this.#endpointChanged(endpoint);
      if (this.#value !== undefined) this.#countValue(this.#value, endpoint, call);
    }
    this.#sink.call(call, edge, endpoint);
  }

  #countValue(value: PathNode<MethodSet>, { service, method }: EndpointEntry, { status = 0, atMicros }: Call): void {
    this.#value = undefined;
    (service as ServiceEntry).paths.count(value, { method, status, atMicros });
  }

  #connection(connection: Connection): void {
    const { service, edge } = this.#memo(connection.flow, connection.atMicros);
    this.#timeSeen(connection.atMicros);
    if (service !== undefined) {
      service.connection(connection);
      if (!service.isChanged) this.#serviceChanged(service);
    }
    if (edge !== undefined) {
      edge.connection(connection);
      if (!edge.isChanged) this.#edgeChanged(edge);
    }
    this.#sink.connection(connection, edge);
  }

  #handshake(handshake: Handshake): void {
    const { service, edge } = this.#memo(handshake.flow, handshake.atMicros);
    this.counters.handshakes++;
    this.#timeSeen(handshake.atMicros);
    this.certificates.handshake(handshake);
    if (service !== undefined) {
      service.handshake(handshake);
      if (!service.isChanged) this.#serviceChanged(service);
    }
    if (edge !== undefined) {
      edge.handshake(handshake);
      if (!edge.isChanged) this.#edgeChanged(edge);
    }
    this.#sink.handshake(handshake, edge);
  }

  #anomaly(anomaly: Anomaly): void {
    this.counters.anomalies++;
    this.#sink.anomaly(anomaly, this.#memo(anomaly.flow, anomaly.atMicros).edge);
  }

  #memo(flow: Flow, atMicros: number): FlowMemo {
    if (flow.memo !== undefined) return flow.memo as FlowMemo;
    const service = this.#service(flow.serverAddress, flow.serverPort, atMicros);
    const edge = service && this.#edge(flow.clientAddress, service, atMicros);
    const memo: FlowMemo = { service, edge, clientAddress: flow.clientAddress };
    flow.memo = memo;
    return memo;
  }

  #service(address: string, port: number, atMicros: number): ServiceEntry | undefined {
    const there = this.#services.get(address);
    if (there !== undefined) for (const service of there) if (service.port === port) return service;
    if (this.counters.services >= this.settings.maxServices) {
      this.counters.services_refused++;
      return undefined;
    }
    const made = new ServiceEntry(address, port, atMicros, new PathTree<MethodSet>(this, this.#literalSegments));
    if (there === undefined) this.#services.set(address, [made]);
    else there.push(made);
    this.counters.services++;
    return made;
  }

  #nameOf(address: string, port: number): string {
    const service = this.#services.get(address)?.find((there) => there.port === port);
    return service?.name ?? ownName(address, port);
  }

  #edge(clientAddress: string, service: ServiceEntry, atMicros: number): EdgeEntry | undefined {
    const known = service.edges.get(clientAddress);
    if (known !== undefined) return known;
    if (this.counters.edges >= this.settings.maxEdges) {
      this.counters.edges_refused++;
      return undefined;
    }
    const scope = this.#networks.scope(clientAddress, service.address);
    const made = new EdgeEntry(clientAddress, service, scope, atMicros);
    service.edges.set(clientAddress, made);
    this.counters.edges++;
    return made;
  }

  #endpoint(service: ServiceEntry, call: Call): EndpointEntry | undefined {
    const { path } = call;
    if (path === undefined || call.method === undefined) return undefined;
    const method = call.method.length > MAX_METHOD_LENGTH ? call.method.slice(0, MAX_METHOD_LENGTH) : call.method;
    if (call.template !== undefined) return this.#fixedEndpoint(service, method, call.template, call);
    const hasSlash = path.charCodeAt(0) === 0x2f;
    // RFC 8441 §4: a CONNECT that names a protocol has a path.
    if (method === "CONNECT" && !hasSlash) return this.#fixedEndpoint(service, method, "{authority}", call);
    if (!hasSlash) return this.#fixedEndpoint(service, method, path === "*" ? "*" : "{invalid}", call);
    if (call.status === 404 && service.notFoundEndpoints >= MAX_NOT_FOUND && service.paths.lookup(path) === undefined) {
      return this.#fixedEndpoint(service, method, NOT_FOUND_TEMPLATE, call);
    }
    const found = service.paths.find(path);
    const node = found.target;
    this.#value = found === node ? undefined : found;
    return node.leaf?.get(method) ?? this.#makeEndpoint(service, method, node, call);
  }

  #makeEndpoint(
    service: ServiceEntry,
    method: string,
    node: PathNode<MethodSet>,
    call: Call,
  ): EndpointEntry | undefined {
    const made = this.#admit(service, method, node, call.atMicros);
    if (made === undefined) return undefined;
    node.leaf ??= new MethodSet();
    node.leaf.endpoints.push(made);
    if (call.status === 404) service.notFoundEndpoints++;
    return made;
  }

  /** Endpoints whose template does not come from the paths seen. */
  #fixedEndpoint(service: ServiceEntry, method: string, template: string, call: Call): EndpointEntry | undefined {
    const key = `${service.address} ${service.port} ${method} ${template}`;
    const known = this.#fixed.get(key);
    if (known !== undefined) return known;
    const isNotFound = call.template === template && (call.status === 404 || call.rpc?.status === UNIMPLEMENTED);
    if (isNotFound && ++service.notFoundEndpoints > MAX_NOT_FOUND)
      return this.#fixedEndpoint(service, method, NOT_FOUND_TEMPLATE, call);
    const made = this.#admit(service, method, template, call.atMicros);
    if (made !== undefined) this.#fixed.set(key, made);
    return made;
  }

  #admit(
    service: ServiceEntry,
    method: string,
    place: PathNode<MethodSet> | string,
    atMicros: number,
  ): EndpointEntry | undefined {
    if (this.#endpoints.size >= this.settings.maxEndpoints) {
      this.counters.endpoints_refused++;
      return undefined;
    }
    const made = new EndpointEntry(service, method, place, this.settings.maxCallersPerEndpoint, atMicros);
    this.#endpoints.add(made);
    this.counters.endpoints++;
    return made;
  }

  merge(from: MethodSet, into: PathNode<MethodSet>): ValueUse[] {
    const uses = from.endpoints.map((endpoint) => endpoint.use());
    into.leaf ??= new MethodSet();
    for (const endpoint of from.endpoints) {
      const removal = this.#removalOf(endpoint);
      const target = into.leaf.get(endpoint.method);
      if (target === undefined) {
        endpoint.node = into;
        into.leaf.endpoints.push(endpoint);
        if (!endpoint.isChanged) this.#endpointChanged(endpoint);
      } else {
        target.merge(endpoint);
        this.#endpoints.delete(endpoint);
        this.counters.endpoints--;
        this.counters.endpoints_merged++;
        if (!target.isChanged) this.#endpointChanged(target);
      }
      this.#removals.push({ ...removal, mergedInto: into.template });
    }
    return uses;
  }

  split(uses: readonly ValueUse[], from: PathNode<MethodSet>, to: PathNode<MethodSet>): void {
    for (const use of uses) {
      const whole = from.leaf?.get(use.method);
      if (whole === undefined) continue;
      const made = this.#admit(whole.service as ServiceEntry, use.method, to, use.firstMicros);
      if (made === undefined) continue;
      to.leaf ??= new MethodSet();
      to.leaf.endpoints.push(made);
      made.take(use, whole);
      this.#endpointChanged(made);
      if (!whole.isChanged) this.#endpointChanged(whole);
      if (whole.calls === 0) this.#dropEmpty(whole, from);
    }
  }

  #dropEmpty(endpoint: EndpointEntry, node: PathNode<MethodSet>): void {
    this.#removals.push(this.#removalOf(endpoint));
    this.#endpoints.delete(endpoint);
    this.counters.endpoints--;
    const rest = node.leaf?.endpoints.filter((one) => one !== endpoint) ?? [];
    node.leaf = rest.length === 0 ? undefined : new MethodSet(rest);
  }

  uses(leaf: MethodSet): readonly EndpointEntry[] {
    return leaf.endpoints;
  }

  /** Looks once more at all paths of which something changed. */
  settle(): void {
    for (const service of this.#sortedServices()) service.paths.settle();
  }

  /** The template that a path has by what is known now; undefined where nothing like it was seen. */
  templateOf(address: string, port: number, path: string): string | undefined {
    const service = this.#services.get(address)?.find((there) => there.port === port);
    return service?.paths.lookup(path)?.template;
  }

  #removalOf(endpoint: EndpointEntry): RemovalRecord {
    const { service, method, template } = endpoint;
    return { kind: "removal", serverAddress: service.address, serverPort: service.port, method, template };
  }

  #timeSeen(atMicros: number): void {
    if (this.#firstMicros === undefined || atMicros < this.#firstMicros) this.#firstMicros = atMicros;
    if (atMicros > this.#lastMicros) this.#lastMicros = atMicros;
  }

  #serviceChanged(service: ServiceEntry): void {
    service.isChanged = true;
    this.#changedServices.push(service);
  }

  #edgeChanged(edge: EdgeEntry): void {
    edge.isChanged = true;
    this.#changedEdges.push(edge);
  }

  #endpointChanged(endpoint: EndpointEntry): void {
    endpoint.isChanged = true;
    this.#changedEndpoints.push(endpoint);
  }

  *services(): Iterable<ServiceRecord> {
    for (const service of this.#sortedServices()) yield service.record();
  }

  *edges(): Iterable<EdgeRecord> {
    const edges = this.#sortedServices().flatMap((service) => [...service.edges.values()]);
    // A stable sort: services keep their order for each client.
    for (const edge of edges.sort((a, b) => compare(a.clientAddress, b.clientAddress))) yield this.#edgeRecord(edge);
  }

  #sortedServices(): ServiceEntry[] {
    return [...this.#services.values()].flat().sort((a, b) => compare(a.address, b.address) || a.port - b.port);
  }

  *endpoints(): Iterable<EndpointRecord> {
    const records = [...this.#endpoints].map((endpoint) => endpoint.record(this.#stateOf(endpoint)));
    yield* records.sort(
      (a, b) =>
        compare(a.serverAddress, b.serverAddress) ||
        a.serverPort - b.serverPort ||
        compare(a.template, b.template) ||
        compare(a.method, b.method),
    );
  }

  #edgeRecord(edge: EdgeEntry): EdgeRecord {
    const there = this.#services.get(edge.clientAddress);
    const client = there?.length === 1 && there[0] !== edge.service ? there[0] : undefined;
    return edge.record(client?.name);
  }

  #stateOf(endpoint: EndpointEntry): EndpointState {
    if (this.#lastMicros - endpoint.lastMicros > this.settings.dormantSeconds * 1e6) return "dormant";
    const learningMicros = this.settings.learningSeconds * 1e6;
    const isLate = endpoint.firstMicros - (this.#firstMicros ?? 0) > learningMicros;
    return isLate && this.#lastMicros - endpoint.firstMicros < learningMicros ? "new" : "active";
  }

  /** At most `maxRows` changed rows; those left over come with the next delta. */
  takeDelta(maxRows: number): InventoryDelta {
    this.#sweepStates();
    const rows: InventoryRow[] = [];
    for (const service of this.#changedServices.splice(0, maxRows)) {
      service.isChanged = false;
      rows.push({ record: service.record(), state: service.state() });
    }
    for (const edge of this.#changedEdges.splice(0, maxRows - rows.length)) {
      edge.isChanged = false;
      rows.push({ record: this.#edgeRecord(edge), state: "{}" });
    }
    for (const endpoint of this.#changedEndpoints.splice(0, maxRows - rows.length)) {
      endpoint.isChanged = false;
      if (this.#endpoints.has(endpoint))
        rows.push({ record: endpoint.record(this.#stateOf(endpoint)), state: endpoint.state() });
    }
    rows.push(...this.certificates.takeRows(maxRows - rows.length));
    const removals = this.#removals;
    this.#removals = [];
    return { rows, removals };
  }

  /** Endpoints turn dormant, and cease to be new, by the passing of time alone. */
  #sweepStates(): void {
    if (this.#lastMicros - this.#lastSweepMicros < STATE_SWEEP_MICROS) return;
    this.#lastSweepMicros = this.#lastMicros;
    for (const endpoint of this.#endpoints) {
      if (!endpoint.isChanged && this.#stateOf(endpoint) !== endpoint.toldState) this.#endpointChanged(endpoint);
    }
  }

  /** Goes on counting from what a store kept. Only while it is empty. */
  restore(rows: readonly InventoryRow[]): void {
    restoreRows(rows, {
      service: (record) => {
        this.#timeSeen(record.firstMicros);
        return this.#service(record.address, record.port, record.firstMicros);
      },
      edge: (record, service) => this.#edge(record.clientAddress, service, record.firstMicros),
      endpoint: (record, service, node) => {
        const call = { atMicros: record.firstMicros, status: undefined } as Call;
        return node === undefined
          ? this.#fixedEndpoint(service, record.method, record.template, call)
          : this.#makeEndpoint(service, record.method, node, call);
      },
      certificate: (record, state) => this.certificates.restore(record, state),
    });
    for (const service of this.#sortedServices()) this.#timeSeen(service.lastMicros);
  }
}
