import type { BlindTimes } from "../../../shared/blind-times.js";
import type { ServiceRecord } from "../../../shared/event.js";
import type { MovedService } from "../../../shared/moved-service.js";
import { inNetwork, placeOf } from "../../../shared/virtual-network.js";
import type { DeclaredServer } from "../../declared/declared-api.js";
import type { Call, Connection, Handshake } from "../../protocol/message.js";
import { ByteLedger } from "../connection/byte-ledger.js";
import type { EdgeEntry } from "../connection/edge-entry.js";
import { compare, Tally } from "../count/tally.js";
import type { Coverage, DeclaredPath } from "../declared/coverage.js";
import type { Proof } from "../declared/declared-index.js";
import type { Route } from "../declared/route-table.js";
import type { EndpointEntry } from "../endpoint/endpoint-entry.js";
import type { MethodSet } from "../endpoint/method-set.js";
import { Sieve } from "../endpoint/sieve.js";
import { UnknownPaths, type UnknownPathsState } from "../endpoint/unknown-paths.js";
import type { HostEntry } from "../gateway/host-entry.js";
import type { Service } from "../observation.js";
import { isOfAnother, productOfCredential, type ShownProduct } from "../path/known-api.js";
import type { PathRule } from "../path/path-rule.js";
import type { PathTree } from "../path/path-tree.js";
import type { GivenPlaces } from "./given-places.js";
import { hexOrder } from "./header-order.js";
import type { Apart } from "./names-apart.js";
import { type NameState, ServiceName } from "./service-name.js";

const MAX_SOFTWARE = 8;
const MAX_ORDERS = 8;
const MAX_TEXT = 200;
const MAX_RPC_SERVICES = 64;

/** What the store keeps beside the record. */
interface ServiceState extends NameState {
  readonly given?: GivenPlaces;
  readonly unknownPaths?: UnknownPathsState;
  /** Left out where it is so. */
  readonly isMixed?: false;
}

/** A service of the inventory, counting. */
export class ServiceEntry implements Service, ShownProduct {
  readonly address: string;
  readonly port: number;
  readonly virtualNetwork: string | undefined;
  readonly place: string;
  /** Made anew when other files speak of the service. */
  paths: PathTree<MethodSet>;
  /** What files say of it; undefined where none does. */
  coverage: Coverage | undefined = undefined;
  /** As many as files have. */
  readonly provenServers = new Map<DeclaredServer, Proof>();
  /** What an operator says of its paths. */
  pathRules: readonly PathRule[] = [];
  /** Endpoints of declared paths. */
  readonly declared = new Map<Route<DeclaredPath>, EndpointEntry[]>();
  /** By the client's address. */
  readonly edges = new Map<string, EdgeEntry>();
  readonly bytes = new ByteLedger();
  readonly naming: ServiceName;
  readonly host: HostEntry;
  /** Services whose procedures are called there, `package.Service`. */
  readonly rpcServices = new Set<string>();
  readonly #software = new Tally(MAX_SOFTWARE);
  readonly #frameworks = new Tally(MAX_SOFTWARE);
  readonly #orders = new Set<number>();
  readonly #protocols = new Tally(MAX_SOFTWARE);
  connections = 0;
  calls = 0;
  firstMicros: number;
  lastMicros: number;
  isChanged = false;
  isMixed = false;
  /** What is called and was never found; undefined while everything was. */
  unknownPaths: UnknownPaths | undefined = undefined;
  /** Where its endpoints went, and where they came from. */
  movedTo: MovedService | undefined = undefined;
  movedFrom: readonly MovedService[] = [];
  /** Where it is not known whether names are of one service; undefined nearly always. */
  apart: Apart | undefined = undefined;
  /** Names of which it is not known yet whether their service came here from elsewhere. */
  readonly arriving = new Set<string>();
  /** The name that files give it; after a restart what those of before gave, until these are asked. */
  given: GivenPlaces | undefined = undefined;
  /** What came of answers that do not show whether anything is there. */
  readonly sieve = new Sieve();
  /** Endpoints that are operations; and those of them whose first call failed. */
  operations = 0;
  failedOperations = 0;

  constructor(
    address: string,
    port: number,
    virtualNetwork: string | undefined,
    host: HostEntry,
    atMicros: number,
    paths: PathTree<MethodSet>,
  ) {
    this.address = address;
    this.port = port;
    this.virtualNetwork = virtualNetwork;
    this.place = placeOf(address, virtualNetwork);
    this.host = host;
    host.isServer = true;
    this.paths = paths;
    this.firstMicros = atMicros;
    this.lastMicros = atMicros;
    this.naming = new ServiceName(this.place, port);
  }

  get name(): string {
    return this.naming.text;
  }

  get movedMicros(): number | undefined {
    return this.movedFrom.at(-1)?.atMicros;
  }

