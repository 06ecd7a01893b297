import { formatAddress } from "../bytes/address.js";
import { ACK, type Packet, SYN } from "../decode/packet.js";
import { isWay } from "../decode/virtual-network.js";
import { isAtPlace, isOff } from "./copy-place.js";
import type { Suspect } from "./copy-watch.js";
import { Half } from "./half.js";
import type { JoinedNetworks } from "./joined-networks.js";
import type { Offer } from "./offered-flow.js";
import type { Flow, FlowSequences, Roles, Side, Stream } from "./stream.js";

/** One TCP connection in the flow table. End A sent the first packet seen; which end is the client is kept apart from that. */
export class TcpFlow implements Flow, Roles {
  readonly a = new Half();
  readonly b = new Half();
  readonly a0: number;
  readonly a1: number;
  readonly a2: number;
  readonly a3: number;
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly b3: number;
  readonly aPort: number;
  readonly bPort: number;
  readonly hash: number;
  readonly firstMicros: number;
  readonly #networks: JoinedNetworks;
  #isSeenOutside = false;
  /** The virtual network it was seen in, 0 where it was only seen outside of any. */
  network: number;
  /** That of its other direction, where each has one of its own (routed overlays, GRE keys, labels), or that it moved to; else 0. */
  answerNetwork = 0;
  lastMicros: number;
  aIsClient: boolean;
  rolesFrom: Flow["rolesFrom"] = "ports";
  isClosed = false;
  /** Packet time of a reset that may be forged; -1 without one, and again when somebody goes on. */
  resetMicros = -1;
  offer: Offer | undefined = undefined;
  stream: Stream | undefined = undefined;
  memo: object | undefined = undefined;
  /** The flow table's own: next in its bucket, place in the list of all. */
  nextInBucket: TcpFlow | undefined = undefined;
  index = -1;
  /** While it may be a connection that another network shows as well. */
  suspect: Suspect | undefined = undefined;
  /** It was proved to be none, or could not be. */
  isJudged = false;
  /** Another network may show its packets as well, and later: what one has lost is waited for. */
  mayBeShownAgain: boolean;
  #id: string | undefined = undefined;
  #addressA: string | undefined = undefined;
  #addressB: string | undefined = undefined;

  constructor(packet: Packet, hash: number, networks: JoinedNetworks) {
    this.#networks = networks;
    this.a0 = packet.source0;
    this.a1 = packet.source1;
    this.a2 = packet.source2;
    this.a3 = packet.source3;
    this.b0 = packet.destination0;
    this.b1 = packet.destination1;
    this.b2 = packet.destination2;
    this.b3 = packet.destination3;
    this.aPort = packet.sourcePort;
    this.bPort = packet.destinationPort;
    this.hash = hash;
    this.network = packet.network;
    this.mayBeShownAgain = packet.network !== 0 && networks.isJoined(packet.network);
    this.firstMicros = packet.atMicros;
    this.lastMicros = packet.atMicros;
    // Without a handshake: servers listen on the lower port more often than not.
    this.aIsClient = packet.sourcePort >= packet.destinationPort;
  }

