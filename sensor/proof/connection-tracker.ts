import { formatAddress } from "../bytes/address.js";
import { ACK, FIN, type Packet, type PacketSink, SYN } from "../decode/packet.js";
import { isMirror, isWay, networkName } from "../decode/virtual-network.js";
import { isAtPlace, isOff } from "../flow/copy-place.js";

export interface End {
  readonly address: string;
  readonly port: number;
}

/** One TCP connection as a ring holds it. */
export interface RingConnection {
  /** The same whenever the same packets are read. */
  readonly id: string;
  readonly virtualNetwork: string | undefined;
  readonly client: End;
  readonly server: End;
  /** Who opened it was seen; else the lower port is taken for the server's. */
  readonly isOpeningSeen: boolean;
  readonly firstMicros: number;
  readonly lastMicros: number;
  readonly packets: number;
  /** Of the times that were asked for those at which one of its packets passed. */
  readonly hits: ReadonlySet<number>;
}

interface Side {
  /** Sequence number of the first byte; undefined where the opening was not seen. */
  first: number | undefined;
  /** That of the byte behind the last one sent; undefined while nothing was seen of it. */
  next: number | undefined;
  /** The other's acknowledgment of it that came last; undefined without one. */
  acked: number | undefined;
  /** Place in the stream that was seen last: sequence numbers come again every 4 GiB. */
  cursor: number;
}

interface Tracked {
  connection: { -readonly [K in keyof RingConnection]: RingConnection[K] } & { readonly hits: Set<number> };
  /** As in the flow table: 0 while it was seen outside of any alone; the other is that of its answers, where these have one. */
  network: number;
  answerNetwork: number;
  readonly client: Side;
  readonly server: Side;
}

/** What the packet given last is of. `offset` is the place of its first byte; undefined where that can't be told. */
export interface Place {
  readonly connection: RingConnection;
  readonly from: "client" | "server";
  readonly offset: number | undefined;
}

const MAX_CONNECTIONS = 500_000;

/**
 * Tells connections apart, those on the same ports one after the other as well. One that was open before its first packet here has no
 * places: what a byte of it is can't be known.
 */
export class ConnectionTracker implements PacketSink {
  /** Connections there was no room for. */
  refused = 0;
  place: Place | undefined = undefined;
  readonly #times: ReadonlySet<number>;
  /** By addresses and ports: one a virtual network. */
  readonly #current = new Map<string, Tracked[]>();
  readonly #all: Tracked[] = [];

  constructor(times: readonly number[] = []) {
    this.#times = new Set(times);
  }

  get connections(): RingConnection[] {
    return this.#all.map(({ connection }) => connection);
  }

  packet(packet: Packet): void {
    this.place = undefined;
    const source = `${formatAddress(packet.source0, packet.source1, packet.source2, packet.source3)} ${packet.sourcePort}`;
    const destination = `${formatAddress(packet.destination0, packet.destination1, packet.destination2, packet.destination3)} ${packet.destinationPort}`;
    const ends = source < destination ? `${source} ${destination}` : `${destination} ${source}`;
    const tracked = this.#find(ends, source, packet);
    if (tracked === undefined) return;
    const { connection } = tracked;
    const isClient = source === `${connection.client.address} ${connection.client.port}`;
    connection.packets++;
    connection.firstMicros = Math.min(connection.firstMicros, packet.atMicros);
    connection.lastMicros = Math.max(connection.lastMicros, packet.atMicros);
    if (this.#times.has(packet.atMicros)) connection.hits.add(packet.atMicros);
    const side = isClient ? tracked.client : tracked.server;
    if ((packet.flags & SYN) !== 0) side.first ??= (packet.sequence + 1) | 0;
    goOn(side, packet);
    if ((packet.flags & ACK) !== 0) (isClient ? tracked.server : tracked.client).acked = packet.acknowledgment;
    this.place = { connection, from: isClient ? "client" : "server", offset: offsetOf(side, packet) };
  }

  #find(ends: string, source: string, packet: Packet): Tracked | undefined {
    const all = this.#current.get(ends) ?? [];
    const own = all.find(({ network }) => network === packet.network);
    let tracked = own ?? all.find((one) => isInNetwork(one, source, packet));
    if (tracked === undefined) {
      tracked = all.find((one) => isAnsweredBy(one, source, packet) || isMovedTo(one, source, packet));
      if (tracked !== undefined) tracked.answerNetwork = packet.network;
    }
    if (tracked !== undefined && !isAnother(tracked, packet)) return tracked;
    const opened = this.#open(ends, packet);
    if (opened !== undefined) this.#current.set(ends, [...all.filter((one) => one !== tracked), opened]);
    return opened;
  }

