import type { Frame } from "../capture/frame.js";

const IPV4_HEADER = 20;
const TCP = 6;
/** Where the IP header stands, by link type: Ethernet, Linux cooked v1 and v2. */
const NETWORK_OFFSETS: ReadonlyMap<number, number> = new Map([
  [1, 14],
  [113, 16],
  [276, 20],
]);

/**
 * Whether the TCP checksum (RFC 9293 §3.1) of a whole, unfragmented IPv4 segment is right; undefined for every other frame. A frame
 * that leaves this host is seen before its network card fills it in: wrong is normal there.
 */
export function hasRightChecksum({ bytes, start, end, originalLength, linkType }: Frame): boolean | undefined {
  const offset = NETWORK_OFFSETS.get(linkType);
  if (offset === undefined || originalLength > end - start) return undefined;
  const network = start + offset;
  if (network + IPV4_HEADER > end || bytes[network] !== 0x45 || bytes[network + 9] !== TCP) return undefined;
  const total = bytes.readUInt16BE(network + 2);
  const isFragment = (bytes.readUInt16BE(network + 6) & 0x3fff) !== 0;
  if (isFragment || total < IPV4_HEADER * 2 || network + total > end) return undefined;
  const segmentLength = total - IPV4_HEADER;
  let sum = TCP + segmentLength;
  for (let at = network + 12; at < network + IPV4_HEADER; at += 2) sum += bytes.readUInt16BE(at);
  const segmentEnd = network + total;
  for (let at = network + IPV4_HEADER; at + 1 < segmentEnd; at += 2) sum += (bytes[at] << 8) | bytes[at + 1];
  if (segmentLength % 2 === 1) sum += bytes[segmentEnd - 1] << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum === 0xffff;
}
