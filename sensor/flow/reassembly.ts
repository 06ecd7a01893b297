import { ACK, FIN, type Packet, PSH, RST, SYN } from "../decode/packet.js";
import { finOf, packetOf } from "./copy-watch.js";
import type { Half } from "./half.js";
import { isElsewhere, isStray } from "./jump.js";
import { costOf, type Insertion, type Pending } from "./pending.js";
import { RecentSegments } from "./recent-segments.js";
import { COPY_MICROS, type SegmentMarks } from "./segment-marks.js";
import type { CloseReason, StreamSource } from "./stream.js";
import type { TcpFlow } from "./tcp-flow.js";

export interface ReassemblySettings {
  /** Memory held behind holes, for one direction of one flow and for all flows. */
  readonly maxPendingBytesPerSide: number;
  readonly maxPendingBytes: number;
  /** Milliseconds of packet time a hole may wait for its bytes where the other end, and so its acknowledgments, is not seen. */
  readonly gapMillis: number;
}

const MAX_PENDING_SEGMENTS = 1_024;
const MAX_TURNS = 16;
/** Both directions may be captured out of step: an acknowledgment seen before its bytes does not yet mean that they are lost. */
const ACKED_HOLE_MICROS = 50_000;

/** Hands each byte of a flow over once and in order, and announces those that were never seen. */
export class Reassembly {
  readonly counters = {
    retransmitted_bytes: 0,
    overlap_conflicts: 0,
    out_of_order_segments: 0,
    gap_bytes: 0,
    gaps: 0,
    /** Holes given up because too much waited behind them. */
    pending_overflows: 0,
    pending_bytes: 0,
    bytes_after_close: 0,
    /** Resets whose sequence number is not the one expected; believed where nothing follows. */
    resets_doubted: 0,
    /** Pieces and FINs so far ahead, and acknowledged by nobody, that they are no part of the connection. */
    stray_segments: 0,
  };
  readonly #settings: ReassemblySettings;
  readonly #source: StreamSource;
  readonly #recent = new RecentSegments();
  /** Once there are two virtual networks. */
  marks: SegmentMarks | undefined = undefined;

  constructor(settings: ReassemblySettings, source: StreamSource) {
    this.#settings = settings;
    this.#source = source;
  }

  segment(flow: TcpFlow, fromA: boolean, packet: Packet): void {
    const half = fromA ? flow.a : flow.b;
    const other = fromA ? flow.b : flow.a;
    const flags = packet.flags;
    half.seen = true;
    if ((flags & (RST | SYN)) !== 0) {
      if ((flags & RST) !== 0) {
        this.#reset(flow, half, packet);
        return;
      }
      flow.tellRoles(fromA, (flags & ACK) === 0 ? "client" : "server");
      half.openAt((packet.sequence + 1) | 0);
    }
    // Who goes on was not reset.
    flow.resetMicros = -1;
    if ((flags & ACK) !== 0) {
      other.takeAck(packet.acknowledgment);
      if (!other.started) other.startAt(packet.acknowledgment);
    }
    if (packet.payloadLength > 0) this.#payload(flow, half, other, packet);
    if ((flags & FIN) !== 0 && !noteFin(half, packet)) this.counters.stray_segments++;
    if (half.hasHole || other.hasHole) this.settle(flow, packet.atMicros);
    if (half.finSeen && !flow.isClosed) this.#finish(flow, half, packet.atMicros);
  }

  /**
   * Hands over what has waited long enough, and announces what will not come any more. Called after each packet of a flow in which
   * something waits, and now and then.
   */
  settle(flow: TcpFlow, atMicros: number): void {
    this.#settleHalf(flow, flow.client, flow.server, atMicros);
    this.#settleHalf(flow, flow.server, flow.client, atMicros);
    // What one side waited for may have come from the other just now.
    if (flow.client.holds) this.#settleHalf(flow, flow.client, flow.server, atMicros);
  }

  close(flow: TcpFlow, reason: CloseReason, atMicros: number): void {
    if (flow.isClosed) return;
    this.#flush(flow, atMicros);
    end(flow, reason, atMicros);
  }

  /** What waits in a flow that is another's, a FIN behind what was handed over too: nothing of it is told. */
  handBack(flow: TcpFlow): Packet[] {
    const { a, b } = flow;
    return [...this.#takeWaiting(flow, a, b), ...this.#takeWaiting(flow, b, a)];
  }

  #takeWaiting(flow: TcpFlow, half: Half, other: Half): Packet[] {
    const packets: Packet[] = [];
    const isFinBehind = half.finSeen && ((half.finAt - half.next) | 0) > 0;
    for (let segment = half.pending?.shift(); segment !== undefined; segment = half.pending?.shift()) {
      this.counters.pending_bytes -= costOf(segment);
      packets.push(packetOf(flow, half, segment));
    }
    if (isFinBehind) packets.push(finOf(flow, half, other));
    return packets;
  }

