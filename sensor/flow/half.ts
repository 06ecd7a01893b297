import { Pending } from "./pending.js";

/** An acknowledgment this far beyond what was seen needs more than itself to be believed: forged and stray ones exist (RFC 5961 §5). */
export const MAX_UNSEEN_BYTES = 1 << 24;

/** One direction of a flow: how far its bytes were handed over and what waits behind a hole. Sequence numbers wrap, RFC 9293 §3.4. */
export class Half {
  /** A packet from this end was seen. */
  seen = false;
  /** `first` and `next` are known. */
  started = false;
  /** Sequence number of the first byte: after the SYN, or where the capture joined. */
  first = 0;
  /** Sequence number of the next byte to hand over. */
  next = 0;
  /** Packet time at which bytes were last handed over; before any, minus infinity. */
  lastMicros = Number.NEGATIVE_INFINITY;
  /** Highest acknowledgment the other end sent for this direction. */
  acked = 0;
  ackSeen = false;
  finSeen = false;
  /** Sequence number of the FIN itself. */
  finAt = 0;
  finished = false;
  /** Bytes behind a hole, made when first needed. */
  pending: Pending | undefined = undefined;
  /** Packet time at which the hole in front of `pending`, or of the FIN, was noticed; -1 without a hole. */
  holeSinceMicros = -1;

  startAt(sequence: number): void {
    this.started = true;
    this.first = sequence;
    this.next = sequence;
  }

  /** Its SYN: bytes before the one it was thought to begin with are still to come, unless some were handed over. */
  openAt(sequence: number): void {
    if (!this.started || (this.next === this.first && ((sequence - this.first) | 0) < 0)) this.startAt(sequence);
  }

  takeAck(acknowledgment: number): void {
    if (!this.ackSeen || ((acknowledgment - this.acked) | 0) > 0) this.acked = acknowledgment;
    this.ackSeen = true;
  }

  /** The other end has acknowledged everything before `sequence`. */
  wasRead(sequence: number): boolean {
    return this.ackSeen && ((this.acked - sequence) | 0) >= 0;
  }

  hold(): Pending {
    this.pending ??= new Pending();
    return this.pending;
  }

  /** Bytes wait, behind a hole or for the other direction. */
  get holds(): boolean {
    return this.pending !== undefined && this.pending.count > 0;
  }

  /** Something later than `next` was seen, or waits: held bytes or a FIN. */
  get hasHole(): boolean {
    return this.holds || (this.finSeen && ((this.finAt - this.next) | 0) > 0);
  }

  /** How many bytes were handed over, or announced as lost. */
  get sentBytes(): number {
    return (this.next - this.first) >>> 0;
  }

  /** How many bytes of this direction an end had read, by its acknowledgment, that were not handed over yet; its FIN is none. */
  unreadBefore(acknowledgment: number): number {
    if (!this.started) return 0;
    // Where the FIN was seen the bytes end before it, whatever was acknowledged with it.
    const isFinRead = this.finSeen && ((acknowledgment - this.finAt) | 0) > 0;
    const ahead = ((isFinRead ? this.finAt : acknowledgment) - this.next) | 0;
    // One more than the bytes may be a FIN; far more is nothing that this connection can have sent.
    return ahead <= (isFinRead ? 0 : 1) || ahead > MAX_UNSEEN_BYTES ? 0 : ahead;
  }

  /** How far what waits, or what the other end acknowledged, stands beyond what was handed over. */
  get aheadBytes(): number {
    if (!this.started) return 0;
    return Math.max(this.hasHole ? (this.holeEnd - this.next) | 0 : 0, this.ackSeen ? (this.acked - this.next) | 0 : 0);
  }

  /** The other end had read what nobody saw. */
  get hasUnread(): boolean {
    return this.ackSeen && !this.finSeen && this.unreadBefore(this.acked) > 0;
  }

  /** Everything up to the FIN was handed over. */
  get isDone(): boolean {
    return this.finSeen && !this.holds && ((this.finAt - this.next) | 0) <= 0;
  }

  /** Where the hole ends; only while there is one. */
  get holeEnd(): number {
    return this.pending?.first?.sequence ?? this.finAt;
  }
}
