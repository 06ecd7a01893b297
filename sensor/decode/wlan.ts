import { readUint16 } from "../bytes/network-order.js";

const HEADER_BYTES = 24;
/** Addresses and length in front of each part of an aggregate. */
const PART_HEADER_BYTES = 14;

/**
 * Each packet of an IEEE 802.11 frame from its LLC (RFC 1042) to its own end on the wire: one, or the parts of an aggregate, of which all but
 * the last fill up to four bytes. Why there is none otherwise.
 */
export function forEachWlanPacket(
  bytes: Buffer,
  start: number,
  end: number,
  take: (at: number, stop: number) => void,
): "wlan-without-packet" | "wlan-encrypted" | undefined {
  const isData = start + HEADER_BYTES <= end && (bytes[start] & 0x0c) === 0x08;
  const hasNothing = (bytes[start] & 0x40) !== 0;
  if (!isData || hasNothing) return "wlan-without-packet";
  if ((bytes[start + 1] & 0x40) !== 0) return "wlan-encrypted";
  const { body, isAggregate } = bodyOf(bytes, start, end);
  if (!isAggregate) {
    take(body, Number.POSITIVE_INFINITY);
    return undefined;
  }
  for (let at = body; at + PART_HEADER_BYTES < end; ) {
    const stop = at + PART_HEADER_BYTES + readUint16(bytes, at + 12);
    take(at + PART_HEADER_BYTES, stop);
    at = body + ((stop - body + 3) & ~3);
  }
  return undefined;
}

/** IEEE 802.11-2020 §9.2.3: a fourth address between distribution systems, then QoS control, and HT control where the last flag says so. */
function bodyOf(bytes: Buffer, start: number, end: number): { readonly body: number; readonly isAggregate: boolean } {
  const isQos = (bytes[start] & 0x80) !== 0;
  const addresses = HEADER_BYTES + ((bytes[start + 1] & 0x03) === 0x03 ? 6 : 0);
  const length = addresses + (isQos ? 2 : 0) + (isQos && (bytes[start + 1] & 0x80) !== 0 ? 4 : 0);
  const body = start + length;
  // Some receivers fill the header up to four bytes.
  const padded = start + ((length + 3) & ~3);
  const isPadded = padded !== body && !isLlc(bytes, body, end) && isLlc(bytes, padded, end);
  // §9.2.4.5.9: several packets in one.
  return { body: isPadded ? padded : body, isAggregate: isQos && (bytes[start + addresses] & 0x80) !== 0 };
}

function isLlc(bytes: Buffer, at: number, end: number): boolean {
  return at + 3 <= end && bytes[at] === 0xaa && bytes[at + 1] === 0xaa && bytes[at + 2] === 0x03;
}

/** Header of radiotap (linktype 127): its length is little-endian whatever the host. */
export function radiotapEnd(bytes: Buffer, start: number, end: number): number {
  return start + 4 > end ? -1 : within(start + (bytes[start + 2] | (bytes[start + 3] << 8)), end);
}

const PRISM_BYTES = 144;
/** The value of AVS's first four bytes, but for its version in the last of them. */
const AVS = 0x802110;

/** Headers of AVS (linktype 163) and of Prism cards (119), under whose number AVS's is found too. */
export function avsEnd(bytes: Buffer, start: number, end: number): number {
  if (start + 8 > end) return -1;
  const isAvs = bytes.readUIntBE(start, 3) === AVS;
  return within(start + (isAvs ? bytes.readUInt32BE(start + 4) : PRISM_BYTES), end);
}

const WLAN_LINK_TYPE = 105;

/** The header of linktype 192 names the link type that follows it, nearly always this one. */
export function perPacketEnd(bytes: Buffer, start: number, end: number): number {
  if (start + 8 > end || bytes.readUInt32LE(start + 4) !== WLAN_LINK_TYPE) return -1;
  return within(start + bytes.readUInt16LE(start + 2), end);
}

function within(at: number, end: number): number {
  return at <= end ? at : -1;
}
