import { ACK, type Packet, SYN } from "../decode/packet.js";

/** How far a packet's copy may be from where its connection is, in bytes: what a link has under way, and little by chance. */
const COPY_WINDOW_BYTES = 1 << 20;

/**
 * Whether a packet stands where its connection is, of which its sender's first and next sequence numbers and the other end's next are
 * given as far as they are known. A tenant's connection may have the ends of one outside; its sequence numbers are others
 * (RFC 9293 §3.4.1).
 */
export function isAtPlace(
  { flags, sequence, acknowledgment }: Packet,
  first: number | undefined,
  next: number | undefined,
  otherNext: number | undefined,
): boolean {
  if (first !== undefined && (flags & SYN) !== 0) return ((sequence + 1) | 0) === first;
  if (next !== undefined && isOff(sequence, next)) return false;
  return otherNext === undefined || (flags & ACK) === 0 || !isOff(acknowledgment, otherNext);
}

/** A sequence number that far from where its direction is belongs to no copy. */
export function isOff(number: number, place: number): boolean {
  return Math.abs((number - place) | 0) > COPY_WINDOW_BYTES;
}