  isArriving(authority: string | undefined): boolean {
    if (this.arriving.size === 0) return false;
    const host = this.naming.hostOf(authority);
    return host === undefined || this.arriving.has(host);
  }

  connection(connection: Connection): void {
    this.connections++;
    this.seen(connection.atMicros);
    if (connection.protocol !== undefined) this.#protocols.add(connection.protocol);
  }

  /** The name the callers ask for by SNI is as good as that of a Host field. */
  handshake(handshake: Handshake): void {
    this.seen(handshake.atMicros);
    this.naming.greetedBy(handshake.serverName, handshake.serverChain[0], handshake.atMicros);
  }

  call(call: Call): void {
    this.calls++;
    this.seen(call.atMicros);
    this.naming.calledBy(call.authority, call.atMicros);
    if (call.serverSoftware !== undefined) this.#software.note(call.serverSoftware.slice(0, MAX_TEXT));
    if (call.poweredBy !== undefined) this.#software.note(call.poweredBy.slice(0, MAX_TEXT));
    if (call.framework !== undefined) this.#frameworks.note(call.framework);
    if (!this.isMixed) this.isMixed = isOfAnother(call);
    // As seldom as rules are looked for anew.
    const product = (this.calls & (this.calls - 1)) === 0 ? productOfCredential(call.credentials) : undefined;
    if (product !== undefined) this.#frameworks.note(product);
    if (call.status !== undefined && call.unread === undefined && this.#orders.size < MAX_ORDERS)
      this.#orders.add(call.responseHeaderOrder);
  }

  shows(product: string): boolean {
    return this.#frameworks.has(product);
  }

  software(): readonly string[] {
    return this.#software.sortedTexts();
  }

  seen(atMicros: number): void {
    if (atMicros > this.lastMicros) this.lastMicros = atMicros;
    else if (atMicros < this.firstMicros) this.firstMicros = atMicros;
  }

  record(blindTimes: BlindTimes): ServiceRecord {
    const { name, ground, confidence } = this.naming.resolve();
    const formerNames = this.naming.former();
    return {
      kind: "service",
      address: this.address,
      port: this.port,
      ...inNetwork(this.virtualNetwork),
      name,
      nameGround: ground,
      nameConfidence: confidence,
      names: this.naming.texts(),
      software: this.#software.sortedTexts(),
      frameworks: this.#frameworks.sortedTexts(),
      headerOrders: [...this.#orders].map(hexOrder).sort(compare),
      protocols: this.#protocols.sortedTexts(),
      ...(this.movedTo === undefined ? {} : { movedTo: this.movedTo }),
      ...(this.movedFrom.length === 0 ? {} : { movedFrom: this.movedFrom }),
      ...(formerNames.length === 0 ? {} : { formerNames }),
      ...(this.host.gateway === undefined ? {} : { gateway: this.host.gateway }),
      connections: this.connections,
      calls: this.calls,
      ...this.bytes.record(),
      ...this.#unknown(),
      firstMicros: this.firstMicros,
      lastMicros: this.lastMicros,
      ...blindTimes.within(this.firstMicros, this.lastMicros),
    };
  }

  #unknown(): Pick<ServiceRecord, "unknownPaths"> {
    const unknownPaths = this.unknownPaths?.record();
    return unknownPaths === undefined ? {} : { unknownPaths };
  }

  state(): string {
    const unknownPaths = this.unknownPaths?.state();
    const state: ServiceState = {
      ...this.naming.state(),
      ...(this.given === undefined ? {} : { given: this.given }),
      ...(unknownPaths === undefined ? {} : { unknownPaths }),
      ...(this.isMixed || this.calls === 0 ? {} : { isMixed: false }),
    };
    return JSON.stringify(state);
  }

  restore(record: ServiceRecord, text: string): void {
    const state = JSON.parse(text) as ServiceState;
    this.naming.restore(state);
    this.given = state.given;
    this.host.restore(record.gateway);
    this.movedTo = record.movedTo;
    this.movedFrom = record.movedFrom ?? [];
    for (const software of record.software) this.#software.add(software);
    for (const framework of record.frameworks) this.#frameworks.add(framework);
    for (const order of record.headerOrders) this.#orders.add(Number.parseInt(order, 16) | 0);
    for (const protocol of record.protocols) this.#protocols.add(protocol);
    this.bytes.restore(record);
    if (record.unknownPaths !== undefined) {
      this.unknownPaths = new UnknownPaths();
      this.unknownPaths.restore(record.unknownPaths, state.unknownPaths);
    }
    this.connections = record.connections;
    this.calls = record.calls;
    this.isMixed = this.calls > 0 && state.isMixed !== false;
    this.firstMicros = record.firstMicros;
    this.lastMicros = record.lastMicros;
  }

  /** Whether there was room for one more. */
  addRpcService(name: string): boolean {
    if (this.rpcServices.size >= MAX_RPC_SERVICES) return false;
    this.rpcServices.add(name);
    return true;
  }
}
