import { formatAddress } from "../bytes/address.js";
import { ACK, type Packet, SYN } from "../decode/packet.js";
import { isMirror, isWay, networkName } from "../decode/virtual-network.js";
import { isAtPlace, isOff } from "./copy-place.js";
import { Half } from "./half.js";
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
  readonly #ownNetworks: Set<number>;
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
  /** First sequence number of a connection that a SYN offers to open on the same ports, and which end sent it. */
  offeredFirst = 0;
  offeredFrom: "a" | "b" | undefined = undefined;
  stream: Stream | undefined = undefined;
  memo: object | undefined = undefined;
  /** The flow table's own: next in its bucket, place in the list of all. */
  nextInBucket: TcpFlow | undefined = undefined;
  index = -1;
  #id: string | undefined = undefined;
  #addressA: string | undefined = undefined;
  #addressB: string | undefined = undefined;

  /** `ownNetworks` are those whose connections are seen outside of their tunnels as well: this host's, whose addresses are its own. */
  constructor(packet: Packet, hash: number, ownNetworks: Set<number>) {
    this.#ownNetworks = ownNetworks;
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
    this.firstMicros = packet.atMicros;
    this.lastMicros = packet.atMicros;
    // Without a handshake: servers listen on the lower port more often than not.
    this.aIsClient = packet.sourcePort >= packet.destinationPort;
  }

  /**
   * Whether a packet with its ends, and of that virtual network, may be its. Two networks may have the same addresses; but one that is seen
   * inside a tunnel and outside of it, as on a node's overlay and on its link, is one, and its second copies are retransmissions.
   */
  isInNetwork(packet: Packet): boolean {
    const { network } = packet;
    if (network === this.network) return true;
    if (network !== 0 && this.network !== 0) {
      if (network === this.answerNetwork) return true;
      // Two sessions may show the same packets, and each direction may have its own.
      return isMirror(network) && isMirror(this.network) && this.#isAtPlace(packet);
    }
    const inside = this.network === 0 ? network : this.network;
    // Once is enough, and this is asked of every packet.
    if (!this.#isSeenOutside) {
      if (!this.#ownNetworks.has(inside) && !this.#isAtPlace(packet)) return false;
      this.#ownNetworks.add(inside);
      this.#isSeenOutside = true;
    }
    this.network = inside;
    return true;
  }

  #isAtPlace(packet: Packet): boolean {
    const [own, other] = this.sentByA(packet) ? [this.a, this.b] : [this.b, this.a];
    const [first, next] = own.started ? [own.first, own.next] : [];
    return isAtPlace(packet, first, next, other.started ? other.next : undefined);
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
    return isKnown && isWay(packet.network) && isWay(this.network) && this.#isAtPlace(packet);
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
    return this.network === 0 || this.#ownNetworks.has(this.network) ? undefined : networkName(this.network);
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