  /**
   * Whether a packet with its ends, and of that virtual network, may be its. Two networks may have the same addresses; but one that is seen
   * inside a tunnel and outside of it, as on a node's overlay and on its link, is one, and its second copies are retransmissions.
   */
  isInNetwork(packet: Packet, when: "now" | "late" = "now"): boolean {
    const { network } = packet;
    if (network === this.network) return true;
    if (network !== 0 && this.network !== 0) {
      if (network === this.answerNetwork) return true;
      // Two sessions may show the same packets, and each direction may have its own.
      return this.#networks.areOne(network, this.network) && this.isAtPlace(packet, when);
    }
    const inside = this.network === 0 ? network : this.network;
    // Once is enough, and this is asked of every packet.
    if (!this.#isSeenOutside) {
      if (!this.#networks.isOwn(inside) && !this.isAtPlace(packet)) return false;
      this.#networks.own(inside);
      this.#isSeenOutside = true;
    }
    this.network = inside;
    return true;
  }

  /** `late`: what another session shows may be as late as its skew, in which a fast connection sends much. */
  isAtPlace(packet: Packet, when: "now" | "late" = "now"): boolean {
    const [own, other] = this.sentByA(packet) ? [this.a, this.b] : [this.b, this.a];
    const [first, next] = own.started ? [own.first, own.next] : [];
    return isAtPlace(packet, first, next, other.started ? other.next : undefined, when);
  }

  /** Whether both were seen to begin, and with the same random numbers: one chance in 2^64 for those of two tenants. */
  beganLike(other: TcpFlow): boolean {
    if (this.rolesFrom !== "handshake" || other.rolesFrom !== "handshake") return false;
    const { client, server } = this;
    if (!client.started || !server.started || !other.client.started || !other.server.started) return false;
    return client.first === other.client.first && server.first === other.server.first;
  }

  /** Whether both were seen to begin, and at least one of their ends with another number. */
  beganOtherwise(other: TcpFlow): boolean {
    if (this.rolesFrom !== "handshake" || other.rolesFrom !== "handshake") return false;
    const isOther = (one: Half, two: Half): boolean => one.started && two.started && one.first !== two.first;
    return isOther(this.client, other.client) || isOther(this.server, other.server);
  }

  /**
   * A packet of another virtual network may be its answer, where nobody answered in its own: it acknowledges to the byte what was sent,
   * which in a connection of another tenant is one chance in four billion. Of one joined late more may be under way: both numbers must be
   * near, one chance in sixteen million.
   */
  isAnsweredBy(packet: Packet): boolean {
    const { flags, sequence, acknowledgment } = packet;
    const [asked, answered] = this.sentByB(packet) ? [this.a, this.b] : [this.b, this.a];
    if (answered.seen || !asked.started || (flags & ACK) === 0) return false;
    if (acknowledgment === asked.next) return true;
    const isLater = (flags & SYN) === 0 && answered.ackSeen;
    return isLater && !isOff(sequence, answered.acked) && !isOff(acknowledgment, asked.next);
  }

  /** What a tunnel's ends or labels tell may change while a connection lasts: paths do, and subscribers move. */
  isMovedTo(packet: Packet): boolean {
    const isKnown = this.a.started && this.b.started && (packet.flags & (SYN | ACK)) === ACK;
    return isKnown && isWay(packet.network) && isWay(this.network) && this.isAtPlace(packet);
  }

  /** Whether it has a packet's ends; `hash` is the packet's. */
  isBetween(packet: Packet, hash: number): boolean {
    return this.hash === hash && (this.sentByA(packet) || this.sentByB(packet));
  }

  sentByA(packet: Packet): boolean {
    return (
      packet.source3 === this.a3 &&
      packet.sourcePort === this.aPort &&
      packet.destination3 === this.b3 &&
      packet.destinationPort === this.bPort &&
      packet.source2 === this.a2 &&
      packet.source1 === this.a1 &&
      packet.source0 === this.a0 &&
      packet.destination2 === this.b2 &&
      packet.destination1 === this.b1 &&
      packet.destination0 === this.b0
    );
  }

  sentByB(packet: Packet): boolean {
    return (
      packet.source3 === this.b3 &&
      packet.sourcePort === this.bPort &&
      packet.destination3 === this.a3 &&
      packet.destinationPort === this.aPort &&
      packet.source2 === this.b2 &&
      packet.source1 === this.b1 &&
      packet.source0 === this.b0 &&
      packet.destination2 === this.a2 &&
      packet.destination1 === this.a1 &&
      packet.destination0 === this.a0
    );
  }

  sideOf(half: Half): Side {
    return (half === this.a) === this.aIsClient ? "client" : "server";
  }

  /** Tells what this end sends from what any other does, but for one chance in four billion. */
  directionOf(half: Half): number {
    return half === this.a ? this.hash : ~this.hash;
  }

  /** The same of whoever has these ends in another network, whichever end was seen first. */
  bareDirectionOf(half: Half): number {
    return this.hash ^ (half === this.a ? (this.aPort << 16) | this.bPort : (this.bPort << 16) | this.aPort);
  }

  get client(): Half {
    return this.aIsClient ? this.a : this.b;
  }

  get server(): Half {
    return this.aIsClient ? this.b : this.a;
  }

  /** A SYN tells the roles for good; the later one never overrules the first. */
  tellRoles(fromA: boolean, side: Side): void {
    if (this.rolesFrom === "handshake") return;
    this.rolesFrom = "handshake";
    this.aIsClient = fromA === (side === "client");
  }

  reverse(): boolean {
    if (this.rolesFrom === "handshake") return false;
    this.rolesFrom = "bytes";
    this.aIsClient = !this.aIsClient;
    // What was looked up for it is of the other end.
    this.memo = undefined;
    return true;
  }

  /** What comes next may be another connection's, on the same ports: one was offered, an end of this one is over, or nobody answered it. */
  get mayGiveWay(): boolean {
    return this.offer !== undefined || this.a.finSeen || this.b.finSeen || this.a.started !== this.b.started;
  }

  get twoSided(): boolean {
    return this.a.seen && this.b.seen;
  }

  get clientAddress(): string {
    return this.aIsClient ? this.#textA() : this.#textB();
  }

  get clientPort(): number {
    return this.aIsClient ? this.aPort : this.bPort;
  }

  get serverAddress(): string {
    return this.aIsClient ? this.#textB() : this.#textA();
  }

  get serverPort(): number {
    return this.aIsClient ? this.bPort : this.aPort;
  }

  get virtualNetwork(): string | undefined {
    return this.#networks.nameOf(this.network);
  }

  sequences(): FlowSequences {
    const { client, server } = this;
    return {
      ...(client.started ? { clientFirst: client.first >>> 0, clientNext: client.next >>> 0 } : {}),
      ...(server.started ? { serverFirst: server.first >>> 0, serverNext: server.next >>> 0 } : {}),
    };
  }

  get id(): string {
    this.#id ??= identify(this);
    return this.#id;
  }

  #textA(): string {
    this.#addressA ??= formatAddress(this.a0, this.a1, this.a2, this.a3);
    return this.#addressA;
  }

  #textB(): string {
    this.#addressB ??= formatAddress(this.b0, this.b1, this.b2, this.b3);
    return this.#addressB;
  }
}

/** The same for either direction: the ends are ordered before they are hashed. */
function identify(flow: TcpFlow): string {
  const a = [flow.a0, flow.a1, flow.a2, flow.a3, flow.aPort];
  const b = [flow.b0, flow.b1, flow.b2, flow.b3, flow.bPort];
  const words = isBefore(a, b) ? a.concat(b) : b.concat(a);
  words.push(Math.floor(flow.firstMicros / 2 ** 32), flow.firstMicros | 0);
  return mixToHex(words, 0x9e3779b9) + mixToHex(words, 0x85ebca6b);
}

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  const index = a.findIndex((word, at) => word !== b[at]);
  return index >= 0 && a[index] < b[index];
}

function mixToHex(words: readonly number[], seed: number): string {
  let hash = seed | 0;
  for (const word of words) {
    hash = Math.imul(hash ^ word, 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, "0");
}
