import type { EdgeRecord, EndpointRecord, EndpointState, RemovalRecord, ServiceRecord } from "../../shared/event.js";
import { placeOf } from "../../shared/virtual-network.js";
import type { Flow } from "../flow/stream.js";
import type {
  Anomaly,
  ByteFate,
  Call,
  CallStream,
  Connection,
  Handshake,
  Message,
  MessageSink,
  VisibilitySink,
} from "../protocol/message.js";
import { BlindTimes } from "./blind-times.js";
import { FATE_COUNTERS } from "./byte-ledger.js";
import { CertificateInventory } from "./certificate-inventory.js";
import { ChangedRows } from "./changed-rows.js";
import { EdgeEntry } from "./edge-entry.js";
import { EndpointEntry } from "./endpoint-entry.js";
import { byPlace, stateOf } from "./endpoint-state.js";
import { MethodSet } from "./method-set.js";
import { NetworkList } from "./network-list.js";
import type { ObservationSink } from "./observation.js";
import type { PathNode } from "./path/path-node.js";
import { PathTree, type PathTreeOwner } from "./path/path-tree.js";
import { restoreRows } from "./restore.js";
import type { InventoryDelta, InventoryRow } from "./row.js";
import { ServiceEntry } from "./service-entry.js";
import { ServiceList } from "./service-list.js";
import type { InventorySettings } from "./settings.js";
import { compare } from "./tally.js";

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
export class Inventory implements MessageSink, VisibilitySink, PathTreeOwner<MethodSet> {
  readonly counters = {
    calls: 0,
    anomalies: 0,
    handshakes: 0,
    bytes_parsed: 0,
    bytes_encrypted: 0,
    bytes_not_understood: 0,
    bytes_joined_late: 0,
    bytes_lost: 0,
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
  /** Each row is told with what may be missing of it. */
  readonly blindTimes = new BlindTimes();
  readonly #sink: ObservationSink;
  readonly #networks: NetworkList;
  readonly #literalSegments: ReadonlySet<string>;
  readonly #services = new ServiceList();
  readonly #endpoints = new Set<EndpointEntry>();
  readonly #fixed = new Map<string, EndpointEntry>();
  readonly #changed = new ChangedRows();
  #removals: RemovalRecord[] = [];
  #firstMicros: number | undefined = undefined;
  #lastMicros = 0;
  #lastSweepMicros = 0;

  constructor(settings: InventorySettings, sink: ObservationSink) {
    this.settings = settings;
    this.certificates = new CertificateInventory(settings.maxCertificates, (place, port) =>
      this.#services.nameOf(place, port),
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
    if (message.kind === "call") {
      if (message.stream?.isContinued) this.#goOn(message, message.stream);
      else this.#call(message);
    } else if (message.kind === "connection") this.#connection(message);
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
      this.#changed.service(service);
      endpoint = this.#endpoint(service, call);
    }
    if (edge !== undefined) {
      edge.call(call);
      this.#changed.edge(edge);
    }
    if (endpoint !== undefined) {
      endpoint.call(call, clientAddress);
      this.#changed.endpoint(endpoint);
    }
    this.#sink.call(call, edge, endpoint);
  }

  /** A call that was told before. */
  #goOn(call: Call, stream: CallStream): void {
    const { service, edge } = this.#memo(call.flow, call.atMicros);
    this.#timeSeen(call.atMicros);
    edge?.goOn(call);
    if (edge !== undefined) this.#changed.edge(edge);
    const endpoint = service && this.#endpoint(service, call);
    endpoint?.goOn(call, stream);
    if (endpoint !== undefined) this.#changed.endpoint(endpoint);
  }