  #open(key: string, packet: Packet): Tracked | undefined {
    if (this.#all.length >= MAX_CONNECTIONS) {
      this.refused++;
      return undefined;
    }
    const ends = [
      {
        address: formatAddress(packet.source0, packet.source1, packet.source2, packet.source3),
        port: packet.sourcePort,
      },
      {
        address: formatAddress(packet.destination0, packet.destination1, packet.destination2, packet.destination3),
        port: packet.destinationPort,
      },
    ];
    const isSyn = (packet.flags & SYN) !== 0;
    const isAnswer = isSyn && (packet.flags & ACK) !== 0;
    const isReversed = isSyn ? isAnswer : packet.sourcePort < packet.destinationPort;
    const [client, server] = isReversed ? ends.reverse() : ends;
    // The answer to a SYN tells what it answers.
    const clientFirst = isAnswer ? packet.acknowledgment : isSyn ? (packet.sequence + 1) | 0 : undefined;
    const tracked: Tracked = {
      connection: {
        id: `${packet.network} ${key} ${clientFirst ?? "late"}`,
        virtualNetwork: networkName(packet.network),
        client,
        server,
        isOpeningSeen: isSyn,
        firstMicros: packet.atMicros,
        lastMicros: packet.atMicros,
        packets: 0,
        hits: new Set(),
      },
      network: packet.network,
      answerNetwork: 0,
      client: { first: clientFirst, next: undefined, acked: undefined, cursor: 0 },
      server: { first: undefined, next: undefined, acked: undefined, cursor: 0 },
    };
    this.#all.push(tracked);
    return tracked;
  }
}

/** Seen in a tunnel and outside of it, it is one: see TcpFlow, whose rules these are. */
function isInNetwork(tracked: Tracked, source: string, packet: Packet): boolean {
  const { network } = packet;
  if (network !== 0 && tracked.network !== 0) {
    if (network === tracked.answerNetwork) return true;
    return isMirror(network) && isMirror(tracked.network) && isCopyAtPlace(tracked, source, packet);
  }
  if (!isCopyAtPlace(tracked, source, packet)) return false;
  if (network !== 0) tracked.network = network;
  return true;
}

function isCopyAtPlace(tracked: Tracked, source: string, packet: Packet): boolean {
  const [own, other] = sidesOf(tracked, source);
  return isAtPlace(packet, own.first, own.next, other.next);
}

/** Each direction may have a network of its own. */
function isAnsweredBy(tracked: Tracked, source: string, { flags, sequence, acknowledgment }: Packet): boolean {
  const [answered, asked] = sidesOf(tracked, source);
  if (answered.next !== undefined || asked.next === undefined || (flags & ACK) === 0) return false;
  if (acknowledgment === asked.next) return true;
  if ((flags & SYN) !== 0 || answered.acked === undefined) return false;
  return !isOff(sequence, answered.acked) && !isOff(acknowledgment, asked.next);
}

function isMovedTo(tracked: Tracked, source: string, packet: Packet): boolean {
  const { client, server, network } = tracked;
  const isKnown = client.next !== undefined && server.next !== undefined && (packet.flags & (SYN | ACK)) === ACK;
  return isKnown && isWay(packet.network) && isWay(network) && isCopyAtPlace(tracked, source, packet);
}

function sidesOf({ connection, client, server }: Tracked, source: string): [from: Side, to: Side] {
  const isFromClient = source === `${connection.client.address} ${connection.client.port}`;
  return isFromClient ? [client, server] : [server, client];
}

function goOn(side: Side, { flags, sequence, payloadLength }: Packet): void {
  const next = (sequence + payloadLength + ((flags & SYN) === 0 ? 0 : 1) + ((flags & FIN) === 0 ? 0 : 1)) | 0;
  if (side.next === undefined || ((next - side.next) | 0) > 0) side.next = next;
}

/** A SYN, or the answer to one, that is not this connection's opens another on its ports. */
function isAnother({ client, server }: Tracked, { flags, sequence, acknowledgment }: Packet): boolean {
  if ((flags & SYN) === 0) return false;
  const first = (sequence + 1) | 0;
  if ((flags & ACK) === 0) return client.first !== first;
  return client.first !== acknowledgment || (server.first !== undefined && server.first !== first);
}

function offsetOf(side: Side, { flags, sequence }: Packet): number | undefined {
  if (side.first === undefined) return undefined;
  const begin = (flags & SYN) === 0 ? sequence : (sequence + 1) | 0;
  const offset = side.cursor + ((begin - (side.first + side.cursor)) | 0);
  if (offset > side.cursor) side.cursor = offset;
  return offset;
}
