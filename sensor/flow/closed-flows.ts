import { ACK, type Packet, SYN } from "../decode/packet.js";
import type { JoinedNetworks } from "./joined-networks.js";
import { isPast } from "./jump.js";
import { COPY_MICROS } from "./segment-marks.js";
import type { TcpFlow } from "./tcp-flow.js";

/** Closed flows remembered at most; older ones make room early. */
const MAX_CLOSED = 16_384;
const BUCKETS = 32_768;
const NONE = -1;
/** Words kept of each: the ends' addresses, ports, virtual networks, first and last sequence numbers, and the connection offered on its ports. */
const WORDS = 17;
const PORTS = 8;
const NETWORK = 9;
const FIRST_A = 10;
const FIRST_B = 11;
const OFFERED = 12;
const FLAGS = 13;
const ANSWER_NETWORK = 14;
const NEXT_A = 15;
const NEXT_B = 16;
const STARTED_A = 1;
const STARTED_B = 2;
const OFFERED_BY_A = 4;
const OFFERED_BY_B = 8;
const OPENING_SEEN = 16;

/**
 * What is left of flows that were closed a short while ago, so that late copies of their packets do not look like new ones. Numbers in
 * arrays, no objects: thousands of short connections a second must not be what the garbage collector spends its time on.
 */
export class ClosedFlows {
  readonly #keepMicros: number;
  readonly #networks: JoinedNetworks;
  readonly #words = new Int32Array(MAX_CLOSED * WORDS);
  readonly #hashes = new Int32Array(MAX_CLOSED);
  readonly #closedMicros = new Float64Array(MAX_CLOSED).fill(Number.NEGATIVE_INFINITY);
  readonly #buckets = new Int32Array(BUCKETS).fill(NONE);
  readonly #next = new Int32Array(MAX_CLOSED).fill(NONE);
  readonly #isLinked = new Uint8Array(MAX_CLOSED);
  #at = 0;

  /** `keepSeconds` of packet time each is remembered. */
  constructor(keepSeconds: number, networks: JoinedNetworks) {
    this.#networks = networks;
    this.#keepMicros = keepSeconds * 1e6;
  }

