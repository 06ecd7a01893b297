import { isIP } from "node:net";
import type { ServiceRecord } from "../../shared/event.js";
import { inNetwork, placeOf } from "../../shared/virtual-network.js";
import type { Call, Connection, Handshake } from "../protocol/message.js";
import type { BlindTimes } from "./blind-times.js";
import { ByteLedger } from "./byte-ledger.js";
import type { Coverage, DeclaredPath } from "./declared/coverage.js";
import type { Route } from "./declared/route-table.js";
import type { EdgeEntry } from "./edge-entry.js";
import type { EndpointEntry } from "./endpoint-entry.js";
import { hexOrder } from "./header-order.js";
import type { MethodSet } from "./method-set.js";
import type { Service } from "./observation.js";
import type { PathTree } from "./path/path-tree.js";
import { compare, Tally } from "./tally.js";

const MAX_NAMES = 8;
const MAX_SOFTWARE = 8;
const MAX_ORDERS = 8;
const MAX_TEXT = 200;
const MAX_RPC_SERVICES = 64;
/** One in so many must ask for a name before the service is called by it: whoever sends a request chooses its Host. */
const NAME_SHARE = 10;

interface ServiceState {
  readonly names: Readonly<Record<string, number>>;
  /** Files of before names needed a share do not have it. */
  readonly asked?: number;
}

/** A service of the inventory, counting. */
export class ServiceEntry implements Service {
  readonly address: string;
  readonly port: number;
  readonly virtualNetwork: string | undefined;
  readonly place: string;
  /** Made anew when other files speak of the service. */
  paths: PathTree<MethodSet>;
  /** What files say of it; undefined where none does. */
  coverage: Coverage | undefined = undefined;
  /** Endpoints of declared paths. */
  readonly declared = new Map<Route<DeclaredPath>, EndpointEntry[]>();
  /** By the client's address. */
  readonly edges = new Map<string, EdgeEntry>();
  readonly bytes = new ByteLedger();
  readonly names = new Tally(MAX_NAMES);
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
  /** Endpoints that answered nothing but 404. */
  notFoundEndpoints = 0;
  /** Endpoints that are operations; and those of them whose first call failed. */
  operations = 0;
  failedOperations = 0;
  #name: string;
  /** Calls and handshakes, by name or by address. */
  #asked = 0;
  #lastAuthority: string | undefined = undefined;
  #lastHost: string | undefined = undefined;

  constructor(
    address: string,
    port: number,
    virtualNetwork: string | undefined,
    atMicros: number,
    paths: PathTree<MethodSet>,
  ) {
    this.address = address;
    this.port = port;
    this.virtualNetwork = virtualNetwork;
    this.place = placeOf(address, virtualNetwork);
    this.paths = paths;
    this.firstMicros = atMicros;
    this.lastMicros = atMicros;
    this.#name = ownName(this.place, port);
  }

  get name(): string {
    return this.#name;
  }

  connection(connection: Connection): void {
    this.connections++;
    this.seen(connection.atMicros);
    if (connection.protocol !== undefined) this.#protocols.add(connection.protocol);
  }

  /** The name the callers ask for by SNI is as good as that of a Host field. */
  handshake(handshake: Handshake): void {
    this.seen(handshake.atMicros);
    this.#askedFor(this.#hostOf(handshake.serverName));
  }

  call(call: Call): void {
    this.calls++;
    this.seen(call.atMicros);
    this.#askedFor(this.#hostOf(call.authority));
    if (call.serverSoftware !== undefined) this.#software.note(call.serverSoftware.slice(0, MAX_TEXT));
    if (call.poweredBy !== undefined) this.#software.note(call.poweredBy.slice(0, MAX_TEXT));
    if (call.framework !== undefined) this.#frameworks.note(call.framework);
    if (call.status !== undefined && call.unread === undefined && this.#orders.size < MAX_ORDERS)
      this.#orders.add(call.responseHeaderOrder);
  }

  seen(atMicros: number): void {
    if (atMicros > this.lastMicros) this.lastMicros = atMicros;
    else if (atMicros < this.firstMicros) this.firstMicros = atMicros;
  }

  record(blindTimes: BlindTimes): ServiceRecord {
    return {
      kind: "service",
      address: this.address,
      port: this.port,
      ...inNetwork(this.virtualNetwork),
      name: this.name,
      names: this.names.texts(),
      software: this.#software.sortedTexts(),
      frameworks: this.#frameworks.sortedTexts(),
      headerOrders: [...this.#orders].map(hexOrder).sort(compare),
      protocols: this.#protocols.sortedTexts(),
      connections: this.connections,
      calls: this.calls,
      ...this.bytes.record(),
      firstMicros: this.firstMicros,
      lastMicros: this.lastMicros,
      ...blindTimes.within(this.firstMicros, this.lastMicros),
    };
  }

  state(): string {
    const state: ServiceState = { names: this.names.record(), asked: this.#asked };
    return JSON.stringify(state);
  }

  restore(record: ServiceRecord, text: string): void {
    const state = JSON.parse(text) as ServiceState;
    this.names.restore(state.names);
    this.#asked = state.asked ?? Object.values(state.names).reduce((sum, count) => sum + count, 0);
    for (const software of record.software) this.#software.add(software);
    for (const framework of record.frameworks) this.#frameworks.add(framework);
    for (const order of record.headerOrders) this.#orders.add(Number.parseInt(order, 16) | 0);
    for (const protocol of record.protocols) this.#protocols.add(protocol);
    this.bytes.restore(record);
    this.connections = record.connections;
    this.calls = record.calls;
    this.firstMicros = record.firstMicros;
    this.lastMicros = record.lastMicros;
    this.#name = record.name;
  }

  /** Whether there was room for one more. */
  addRpcService(name: string): boolean {
    if (this.rpcServices.size >= MAX_RPC_SERVICES) return false;
    this.rpcServices.add(name);
    return true;
  }

  /** Names that a fair share asks for: whoever sends a request chooses its Host. */
  namesInUse(): string[] {
    return this.names.texts().filter((name) => this.names.count(name) * NAME_SHARE >= this.#asked);
  }

  #hostOf(authority: string | undefined): string | undefined {
    if (authority === this.#lastAuthority) return this.#lastHost;
    this.#lastAuthority = authority;
    this.#lastHost = authority === undefined ? undefined : hostName(authority);
    return this.#lastHost;
  }

  #askedFor(host: string | undefined): void {
    this.#asked++;
    if (host !== undefined) this.names.add(host);
    if (host === this.#name || this.names.size === 0) return;
    const [first] = this.names.texts();
    const hasShare = this.names.count(first) * NAME_SHARE >= this.#asked;
    this.#name = hasShare ? first : ownName(this.place, this.port);
  }
}

/** What a service is called before any name of it is seen: `10.0.0.2:80`, `10.0.0.2:80 (vxlan 5001)`. */
export function ownName(place: string, port: number): string {
  const space = place.indexOf(" ");
  const address = space < 0 ? place : place.slice(0, space);
  const ends = space < 0 ? "" : ` (${place.slice(space + 1)})`;
  return `${address.includes(":") ? `[${address}]` : address}:${port}${ends}`;
}

/** Host of an authority in lower case; undefined where it is an address or no name at all. */
function hostName(authority: string): string | undefined {
  const host = authority.replace(/:\d*$/, "").toLowerCase();
  if (host === "" || host.length > 253 || !/^[a-z0-9._-]+$/.test(host) || isIP(host) !== 0) return undefined;
  return host;
}
