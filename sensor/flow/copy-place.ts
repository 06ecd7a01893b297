import { ACK, type Packet, SYN } from "../decode/packet.js";

/** How far a packet's copy may be from where its connection is, in bytes: what a link has under way, and little by chance. */
const COPY_WINDOW_BYTES = 1 << 20;
/** How far behind that which a session shows late may be: what 10 Gbit/s send in 50 ms, or 2 in a quarter of a second. */
const LATE_WINDOW_BYTES = 1 << 26;

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
  when: "now" | "late" = "now",
): boolean {
  if (first !== undefined && (flags & SYN) !== 0) return ((sequence + 1) | 0) === first;
  const behind = when === "late" ? LATE_WINDOW_BYTES : COPY_WINDOW_BYTES;
  if (next !== undefined && isOff(sequence, next, behind)) return false;
  return otherNext === undefined || (flags & ACK) === 0 || !isOff(acknowledgment, otherNext, behind);
}

/** A sequence number that far from where its direction is belongs to no copy. */
export function isOff(number: number, place: number, behind = COPY_WINDOW_BYTES): boolean {
  const ahead = (number - place) | 0;
  return ahead > COPY_WINDOW_BYTES || ahead < -behind;
}
