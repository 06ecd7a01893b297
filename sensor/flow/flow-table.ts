import type { PacketClock } from "../bytes/packet-clock.js";
import { ACK, FIN, type Packet, type PacketSink, RST, SYN } from "../decode/packet.js";
import { ClosedFlows } from "./closed-flows.js";
import { bareOf, CopyWatch, type Suspect } from "./copy-watch.js";
import { hashOf } from "./flow-hash.js";
import { FlowList } from "./flow-list.js";
import { JoinedNetworks } from "./joined-networks.js";
import { OfferedFlows } from "./offered-flow.js";
import { Reassembly, type ReassemblySettings } from "./reassembly.js";
import { COPY_MICROS, SegmentMarks } from "./segment-marks.js";
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
/** So many flows a second virtual network has time to show. */
const FLOWS_OF_ONE_NETWORK = 1_000;
/** How often flows that last are let tell what they counted. */
const TELL_MICROS = 30e6;
/** Flows looked at to tell how long most are silent. */
const SAMPLED_FLOWS = 1_024;
const SWEEP_WHEN_FULL_MICROS = 1e6;
/** Silence after which a reset that may have been forged is believed. */
const RESET_MICROS = 1e6;

/** More connections than this on the same ports do not wait for each other. */
const MAX_REPLAYS = 8;

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
  readonly #clock: PacketClock | undefined;
  readonly #list = new FlowList();
  readonly #closed: ClosedFlows;
  readonly networks = new JoinedNetworks();
  readonly copies: CopyWatch;
  readonly #offers: OfferedFlows;
  readonly #marks = new SegmentMarks();
  #firstNetwork = 0;
  #areSeveral = false;
  /** How deep in handing on what was kept of a flow: nothing else is decided meanwhile. */
  #replays = 0;
  /** Whose packet came last: the next one is mostly its, too. */
  #last: TcpFlow | undefined = undefined;
  #lastSweepMicros = 0;
  #lastTellMicros = 0;

  /**
   * `seed` keeps outsiders from choosing addresses that meet in one bucket; nothing seen outside depends on it. Without a clock each packet's
   * time is believed.
   */
  constructor(settings: FlowSettings, source: StreamSource, seed: number, clock?: PacketClock) {
    this.#clock = clock;
    this.#settings = settings;
    this.#seed = seed | 0;
    this.reassembly = new Reassembly(settings, source);
    this.#offers = new OfferedFlows(this.reassembly.counters);
    this.#closed = new ClosedFlows(settings.closedSeconds, this.networks);
    this.copies = new CopyWatch(this.#marks);
  }

  packet(packet: Packet): void {
    const atMicros = packet.atMicros;
    const elapsedMicros = this.#clock === undefined ? atMicros : this.#clock.elapsedMicros;
    if (Math.abs(elapsedMicros - this.#lastSweepMicros) > SWEEP_MICROS && this.#replays === 0)
      this.#sweep(elapsedMicros);
    if (packet.network !== 0) this.#decideDue(atMicros);
    let flow = this.#last;
    let fromA = flow?.sentByA(packet) === true;
    let hash = 0;
    if (flow === undefined || !(fromA || flow.sentByB(packet)) || !flow.isInNetwork(packet)) {
      hash = hashOf(packet, this.#seed);
      flow = this.#find(packet, hash);
      fromA = flow?.sentByA(packet) === true;
    }
    if (flow !== undefined && ((packet.flags & SYN) !== 0 || flow.mayGiveWay)) {
      const fate = this.#offers.judge(flow, fromA, packet);
      if (fate === "wait") return;
      if (fate === "reused") {
        this.#giveWay(flow, atMicros);
        hash = flow.hash;
        // Its first packets may have waited, and of the new connection another network may have shown some.
        flow = this.#find(packet, hash);
        fromA = flow?.sentByA(packet) === true;
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
    flow.lastMicros = this.#clock === undefined ? atMicros : this.#clock.frameMicros;
    if (flow.network !== 0 && flow.stream === undefined && this.#holds(flow, packet)) return;
    this.reassembly.segment(flow, fromA, packet);
    if (flow.isClosed) this.#replay(this.#retire(flow, atMicros));
  }

  /** Another connection has its ports; what waited of that one goes there. */
  #giveWay(flow: TcpFlow, atMicros: number): void {
    const waiting = this.#offers.settle(flow);
    if (flow.suspect !== undefined) this.#decide(flow.suspect, this.copies.judge(flow.suspect));
    // It may have been another network's, or be over by now.
    if (flow.index >= 0) {
      this.reassembly.close(flow, "reused", atMicros);
      this.#remove(flow);
    }
    this.#replay(waiting);
  }

  #find(packet: Packet, hash: number): TcpFlow | undefined {
    const first = this.#list.firstOf(hash);
    let isElsewhere = false;
    for (let flow = first; flow !== undefined; flow = flow.nextInBucket) {
      if (!flow.isBetween(packet, hash)) continue;
      if (flow.network === packet.network) return flow;
      isElsewhere = true;
    }
    return isElsewhere ? this.#findElsewhere(packet, hash) : undefined;
  }

  /** Those of its own network go before those it may be a copy of, an answer to, or go on with elsewhere. */
  #findElsewhere(packet: Packet, hash: number): TcpFlow | undefined {
    let elsewhere: TcpFlow | undefined;
    for (let flow = this.#list.firstOf(hash); flow !== undefined; flow = flow.nextInBucket) {
      if (!flow.isBetween(packet, hash)) continue;
      if (flow.isInNetwork(packet, "late")) return flow;
      if (flow.isAnsweredBy(packet) || flow.isMovedTo(packet)) elsewhere = flow;
    }
    if (elsewhere !== undefined) elsewhere.answerNetwork = packet.network;
    return elsewhere;
  }

  /**
   * Whether the packet waits until it is known whether its connection is one that another network shows. Asked of flows in virtual networks
   * of which nothing was told yet.
   */
  #holds(flow: TcpFlow, packet: Packet): boolean {
    const isToBeTold = packet.payloadLength > 0 || (packet.flags & (FIN | RST)) !== 0 || flow.a.holds || flow.b.holds;
    if (isToBeTold && !flow.isJudged) flow.suspect ??= this.#suspicionOf(flow, packet);
    const { suspect } = flow;
    if (suspect === undefined) return false;
    const known = this.copies.hold(suspect, packet);
    const verdict = this.networks.areOne(suspect.original, flow.network) ? "same" : known;
    if (verdict !== "unknown") this.#decide(suspect, verdict);
    return true;
  }

  #suspicionOf(flow: TcpFlow, packet: Packet): Suspect | undefined {
    const original = this.#originalOf(flow, packet) ?? this.#closed.originalOf(flow, packet);
    if (original === undefined) return undefined;
    const suspect = this.copies.suspect(flow, original.network, original.beganLike, packet.atMicros);
    flow.isJudged = suspect === undefined;
    return suspect;
  }

  /** A flow of another network that this packet's may be. */
  #originalOf(flow: TcpFlow, packet: Packet): { readonly network: number; readonly beganLike: boolean } | undefined {
    const { hash, network } = flow;
    for (let other = this.#list.firstOf(hash); other !== undefined; other = other.nextInBucket) {
      if (other === flow || !other.isBetween(packet, hash) || other.suspect !== undefined) continue;
      if (other.network === 0 || other.network === network) continue;
      if (other.beganOtherwise(flow) || !other.isAtPlace(packet, "late")) continue;
      const beganLike = other.beganLike(flow);
      if (other.stream !== undefined) {
        other.mayBeShownAgain = true;
        return { network: other.network, beganLike };
      }
      // Whichever has data first is told. Where one is known to be another's copy it is told under its name from the start.
      if (beganLike && this.networks.isJoined(other.network)) this.networks.join(other.network, network);
    }
    return undefined;
  }

  #decideDue(atMicros: number): void {
    if (this.#replays > 0) return;
    for (let suspect = this.copies.due(atMicros); suspect !== undefined; suspect = this.copies.due(atMicros))
      this.#decide(suspect, this.copies.judge(suspect));
  }

  /** What was kept goes to the flow that it is of: its own, or that of the other network. */
  #decide(suspect: Suspect, verdict: "same" | "other"): void {
    const { flow, original } = suspect;
    const packets = this.copies.settle(suspect);
    flow.suspect = undefined;
    flow.isJudged = true;
    if (verdict === "same" && flow.index >= 0) {
      this.networks.join(original, flow.network);
      packets.unshift(...this.#withdraw(flow));
    }
    this.#replay(packets);
  }

  /** It was none; what waited in it. */
  #withdraw(flow: TcpFlow): Packet[] {
    const packets = this.reassembly.handBack(flow);
    this.#remove(flow);
    this.counters.flows--;
    if (flow.rolesFrom !== "handshake") this.counters.flows_joined_late--;
    return packets;
  }

  /** Flows of which something waits, or was lost, and no packet comes any more: another network may have shown all of it meanwhile. */
  #decideSilent(beforeMicros: number): void {
    if (this.reassembly.marks === undefined) return;
    const silent = this.#list.all.filter(
      ({ network, stream, isJudged, lastMicros }) =>
        network !== 0 && stream === undefined && !isJudged && lastMicros < beforeMicros,
    );
    for (const flow of silent) this.#decideWaiting(flow);
  }

  #decideWaiting(flow: TcpFlow): void {
    if (flow.index < 0 || flow.suspect !== undefined) return;
    if (!flow.a.hasHole && !flow.b.hasHole && !flow.a.hasUnread && !flow.b.hasUnread) return;
    const waiting = this.reassembly.handBack(flow);
    const suspect = this.#suspicionOf(flow, waiting[0] ?? bareOf(flow));
    if (suspect === undefined) {
      for (const packet of waiting) this.reassembly.segment(flow, flow.sentByA(packet), packet);
      return;
    }
    for (const packet of waiting) this.copies.hold(suspect, packet);
    this.#decide(suspect, this.copies.judge(suspect));
  }

  /** Ends every flow: the capture is over. */
  finish(atMicros: number): void {
    this.#decideDue(Number.POSITIVE_INFINITY);
    this.#decideSilent(Number.POSITIVE_INFINITY);
    for (const flow of this.#list.all) this.reassembly.close(flow, "end", atMicros);
    while (this.#list.all.length > 0) this.#remove(this.#list.all[this.#list.all.length - 1]);
  }

  /** Time goes on though no packet comes: so much has passed in all. */
  pass(elapsedMicros: number): void {
    this.#sweep(elapsedMicros);
  }

  /** Ends about a quarter of all flows, those silent longest; how many. */
  giveUpSilent(atMicros: number): number {
    this.#decideDue(Number.POSITIVE_INFINITY);
    const before = this.#list.all.length;
    const step = Math.max(1, Math.floor(before / SAMPLED_FLOWS));
    const times = this.#list.all.filter((_, index) => index % step === 0).map(({ lastMicros }) => lastMicros);
    const lastMicros = times.sort((a, b) => a - b)[times.length >> 2] ?? 0;
    for (let index = before - 1; index >= 0; index--) {
      const flow = this.#list.all[index];
      if (flow.lastMicros > lastMicros) continue;
      this.reassembly.close(flow, "idle", atMicros);
      this.#remove(flow);
    }
    this.counters.flows_given_up += before - this.#list.all.length;
    return before - this.#list.all.length;
  }

  #admit(packet: Packet, hash: number): TcpFlow | undefined {
    const isSyn = (packet.flags & SYN) !== 0;
    if ((!isSyn && packet.payloadLength === 0) || (packet.flags & RST) !== 0) {
      this.counters.packets_without_flow++;
      return undefined;
    }
    if (this.refusesNew || (this.#list.all.length >= this.#settings.maxFlows && !this.#makeRoom(packet.atMicros))) {
      this.counters.packets_refused++;
      this.counters.bytes_refused += packet.payloadLength;
      // Not for the answer to it: the same flow would be refused twice.
      if (isSyn && (packet.flags & ACK) === 0) this.counters.flows_refused++;
      return undefined;
    }
    const flow = new TcpFlow(packet, hash, this.networks);
    if (packet.network !== 0) this.#noteNetwork(packet.network);
    this.#list.add(flow);
    this.counters.flows++;
    this.counters.flows_open++;
    if (!isSyn) this.counters.flows_joined_late++;
    return flow;
  }

  /** Where one network alone was seen for long there is nothing that its bytes need be held against. */
  #noteNetwork(network: number): void {
    if (this.#areSeveral) return;
    this.#areSeveral = this.#firstNetwork !== 0 && network !== this.#firstNetwork;
    this.#firstNetwork = network;
    const isNoting = this.#areSeveral || this.counters.flows < FLOWS_OF_ONE_NETWORK;
    this.reassembly.marks = isNoting ? this.#marks : undefined;
  }

  #makeRoom(atMicros: number): boolean {
    const elapsedMicros = this.#clock?.elapsedMicros ?? atMicros;
    if (Math.abs(elapsedMicros - this.#lastSweepMicros) > SWEEP_WHEN_FULL_MICROS) this.#sweep(elapsedMicros);
    return this.#list.all.length < this.#settings.maxFlows;
  }

  /** It is over; what waits in it is of another connection on the same ports. */
  #retire(flow: TcpFlow, atMicros: number): readonly Packet[] {
    const waiting = flow.a.hasHole || flow.b.hasHole ? this.reassembly.handBack(flow) : [];
    if (waiting.length === 0) this.#closed.remember(flow, atMicros);
    this.#remove(flow);
    return waiting;
  }

  /** Of what is handed on some may wait and be another connection's again; of what is forged each packet, at the cost of all behind it. */
  #replay(packets: readonly Packet[]): void {
    if (this.#replays >= MAX_REPLAYS) {
      this.reassembly.counters.stray_segments += packets.length;
      return;
    }
    this.#replays++;
    for (const packet of packets) this.packet(packet);
    this.#replays--;
  }

  #sweep(elapsedMicros: number): void {
    const atMicros = elapsedMicros + (this.#clock?.stepMicros ?? 0);
    this.#decideDue(atMicros);
    if (this.#replays === 0) this.#decideSilent(elapsedMicros - COPY_MICROS);
    this.#lastSweepMicros = elapsedMicros;
    const isTelling = Math.abs(atMicros - this.#lastTellMicros) > TELL_MICROS;
    if (isTelling) this.#lastTellMicros = atMicros;
    const waiting: Packet[] = [];
    for (let index = this.#list.all.length - 1; index >= 0; index--) {
      const flow = this.#list.all[index];
      if (flow.suspect !== undefined) continue;
      // Its last frame was misdated.
      if (flow.lastMicros > elapsedMicros && this.#clock !== undefined) flow.lastMicros = elapsedMicros;
      const idleMicros = elapsedMicros - flow.lastMicros;
      if (idleMicros > this.#patienceMicros(flow)) {
        this.counters.flows_idle++;
        this.reassembly.close(flow, "idle", atMicros);
        this.#remove(flow);
        continue;
      }
      if (flow.resetMicros >= 0 && atMicros - flow.resetMicros > RESET_MICROS)
        this.reassembly.close(flow, "reset", atMicros);
      else if (flow.a.hasHole || flow.b.hasHole) this.reassembly.settle(flow, atMicros);
      if (flow.isClosed) waiting.push(...this.#retire(flow, atMicros));
      else if (isTelling) flow.stream?.tell?.(atMicros);
    }
    this.#replay(waiting);
  }

  #patienceMicros(flow: TcpFlow): number {
    return (flow.stream === undefined ? this.#settings.halfOpenSeconds : this.#settings.idleSeconds) * 1e6;
  }

  #remove(flow: TcpFlow): void {
    this.#list.remove(flow);
    this.reassembly.counters.stray_segments += this.#offers.settle(flow).length;
    if (this.#last === flow) this.#last = undefined;
    flow.memo = undefined;
    this.counters.flows_open--;
  }
}
