import { readInt32, readUint16 } from "../bytes/network-order.js";
import { UDP_HEADER } from "./ip-protocol.js";

/**
 * One decoded TCP segment. The decoder refills the same object for every segment: copy what must outlive the call.
 *
 * Addresses are four 32-bit words in network order as signed integers, IPv4 as ::ffff:a.b.c.d (RFC 4291 §2.5.5.2), and
 * sequence numbers are signed 32-bit integers compared by `(a - b) | 0`: small integers stay off the heap.
 */
export interface Packet {
  bytes: Buffer;
  atMicros: number;
  /**
   * Identifies the virtual network whose addresses these are, 0 without one: two may have the same addresses. Its kind in the upper byte
   * (virtual-network.ts), its number, or that of one within another, below.
   */
  network: number;
  source0: number;
  source1: number;
  source2: number;
  source3: number;
  destination0: number;
  destination1: number;
  destination2: number;
  destination3: number;
  sourcePort: number;
  destinationPort: number;
  sequence: number;
  acknowledgment: number;
  /** TCP flag bits, RFC 9293 §3.1. */
  flags: number;
  /** Captured payload is bytes[payloadStart, payloadEnd). */
  payloadStart: number;
  payloadEnd: number;
  /** Payload bytes on the wire; above `payloadEnd - payloadStart` where the snap length cut the frame. */
  payloadLength: number;
}

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;

/** Why a frame did not become a segment; each is a key of `undecoded` in summary.json. */
export const UNDECODED_REASONS = [
  "link-type-unknown",
  "frame-truncated",
  "ethertype-not-ip",
  "ip-version-unknown",
  "ip-header-invalid",
  "ip-protocol-not-tcp",
  "ip-fragment-refused",
  "ip-fragment-expired",
  "ip-fragment-overlap",
  "ipv6-extension-limit",
  "tcp-header-invalid",
  "mpls-depth",
  "ppp-protocol-not-ip",
  "nflog-without-packet",
  "wlan-without-packet",
  "wlan-encrypted",
  "tunnel-depth",
  "tunnel-encrypted",
  "tunnel-header-invalid",
] as const;
export type UndecodedReason = (typeof UNDECODED_REASONS)[number];

/** What the last frame of `ethertype-not-ip`, and of `ip-protocol-not-tcp`, held in place of a segment. Bytes are borrowed. */
export interface Left {
  ethertype: number;
  protocol: number;
  bytes: Buffer;
  start: number;
  end: number;
}

export interface PacketSink {
  packet(packet: Packet): void;
}

/** Takes datagrams of UDP that are no tunnel's; of the packet, what is TCP's alone says nothing. */
export interface DatagramSink {
  datagram(packet: Packet): void;
}

/** RFC 791 §3.1; as ::ffff:a.b.c.d. */
export function takeIpv4Addresses(packet: Packet, bytes: Buffer, start: number): void {
  packet.source0 = 0;
  packet.source1 = 0;
  packet.source2 = 0xffff;
  packet.source3 = readInt32(bytes, start + 12);
  packet.destination0 = 0;
  packet.destination1 = 0;
  packet.destination2 = 0xffff;
  packet.destination3 = readInt32(bytes, start + 16);
}

/** RFC 8200 §3. */
export function takeIpv6Addresses(packet: Packet, bytes: Buffer, start: number): void {
  packet.source0 = readInt32(bytes, start + 8);
  packet.source1 = readInt32(bytes, start + 12);
  packet.source2 = readInt32(bytes, start + 16);
  packet.source3 = readInt32(bytes, start + 20);
  packet.destination0 = readInt32(bytes, start + 24);
  packet.destination1 = readInt32(bytes, start + 28);
  packet.destination2 = readInt32(bytes, start + 32);
  packet.destination3 = readInt32(bytes, start + 36);
}

/** RFC 9293 §3.1: the segment whose header is at `start`; the reason where it is none. */
export function takeTcp(
  packet: Packet,
  bytes: Buffer,
  start: number,
  end: number,
  wireEnd: number,
): UndecodedReason | undefined {
  if (start + 20 > end) return start + 20 > wireEnd ? "tcp-header-invalid" : "frame-truncated";
  const payload = start + (bytes[start + 12] >> 4) * 4;
  if (payload < start + 20 || payload > wireEnd) return "tcp-header-invalid";
  packet.sourcePort = readUint16(bytes, start);
  packet.destinationPort = readUint16(bytes, start + 2);
  packet.sequence = readInt32(bytes, start + 4);
  packet.acknowledgment = readInt32(bytes, start + 8);
  packet.flags = bytes[start + 13];
  packet.payloadStart = Math.min(payload, end);
  packet.payloadEnd = end;
  packet.payloadLength = wireEnd - payload;
  return undefined;
}

/** RFC 768: the packet whose UDP header is at `start`. */
export function asDatagram(packet: Packet, start: number, end: number, wireEnd: number): Packet {
  packet.sourcePort = readUint16(packet.bytes, start);
  packet.destinationPort = readUint16(packet.bytes, start + 2);
  packet.payloadStart = start + UDP_HEADER;
  packet.payloadEnd = end;
  packet.payloadLength = wireEnd - packet.payloadStart;
  return packet;
}

/** One to be filled in. */
export function emptyPacket(): Packet {
  return {
    bytes: Buffer.alloc(0),
    // A fraction from the start makes the engine store the field as a double and never change the object's shape.
    atMicros: 0.5,
    network: 0,
    source0: 0,
    source1: 0,
    source2: 0,
    source3: 0,
    destination0: 0,
    destination1: 0,
    destination2: 0,
    destination3: 0,
    sourcePort: 0,
    destinationPort: 0,
    sequence: 0,
    acknowledgment: 0,
    flags: 0,
    payloadStart: 0,
    payloadEnd: 0,
    payloadLength: 0,
  };
}
