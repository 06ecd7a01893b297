import { BlindTimes } from "../../shared/blind-times.js";
import type { EdgeRecord, EndpointRecord, ServiceRecord } from "../../shared/event.js";
import { placeOf } from "../../shared/virtual-network.js";
import type { Declared } from "../declared/declared-api.js";
import type { Flow } from "../flow/stream.js";
import type { Identities } from "../identity/identities.js";
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
import { CertificateInventory } from "./certificate/certificate-inventory.js";
import { FATE_COUNTERS } from "./connection/byte-ledger.js";
import { ConnectionKinds } from "./connection/connection-kind.js";
import { EdgeEntry } from "./connection/edge-entry.js";
import { type FlowMemo, memoOf } from "./connection/flow-memo.js";
import { ToldConnections } from "./connection/told-connections.js";
import { compare } from "./count/tally.js";
import { Declarations } from "./declared/declarations.js";
import type { EndpointEntry } from "./endpoint/endpoint-entry.js";
import type { EndpointRoster } from "./endpoint/endpoint-roster.js";
import { EndpointTable } from "./endpoint/endpoint-table.js";
import { rememberGuesses } from "./endpoint/guessed.js";
import { noteHostChanged } from "./gateway/host-changed.js";
import { HostList } from "./gateway/host-list.js";
import { newCounters } from "./inventory-counters.js";
import type { ObservationSink } from "./observation.js";
import type { ServiceRules } from "./path/path-rule.js";
import type { InventoryDelta, InventoryRow } from "./row.js";
import { NetworkList } from "./service/network-list.js";
import { ServiceBinding } from "./service/service-binding.js";
import { ServiceEntry } from "./service/service-entry.js";
import { ServiceList } from "./service/service-list.js";
import { Succession } from "./service/succession.js";
import type { InventorySettings } from "./settings.js";
import { ChangedRows } from "./stored/changed-rows.js";
import { restoreRows } from "./stored/restore.js";
import { RowMaker } from "./stored/row-maker.js";
import { StateSweep, UNCOUNTED } from "./stored/state-sweep.js";

/** Services, who calls them, and what they are asked for. Bounded: what finds no room is counted, never dropped in silence. */
export class Inventory implements MessageSink, VisibilitySink {
  readonly counters = newCounters();
  readonly settings: InventorySettings;
  readonly certificates: CertificateInventory;
  /** Each row is told with what may be missing of it. */
  readonly blindTimes: BlindTimes;
  readonly toldConnections: ToldConnections;
  readonly #sink: ObservationSink;
  readonly #networks: NetworkList;
  readonly #services: ServiceList;
  readonly #hosts: HostList;
  readonly #succession: Succession;
  readonly #rows: RowMaker;
  readonly #table: EndpointTable;
  readonly #roster: EndpointRoster;
  readonly #declarations: Declarations;
  readonly #binding: ServiceBinding;
  readonly #sweep: StateSweep;
  readonly #changed = new ChangedRows();
  readonly #kinds = new ConnectionKinds();
  #firstMicros: number | undefined = undefined;
  #lastMicros = 0;

