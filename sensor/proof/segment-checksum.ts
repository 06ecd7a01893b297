import type { Packet } from "../decode/packet.js";

const TCP = 6;
const CHECKSUM_AT = 16;

/**
 * Gives a segment whose payload was changed the checksum of RFC 9293 §3.1 that fits it. Where the snap length cut the segment it can't be
 * told, and is 0. False then, and where the header was not found.
 */
export function mendChecksum(bytes: Buffer, packet: Packet): boolean {
  const start = headerStart(bytes, packet);
  if (start === undefined) return false;
  bytes.writeUInt16BE(0, start + CHECKSUM_AT);
  const { payloadStart, payloadEnd, payloadLength } = packet;
  if (payloadEnd - payloadStart < payloadLength) return false;
  let sum = pseudoHeader(packet, payloadEnd - start);
  for (let at = start; at + 1 < payloadEnd; at += 2) sum += (bytes[at] << 8) | bytes[at + 1];
  if ((payloadEnd - start) % 2 === 1) sum += bytes[payloadEnd - 1] << 8;
  bytes.writeUInt16BE(~fold(sum) & 0xffff, start + CHECKSUM_AT);
  return true;
}

/** Its length stands in it; ports and sequence number tell that this is it. */
function headerStart(bytes: Buffer, packet: Packet): number | undefined {
  for (let length = 20; length <= 60; length += 4) {
    const start = packet.payloadStart - length;
    if (start < 0) return undefined;
    const isIt =
      bytes[start + 12] >> 4 === length / 4 &&
      bytes.readUInt16BE(start) === packet.sourcePort &&
      bytes.readUInt16BE(start + 2) === packet.destinationPort &&
      bytes.readInt32BE(start + 4) === packet.sequence;
    if (isIt) return start;
  }
  return undefined;
}

function pseudoHeader(packet: Packet, length: number): number {
  const words = [packet.source0, packet.source1, packet.source2, packet.source3];
  words.push(packet.destination0, packet.destination1, packet.destination2, packet.destination3);
  const isIpv4 = packet.source0 === 0 && packet.source1 === 0 && packet.source2 === 0xffff;
  let sum = TCP + (length & 0xffff) + (length >>> 16);
  words.forEach((word, index) => {
    if (!isIpv4 || index % 4 === 3) sum += (word >>> 16) + (word & 0xffff);
  });
  return sum;
}

function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x1_0000);
  return folded;
}
