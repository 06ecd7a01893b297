import type { EdgeRecord, EndpointRecord, EndpointState, ServiceRecord } from "../../shared/event.js";
import type { Flow } from "../flow/stream.js";
import type { Anomaly, Call, CallStream, Connection, Handshake, Message, MessageSink } from "../protocol/message.js";
import { CertificateInventory } from "./certificate-inventory.js";
import { EdgeEntry } from "./edge-entry.js";
import type { EndpointEntry } from "./endpoint-entry.js";
import { EndpointIndex } from "./endpoint-index.js";
import { byPlace, stateOf } from "./endpoint-state.js";
import type { MethodSet } from "./method-set.js";
import { NetworkList } from "./network-list.js";
import type { ObservationSink } from "./observation.js";
import { PathTree } from "./path/path-tree.js";
import { restoreRows } from "./restore.js";
import type { InventoryDelta, InventoryRow } from "./row.js";
import { ownName, ServiceEntry } from "./service-entry.js";
import type { InventorySettings } from "./settings.js";
import { compare } from "./tally.js";

/** What was looked up once for a flow. */
interface FlowMemo {
  readonly service: ServiceEntry | undefined;
  readonly edge: EdgeEntry | undefined;
  readonly clientAddress: string;
}

const STATE_SWEEP_MICROS = 3_600e6;

/** Services, who calls them, and what they are asked for. Bounded: what finds no room is counted, never dropped in silence. */
export class Inventory implements MessageSink {
  readonly #counters = {
    calls: 0,
    anomalies: 0,
    handshakes: 0,
    services: 0,
    edges: 0,
    services_refused: 0,
    edges_refused: 0,
  };
  readonly settings: InventorySettings;
  readonly certificates: CertificateInventory;
  readonly #sink: ObservationSink;
  readonly #networks: NetworkList;
  readonly #literalSegments: ReadonlySet<string>;
  /** By address; few have more than one. */
  readonly #services = new Map<string, ServiceEntry[]>();
  readonly #endpoints: EndpointIndex;
  #changedServices: ServiceEntry[] = [];
  #changedEdges: EdgeEntry[] = [];
  #changedEndpoints: EndpointEntry[] = [];
  #firstMicros: number | undefined = undefined;
  #lastMicros = 0;
  #lastSweepMicros = 0;

  constructor(settings: InventorySettings, sink: ObservationSink) {
    this.settings = settings;
    this.certificates = new CertificateInventory(settings.maxCertificates, (address, port) =>
      this.#nameOf(address, port),
    );
    this.#endpoints = new EndpointIndex(settings, (endpoint) => this.#endpointChanged(endpoint));
    this.#sink = sink;
    this.#networks = new NetworkList(settings.eastWestNetworks);
    this.#literalSegments = new Set(settings.literalSegments);
  }

  get counters() {
    return { ...this.#counters, ...this.#endpoints.counters };
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
    this.#counters.calls++;
    this.#timeSeen(call.atMicros);
    let endpoint: EndpointEntry | undefined;
    if (service !== undefined) {
      service.call(call);
      if (!service.isChanged) this.#serviceChanged(service);
      endpoint = this.#endpoints.find(service, call);
      if (endpoint !== undefined && call.operations.length > 1) this.#batch(service, call, endpoint, clientAddress);
    }
    if (edge !== undefined) {
      edge.call(call);
      if (!edge.isChanged) this.#edgeChanged(edge);
    }
    if (endpoint !== undefined) {
      endpoint.call(call, clientAddress);
      if (!endpoint.isChanged) this.#endpointChanged(endpoint);
    }
    this.#sink.call(call, edge, endpoint);
  }

  /** The other operations of a batch are called as well. */
  #batch(service: ServiceEntry, call: Call, first: EndpointEntry, clientAddress: string): void {
    for (const endpoint of this.#endpoints.findOthers(service, call, first)) {
      endpoint.call(call, clientAddress);
      if (!endpoint.isChanged) this.#endpointChanged(endpoint);
    }
  }

  /** A call that was told before. */
  #goOn(call: Call, stream: CallStream): void {
    const { service, edge } = this.#memo(call.flow, call.atMicros);
    this.#timeSeen(call.atMicros);
    edge?.goOn(call);
    if (edge !== undefined && !edge.isChanged) this.#edgeChanged(edge);
    const endpoint = service && this.#endpoints.find(service, call);
    endpoint?.goOn(call, stream);
    if (endpoint !== undefined && !endpoint.isChanged) this.#endpointChanged(endpoint);
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
    this.#counters.handshakes++;
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
    this.#counters.anomalies++;
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
    if (this.#counters.services >= this.settings.maxServices) {
      this.#counters.services_refused++;
      return undefined;
    }
    const made = new ServiceEntry(
      address,
      port,
      atMicros,
      new PathTree<MethodSet>(this.#endpoints, this.#literalSegments),
    );
    if (there === undefined) this.#services.set(address, [made]);
    else there.push(made);
    this.#counters.services++;
    return made;
  }

  #nameOf(address: string, port: number): string {
    const service = this.#services.get(address)?.find((there) => there.port === port);
    return service?.name ?? ownName(address, port);
  }

  #edge(clientAddress: string, service: ServiceEntry, atMicros: number): EdgeEntry | undefined {
    const known = service.edges.get(clientAddress);
    if (known !== undefined) return known;
    if (this.#counters.edges >= this.settings.maxEdges) {
      this.#counters.edges_refused++;
      return undefined;
    }
    const scope = this.#networks.scope(clientAddress, service.address);
    const made = new EdgeEntry(clientAddress, service, scope, atMicros);
    service.edges.set(clientAddress, made);
    this.#counters.edges++;
    return made;
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
    const records = [...this.#endpoints.entries].map((endpoint) => endpoint.record(this.#stateOf(endpoint)));
    yield* records.sort(byPlace);
  }

  #edgeRecord(edge: EdgeEntry): EdgeRecord {
    const there = this.#services.get(edge.clientAddress);
    const client = there?.length === 1 && there[0] !== edge.service ? there[0] : undefined;
    return edge.record(client?.name);
  }

  #stateOf(endpoint: EndpointEntry): EndpointState {
    return stateOf(endpoint, this.#firstMicros ?? 0, this.#lastMicros, this.settings);
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
      if (this.#endpoints.entries.has(endpoint))
        rows.push({ record: endpoint.record(this.#stateOf(endpoint)), state: endpoint.state() });
    }
    rows.push(...this.certificates.takeRows(maxRows - rows.length));
    return { rows, removals: this.#endpoints.takeRemovals() };
  }

  /** Endpoints turn dormant, and cease to be new, by the passing of time alone. */
  #sweepStates(): void {
    if (this.#lastMicros - this.#lastSweepMicros < STATE_SWEEP_MICROS) return;
    this.#lastSweepMicros = this.#lastMicros;
    for (const endpoint of this.#endpoints.entries) {
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
      endpoint: (record, service, place) => {
        const call = { atMicros: record.firstMicros, status: undefined } as Call;
        return place === undefined
          ? this.#endpoints.fixed(service, record.method, record.template, call)
          : this.#endpoints.make(service, record.method, place.node, place.operation, call);
      },
      certificate: (record, state) => this.certificates.restore(record, state),
    });
    for (const service of this.#sortedServices()) this.#timeSeen(service.lastMicros);
  }
}