  constructor(settings: InventorySettings, sink: ObservationSink, blindTimes = new BlindTimes()) {
    this.settings = settings;
    this.blindTimes = blindTimes;
    this.certificates = new CertificateInventory(settings.maxCertificates, this.blindTimes, (place, port) =>
      this.#services.nameOf(place, port),
    );
    this.toldConnections = new ToldConnections(settings.maxToldConnections ?? 0);
    this.#sink = sink;
    this.#networks = new NetworkList(settings.eastWestNetworks);
    this.#services = new ServiceList(settings.identities);
    this.#hosts = new HostList(settings.identities, (host) => {
      this.#rows.hasGateways = true;
      noteHostChanged(host, this.#services.all(), this.#changed, this.#roster);
    });
    this.#rows = new RowMaker(this.#services, this.blindTimes, settings, () => ({
      firstMicros: this.#firstMicros ?? 0,
      lastMicros: this.#lastMicros,
    }));
    this.#declarations = new Declarations(settings.declared, settings.maxEndpoints);
    this.#table = new EndpointTable(settings, this.counters, (service, name) => {
      if (service.addRpcService(name)) this.#binding.rebind(service);
    });
    this.#roster = this.#table.roster;
    this.#sweep = new StateSweep(this.#declarations, this.#roster, this.#rows);
    this.#binding = new ServiceBinding(settings, this.#declarations, this.#table, (endpoint) => ({
      record: this.#rows.endpoint(endpoint),
      state: endpoint.state(),
    }));
    this.#succession = new Succession(settings, {
      binding: this.#binding,
      changed: this.#changed,
      counters: this.counters,
      at: (like, address, atMicros) => this.#service(address, like.port, like.virtualNetwork, atMicros),
      settled: (service, endpoints) => this.#sink.settled(service, endpoints),
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
    const memo = this.#memo(call.flow, call.atMicros);
    const { service, edge, clientAddress } = memo;
    this.toldConnections.call(memo, call.atMicros);
    this.counters.calls++;
    this.#timeSeen(call.atMicros);
    let endpoint: EndpointEntry | undefined;
    if (service !== undefined) {
      service.call(call);
      this.#changed.service(service);
      this.#succeed(service, call.atMicros);
      // Seldom, however often it is called: at the first call, the second, the fourth, the eighth.
      if ((service.calls & (service.calls - 1)) === 0) {
        this.#binding.rebind(service);
        this.#hosts.named(service);
      }
      this.#binding.called(service, call);
      endpoint = this.#table.of(service, call);
      if (endpoint !== undefined && call.operations.length > 1) this.#batch(service, call, endpoint, clientAddress);
    }
    if (edge !== undefined) {
      edge.call(call);
      this.#changed.edge(edge);
      if (service !== undefined) this.#hosts.watch(edge, service.host, call);
    }
    const isBehindGateway = this.#rows.hasGateways && edge?.client.gateway !== undefined;
    service?.apart?.call(call, clientAddress, isBehindGateway);
    if (endpoint !== undefined) {
      endpoint.call(call, clientAddress);
      if (isBehindGateway) endpoint.isBehindGateway = true;
      this.#roster.changed(endpoint);
      this.#table.countValue(endpoint, call);
    }
    this.#sink.call(call, edge, endpoint);
  }

  /** Before it is counted by which endpoint it was: this may be where another service is now. */
  #succeed(service: ServiceEntry, atMicros: number): void {
    if (atMicros >= this.#succession.dueMicros || service.naming.hasGrown) {
      service.naming.hasGrown = false;
      this.#succession.decide(this.#lastMicros);
    }
    if (service.naming.hasBegun) this.#succession.begun(service, atMicros);
  }

  /** The other operations of a batch are called as well. */
  #batch(service: ServiceEntry, call: Call, first: EndpointEntry, clientAddress: string): void {
    for (const endpoint of this.#table.others(service, call, first)) {
      endpoint.call(call, clientAddress);
      this.#roster.changed(endpoint);
    }
  }

  /** A call that was told before. */
  #goOn(call: Call, stream: CallStream): void {
    const { service, edge } = this.#memo(call.flow, call.atMicros);
    this.#timeSeen(call.atMicros);
    edge?.goOn(call);
    if (edge !== undefined) this.#changed.edge(edge);
    const endpoint = service && this.#table.of(service, call);
    endpoint?.goOn(call, stream);
    service?.apart?.goOn(call, stream);
    if (endpoint !== undefined) this.#roster.changed(endpoint);
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
      this.#succeed(service, handshake.atMicros);
      this.#hosts.named(service);
    }
    if (edge !== undefined) {
      edge.handshake(handshake, this.#kinds.of(handshake));
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
    const memo = memoOf(flow, service, edge);
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
    const paths = this.#binding.newPaths();
    const made = new ServiceEntry(address, port, network, this.#hosts.of(placeOf(address, network)), atMicros, paths);
    this.#services.add(made);
    this.#hosts.named(made);
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
    const client = this.#hosts.of(placeOf(clientAddress, service.virtualNetwork));
    const made = new EdgeEntry(clientAddress, client, service, scope, atMicros);
    service.edges.set(clientAddress, made);
    this.counters.edges++;
    return made;
  }

  /** Other files than before, or other ways to apply them. */
  declare(declared: Declared): void {
    this.#declarations.declare(declared);
    this.#binding.declared(this.#services.sorted());
    this.#sweep.hasten();
  }

  /** An operator says something else of paths. */
  rule(rules: readonly ServiceRules[]): void {
    this.#binding.rule(rules, this.#services.sorted());
  }

  /** Others are where files said somebody was, or other files say so. */
  identify(identities: Identities): void {
    const { renamed, ...places } = this.#services.identify(identities);
    for (const service of renamed) {
      this.#changed.service(service);
      for (const endpoint of this.#roster.all()) if (endpoint.service === service) this.#roster.changed(endpoint);
      this.#binding.rebind(service);
    }
    this.#hosts.identify(identities, this.#services.sorted());
    this.#succession.identified(places, this.#lastMicros);
  }

  /** Looks once more at all paths of which something changed. */
  settle(): void {
    this.#succession.end(this.#lastMicros);
    for (const service of this.#services.sorted()) {
      service.paths.settle();
      this.#table.reclaim(service);
    }
  }

  /** The template that a path has by what is known now; undefined where nothing like it was seen. */
  templateOf(address: string, port: number, path: string): string | undefined {
    return this.#services.find(address, port)?.paths.lookup(path)?.template;
  }

  #timeSeen(stampMicros: number): void {
    const atMicros = this.settings.clock?.trusted(stampMicros) ?? stampMicros;
    if (this.#firstMicros === undefined || atMicros < this.#firstMicros) this.#firstMicros = atMicros;
    if (atMicros > this.#lastMicros) this.#lastMicros = atMicros;
  }

  *services(): Iterable<ServiceRecord> {
    for (const service of this.#services.sorted()) yield this.#rows.service(service);
  }

  *edges(): Iterable<EdgeRecord> {
    const edges = this.#services.sorted().flatMap((service) => [...service.edges.values()]);
    // A stable sort: services keep their order for each client.
    for (const edge of edges.sort((a, b) => compare(a.clientAddress, b.clientAddress))) yield this.#rows.edge(edge);
  }

  *endpoints(): Iterable<EndpointRecord> {
    yield* this.#roster.records((endpoint) => this.#rows.endpoint(endpoint), this.#neverSeen());
  }

  #neverSeen(): EndpointRecord[] {
    return this.#declarations.rows(
      this.#services.sorted(),
      this.#roster.all(),
      this.blindTimes.watchedMicros(this.#firstMicros ?? 0, this.#lastMicros),
    );
  }

  /** At most `maxRows` changed rows; those left over come with the next delta. */
  takeDelta(maxRows: number): InventoryDelta {
    this.#sweep.sweep(this.#lastMicros, () => this.#neverSeen());
    const rows: InventoryRow[] = [];
    for (const service of this.#changed.takeServices(maxRows))
      rows.push({ record: this.#rows.service(service), state: service.state() });
    for (const edge of this.#changed.takeEdges(maxRows - rows.length))
      rows.push({ record: this.#rows.edge(edge), state: "{}" });
    for (const endpoint of this.#roster.takeChanged(maxRows - rows.length))
      rows.push({ record: this.#rows.endpoint(endpoint), state: endpoint.state() });
    for (const record of this.#sweep.takeUntold(maxRows - rows.length)) rows.push({ record, state: UNCOUNTED });
    rows.push(...this.certificates.takeRows(maxRows - rows.length));
    return { rows, removals: this.#roster.takeRemovals() };
  }

  /** Goes on counting from what a store kept. Only while it is empty. */
  restore(rows: readonly InventoryRow[]): void {
    restoreRows(rows, {
      service: (record) => {
        this.#timeSeen(record.firstMicros);
        return this.#service(record.address, record.port, record.virtualNetwork, record.firstMicros);
      },
      edge: (record, service) => this.#edge(record.clientAddress, service, record.firstMicros),
      servicesRestored: (all) => this.#servicesRestored(all),
      endpoint: (record, service, nodeOf, fill) => {
        if (!this.#declarations.neverSeen.takesBack(record)) this.#table.putBack(record, service, nodeOf, fill);
      },
      split: (uses, from, to) => this.#table.split(uses, from, to),
      certificate: (record, state) => this.certificates.restore(record, state),
    });
    this.#rows.hasGateways ||= rows.some(({ record }) => record.kind === "edge" && record.clientGateway !== undefined);
    const services = this.#services.sorted();
    for (const { lastMicros } of services) this.#timeSeen(lastMicros);
    for (const service of services) this.#table.reclaim(service);
    rememberGuesses(this.#roster, services);
    this.#succession.restored(services);
    this.#succession.identified(this.#services.restored(), this.#lastMicros);
  }

  /** Which procedures are called tells which files speak of a service, before its first endpoint is put back. */
  #servicesRestored(rows: readonly InventoryRow[]): void {
    for (const { record, state } of rows) {
      if (record.kind !== "endpoint") continue;
      const service = this.#services.find(placeOf(record.serverAddress, record.virtualNetwork), record.serverPort);
      if (service !== undefined) this.#declarations.restored(service, { record, state });
    }
    for (const service of this.#services.sorted()) this.#binding.rebindEmpty(service);
  }
}
