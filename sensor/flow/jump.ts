import { type Half, MAX_UNSEEN_BYTES } from "./half.js";
import type { TcpFlow } from "./tcp-flow.js";

/** Linux takes 65,537 more than the last number where the ports are in TIME-WAIT; elsewhere a clock (RFC 9293 §3.4.1, there of 64 ns). */
const MAX_NEAR_BYTES = 1 << 16;
/** What is lost of a connection that has sent little so far, and how many times as fast as before it may send what is lost. */
const MAX_SUDDEN_BYTES = 1 << 18;
const MAX_PACE = 8;

/**
 * Whether what comes next is of another connection on the same ports, whose beginning nobody saw: its numbers are off in both directions
 * at once. Much may be lost of one connection in both, too, but no more than it sends in such a time.
 */
export function isElsewhere(flow: TcpFlow, half: Half, other: Half, atMicros: number): boolean {
  if (!half.hasHole) return false;
  const own = (half.holeEnd - half.next) | 0;
  const acknowledgment = half.pending?.first?.acknowledgment;
  const read = acknowledgment === undefined || !other.started ? 0 : Math.abs((acknowledgment - other.next) | 0);
  const others = Math.max(read, other.aheadBytes);
  if (own <= MAX_NEAR_BYTES || others <= MAX_NEAR_BYTES) return false;
  const lastMicros = Math.max(half.lastMicros, other.lastMicros, flow.firstMicros);
  const share = shareOf(lastMicros - flow.firstMicros, atMicros - lastMicros);
  return own > mostLost(half, share) || others > mostLost(other, share);
}

/** What part of its time so far a connection may have sent unseen; at most all of it. */
function shareOf(seenMicros: number, unseenMicros: number): number {
  return Math.max(0, Math.min(1, unseenMicros / Math.max(1, seenMicros)));
}

function mostLost(half: Half, share: number): number {
  return MAX_SUDDEN_BYTES + MAX_PACE * share * half.sentBytes;
}

/**
 * What comes next stands so far ahead that no window reaches there, and the other end never read up to it: forged, or of an earlier
 * connection (RFC 5961 §5). The bytes before it were not lost.
 */
export function isStray(half: Half, other: Half): boolean {
  if (!half.hasHole || !other.seen || ((half.holeEnd - half.next) | 0) <= MAX_UNSEEN_BYTES) return false;
  return !half.wasRead(half.holeEnd);
}

/** Too far behind the end of a direction to be of the same connection: none of its numbers is behind its FIN. */
export function isPast(number: number, finAt: number): boolean {
  return ((number - finAt) | 0) > MAX_NEAR_BYTES;
}
