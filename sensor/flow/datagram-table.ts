import { readInt32 } from "../bytes/network-order.js";
import type { PacketClock } from "../bytes/packet-clock.js";
import type { DatagramSink, Packet } from "../decode/packet.js";
import { hashOf } from "./flow-hash.js";
import type { FlowSettings } from "./flow-table.js";
import type { JoinedNetworks } from "./joined-networks.js";
import { COPY_MICROS } from "./segment-marks.js";
import type { DatagramSource, DatagramStream } from "./stream.js";
import { TcpFlow } from "./tcp-flow.js";

interface DatagramFlow {
  /** Ends, roles and identity are told as those of a TCP connection are. */
  readonly flow: TcpFlow;
  /** Undefined while nobody answered: anybody may ask where no service is. */
  stream: DatagramStream | undefined;
  /** Bytes of before. */
  heldBytes: number;
  lastMicros: number;
  /** Ends of the datagrams that came last: RFC 9001 §5.3 has a tag there, another in each. */
  readonly tags: Int32Array;
  at: number;
  /** Of its first datagram, and when it came. */
  readonly firstTag: number;
}

/** As of TCP's connections: seconds of packet time without a packet, and the same while nobody answered. */
type Patience = Pick<FlowSettings, "idleSeconds" | "halfOpenSeconds">;

/** How many datagrams may lie between one and its copy, as on a veth and its bridge. */
const REMEMBERED_TAGS = 32;
const TAG_BYTES = 4;
const MAX_FLOWS = 16_384;
const SWEEP_MICROS = 5e6;

/** Connections over UDP, found by addresses and ports in either direction once one was seen to begin. Bounded; time is packet time. */
export class DatagramTable implements DatagramSink {
  /** Those there was no room for are counted by the datagrams that would have opened them. */
  readonly counters = { datagram_flows: 0, datagram_flows_refused: 0 };
  refusesNew = false;
  readonly #source: DatagramSource;
  readonly #networks: JoinedNetworks;
  readonly #patience: Patience;
  readonly #seed: number;
  readonly #clock: PacketClock;
  readonly #flows = new Map<number, readonly DatagramFlow[]>();
  #size = 0;
  #sweptMicros = 0;

  constructor(settings: Patience, source: DatagramSource, networks: JoinedNetworks, seed: number, clock: PacketClock) {
    this.#clock = clock;
    this.#patience = settings;
    this.#source = source;
    this.#networks = networks;
    this.#seed = seed | 0;
  }

  datagram(packet: Packet): void {
    const begins = this.#source.begins(packet.bytes, packet.payloadStart, packet.payloadEnd);
    if (!begins && this.#size === 0) return;
    const { elapsedMicros } = this.#clock;
    if (elapsedMicros - this.#sweptMicros > SWEEP_MICROS) this.#sweep(elapsedMicros);
    const hash = hashOf(packet, this.#seed);
    const all = this.#flows.get(hash);
    const known = all && (this.#findOwn(all, packet) ?? this.#findCopied(all, packet) ?? findAsked(all, packet));
    if (known === undefined) {
      if (begins) this.#admit(packet, hash);
      return;
    }
    known.lastMicros = this.#clock.frameMicros;
    if (!isCopy(known, packet)) this.#take(known, packet);
  }

  /** Two tenants may have the same ends; what is seen inside of a tunnel and outside of it is one. */
  #findOwn(all: readonly DatagramFlow[], packet: Packet): DatagramFlow | undefined {
    const { network } = packet;
    for (const one of all) {
      const { flow } = one;
      const isOne = flow.network === 0 || network === 0 || flow.answerNetwork === network;
      if (!isOne && !this.#networks.areOne(flow.network, network)) continue;
      if (flow.sentByA(packet) || flow.sentByB(packet)) return one;
    }
    return undefined;
  }

  /** One that another network shows as well: the same datagram about the same time. */
  #findCopied(all: readonly DatagramFlow[], packet: Packet): DatagramFlow | undefined {
    const tag = tagOf(packet);
    if (tag === undefined) return undefined;
    const { elapsedMicros } = this.#clock;
    for (const one of all) {
      const { flow, tags, firstTag, lastMicros } = one;
      if (!flow.sentByA(packet) && !flow.sentByB(packet)) continue;
      const isFirst = tag === firstTag && Math.abs(packet.atMicros - flow.firstMicros) <= COPY_MICROS;
      if (!isFirst && !(tags.includes(tag) && elapsedMicros - lastMicros <= COPY_MICROS)) continue;
      this.#networks.join(flow.network, packet.network);
      return one;
    }
    return undefined;
  }

  #admit(packet: Packet, hash: number): void {
    if (this.refusesNew || this.#size >= MAX_FLOWS) {
      this.counters.datagram_flows_refused++;
      return;
    }
    const flow = new TcpFlow(packet, hash, this.#networks);
    const opened: DatagramFlow = {
      flow,
      stream: undefined,
      heldBytes: 0,
      lastMicros: this.#clock.frameMicros,
      tags: new Int32Array(REMEMBERED_TAGS),
      at: 0,
      firstTag: tagOf(packet) ?? 0,
    };
    this.#flows.set(hash, [...(this.#flows.get(hash) ?? []), opened]);
    this.#size++;
    isCopy(opened, packet);
    this.#take(opened, packet);
  }

  #take(known: DatagramFlow, packet: Packet): void {
    const { flow } = known;
    known.heldBytes += packet.payloadLength;
    const isAnswered = flow.sentByB(packet) || this.#source.isAnswered(packet.bytes, packet.payloadStart);
    if (known.stream === undefined && isAnswered) {
      known.stream = this.#source.openDatagrams(flow);
      this.counters.datagram_flows++;
    }
    if (known.stream === undefined) return;
    known.stream.data(known.heldBytes);
    known.heldBytes = 0;
  }

  #patienceMicros({ stream }: DatagramFlow): number {
    return (stream === undefined ? this.#patience.halfOpenSeconds : this.#patience.idleSeconds) * 1e6;
  }

  #sweep(elapsedMicros: number): void {
    this.#sweptMicros = elapsedMicros;
    for (const [hash, all] of this.#flows) {
      for (const one of all) one.lastMicros = Math.min(one.lastMicros, elapsedMicros);
      const heard = all.filter((one) => elapsedMicros - one.lastMicros <= this.#patienceMicros(one));
      this.#size -= all.length - heard.length;
      if (heard.length === 0) this.#flows.delete(hash);
      else if (heard.length < all.length) this.#flows.set(hash, heard);
    }
  }
}

/** Each direction may have a network of its own; nothing in a datagram says whether it has. */
function findAsked(all: readonly DatagramFlow[], packet: Packet): DatagramFlow | undefined {
  for (const one of all) {
    const { flow, stream } = one;
    if (stream !== undefined || flow.answerNetwork !== 0 || !flow.sentByB(packet)) continue;
    flow.answerNetwork = packet.network;
    return one;
  }
  return undefined;
}

/** Whether the same datagram was seen a short while ago, for the tags remember this one. */
function isCopy(known: DatagramFlow, packet: Packet): boolean {
  const tag = tagOf(packet);
  if (tag === undefined) return false;
  if (known.tags.includes(tag)) return true;
  known.tags[known.at] = tag;
  known.at = (known.at + 1) % REMEMBERED_TAGS;
  return false;
}

/** Undefined where it is too short to have one. */
function tagOf({ bytes, payloadStart, payloadEnd }: Packet): number | undefined {
  return payloadEnd - payloadStart < TAG_BYTES ? undefined : readInt32(bytes, payloadEnd - TAG_BYTES);
}
