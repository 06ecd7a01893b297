import { ACK, type Packet, RST, SYN } from "../decode/packet.js";
import { copyOf, KEPT_BYTES } from "./copy-watch.js";
import type { Half } from "./half.js";
import { isPast } from "./jump.js";
import type { TcpFlow } from "./tcp-flow.js";

/** Behind a SYN that nobody answered nothing is sent. So much may have been lost with the answer, and Linux' clock moves on in half a second. */
const MAX_UNANSWERED_BYTES = 1 << 23;
/** What one end alone may say behind a FIN before it is believed, for one flow and for all. */
const MAX_PACKETS = 16;
const MAX_BYTES = 1 << 17;
const MAX_ALL_BYTES = 1 << 24;

/** What may be another connection on a flow's ports, until its other end goes on with it. */
export interface Offer {
  readonly from: "a" | "b";
  /** Sequence number of its first byte, of a SYN; undefined for what is sent or acknowledged behind the end. */
  readonly first: number | undefined;
  /** Of a SYN: sequence number behind the data that it carried (RFC 7413 §4.2). */
  readonly next: number;
  /** Its data so far. */
  readonly packets: Packet[];
  heldBytes: number;
}

/**
 * Tells packets of another connection on a flow's ports. A SYN with another sequence number than this direction began with opens one where
 * the old one is closed, and where its SYN was lost what is sent or read behind a FIN is of one. RFC 5961 §4: a live one is not given up
 * for it, anybody can send it: not before the other end acknowledges it, or its own end goes on from it.
 */
export class OfferedFlows {
  readonly #counters: { stray_segments: number };
  #heldBytes = 0;

  constructor(counters: { stray_segments: number }) {
    this.#counters = counters;
  }

  judge(flow: TcpFlow, fromA: boolean, packet: Packet): "same" | "wait" | "reused" {
    const [half, other] = fromA ? [flow.a, flow.b] : [flow.b, flow.a];
    const from = fromA ? "a" : "b";
    const isPast = isPastEnd(half, other, packet) || isPastOpening(half, other, packet);
    if (isTaken(flow.offer, from, packet, isPast)) return "reused";
    if ((packet.flags & SYN) === 0) return isPast ? this.#hold(flow, from, other, packet) : "same";
    const first = (packet.sequence + 1) | 0;
    if (!half.started || half.first === first || answersOpening(other, flow, packet)) return "same";
    if (flow.stream === undefined || holdsPast(flow.offer)) return "reused";
    this.#offer(flow, from, first, packet);
    // Anybody can send it: where there is no room it is let go, and the connection goes on.
    if (packet.payloadLength > 0 && !this.#keep(flow, packet)) this.#counters.stray_segments++;
    return "wait";
  }

  /** It waits no longer; what was kept of it. */
  settle(flow: TcpFlow): Packet[] {
    const { offer } = flow;
    if (offer === undefined) return [];
    this.#heldBytes -= offer.heldBytes;
    offer.heldBytes = 0;
    return offer.packets.splice(0);
  }

  #hold(flow: TcpFlow, from: "a" | "b", other: Half, packet: Packet): "wait" | "reused" {
    // Where only one direction is captured nobody else can go on with it.
    if (!other.seen && other.started) return "reused";
    this.#offer(flow, from, undefined, packet);
    return packet.payloadLength === 0 || this.#keep(flow, packet) ? "wait" : "reused";
  }

  /** Nobody took what was offered before, and is another. */
  #offer(flow: TcpFlow, from: "a" | "b", first: number | undefined, { payloadLength }: Packet): void {
    if (flow.offer?.from === from && flow.offer.first === first) return;
    this.#counters.stray_segments += this.settle(flow).length;
    const next = first === undefined ? 0 : (first + payloadLength) | 0;
    flow.offer = { from, first, next, packets: [], heldBytes: 0 };
  }

  #keep(flow: TcpFlow, packet: Packet): boolean {
    const { offer } = flow;
    const bytes = KEPT_BYTES + packet.payloadEnd - packet.payloadStart;
    if (offer === undefined || offer.packets.length >= MAX_PACKETS || offer.heldBytes + bytes > MAX_BYTES) return false;
    if (this.#heldBytes + bytes > MAX_ALL_BYTES) return false;
    offer.packets.push(copyOf(packet));
    offer.heldBytes += bytes;
    this.#heldBytes += bytes;
    return true;
  }
}

/** The answer to the SYN that this connection began with, captured after packets that came later. */
function answersOpening(opened: Half, flow: TcpFlow, packet: Packet): boolean {
  return flow.rolesFrom === "handshake" && (packet.flags & ACK) !== 0 && packet.acknowledgment === opened.first;
}

function isTaken(offer: Offer | undefined, from: "a" | "b", packet: Packet, isPast: boolean): boolean {
  if (offer === undefined) return false;
  if (offer.first === undefined) return isPast && offer.from !== from;
  const { first, next } = offer;
  if (offer.from !== from) return (packet.flags & ACK) !== 0 && isOneOf(packet.acknowledgment, first, next);
  return packet.payloadLength > 0 && (packet.flags & SYN) === 0 && isOneOf(packet.sequence, first, next);
}

function holdsPast(offer: Offer | undefined): boolean {
  return offer !== undefined && offer.first === undefined && offer.packets.length > 0;
}

function isOneOf(number: number, first: number, next: number): boolean {
  return number === first || number === next;
}

/** Whether it is sent, or acknowledges what was sent, behind a FIN. */
function isPastEnd(half: Half, other: Half, { flags, sequence, acknowledgment }: Packet): boolean {
  if ((flags & (SYN | RST)) !== 0) return false;
  if (half.finSeen && isPast(sequence, half.finAt)) return true;
  return other.finSeen && (flags & ACK) !== 0 && isPast(acknowledgment, other.finAt);
}

/** Whether it is sent, or acknowledges what was sent, far behind a SYN that nobody was seen to answer. */
function isPastOpening(half: Half, other: Half, { flags, sequence, acknowledgment }: Packet): boolean {
  if (half.started === other.started || (flags & (SYN | RST)) !== 0) return false;
  const far = half.started ? sequence - half.next : acknowledgment - other.next;
  return half.next === half.first && other.next === other.first && (far | 0) > MAX_UNANSWERED_BYTES;
}
