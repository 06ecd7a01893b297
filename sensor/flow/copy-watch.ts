import { ACK, FIN, type Packet, PSH, SYN } from "../decode/packet.js";
import type { Half } from "./half.js";
import type { Segment } from "./pending.js";
import { COPY_MICROS, markOf, type SegmentMark, type SegmentMarks } from "./segment-marks.js";
import type { TcpFlow } from "./tcp-flow.js";

/** Flows that wait at a time, and what is kept for each and for all: beyond it, what is known decides. */
const MAX_SUSPECTS = 4_096;
const MAX_PACKETS = 64;
const MAX_BYTES = 128 * 1_024;
const MAX_ALL_BYTES = 16 * 1_024 * 1_024;
/** What a packet kept takes beside its bytes. */
export const KEPT_BYTES = 512;

interface HeldPacket {
  readonly packet: Packet;
  /** Undefined without data. */
  readonly mark: SegmentMark | undefined;
  verdict: "same" | "other" | "unknown";
}

/**
 * A flow that may be a connection which another network shows as well: its packets wait, and nothing of it is told, until its bytes are
 * proved to be the same or others.
 */
export interface Suspect {
  readonly flow: TcpFlow;
  /** The network of the connection that it may be. */
  readonly original: number;
  /** It began with the same two random numbers. */
  readonly isOfSameBeginning: boolean;
  readonly sinceMicros: number;
  readonly packets: HeldPacket[];
  heldBytes: number;
  isSettled: boolean;
}

export type Verdict = "same" | "other" | "unknown";

/** Suspects in the order in which they came. Bounded; time is packet time. */
export class CopyWatch {
  /** Flows that were taken for connections of their own because there was no room to wait for more to be known. */
  readonly counters = { copies_undecided: 0 };
  readonly #marks: SegmentMarks;
  #waiting: Suspect[] = [];
  #first = 0;
  #heldBytes = 0;

  constructor(marks: SegmentMarks) {
    this.#marks = marks;
  }

  /** Undefined where there is no room. */
  suspect(flow: TcpFlow, original: number, isOfSameBeginning: boolean, atMicros: number): Suspect | undefined {
    if (this.#waiting.length - this.#first >= MAX_SUSPECTS || this.#heldBytes >= MAX_ALL_BYTES) {
      this.counters.copies_undecided++;
      return undefined;
    }
    const suspect: Suspect = {
      ...{ flow, original, isOfSameBeginning, sinceMicros: atMicros },
      ...{ packets: [], heldBytes: 0, isSettled: false },
    };
    this.#waiting.push(suspect);
    return suspect;
  }

  /** Keeps a copy of the packet; what is known now: both directions must be the same before it is said early. */
  hold(suspect: Suspect, packet: Packet): Verdict {
    const held = copyOf(packet);
    const mark = held.bytes.length === 0 ? undefined : markOfPacket(suspect.flow, packet);
    const verdict = mark === undefined ? "unknown" : this.#marks.compare(mark);
    suspect.packets.push({ packet: held, mark, verdict });
    suspect.heldBytes += KEPT_BYTES + held.bytes.length;
    this.#heldBytes += KEPT_BYTES + held.bytes.length;
    if (verdict === "other") return "other";
    if (verdict === "same" && isSameBothWays(suspect)) return "same";
    const isFull = suspect.packets.length >= MAX_PACKETS || suspect.heldBytes >= MAX_BYTES;
    return isFull || this.#heldBytes >= MAX_ALL_BYTES ? this.judge(suspect) : "unknown";
  }

  /** The next whose time is over; all of them in turn where time ends. */
  due(atMicros: number): Suspect | undefined {
    for (let suspect = this.#waiting[this.#first]; suspect !== undefined; suspect = this.#waiting[this.#first]) {
      if (!suspect.isSettled && Math.abs(atMicros - suspect.sinceMicros) <= COPY_MICROS) return undefined;
      this.#first++;
      if (this.#first * 2 > this.#waiting.length) {
        this.#waiting = this.#waiting.slice(this.#first);
        this.#first = 0;
      }
      if (!suspect.isSettled) return suspect;
    }
    return undefined;
  }

