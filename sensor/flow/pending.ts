import { ACK, type Packet } from "../decode/packet.js";

/** A piece of one direction that waits: for bytes before it, or for those of the other direction that its sender had read. */
export interface Segment {
  /** Sequence number of its first byte. */
  sequence: number;
  /** Bytes it had on the wire; above `bytes.length` where the snap length cut it. */
  wireLength: number;
  bytes: Buffer;
  /** When it was captured. */
  readonly atMicros: number;
  /** The other direction's sequence number up to which its sender had read; undefined without ACK. */
  readonly acknowledgment: number | undefined;
}

/** What a piece takes beside its bytes: without it a million pieces of one byte would count as a megabyte. */
const PIECE_BYTES = 256;

/** Memory that a piece which waits takes. */
export function costOf({ bytes }: Segment): number {
  return PIECE_BYTES + bytes.length;
}

/** What one insertion did, for the counters; `heldBytes` is the cost of what it added. */
export interface Insertion {
  heldBytes: number;
  conflict: boolean;
}

/**
 * Segments waiting behind a hole: ordered, not overlapping. Of bytes sent twice the first copy stays, as most systems do it;
 * whether the second differs is told, because that is how a reassembler is deceived (Ptacek & Newsham 1998, §5.3).
 */
export class Pending {
  readonly #segments: Segment[] = [];
  /** The cost of all that waits. */
  heldBytes = 0;

  get count(): number {
    return this.#segments.length;
  }

  get first(): Segment | undefined {
    return this.#segments[0];
  }

  /**
   * Keeps a copy of what is not held yet of a packet's payload from `start` on, which is at `sequence`; its wire length may exceed
   * what was captured.
   */
  insert(packet: Packet, sequence: number, start: number, wireLength: number): Insertion {
    const { bytes, payloadEnd: end, atMicros } = packet;
    const acknowledgment = (packet.flags & ACK) === 0 ? undefined : packet.acknowledgment;
    const segments = this.#segments;
    const outcome: Insertion = { heldBytes: 0, conflict: false };
    let index = this.#indexAfter(sequence);
    let offset = 0;
    while (offset < wireLength) {
      const next = segments[index];
      const untilNext = next === undefined ? wireLength : (next.sequence - sequence) | 0;
      if (offset < untilNext) {
        const length = Math.min(wireLength, untilNext) - offset;
        const from = Math.min(start + offset, end);
        const segment: Segment = {
          sequence: (sequence + offset) | 0,
          wireLength: length,
          bytes: Buffer.from(bytes.subarray(from, Math.min(from + length, end))),
          atMicros,
          acknowledgment,
        };
        segments.splice(index, 0, segment);
        outcome.heldBytes += costOf(segment);
        offset += length;
      } else if (next !== undefined) {
        outcome.conflict ||= differs(next, sequence, bytes, start, end);
        offset = Math.max(offset, untilNext + next.wireLength);
      }
      index++;
    }
    this.heldBytes += outcome.heldBytes;
    return outcome;
  }

  /** Removes the segment of lowest sequence number. */
  shift(): Segment | undefined {
    const segment = this.#segments.shift();
    if (segment !== undefined) this.heldBytes -= costOf(segment);
    return segment;
  }

  /** First segment that ends after `sequence`. */
  #indexAfter(sequence: number): number {
    const segments = this.#segments;
    let index = segments.length;
    while (index > 0) {
      const before = segments[index - 1];
      if (((before.sequence + before.wireLength - sequence) | 0) <= 0) break;
      index--;
    }
    return index;
  }
}

/** Whether the bytes both have captured for the same sequence numbers are not the same. */
function differs(held: Segment, sequence: number, bytes: Buffer, start: number, end: number): boolean {
  const shift = (held.sequence - sequence) | 0;
  const from = Math.max(0, shift);
  const until = Math.min(end - start, shift + held.bytes.length);
  if (from >= until) return false;
  return held.bytes.compare(bytes, start + from, start + until, from - shift, until - shift) !== 0;
}
