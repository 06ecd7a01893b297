import type { EdgeRecord, EndpointRecord, EndpointState, ServiceRecord } from "../../shared/event.js";
import type { Declared } from "../declared/declared-api.js";
import type { Flow } from "../flow/stream.js";
import type { Anomaly, Call, CallStream, Connection, Handshake, Message, MessageSink } from "../protocol/message.js";
import { CertificateInventory } from "./certificate-inventory.js";
import { Declarations } from "./declared/declarations.js";
import { pinParameters } from "./declared/pinned-paths.js";
import { rpcServiceOf } from "./declared/procedure.js";
import { EdgeEntry } from "./edge-entry.js";
import type { EndpointEntry } from "./endpoint-entry.js";
import { stateOf } from "./endpoint-state.js";
import { EndpointTable } from "./endpoint-table.js";
import type { MethodSet } from "./method-set.js";
import { NetworkList } from "./network-list.js";
import type { ObservationSink } from "./observation.js";
import { PathTree } from "./path/path-tree.js";
import { restoreEndpoint, restoreRows } from "./restore.js";
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
const MIN_SWEEP_MICROS = 10e6;
/** Of a row that nothing is counted of. */
const NO_STATE = JSON.stringify({ evidence: [] });

/** Services, who calls them, and what they are asked for. Bounded: what finds no room is counted, never dropped in silence. */
export class Inventory implements MessageSink {
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
  readonly #table: EndpointTable;
  readonly #declarations: Declarations;
  #changedServices: ServiceEntry[] = [];
  #changedEdges: EdgeEntry[] = [];
  /** Rows of operations that were never seen. */
  #untold: EndpointRecord[] = [];
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
    this.#declarations = new Declarations(settings.declared, settings.maxEndpoints);
    this.#table = new EndpointTable(settings, this.counters, (service, name) => {
      if (service.addRpcService(name)) this.#rebind(service);
    });
  }

  /** What is counted of declared files; nothing where there are none. */
  get declaredCounters(): Readonly<Record<string, number>> {
    const { counters } = this.#declarations;
    return counters.declared_files + counters.declared_files_broken === 0 ? {} : counters;
  }

  get schemaCounters(): Readonly<Record<string, number>> {
    return this.#table.budget.counters;
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
      if (!service.isChanged) this.#serviceChanged(service);
      // Seldom, however often it is called: at the first call, the second, the fourth, the eighth.
      if ((service.calls & (service.calls - 1)) === 0) this.#rebind(service);
      endpoint = this.#table.of(service, call);
    }
    if (edge !== undefined) {
      edge.call(call);
      if (!edge.isChanged) this.#edgeChanged(edge);
    }
    if (endpoint !== undefined) {
      endpoint.call(call, clientAddress);
      if (!endpoint.isChanged) this.#table.changed(endpoint);
    }
    this.#sink.call(call, edge, endpoint);
  }

  /** A call that was told before. */
  #goOn(call: Call, stream: CallStream): void {
    const { service, edge } = this.#memo(call.flow, call.atMicros);
    this.#timeSeen(call.atMicros);
    edge?.goOn(call);
    if (edge !== undefined && !edge.isChanged) this.#edgeChanged(edge);
    const endpoint = service && this.#table.of(service, call);
    endpoint?.goOn(call, stream);
    if (endpoint !== undefined && !endpoint.isChanged) this.#table.changed(endpoint);
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
    const made = new ServiceEntry(address, port, atMicros, new PathTree<MethodSet>(this.#table, this.#literalSegments));
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

  /** Files may speak of it now that did not before: it has another name, or other procedures are called. */
  #rebind(service: ServiceEntry): void {
    if (this.#declarations.isEmpty || !this.#declarations.rebind(service)) return;
    this.#rehome(service);
  }

  /** Counts go on under the templates that now hold. */
  #rehome(service: ServiceEntry): void {
    const rows = this.#table.takeOut(service, (endpoint) => ({
      record: endpoint.record(this.#stateOf(endpoint)),
      state: endpoint.state(),
    }));
    this.#pave(service);
    const endpoint = this.#table.putBack.bind(this.#table);
    for (const { record, state } of rows) restoreEndpoint(record, state, service, { endpoint });
    for (const one of this.#table.all()) if (one.service === service && !one.isChanged) this.#table.changed(one);
  }

  /** An empty tree of paths that knows what is declared. */
  #pave(service: ServiceEntry): void {
    const { coverage } = service;
    const kept = coverage === undefined ? this.#literalSegments : [...this.#literalSegments, ...coverage.words()];
    service.paths = new PathTree<MethodSet>(this.#table, new Set(kept));
    if (coverage !== undefined) pinParameters(service.paths.root, coverage);
  }

  /** Other files than before, or other ways to apply them. */
  declare(declared: Declared): void {
    this.#declarations.declare(declared);
    for (const service of this.#sortedServices()) if (this.#declarations.rebind(service)) this.#rehome(service);
    this.#lastSweepMicros = Number.NEGATIVE_INFINITY;
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
    yield* this.#table.records((endpoint) => this.#stateOf(endpoint), this.#neverSeen());
  }

  #neverSeen(): EndpointRecord[] {
    return this.#declarations.rows(this.#sortedServices(), this.#table, this.#lastMicros - (this.#firstMicros ?? 0));
  }

  #edgeRecord(edge: EdgeEntry): EdgeRecord {
    const there = this.#services.get(edge.clientAddress);
    const client = there?.length === 1 && there[0] !== edge.service ? there[0] : undefined;
    return edge.record(client?.name);
  }

  #stateOf(endpoint: EndpointEntry): EndpointState {
    return stateOf(endpoint, { firstMicros: this.#firstMicros ?? 0, lastMicros: this.#lastMicros }, this.settings);
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
    for (const endpoint of this.#table.takeChanged(maxRows - rows.length))
      rows.push({ record: endpoint.record(this.#stateOf(endpoint)), state: endpoint.state() });
    for (const record of this.#untold.splice(0, maxRows - rows.length)) rows.push({ record, state: NO_STATE });
    rows.push(...this.certificates.takeRows(maxRows - rows.length));
    return { rows, removals: this.#table.takeRemovals() };
  }

  /** Endpoints turn dormant, and cease to be new, by the passing of time alone. */
  #sweepStates(): void {
    const pause = Math.min(STATE_SWEEP_MICROS, Math.max(this.#declarations.windowMicros, MIN_SWEEP_MICROS));
    if (this.#lastMicros - this.#lastSweepMicros < pause) return;
    this.#lastSweepMicros = this.#lastMicros;
    for (const endpoint of this.#table.all()) {
      if (!endpoint.isChanged && this.#stateOf(endpoint) !== endpoint.toldState) this.#table.changed(endpoint);
    }
    const { rows, removals } = this.#declarations.neverSeen.changes(this.#neverSeen(), this.#table);
    this.#untold = rows;
    this.#table.remove(removals);
  }

  /** Goes on counting from what a store kept. Only while it is empty. */
  restore(rows: readonly InventoryRow[]): void {
    restoreRows(rows, {
      service: (record) => {
        this.#timeSeen(record.firstMicros);
        return this.#service(record.address, record.port, record.firstMicros);
      },
      edge: (record, service) => this.#edge(record.clientAddress, service, record.firstMicros),
      servicesRestored: (all) => this.#servicesRestored(all),
      endpoint: (record, service, nodeOf, fill) => {
        if (!this.#declarations.neverSeen.takesBack(record)) this.#table.putBack(record, service, nodeOf, fill);
      },
      certificate: (record, state) => this.certificates.restore(record, state),
    });
    for (const service of this.#sortedServices()) this.#timeSeen(service.lastMicros);
  }

  /** Which procedures are called tells which files speak of a service, before its first endpoint is put back. */
  #servicesRestored(rows: readonly InventoryRow[]): void {
    for (const { record } of rows) {
      const name = record.kind === "endpoint" ? rpcServiceOf(record.template) : undefined;
      if (record.kind !== "endpoint" || name === undefined) continue;
      this.#services
        .get(record.serverAddress)
        ?.find(({ port }) => port === record.serverPort)
        ?.addRpcService(name);
    }
    for (const service of this.#sortedServices()) if (this.#declarations.rebind(service)) this.#pave(service);
  }
}
