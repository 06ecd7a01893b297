import { readInt32 } from "../bytes/network-order.js";

const HOP_BY_HOP = 0;
const JUMBO_PAYLOAD = 0xc2;

/**
 * RFC 2675 §2: the payload length of a jumbogram, whose own field is 0; its option must lie at 4n + 2 (RFC 8200 §4.2), which is where the first
 * one begins. 0 where the IPv6 packet at `start` has none; §3: one that says less than 65,536 is wrong.
 */
export function jumboLength(bytes: Buffer, start: number, end: number): number {
  if (bytes[start + 6] !== HOP_BY_HOP || start + 48 > end) return 0;
  if (bytes[start + 42] !== JUMBO_PAYLOAD || bytes[start + 43] !== 4) return 0;
  const length = readInt32(bytes, start + 44) >>> 0;
  return length > 0xffff ? length : 0;
}