  #payload(flow: TcpFlow, half: Half, other: Half, packet: Packet): void {
    const sequence = (packet.flags & SYN) === 0 ? packet.sequence : (packet.sequence + 1) | 0;
    const length = packet.payloadLength;
    if (half.finished) {
      this.#again(flow, half, packet, sequence, length);
      return;
    }
    if (!half.started) half.startAt(mayBeProbe(packet) ? (sequence + 1) | 0 : sequence);
    const ahead = (sequence - half.next) | 0;
    if (ahead + length <= 0) {
      this.#again(flow, half, packet, sequence, length);
      return;
    }
    if (ahead > 0 && mayBeProbe(packet) && half.wasRead(sequence + 1)) {
      this.counters.retransmitted_bytes += length;
      return;
    }
    const skip = ahead < 0 ? -ahead : 0;
    if (skip > 0) this.#again(flow, half, packet, sequence, skip);
    const start = Math.min(packet.payloadStart + skip, packet.payloadEnd);
    // Two directions may be captured out of step: an answer waits for the bytes that its sender had read.
    const isEarly = (packet.flags & ACK) !== 0 && other.unreadBefore(packet.acknowledgment) > 0;
    if (ahead <= 0 && !half.holds && !isEarly) {
      this.#deliver(flow, half, packet.bytes, start, packet.payloadEnd, length - skip, packet.atMicros);
      if (other.holds) this.#drain(flow, other, half, packet.atMicros);
      return;
    }
    this.#noteHeld(half.hold().insert(packet, (sequence + skip) | 0, start, length - skip));
    if (ahead <= 0) this.#drain(flow, half, other, packet.atMicros);
    this.#bound(flow, half, other, packet.atMicros);
  }

  /** The first `length` bytes of a packet were handed over before: that copy has won. */
  #again(flow: TcpFlow, half: Half, packet: Packet, sequence: number, length: number): void {
    this.counters.retransmitted_bytes += length;
    const { bytes, payloadStart, payloadEnd } = packet;
    if (this.#recent.differs(flow.directionOf(half), sequence, bytes, payloadStart, payloadEnd))
      this.counters.overlap_conflicts++;
  }

  #noteHeld(insertion: Insertion): void {
    this.counters.out_of_order_segments++;
    this.counters.pending_bytes += insertion.heldBytes;
    if (insertion.conflict) this.counters.overlap_conflicts++;
  }

  #bound(flow: TcpFlow, half: Half, other: Half, atMicros: number): void {
    const pending = half.pending;
    if (pending === undefined || !half.holds || !this.#isOverBound(pending)) return;
    this.counters.pending_overflows++;
    if (!this.#givesWay(flow, half, other, atMicros)) this.#force(flow, half, other, atMicros);
  }

  #isOverBound(pending: Pending): boolean {
    return (
      pending.heldBytes > this.#settings.maxPendingBytesPerSide ||
      pending.count > MAX_PENDING_SEGMENTS ||
      this.counters.pending_bytes > this.#settings.maxPendingBytes
    );
  }

  #deliver(flow: TcpFlow, half: Half, bytes: Buffer, start: number, end: number, wireLength: number, at: number): void {
    flow.stream ??= this.#source.open(flow, flow);
    const captured = end - start;
    this.#recent.note(flow.directionOf(half), half.next, bytes, start, end);
    if (flow.network !== 0) this.marks?.note(flow.bareDirectionOf(half), half.next, bytes, start, end, at);
    half.next = (half.next + wireLength) | 0;
    half.lastMicros = at;
    if (captured > 0) flow.stream.data(flow.sideOf(half), bytes, start, end, at);
    if (wireLength > captured) this.#gap(flow, half, wireLength - captured, at);
  }

  #gap(flow: TcpFlow, half: Half, length: number, atMicros: number): void {
    this.counters.gap_bytes += length;
    this.counters.gaps++;
    flow.stream?.gap(flow.sideOf(half), length, atMicros);
  }

  /** Hands over what need not wait any more. */
  #drain(flow: TcpFlow, half: Half, other: Half, atMicros: number): void {
    const pending = half.pending;
    const isFilled = half.holeSinceMicros >= 0;
    const before = half.next;
    while (pending?.first !== undefined && ((pending.first.sequence - half.next) | 0) <= 0) {
      const { acknowledgment } = pending.first;
      if (acknowledgment !== undefined && other.unreadBefore(acknowledgment) > 0) break;
      // What waited behind a hole reaches its reader when the hole is filled; what waited for the other direction was there.
      this.#deliverFirst(flow, half, pending, isFilled ? atMicros : pending.first.atMicros);
    }
    if (!half.hasHole || isWaiting(half)) half.holeSinceMicros = -1;
    else if (half.next !== before) half.holeSinceMicros = atMicros;
  }

  #deliverFirst(flow: TcpFlow, half: Half, pending: Pending, atMicros: number): void {
    const segment = pending.shift();
    if (segment === undefined) return;
    this.counters.pending_bytes -= costOf(segment);
    this.#deliver(flow, half, segment.bytes, 0, segment.bytes.length, segment.wireLength, atMicros);
  }

  /** What stands first is handed over whatever it waits for; a hole in front of it is announced. */
  #force(flow: TcpFlow, half: Half, other: Half, atMicros: number): void {
    const first = half.pending?.first;
    if (first === undefined) this.#skipTo(flow, half, half.holeEnd, atMicros);
    else {
      const { acknowledgment } = first;
      if (acknowledgment !== undefined) this.#announceUpTo(flow, other, half, acknowledgment, first.atMicros);
      this.#skipTo(flow, half, first.sequence, first.atMicros);
      if (half.pending?.first === first) this.#deliverFirst(flow, half, half.pending, first.atMicros);
    }
    half.holeSinceMicros = -1;
    this.#drain(flow, half, other, first?.atMicros ?? atMicros);
  }

  /**
   * The other end had read these bytes, and nobody saw them. What is held before them goes in its turn, after what its own sender had
   * read: `turns` bounds how often, for acknowledgments that can't be true.
   */
  #announceUpTo(flow: TcpFlow, half: Half, other: Half, acknowledgment: number, atMicros: number, turns = 0): void {
    for (let unread = half.unreadBefore(acknowledgment); unread > 0; unread = half.unreadBefore(acknowledgment)) {
      const first = half.pending?.first;
      const isBefore = first !== undefined && ((first.sequence - acknowledgment) | 0) < 0;
      this.#skipTo(flow, half, isBefore ? first.sequence : (half.next + unread) | 0, atMicros);
      if (!isBefore || half.pending === undefined) continue;
      if (first.acknowledgment !== undefined && turns < MAX_TURNS)
        this.#announceUpTo(flow, other, half, first.acknowledgment, first.atMicros, turns + 1);
      if (half.pending.first === first) this.#deliverFirst(flow, half, half.pending, first.atMicros);
    }
    // What follows was there in time: it did not wait for a hole to be filled.
    half.holeSinceMicros = -1;
  }

  #skipTo(flow: TcpFlow, half: Half, sequence: number, atMicros: number): void {
    const length = (sequence - half.next) | 0;
    if (length <= 0) return;
    flow.stream ??= this.#source.open(flow, flow);
    half.next = sequence;
    this.#gap(flow, half, length, atMicros);
  }

  /** Whether what waits is another connection's on the same ports: then it stays where it is, to be handed back. */
  #givesWay(flow: TcpFlow, half: Half, other: Half, atMicros: number): boolean {
    if (!isElsewhere(flow, half, other, atMicros) && !isElsewhere(flow, other, half, atMicros)) return false;
    end(flow, "reused", atMicros);
    return true;
  }

  #settleHalf(flow: TcpFlow, half: Half, other: Half, atMicros: number): void {
    while (half.hasHole && !flow.isClosed) {
      if (isWaiting(half)) {
        this.#drain(flow, half, other, atMicros);
        const first = half.pending?.first;
        if (first === undefined || !isWaiting(half)) continue;
        if (atMicros - first.atMicros < patienceMicros(flow)) return;
      } else if (!this.#isLost(flow, half, other, atMicros)) return;
      if (!this.#givesWay(flow, half, other, atMicros)) this.#force(flow, half, other, atMicros);
    }
    if (half.finSeen && !flow.isClosed) this.#finish(flow, half, atMicros);
  }

  /** Whether the bytes of the hole in front will not come any more. */
  #isLost(flow: TcpFlow, half: Half, other: Half, atMicros: number): boolean {
    if (half.holeSinceMicros < 0) half.holeSinceMicros = atMicros;
    const waited = atMicros - half.holeSinceMicros;
    const isAcked = half.ackSeen && ((half.acked - half.holeEnd) | 0) >= 0;
    const patience = isAcked ? patienceMicros(flow) : this.#settings.gapMillis * 1_000;
    return (isAcked || !other.seen) && waited >= patience;
  }

  #finish(flow: TcpFlow, half: Half, atMicros: number): void {
    if (half.holds && half.finAt === half.next) while (this.#dropStray(half, half === flow.a ? flow.b : flow.a));
    if (half.finished || !half.isDone) return;
    half.finished = true;
    flow.stream?.finished(flow.sideOf(half), atMicros);
    if (flow.a.finished && flow.b.finished) this.close(flow, "fin", atMicros);
  }

  /**
   * RFC 9293 §3.5.3: only the very next sequence number resets. Where bytes were lost that is another one than we expect, so that a
   * reset that fits less is believed when nobody goes on after it.
   */
  #reset(flow: TcpFlow, half: Half, packet: Packet): void {
    if (!half.started || packet.sequence === half.next || flow.stream === undefined) {
      this.close(flow, "reset", packet.atMicros);
      return;
    }
    this.counters.resets_doubted++;
    flow.resetMicros = packet.atMicros;
  }

  #dropStray(half: Half, other: Half): boolean {
    if (!isStray(half, other)) return false;
    this.counters.stray_segments++;
    const stray = half.pending?.shift();
    if (stray === undefined) half.finSeen = false;
    else this.counters.pending_bytes -= costOf(stray);
    return true;
  }

  /** What was held is handed over, and what the other end acknowledged but nobody saw is announced. */
  #flush(flow: TcpFlow, atMicros: number): void {
    const { client, server } = flow;
    while (client.hasHole || server.hasHole) {
      if (isElsewhere(flow, client, server, atMicros) || isElsewhere(flow, server, client, atMicros)) {
        // It is over before anything could be made of it.
        this.counters.stray_segments += this.handBack(flow).length;
        return;
      }
      if (this.#dropStray(client, server) || this.#dropStray(server, client)) continue;
      if (!client.holds && !server.holds) break;
      const clientMicros = client.pending?.first?.atMicros ?? Number.POSITIVE_INFINITY;
      const serverMicros = server.pending?.first?.atMicros ?? Number.POSITIVE_INFINITY;
      if (clientMicros <= serverMicros) this.#force(flow, client, server, atMicros);
      else this.#force(flow, server, client, atMicros);
    }
    for (const half of [client, server]) {
      if (half.hasHole) this.#skipTo(flow, half, half.holeEnd, atMicros);
      // One number more than the bytes is a FIN that was not seen.
      if (half.hasUnread) this.#skipTo(flow, half, half.acked, atMicros);
    }
  }
}