  /** What is known when no more can be waited for: without any byte to compare, the beginnings decide. */
  judge(suspect: Suspect): "same" | "other" {
    let same = 0;
    let data = 0;
    for (const held of suspect.packets) {
      if (held.mark === undefined) continue;
      data++;
      if (held.verdict === "unknown") held.verdict = this.#marks.compare(held.mark);
      if (held.verdict === "other") return "other";
      if (held.verdict === "same") same++;
    }
    return same > 0 || (data === 0 && suspect.isOfSameBeginning) ? "same" : "other";
  }

  /** It waits no longer; what was kept of it. */
  settle(suspect: Suspect): Packet[] {
    suspect.isSettled = true;
    this.#heldBytes -= suspect.heldBytes;
    return suspect.packets.splice(0).map(({ packet }) => packet);
  }
}

function markOfPacket(flow: TcpFlow, packet: Packet): SegmentMark {
  const { flags, sequence, bytes, payloadStart, payloadEnd, atMicros } = packet;
  const direction = flow.bareDirectionOf(flow.sentByA(packet) ? flow.a : flow.b);
  const first = (flags & SYN) === 0 ? sequence : (sequence + 1) | 0;
  return markOf(direction, first, bytes, payloadStart, payloadEnd, atMicros);
}

function isSameBothWays({ flow, packets }: Suspect): boolean {
  let [forth, back] = [false, false];
  for (const { packet, verdict } of packets) {
    if (verdict !== "same") continue;
    if (flow.sentByA(packet)) forth = true;
    else back = true;
  }
  return forth && back;
}

/** Its payload alone, in memory of its own. */
export function copyOf(packet: Packet): Packet {
  const bytes = Buffer.from(packet.bytes.subarray(packet.payloadStart, packet.payloadEnd));
  return { ...packet, bytes, payloadStart: 0, payloadEnd: bytes.length };
}

/** A piece that waited in a flow, as the packet it came in. */
export function packetOf(flow: TcpFlow, half: Half, { bytes, atMicros, acknowledgment, ...piece }: Segment): Packet {
  const a = { 0: flow.a0, 1: flow.a1, 2: flow.a2, 3: flow.a3, port: flow.aPort };
  const b = { 0: flow.b0, 1: flow.b1, 2: flow.b2, 3: flow.b3, port: flow.bPort };
  const [from, to] = half === flow.a ? [a, b] : [b, a];
  return {
    ...{ bytes, atMicros, network: flow.network },
    ...{ source0: from[0], source1: from[1], source2: from[2], source3: from[3], sourcePort: from.port },
    ...{ destination0: to[0], destination1: to[1], destination2: to[2], destination3: to[3], destinationPort: to.port },
    sequence: piece.sequence,
    acknowledgment: acknowledgment ?? 0,
    flags: acknowledgment === undefined ? PSH : PSH | ACK,
    ...{ payloadStart: 0, payloadEnd: bytes.length, payloadLength: piece.wireLength },
  };
}

/** The FIN of a direction, and what its sender had read by then or later. */
export function finOf(flow: TcpFlow, half: Half, other: Half): Packet {
  const piece = { sequence: half.finAt, wireLength: 0, bytes: Buffer.alloc(0), atMicros: flow.lastMicros };
  const fin = packetOf(flow, half, { ...piece, acknowledgment: other.ackSeen ? other.acked : undefined });
  return { ...fin, flags: fin.flags | FIN };
}

/** Where a flow is, as a packet without data would tell it. */
export function bareOf(flow: TcpFlow): Packet {
  const { a, b, lastMicros } = flow;
  const piece = { sequence: a.next, wireLength: 0, bytes: Buffer.alloc(0), atMicros: lastMicros };
  return packetOf(flow, a, { ...piece, acknowledgment: b.started ? b.next : undefined });
}
