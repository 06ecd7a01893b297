import { ACK, type Packet, type PacketSink, RST, SYN } from "../decode/packet.js";
import { ClosedFlows } from "./closed-flows.js";
import { hashOf } from "./flow-hash.js";
import { Reassembly, type ReassemblySettings } from "./reassembly.js";
import type { StreamSource } from "./stream.js";
import { TcpFlow } from "./tcp-flow.js";

export interface FlowSettings extends ReassemblySettings {
  /** Flows kept at one time; beyond it new ones are refused and counted. */
  readonly maxFlows: number;
  /** Seconds of packet time without a packet after which a flow is over. */
  readonly idleSeconds: number;
  /** The same for a flow that never carried data. */
  readonly halfOpenSeconds: number;
  /** How long a closed flow is remembered, so that late copies of its packets do not look like a new one. */
  readonly closedSeconds: number;
}

const SWEEP_MICROS = 5e6;
/** How often flows that last are let tell what they counted. */
const TELL_MICROS = 30e6;
/** Flows looked at to tell how long most are silent. */
const SAMPLED_FLOWS = 1_024;
const SWEEP_WHEN_FULL_MICROS = 1e6;
/** Silence after which a reset that may have been forged is believed. */
const RESET_MICROS = 1e6;

/** All flows, found by addresses and ports in either direction. Bounded; time is packet time. */
export class FlowTable implements PacketSink {
  readonly counters = {
    flows: 0,
    flows_open: 0,
    /** Flows not followed for want of room, told by their SYN, packets of such flows, and their payload. */
    flows_refused: 0,
    packets_refused: 0,
    bytes_refused: 0,
    /** Packets without data of connections that were not seen to open. */
    packets_without_flow: 0,
    flows_joined_late: 0,
    flows_idle: 0,
    /** Flows ended before their time for want of memory. */
    flows_given_up: 0,
  };
  /** While memory or time is short, what is known goes before what is new. */
  refusesNew = false;
  readonly reassembly: Reassembly;
  readonly #settings: FlowSettings;
  readonly #seed: number;
  readonly #flows: TcpFlow[] = [];
  readonly #closed: ClosedFlows;
  /** As many as a host has. */
  readonly ownNetworks = new Set<number>();
  #buckets: (TcpFlow | undefined)[] = new Array(1_024).fill(undefined);
  /** Whose packet came last: the next one is mostly its, too. */
  #last: TcpFlow | undefined = undefined;
  #lastSweepMicros = 0;
  #lastTellMicros = 0;

  /** `seed` keeps outsiders from choosing addresses that meet in one bucket; nothing seen outside depends on it. */
  constructor(settings: FlowSettings, source: StreamSource, seed: number) {
    this.#settings = settings;
    this.#seed = seed | 0;
    this.reassembly = new Reassembly(settings, source);
    this.#closed = new ClosedFlows(settings.closedSeconds);
  }

