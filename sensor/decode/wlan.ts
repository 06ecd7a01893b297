const HEADER_BYTES = 24;
const LLC_SNAP_BYTES = 8;

/**
 * Position after the LLC/SNAP header (RFC 1042) of an IEEE 802.11 data frame, whose last two bytes are an EtherType; -1 where there is
 * none: management and control frames, and those that are encrypted.
 */
export function wlanPayload(bytes: Buffer, start: number, end: number): number {
  if (start + HEADER_BYTES + LLC_SNAP_BYTES > end) return -1;
  const isData = (bytes[start] & 0x0c) === 0x08;
  const isEncrypted = (bytes[start + 1] & 0x40) !== 0;
  const isEmpty = (bytes[start] & 0x40) !== 0;
  if (!isData || isEncrypted || isEmpty) return -1;
  // IEEE 802.11-2020 §9.2.3: a fourth address between distribution systems, then QoS control.
  const hasFourth = (bytes[start + 1] & 0x03) === 0x03;
  const hasQos = (bytes[start] & 0x80) !== 0;
  const llc = start + HEADER_BYTES + (hasFourth ? 6 : 0) + (hasQos ? 2 : 0);
  const isSnap = bytes[llc] === 0xaa && bytes[llc + 1] === 0xaa && bytes[llc + 2] === 0x03;
  return llc + LLC_SNAP_BYTES <= end && isSnap ? llc + LLC_SNAP_BYTES : -1;
}