  remember(flow: TcpFlow, atMicros: number): void {
    const slot = this.#at;
    this.#at = (slot + 1) % MAX_CLOSED;
    if (this.#isLinked[slot] === 1) this.#unlink(slot);
    const words = this.#words;
    const base = slot * WORDS;
    words[base] = flow.a0;
    words[base + 1] = flow.a1;
    words[base + 2] = flow.a2;
    words[base + 3] = flow.a3;
    words[base + 4] = flow.b0;
    words[base + 5] = flow.b1;
    words[base + 6] = flow.b2;
    words[base + 7] = flow.b3;
    words[base + PORTS] = (flow.aPort << 16) | flow.bPort;
    words[base + NETWORK] = flow.network;
    words[base + ANSWER_NETWORK] = flow.answerNetwork;
    words[base + FIRST_A] = flow.a.first;
    words[base + FIRST_B] = flow.b.first;
    words[base + OFFERED] = flow.offer?.first ?? 0;
    words[base + NEXT_A] = flow.a.next;
    words[base + NEXT_B] = flow.b.next;
    words[base + FLAGS] = flagsOf(flow);
    this.#closedMicros[slot] = atMicros;
    this.#hashes[slot] = flow.hash;
    this.#isLinked[slot] = 1;
    const bucket = flow.hash & (BUCKETS - 1);
    this.#next[slot] = this.#buckets[bucket];
    this.#buckets[bucket] = slot;
  }

  /** Whether a packet belongs to a closed flow; not where it opens, or goes on with, another connection on the same ports. */
  has(packet: Packet, hash: number): boolean {
    for (let slot = this.#buckets[hash & (BUCKETS - 1)]; slot !== NONE; slot = this.#next[slot]) {
      if (this.#hashes[slot] !== hash) continue;
      const fromA = this.#isBetween(slot, packet, true);
      if (!fromA && !this.#isBetween(slot, packet, false)) continue;
      if (
        Math.abs(packet.atMicros - this.#closedMicros[slot]) <= this.#keepMicros &&
        !this.#isReused(slot, fromA, packet)
      )
        return true;
      this.#unlink(slot);
      return false;
    }
    return false;
  }

  /** One of another network that ended just now, has the ends of this flow, and may have been it. */
  originalOf(flow: TcpFlow, packet: Packet): { readonly network: number; readonly beganLike: boolean } | undefined {
    const hash = flow.hash;
    for (let slot = this.#buckets[hash & (BUCKETS - 1)]; slot !== NONE; slot = this.#next[slot]) {
      if (this.#hashes[slot] !== hash || Math.abs(packet.atMicros - this.#closedMicros[slot]) > COPY_MICROS) continue;
      const fromA = this.#hasEnds(slot, packet, true);
      if (!fromA && !this.#hasEnds(slot, packet, false)) continue;
      const network = this.#words[slot * WORDS + NETWORK];
      if (network === 0 || network === flow.network) continue;
      const beganLike = this.#beganLike(slot, flow, fromA === flow.sentByA(packet));
      const areBothOpened = (this.#words[slot * WORDS + FLAGS] & OPENING_SEEN) !== 0 && flow.rolesFrom === "handshake";
      if (beganLike || !areBothOpened) return { network, beganLike };
    }
    return undefined;
  }

  #beganLike(slot: number, { a, b, rolesFrom }: TcpFlow, isSameWay: boolean): boolean {
    const base = slot * WORDS;
    if (rolesFrom !== "handshake" || (this.#words[base + FLAGS] & OPENING_SEEN) === 0) return false;
    const isLike = (
      started: number,
      at: number,
      half: { readonly started: boolean; readonly first: number },
    ): boolean => (this.#words[base + FLAGS] & started) !== 0 && half.started && this.#words[base + at] === half.first;
    const [one, other] = isSameWay ? [a, b] : [b, a];
    return isLike(STARTED_A, FIRST_A, one) && isLike(STARTED_B, FIRST_B, other);
  }

  #isBetween(slot: number, packet: Packet, fromA: boolean): boolean {
    const words = this.#words;
    const base = slot * WORDS;
    const network = words[base + NETWORK];
    return (
      this.#hasEnds(slot, packet, fromA) &&
      (network === packet.network ||
        network === 0 ||
        packet.network === 0 ||
        words[base + ANSWER_NETWORK] === packet.network ||
        this.#networks.areOne(network, packet.network))
    );
  }

  #hasEnds(slot: number, packet: Packet, fromA: boolean): boolean {
    const words = this.#words;
    const base = slot * WORDS;
    const source = fromA ? base : base + 4;
    const destination = fromA ? base + 4 : base;
    const ports = fromA
      ? (packet.sourcePort << 16) | packet.destinationPort
      : (packet.destinationPort << 16) | packet.sourcePort;
    return (
      words[base + PORTS] === ports &&
      words[source + 3] === packet.source3 &&
      words[destination + 3] === packet.destination3 &&
      words[source + 2] === packet.source2 &&
      words[source + 1] === packet.source1 &&
      words[source] === packet.source0 &&
      words[destination + 2] === packet.destination2 &&
      words[destination + 1] === packet.destination1 &&
      words[destination] === packet.destination0
    );
  }

  /** A SYN with another sequence number than this end began with, or who goes on from one that was offered before. */
  #isReused(slot: number, fromA: boolean, packet: Packet): boolean {
    const words = this.#words;
    const base = slot * WORDS;
    const flags = words[base + FLAGS];
    const offered = flags & (OFFERED_BY_A | OFFERED_BY_B);
    const isOfferer = offered === (fromA ? OFFERED_BY_A : OFFERED_BY_B);
    const isSyn = (packet.flags & SYN) !== 0;
    if (offered !== 0 && !isOfferer && (packet.flags & ACK) !== 0 && packet.acknowledgment === words[base + OFFERED])
      return true;
    if (!isSyn && packet.payloadLength > 0 && this.#isPastEnd(slot, fromA, packet)) return true;
    if (!isSyn) return isOfferer && packet.payloadLength > 0 && packet.sequence === words[base + OFFERED];
    const hasStarted = (flags & (fromA ? STARTED_A : STARTED_B)) !== 0;
    return !hasStarted || words[base + (fromA ? FIRST_A : FIRST_B)] !== ((packet.sequence + 1) | 0);
  }

  /** Data sent and read behind the ends of both directions. */
  #isPastEnd(slot: number, fromA: boolean, { flags, sequence, acknowledgment }: Packet): boolean {
    const base = slot * WORDS;
    const next = this.#words[base + (fromA ? NEXT_A : NEXT_B)];
    const otherNext = this.#words[base + (fromA ? NEXT_B : NEXT_A)];
    return (flags & ACK) !== 0 && isPast(sequence, next) && isPast(acknowledgment, otherNext);
  }

  #unlink(slot: number): void {
    const bucket = this.#hashes[slot] & (BUCKETS - 1);
    let before = NONE;
    let at = this.#buckets[bucket];
    while (at !== slot && at !== NONE) {
      before = at;
      at = this.#next[at];
    }
    if (before === NONE) this.#buckets[bucket] = this.#next[slot];
    else this.#next[before] = this.#next[slot];
    this.#isLinked[slot] = 0;
  }
}

function flagsOf({ a, b, offer, rolesFrom }: TcpFlow): number {
  const opening = rolesFrom === "handshake" ? OPENING_SEEN : 0;
  const started = (a.started ? STARTED_A : 0) | (b.started ? STARTED_B : 0) | opening;
  if (offer?.first === undefined) return started;
  return started | (offer.from === "a" ? OFFERED_BY_A : OFFERED_BY_B);
}