  #connection(connection: Connection): void {
    const { service, edge } = this.#memo(connection.flow, connection.atMicros);
    this.#timeSeen(connection.atMicros);
    if (service !== undefined) {
      service.connection(connection);
      this.#changed.service(service);
    }
    if (edge !== undefined) {
      edge.connection(connection);
      this.#changed.edge(edge);
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
      this.#changed.service(service);
    }
    if (edge !== undefined) {
      edge.handshake(handshake);
      this.#changed.edge(edge);
    }
    this.#sink.handshake(handshake, edge);
  }

  #anomaly(anomaly: Anomaly): void {
    this.counters.anomalies++;
    this.#sink.anomaly(anomaly, this.#memo(anomaly.flow, anomaly.atMicros).edge);
  }

  /** A flow's first bytes may be told before anything else of it. */
  bytes(flow: Flow, fate: ByteFate, bytes: number, protocol: string): void {
    this.counters[FATE_COUNTERS[fate]] += bytes;
    const { service, edge } = this.#memo(flow, flow.firstMicros);
    if (service !== undefined) {
      service.bytes.add(fate, bytes, protocol);
      this.#changed.service(service);
    }
    if (fate !== "lost" || edge === undefined) return;
    edge.missingBytes += bytes;
    this.#changed.edge(edge);
  }

  #memo(flow: Flow, atMicros: number): FlowMemo {
    if (flow.memo !== undefined) return flow.memo as FlowMemo;
    const service = this.#service(flow.serverAddress, flow.serverPort, flow.virtualNetwork, atMicros);
    const edge = service && this.#edge(flow.clientAddress, service, atMicros);
    const memo: FlowMemo = { service, edge, clientAddress: flow.clientAddress };
    flow.memo = memo;
    return memo;
  }

  #service(address: string, port: number, network: string | undefined, atMicros: number): ServiceEntry | undefined {
    const known = this.#services.find(placeOf(address, network), port);
    if (known !== undefined) return known;
    if (this.counters.services >= this.settings.maxServices) {
      this.counters.services_refused++;
      return undefined;
    }
    const paths = new PathTree<MethodSet>(this, this.#literalSegments);
    const made = new ServiceEntry(address, port, network, atMicros, paths);
    this.#services.add(made);
    this.counters.services++;
    return made;
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
    if (call.status === 404 && service.notFoundEndpoints >= MAX_NOT_FOUND && !service.paths.knows(path)) {
      return this.#fixedEndpoint(service, method, NOT_FOUND_TEMPLATE, call);
    }
    const node = service.paths.find(path);
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
    const key = `${service.place} ${service.port} ${method} ${template}`;
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

  merge(from: MethodSet, into: PathNode<MethodSet>): void {
    into.leaf ??= new MethodSet();
    for (const endpoint of from.endpoints) {
      const removal = endpoint.removal();
      const target = into.leaf.get(endpoint.method);
      if (target === undefined) {
        endpoint.node = into;
        into.leaf.endpoints.push(endpoint);
        this.#changed.endpoint(endpoint);
      } else {
        target.merge(endpoint);
        this.#endpoints.delete(endpoint);
        this.counters.endpoints--;
        this.counters.endpoints_merged++;
        this.#changed.endpoint(target);
      }
      // Nobody keeps a row that was never told.
      if (endpoint.toldState !== undefined) this.#removals.push({ ...removal, mergedInto: into.template });
    }
  }

  signature(leaf: MethodSet): string {
    return leaf.signature();
  }

  calls(leaf: MethodSet): number {
    return leaf.calls;
  }

  #timeSeen(atMicros: number): void {
    if (this.#firstMicros === undefined || atMicros < this.#firstMicros) this.#firstMicros = atMicros;
    if (atMicros > this.#lastMicros) this.#lastMicros = atMicros;
  }

  *services(): Iterable<ServiceRecord> {
    for (const service of this.#services.sorted()) yield service.record(this.blindTimes);
  }

  *edges(): Iterable<EdgeRecord> {
    const edges = this.#services.sorted().flatMap((service) => [...service.edges.values()]);
    // A stable sort: services keep their order for each client.
    for (const edge of edges.sort((a, b) => compare(a.clientAddress, b.clientAddress))) yield this.#edgeRecord(edge);
  }

  *endpoints(): Iterable<EndpointRecord> {
    const records = [...this.#endpoints].map((endpoint) => endpoint.record(this.#stateOf(endpoint), this.blindTimes));
    yield* records.sort(byPlace);
  }

  #edgeRecord(edge: EdgeEntry): EdgeRecord {
    const client = this.#services.only(placeOf(edge.clientAddress, edge.service.virtualNetwork));
    return edge.record(client === edge.service ? undefined : client?.name, this.blindTimes);
  }

  #stateOf(endpoint: EndpointEntry): EndpointState {
    return stateOf(endpoint, this.#firstMicros ?? 0, this.#lastMicros, this.settings);
  }

  /** At most `maxRows` changed rows; those left over come with the next delta. */
  takeDelta(maxRows: number): InventoryDelta {
    this.#sweepStates();
    const rows: InventoryRow[] = [];
    for (const service of this.#changed.takeServices(maxRows))
      rows.push({ record: service.record(this.blindTimes), state: service.state() });
    for (const edge of this.#changed.takeEdges(maxRows - rows.length))
      rows.push({ record: this.#edgeRecord(edge), state: "{}" });
    for (const endpoint of this.#changed.takeEndpoints(maxRows - rows.length)) {
      if (this.#endpoints.has(endpoint))
        rows.push({ record: endpoint.record(this.#stateOf(endpoint), this.blindTimes), state: endpoint.state() });
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
      if (!endpoint.isChanged && this.#stateOf(endpoint) !== endpoint.toldState) this.#changed.endpoint(endpoint);
    }
  }

  /** Goes on counting from what a store kept. Only while it is empty. */
  restore(rows: readonly InventoryRow[]): void {
    restoreRows(rows, {
      service: (record) => {
        this.#timeSeen(record.firstMicros);
        return this.#service(record.address, record.port, record.virtualNetwork, record.firstMicros);
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
    for (const service of this.#services.sorted()) this.#timeSeen(service.lastMicros);
  }
}
