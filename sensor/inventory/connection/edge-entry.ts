import type { BlindTimes } from "../../../shared/blind-times.js";
import type { EdgeRecord, Scope } from "../../../shared/event.js";
import { inNetwork } from "../../../shared/virtual-network.js";
import type { Call, Connection, Handshake } from "../../protocol/message.js";
import { ShownCertificates } from "../certificate/shown-certificates.js";
import { compare, Tally } from "../count/tally.js";
import type { HostEntry } from "../gateway/host-entry.js";
import type { Edge, Service } from "../observation.js";
import { hexOrder } from "../service/header-order.js";
import { CLEARTEXT, type ConnectionKind, UNTOLD } from "./connection-kind.js";
import { ConnectionTally } from "./connection-tally.js";

const MAX_SOFTWARE = 8;
const MAX_ORDERS = 8;
const MAX_KINDS = 32;
const MAX_TEXT = 200;
const UNKNOWN = "unknown";

/** An edge of the inventory, counting. */
export class EdgeEntry implements Edge {
  readonly clientAddress: string;
  readonly client: HostEntry;
  readonly service: Service;
  readonly scope: Scope;
  readonly #protocols = new Tally(MAX_KINDS);
  /** Of HTTP alone: most edges of TLS have none. */
  #software: Tally | undefined = undefined;
  #orders: Set<number> | undefined = undefined;
  #credentials: Tally | undefined = undefined;
  /** Most clients show none. */
  #certificates: ShownCertificates | undefined = undefined;
  readonly #kinds = new ConnectionTally();
  connections = 0;
  calls = 0;
  /** Of these, since the sensor started, such as say for whom they are made. */
  callsOnBehalf = 0;
  isWatched = false;
  endsThen = 0;
  handshakes = 0;
  /** Of its connections, whether or not a call was told of them. */
  missingBytes = 0;
  firstMicros: number;
  lastMicros: number;
  isChanged = false;
  resumptions: object | undefined = undefined;

  constructor(clientAddress: string, client: HostEntry, service: Service, scope: Scope, atMicros: number) {
    this.clientAddress = clientAddress;
    this.client = client;
    client.isClient = true;
    this.service = service;
    this.scope = scope;
    this.firstMicros = atMicros;
    this.lastMicros = atMicros;
  }

  connection(connection: Connection): void {
    this.connections++;
    this.seen(connection.atMicros);
    const protocol = connection.protocol ?? UNKNOWN;
    this.#protocols.add(protocol);
    // What a TLS connection was, its handshake tells.
    if (protocol !== TLS) this.#kinds.add(connection.isCleartext ? CLEARTEXT : UNTOLD);
  }

  handshake({ atMicros, clientChain }: Handshake, kind: ConnectionKind): void {
    this.handshakes++;
    this.seen(atMicros);
    this.#kinds.add(kind);
    if (clientChain.length > 0) this.#shownCertificates().add(clientChain[0]);
  }

  call(call: Call): void {
    this.calls++;
    this.seen(call.atMicros);
    if (call.userAgent !== undefined) this.#softwareTally().note(call.userAgent.slice(0, MAX_TEXT));
    // Where a field's name could not be read, the order is not known.
    if (call.method !== undefined && call.unread === undefined && (this.#orders?.size ?? 0) < MAX_ORDERS)
      this.#addOrder(call.requestHeaderOrder);
    for (const credential of call.credentials) this.#credentialTally().add(credential.kind);
  }

  /** What was sent in a call that was told before. */
  goOn(call: Call): void {
    this.seen(call.atMicros);
    this.missingBytes += call.missingBytes;
  }

  #softwareTally(): Tally {
    this.#software ??= new Tally(MAX_SOFTWARE);
    return this.#software;
  }

  #credentialTally(): Tally {
    this.#credentials ??= new Tally(MAX_KINDS);
    return this.#credentials;
  }

  #shownCertificates(): ShownCertificates {
    this.#certificates ??= new ShownCertificates();
    return this.#certificates;
  }

  #addOrder(order: number): void {
    this.#orders ??= new Set();
    this.#orders.add(order);
  }

  seen(atMicros: number): void {
    if (atMicros > this.lastMicros) this.lastMicros = atMicros;
    else if (atMicros < this.firstMicros) this.firstMicros = atMicros;
  }

  /** `clientService` is the name of the service known at the client's address. */
  record(clientService: string | undefined, blindTimes: BlindTimes): EdgeRecord {
    return {
      kind: "edge",
      clientAddress: this.clientAddress,
      serverAddress: this.service.address,
      serverPort: this.service.port,
      ...inNetwork(this.service.virtualNetwork),
      ...(clientService === undefined ? {} : { clientService }),
      ...(this.client.gateway === undefined ? {} : { clientGateway: this.client.gateway }),
      serverService: this.service.name,
      scope: this.scope,
      ...this.#kinds.record(),
      ...(this.#certificates === undefined ? {} : { clientCertificates: this.#certificates.record() }),
      protocols: this.#protocols.record(),
      connections: this.connections,
      calls: this.calls,
      handshakes: this.handshakes,
      clientSoftware: this.#software?.sortedTexts() ?? [],
      clientHeaderOrders: [...(this.#orders ?? [])].map(hexOrder).sort(compare),
      credentials: this.#credentials?.record() ?? {},
      missingBytes: this.missingBytes,
      firstMicros: this.firstMicros,
      lastMicros: this.lastMicros,
      ...blindTimes.within(this.firstMicros, this.lastMicros),
    };
  }

  restore(record: EdgeRecord): void {
    this.client.restore(record.clientGateway);
    this.#protocols.restore(record.protocols);
    for (const software of record.clientSoftware) this.#softwareTally().add(software);
    for (const order of record.clientHeaderOrders) this.#addOrder(Number.parseInt(order, 16) | 0);
    this.#credentialTally().restore(record.credentials);
    this.#kinds.restore(record);
    if (record.clientCertificates !== undefined) this.#shownCertificates().restore(record.clientCertificates);
    this.connections = record.connections;
    this.calls = record.calls;
    this.handshakes = record.handshakes;
    this.missingBytes = record.missingBytes;
    this.firstMicros = record.firstMicros;
    this.lastMicros = record.lastMicros;
  }
}

const TLS = "tls";