  packet(packet: Packet): void {
    const atMicros = packet.atMicros;
    if (Math.abs(atMicros - this.#lastSweepMicros) > SWEEP_MICROS) this.#sweep(atMicros);
    let flow = this.#last;
    let fromA = flow?.sentByA(packet) === true;
    let hash = 0;
    if (flow === undefined || !(fromA || flow.sentByB(packet)) || !flow.isInNetwork(packet)) {
      hash = hashOf(packet, this.#seed);
      flow = this.#find(packet, hash);
      fromA = flow?.sentByA(packet) === true;
    }
    if (flow !== undefined && ((packet.flags & SYN) !== 0 || flow.offeredFrom !== undefined)) {
      const fate = judgeOffer(flow, fromA, packet);
      if (fate === "wait") return;
      if (fate === "reused") {
        this.reassembly.close(flow, "reused", atMicros);
        this.#remove(flow);
        hash = flow.hash;
        flow = undefined;
      }
    }
    if (flow === undefined) {
      if (this.#closed.has(packet, hash)) {
        this.reassembly.counters.bytes_after_close += packet.payloadLength;
        return;
      }
      flow = this.#admit(packet, hash);
      if (flow === undefined) return;
      fromA = true;
    }
    if (flow !== this.#last) this.#last = flow;
    flow.lastMicros = atMicros;
    this.reassembly.segment(flow, fromA, packet);
    if (flow.isClosed) this.#retire(flow, atMicros);
  }

  #find(packet: Packet, hash: number): TcpFlow | undefined {
    const first = this.#buckets[hash & (this.#buckets.length - 1)];
    let isElsewhere = false;
    for (let flow = first; flow !== undefined; flow = flow.nextInBucket) {
      if (!isBetween(flow, packet, hash)) continue;
      if (flow.network === packet.network) return flow;
      isElsewhere = true;
    }
    return isElsewhere ? this.#findElsewhere(packet, hash) : undefined;
  }

  /** Those of its own network go before those it may be a copy of, an answer to, or go on with elsewhere. */
  #findElsewhere(packet: Packet, hash: number): TcpFlow | undefined {
    let elsewhere: TcpFlow | undefined;
    for (let flow = this.#buckets[hash & (this.#buckets.length - 1)]; flow !== undefined; flow = flow.nextInBucket) {
      if (!isBetween(flow, packet, hash)) continue;
      if (flow.isInNetwork(packet)) return flow;
      if (flow.isAnsweredBy(packet) || flow.isMovedTo(packet)) elsewhere = flow;
    }
    if (elsewhere !== undefined) elsewhere.answerNetwork = packet.network;
    return elsewhere;
  }

  /** Ends every flow: the capture is over. */
  finish(atMicros: number): void {
    for (const flow of this.#flows) this.reassembly.close(flow, "end", atMicros);
    while (this.#flows.length > 0) this.#remove(this.#flows[this.#flows.length - 1]);
  }

  /** Time goes on though no packet comes. */
  pass(atMicros: number): void {
    this.#sweep(atMicros);
  }

  /** Ends about a quarter of all flows, those silent longest; how many. */
  giveUpSilent(atMicros: number): number {
    const before = this.#flows.length;
    const step = Math.max(1, Math.floor(before / SAMPLED_FLOWS));
    const times = this.#flows.filter((_, index) => index % step === 0).map(({ lastMicros }) => lastMicros);
    const lastMicros = times.sort((a, b) => a - b)[times.length >> 2] ?? 0;
    for (let index = before - 1; index >= 0; index--) {
      const flow = this.#flows[index];
      if (flow.lastMicros > lastMicros) continue;
      this.reassembly.close(flow, "idle", atMicros);
      this.#remove(flow);
    }
    this.counters.flows_given_up += before - this.#flows.length;
    return before - this.#flows.length;
  }

  #admit(packet: Packet, hash: number): TcpFlow | undefined {
    const isSyn = (packet.flags & SYN) !== 0;
    if ((!isSyn && packet.payloadLength === 0) || (packet.flags & RST) !== 0) {
      this.counters.packets_without_flow++;
      return undefined;
    }
    if (this.refusesNew || (this.#flows.length >= this.#settings.maxFlows && !this.#makeRoom(packet.atMicros))) {
      this.counters.packets_refused++;
      this.counters.bytes_refused += packet.payloadLength;
      // Not for the answer to it: the same flow would be refused twice.
      if (isSyn && (packet.flags & ACK) === 0) this.counters.flows_refused++;
      return undefined;
    }
    const flow = new TcpFlow(packet, hash, this.ownNetworks);
    if (this.#flows.length >= this.#buckets.length) this.#grow();
    this.#link(flow);
    flow.index = this.#flows.length;
    this.#flows.push(flow);
    this.counters.flows++;
    this.counters.flows_open++;
    if (!isSyn) this.counters.flows_joined_late++;
    return flow;
  }

  #makeRoom(atMicros: number): boolean {
    if (Math.abs(atMicros - this.#lastSweepMicros) > SWEEP_WHEN_FULL_MICROS) this.#sweep(atMicros);
    return this.#flows.length < this.#settings.maxFlows;
  }

  #retire(flow: TcpFlow, atMicros: number): void {
    this.#closed.remember(flow, atMicros);
    this.#remove(flow);
  }

  #sweep(atMicros: number): void {
    this.#lastSweepMicros = atMicros;
    const isTelling = Math.abs(atMicros - this.#lastTellMicros) > TELL_MICROS;
    if (isTelling) this.#lastTellMicros = atMicros;
    for (let index = this.#flows.length - 1; index >= 0; index--) {
      const flow = this.#flows[index];
      const idleMicros = atMicros - flow.lastMicros;
      if (idleMicros > this.#patienceMicros(flow)) {
        this.counters.flows_idle++;
        this.reassembly.close(flow, "idle", atMicros);
        this.#remove(flow);
        continue;
      }
      if (flow.resetMicros >= 0 && atMicros - flow.resetMicros > RESET_MICROS)
        this.reassembly.close(flow, "reset", atMicros);
      else if (flow.a.hasHole || flow.b.hasHole) this.reassembly.settle(flow, atMicros);
      if (flow.isClosed) this.#retire(flow, atMicros);
      else if (isTelling) flow.stream?.tell?.(atMicros);
    }
  }

  #patienceMicros(flow: TcpFlow): number {
    return (flow.stream === undefined ? this.#settings.halfOpenSeconds : this.#settings.idleSeconds) * 1e6;
  }

  #link(flow: TcpFlow): void {
    const bucket = flow.hash & (this.#buckets.length - 1);
    flow.nextInBucket = this.#buckets[bucket];
    this.#buckets[bucket] = flow;
  }

  #remove(flow: TcpFlow): void {
    const bucket = flow.hash & (this.#buckets.length - 1);
    let before: TcpFlow | undefined;
    let at = this.#buckets[bucket];
    while (at !== flow && at !== undefined) {
      before = at;
      at = at.nextInBucket;
    }
    if (before === undefined) this.#buckets[bucket] = flow.nextInBucket;
    else before.nextInBucket = flow.nextInBucket;
    flow.nextInBucket = undefined;
    const last = this.#flows.pop();
    if (last !== undefined && last !== flow) {
      this.#flows[flow.index] = last;
      last.index = flow.index;
    }
    flow.index = -1;
    if (this.#last === flow) this.#last = undefined;
    flow.memo = undefined;
    this.counters.flows_open--;
  }

  #grow(): void {
    this.#buckets = new Array(this.#buckets.length * 2).fill(undefined);
    for (const flow of this.#flows) this.#link(flow);
  }
}

function isBetween(flow: TcpFlow, packet: Packet, hash: number): boolean {
  return flow.hash === hash && (flow.sentByA(packet) || flow.sentByB(packet));
}

/**
 * What a packet means for a flow on the same ports. A SYN with another sequence number than this direction began with opens another
 * connection where the old one is closed. RFC 5961 §4: a live one is not given up for it, anybody can send it: not before the other
 * end acknowledges it, or its own end goes on from it.
 */
function judgeOffer(flow: TcpFlow, fromA: boolean, packet: Packet): "same" | "wait" | "reused" {
  const half = fromA ? flow.a : flow.b;
  const from = fromA ? "a" : "b";
  if ((packet.flags & SYN) !== 0) {
    if (isTaken(flow, from, packet)) return "reused";
    const first = (packet.sequence + 1) | 0;
    if (!half.started || half.first === first) return "same";
    if (flow.stream === undefined) return "reused";
    flow.offeredFirst = first;
    flow.offeredFrom = from;
    return "wait";
  }
  return isTaken(flow, from, packet) ? "reused" : "same";
}

function isTaken(flow: TcpFlow, from: "a" | "b", packet: Packet): boolean {
  if (flow.offeredFrom === undefined) return false;
  if (flow.offeredFrom !== from) return (packet.flags & ACK) !== 0 && packet.acknowledgment === flow.offeredFirst;
  return packet.payloadLength > 0 && (packet.flags & SYN) === 0 && packet.sequence === flow.offeredFirst;
}
