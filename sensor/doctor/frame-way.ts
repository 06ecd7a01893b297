import { readUint16 } from "../bytes/network-order.js";
import type { Frame } from "../capture/frame.js";

const ETHERNET = 1;
const LINUX_SLL = 113;
const LINUX_SLL2 = 276;
const ADDRESS_BYTES = 6;
/** Of SLL's packet types: this host sent it. */
const OUTGOING = 4;

/**
 * Whether this host sent a frame or received it, as far as its bytes tell: a bridge's port, or one that a mirror is sent to, carries
 * what others have with each other.
 */
export function wayOf(
  { bytes, start, end, linkType }: Frame,
  hardwareAddress: Buffer | undefined,
): "sent" | "received" | undefined {
  if (linkType === LINUX_SLL && end - start >= 2) return readUint16(bytes, start) === OUTGOING ? "sent" : "received";
  if (linkType === LINUX_SLL2 && end - start > 10) return bytes[start + 10] === OUTGOING ? "sent" : "received";
  if (linkType !== ETHERNET || hardwareAddress === undefined || end - start < 2 * ADDRESS_BYTES) return undefined;
  // What the loopback receives it has sent: the source goes first.
  if (isAt(hardwareAddress, bytes, start + ADDRESS_BYTES)) return "sent";
  return isAt(hardwareAddress, bytes, start) ? "received" : undefined;
}

function isAt(address: Buffer, bytes: Buffer, at: number): boolean {
  return address.equals(bytes.subarray(at, at + ADDRESS_BYTES));
}
