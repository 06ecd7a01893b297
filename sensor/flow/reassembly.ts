import { ACK, FIN, type Packet, RST, SYN } from "../decode/packet.js";
import type { Half } from "./half.js";
import type { Insertion, Pending } from "./pending.js";
import type { CloseReason, StreamSource } from "./stream.js";
import type { TcpFlow } from "./tcp-flow.js";

export interface ReassemblySettings {
  /** Bytes held behind holes, for one direction of one flow and for all flows. */
  readonly maxPendingBytesPerSide: number;
  readonly maxPendingBytes: number;
  /** Milliseconds of packet time a hole may wait for its bytes where the other end, and so its acknowledgments, is not seen. */
  readonly gapMillis: number;
}

const MAX_PENDING_SEGMENTS = 1_024;
/** Both directions may be captured out of step: an acknowledgment seen before its bytes does not yet mean that they are lost. */
const ACKED_HOLE_MICROS = 50_000;
/** A reset this far from what is expected belongs to another connection, or to somebody who guesses. */
const MAX_RESET_DISTANCE = 1 << 24;

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
    resets_ignored: 0,
  };
  readonly #settings: ReassemblySettings;
  readonly #source: StreamSource;

  constructor(settings: ReassemblySettings, source: StreamSource) {
    this.#settings = settings;
    this.#source = source;
  }

  segment(flow: TcpFlow, fromA: boolean, packet: Packet): void {
    const half = fromA ? flow.a : flow.b;
    const other = fromA ? flow.b : flow.a;
    const flags = packet.flags;
    half.seen = true;
    if (flow.isClosed) {
      this.counters.bytes_after_close += packet.payloadLength;
      return;
    }
    if ((flags & (RST | SYN)) !== 0) {
      if ((flags & RST) !== 0) {
        this.#reset(flow, half, packet);
        return;
      }
      flow.tellRoles(fromA, (flags & ACK) === 0 ? "client" : "server");
      if (!half.started) half.startAt((packet.sequence + 1) | 0);
    }
    if ((flags & ACK) !== 0) {
      other.takeAck(packet.acknowledgment);
      if (!other.started) other.startAt(packet.acknowledgment);
    }
    if (packet.payloadLength > 0) this.#payload(flow, half, packet);
    if ((flags & FIN) !== 0) noteFin(half, packet);
    if (half.hasHole || other.hasHole) this.settle(flow, packet.atMicros);
    if (half.finSeen) this.#finish(flow, half, packet.atMicros);
  }

  /** Announces holes that will not be filled any more. Called after each packet of a flow with a hole, and now and then. */
  settle(flow: TcpFlow, atMicros: number): void {
    this.#settleHalf(flow, flow.client, flow.server, atMicros);
    this.#settleHalf(flow, flow.server, flow.client, atMicros);
  }

  close(flow: TcpFlow, reason: CloseReason, atMicros: number): void {
    if (flow.isClosed) return;
    this.#flush(flow, flow.client, atMicros);
    this.#flush(flow, flow.server, atMicros);
    flow.isClosed = true;
    const stream = flow.stream;
    flow.stream = undefined;
    stream?.close(reason, atMicros);
  }

  #payload(flow: TcpFlow, half: Half, packet: Packet): void {
    const sequence = (packet.flags & SYN) === 0 ? packet.sequence : (packet.sequence + 1) | 0;
    const length = packet.payloadLength;
    if (half.finished) {
      this.counters.retransmitted_bytes += length;
      return;
    }
    if (!half.started) {
      // RFC 9293 §3.8.4: a keep-alive probe repeats one byte that was acknowledged long ago.
      half.startAt(length === 1 ? (sequence + 1) | 0 : sequence);
    }
    const ahead = (sequence - half.next) | 0;
    if (ahead + length <= 0) {
      this.counters.retransmitted_bytes += length;
      return;
    }
    const skip = ahead < 0 ? -ahead : 0;
    this.counters.retransmitted_bytes += skip;
    const start = Math.min(packet.payloadStart + skip, packet.payloadEnd);
    if (ahead <= 0 && !half.holds) {
      this.#deliver(flow, half, packet.bytes, start, packet.payloadEnd, length - skip, packet.atMicros);
    } else {
      const held = half.hold().insert((sequence + skip) | 0, packet.bytes, start, packet.payloadEnd, length - skip);
      this.#noteHeld(held);
      if (ahead <= 0) this.#drain(flow, half, packet.atMicros);
      this.#bound(flow, half, packet.atMicros);
    }
  }

  #noteHeld(insertion: Insertion): void {
    this.counters.out_of_order_segments++;
    this.counters.pending_bytes += insertion.heldBytes;
    if (insertion.conflict) this.counters.overlap_conflicts++;
  }

  #bound(flow: TcpFlow, half: Half, atMicros: number): void {
    const pending = half.pending;
    if (pending === undefined || !half.holds || !this.#isOverBound(pending)) return;
    this.counters.pending_overflows++;
    this.#skipTo(flow, half, half.holeEnd, atMicros);
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
    half.next = (half.next + wireLength) | 0;
    const captured = end - start;
    if (captured > 0) flow.stream.data(flow.sideOf(half), bytes, start, end, at);
    if (wireLength > captured) this.#gap(flow, half, wireLength - captured, at);
  }

  #gap(flow: TcpFlow, half: Half, length: number, atMicros: number): void {
    this.counters.gap_bytes += length;
    this.counters.gaps++;
    flow.stream?.gap(flow.sideOf(half), length, atMicros);
  }

  #drain(flow: TcpFlow, half: Half, atMicros: number): void {
    const pending = half.pending;
    while (pending?.first !== undefined && ((pending.first.sequence - half.next) | 0) <= 0) {
      const segment = pending.shift();
      if (segment === undefined) break;
      this.counters.pending_bytes -= segment.bytes.length;
      this.#deliver(flow, half, segment.bytes, 0, segment.bytes.length, segment.wireLength, atMicros);
    }
    half.holeSinceMicros = half.hasHole ? atMicros : -1;
  }

  #skipTo(flow: TcpFlow, half: Half, sequence: number, atMicros: number): void {
    const length = (sequence - half.next) | 0;
    if (length > 0) {
      flow.stream ??= this.#source.open(flow, flow);
      half.next = sequence;
      this.#gap(flow, half, length, atMicros);
    }
    this.#drain(flow, half, atMicros);
  }

  #settleHalf(flow: TcpFlow, half: Half, other: Half, atMicros: number): void {
    while (half.hasHole) {
      if (half.holeSinceMicros < 0) half.holeSinceMicros = atMicros;
      const waited = atMicros - half.holeSinceMicros;
      const isAcked = half.ackSeen && ((half.acked - half.holeEnd) | 0) >= 0;
      const patience = isAcked ? ACKED_HOLE_MICROS : this.#settings.gapMillis * 1_000;
      if ((!isAcked && other.seen) || waited < patience) return;
      this.#skipTo(flow, half, half.holeEnd, atMicros);
    }
    if (half.finSeen) this.#finish(flow, half, atMicros);
  }

  #finish(flow: TcpFlow, half: Half, atMicros: number): void {
    if (half.finished || !half.isDone) return;
    half.finished = true;
    flow.stream?.finished(flow.sideOf(half), atMicros);
    if (flow.a.finished && flow.b.finished) this.close(flow, "fin", atMicros);
  }

  #reset(flow: TcpFlow, half: Half, packet: Packet): void {
    const distance = (packet.sequence - half.next) | 0;
    if (half.started && packet.sequence !== 0 && Math.abs(distance) > MAX_RESET_DISTANCE) {
      this.counters.resets_ignored++;
      return;
    }
    this.close(flow, "reset", packet.atMicros);
  }

  /** What was held is handed over, and what the other end acknowledged but nobody saw is announced. */
  #flush(flow: TcpFlow, half: Half, atMicros: number): void {
    while (half.hasHole) this.#skipTo(flow, half, half.holeEnd, atMicros);
    if (!half.started || !half.ackSeen || half.finSeen) return;
    const unseen = (half.acked - half.next) | 0;
    // One number more than the bytes is a FIN that was not seen.
    if (unseen > 1) this.#skipTo(flow, half, half.acked, atMicros);
  }
}

function noteFin(half: Half, packet: Packet): void {
  if (half.finSeen) return;
  const sequence = (packet.flags & SYN) === 0 ? packet.sequence : (packet.sequence + 1) | 0;
  half.finSeen = true;
  half.finAt = (sequence + packet.payloadLength) | 0;
  if (!half.started) half.startAt(half.finAt);
}
