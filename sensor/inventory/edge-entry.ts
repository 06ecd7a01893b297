import type { EdgeRecord, Posture, Scope } from "../../shared/event.js";
import { inNetwork } from "../../shared/virtual-network.js";
import type { Call, Certificate, Connection, Handshake } from "../protocol/message.js";
import type { BlindTimes } from "./blind-times.js";
import type { HostEntry } from "./gateway/host-entry.js";
import { failureOf, traitsOf } from "./handshake-traits.js";
import { hexOrder } from "./header-order.js";
import type { Edge, Service } from "./observation.js";
import { compare, Tally } from "./tally.js";

const MAX_SOFTWARE = 8;
const MAX_ORDERS = 8;
const MAX_KINDS = 32;
const MAX_TEXT = 200;
const UNKNOWN = "unknown";
const MAX_REASONS = 8;
const MAX_CERTIFICATES = 8;
const FINGERPRINT_DIGITS = 16;

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
  #certificates: Tally | undefined = undefined;
  readonly #postures = new Tally(MAX_KINDS);
  readonly #reasons = new Tally(MAX_REASONS);
  readonly #groups = new Tally(MAX_KINDS);
  readonly #failures = new Tally(MAX_KINDS);
  readonly #traits = new Tally(MAX_KINDS);
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
    if (protocol !== TLS) this.#postures.add(connection.isCleartext ? "cleartext" : UNKNOWN);
  }

  handshake(handshake: Handshake): void {
    this.handshakes++;
    this.seen(handshake.atMicros);
    this.#postures.add(postureOf(handshake));
    this.#reasons.add(handshake.clientAuth.reason);
    const [leaf] = handshake.clientChain;
    if (leaf !== undefined) this.#certificateTally().add(shownAs(leaf));
    if (handshake.curve !== undefined) this.#groups.add(handshake.curve);
    const failure = failureOf(handshake);
    if (failure !== undefined) this.#failures.add(failure);
    for (const trait of traitsOf(handshake)) this.#traits.add(trait);
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

  #certificateTally(): Tally {
    this.#certificates ??= new Tally(MAX_CERTIFICATES);
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

  /** `clientService` is the name of the one service known at the client's address. */
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
      posture: sumOf(this.#postures),
      postureCounts: this.#postures.record(),
      clientAuthReasons: this.#reasons.record(),
      keyExchangeGroups: this.#groups.record(),
      handshakeFailures: this.#failures.record(),
      handshakeTraits: this.#traits.record(),
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
    this.#postures.restore(record.postureCounts);
    this.#reasons.restore(record.clientAuthReasons);
    this.#groups.restore(record.keyExchangeGroups);
    this.#failures.restore(record.handshakeFailures);
    this.#traits.restore(record.handshakeTraits);
    if (record.clientCertificates !== undefined) this.#certificateTally().restore(record.clientCertificates);
    this.connections = record.connections;
    this.calls = record.calls;
    this.handshakes = record.handshakes;
    this.missingBytes = record.missingBytes;
    this.firstMicros = record.firstMicros;
    this.lastMicros = record.lastMicros;
  }
}

const TLS = "tls";

/** Its SPIFFE identity (X.509-SVID §2), else its subject, and by what the list of certificates has it. */
function shownAs({ san, subject, fingerprint }: Certificate): string {
  const name = san.find((one) => one.startsWith("spiffe://")) ?? (subject === "" ? (san[0] ?? "no name") : subject);
  return `${name.slice(0, MAX_TEXT)} (${fingerprint.slice(0, FINGERPRINT_DIGITS)})`;
}

function postureOf({ established, clientAuth }: Handshake): string {
  if (established === false) return "failed";
  if (clientAuth.verdict === "presented") return "mtls";
  return clientAuth.verdict === "unknown" ? "tls-unknown" : TLS;
}

/**
 * The sum of an edge's connections: partial must not look like full. One that could not be told keeps TLS and mutual TLS from being
 * claimed for all of them; cleartext is no better for what was not seen beside it. Handshakes that failed carried nothing.
 */
function sumOf(postures: Tally): Posture {
  const has = (name: string): boolean => postures.has(name);
  const known = (["cleartext", "tls", "mtls"] as const).filter(has);
  if (known.length === 0) return UNKNOWN;
  if (known.length > 1 || has("tls-unknown")) return "mixed";
  return has(UNKNOWN) && known[0] !== "cleartext" ? "mixed" : known[0];
}