function end(flow: TcpFlow, reason: CloseReason, atMicros: number): void {
  const { stream } = flow;
  flow.isClosed = true;
  flow.stream = undefined;
  stream?.close(reason, atMicros);
}

/** How long what the other end acknowledged is waited for. */
function patienceMicros({ mayBeShownAgain }: TcpFlow): number {
  return mayBeShownAgain ? COPY_MICROS : ACKED_HOLE_MICROS;
}

/** RFC 9293 §3.8.4: a keep-alive probe repeats one byte that was acknowledged long ago; nobody pushes it, and it is 0 mostly. */
function mayBeProbe(packet: Packet): boolean {
  if (packet.payloadLength !== 1) return false;
  return (packet.flags & PSH) === 0 || packet.bytes[packet.payloadStart] === 0;
}

/** Bytes that are next in their direction wait for those of the other. */
function isWaiting(half: Half): boolean {
  const first = half.pending?.first;
  return first !== undefined && ((first.sequence - half.next) | 0) <= 0;
}

/**
 * Of several the nearest holds: one far ahead may be stray. One behind what its end has sent is of an earlier connection, or forged: no end
 * takes it (RFC 9293 §3.10.7.4). Where all that was seen is that a FIN was read, it is one behind.
 */
function noteFin(half: Half, packet: Packet): boolean {
  const sequence = (packet.flags & SYN) === 0 ? packet.sequence : (packet.sequence + 1) | 0;
  const finAt = (sequence + packet.payloadLength) | 0;
  if (half.started && ((finAt - half.next) | 0) < -1) return false;
  if (half.finSeen && ((finAt - half.finAt) | 0) >= 0) return true;
  half.finSeen = true;
  half.finAt = finAt;
  if (!half.started) half.startAt(half.finAt);
  return true;
}
