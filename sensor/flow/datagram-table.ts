import { readInt32 } from "../bytes/network-order.js";
import type { DatagramSink, Packet } from "../decode/packet.js";
import { hashOf } from "./flow-hash.js";
import type { FlowSettings } from "./flow-table.js";
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
  readonly #ownNetworks: Set<number>;
  readonly #patience: Patience;
  readonly #seed: number;
  readonly #flows = new Map<number, readonly DatagramFlow[]>();
  #size = 0;
  #sweptMicros = 0;

  constructor(settings: Patience, source: DatagramSource, ownNetworks: Set<number>, seed: number) {
    this.#patience = settings;
    this.#source = source;
    this.#ownNetworks = ownNetworks;
    this.#seed = seed | 0;
  }

  datagram(packet: Packet): void {
    const begins = this.#source.begins(packet.bytes, packet.payloadStart, packet.payloadEnd);
    if (!begins && this.#size === 0) return;
    if (Math.abs(packet.atMicros - this.#sweptMicros) > SWEEP_MICROS) this.#sweep(packet.atMicros);
    const hash = hashOf(packet, this.#seed);
    const all = this.#flows.get(hash);
    const known = all?.find(({ flow }) => isOf(flow, packet)) ?? all?.find((one) => isAnsweredBy(one, packet));
    if (known === undefined) {
      if (begins) this.#admit(packet, hash);
      return;
    }
    known.lastMicros = packet.atMicros;
    if (!isCopy(known, packet)) this.#take(known, packet);
  }

  #admit(packet: Packet, hash: number): void {
    if (this.refusesNew || this.#size >= MAX_FLOWS) {
      this.counters.datagram_flows_refused++;
      return;
    }
    const flow = new TcpFlow(packet, hash, this.#ownNetworks);
    const opened: DatagramFlow = {
      flow,
      stream: undefined,
      heldBytes: 0,
      lastMicros: packet.atMicros,
      tags: new Int32Array(REMEMBERED_TAGS),
      at: 0,
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

  #sweep(atMicros: number): void {
    this.#sweptMicros = atMicros;
    for (const [hash, all] of this.#flows) {
      const heard = all.filter((one) => Math.abs(atMicros - one.lastMicros) <= this.#patienceMicros(one));
      this.#size -= all.length - heard.length;
      if (heard.length === 0) this.#flows.delete(hash);
      else if (heard.length < all.length) this.#flows.set(hash, heard);
    }
  }
}

/** Two tenants may have the same ends; what is seen inside of a tunnel and outside of it is one. */
function isOf(flow: TcpFlow, packet: Packet): boolean {
  const { network, answerNetwork } = flow;
  const isOne = network === packet.network || network === 0 || packet.network === 0 || answerNetwork === packet.network;
  return isOne && (flow.sentByA(packet) || flow.sentByB(packet));
}

/** Each direction may have a network of its own; nothing in a datagram says whether it has. */
function isAnsweredBy({ flow, stream }: DatagramFlow, packet: Packet): boolean {
  if (stream !== undefined || flow.answerNetwork !== 0 || !flow.sentByB(packet)) return false;
  flow.answerNetwork = packet.network;
  return true;
}

/** Whether the same datagram was seen a short while ago, for the tags remember this one. */
function isCopy(known: DatagramFlow, { bytes, payloadStart, payloadEnd }: Packet): boolean {
  if (payloadEnd - payloadStart < TAG_BYTES) return false;
  const tag = readInt32(bytes, payloadEnd - TAG_BYTES);
  if (known.tags.includes(tag)) return true;
  known.tags[known.at] = tag;
  known.at = (known.at + 1) % REMEMBERED_TAGS;
  return false;
}
