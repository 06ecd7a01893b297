import { readUint16 } from "../bytes/network-order.js";
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
   * (VIRTUAL_NETWORK), its number, or that of one within another, below.
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

/** Kinds of virtual networks; `greLong` has a key that does not fit beside its kind. */
export const VIRTUAL_NETWORK = { vxlan: 1, geneve: 2, nested: 3, gre: 4, nvgre: 5, greLong: 6, vlan: 7 } as const;

const KIND_NAMES = Object.keys(VIRTUAL_NETWORK) as (keyof typeof VIRTUAL_NETWORK)[];

/** `vxlan 5001`; one within another, and one with a long key, has no number of its own, but always the same name. */
export function networkName(network: number): string {
  const number = network & 0xff_ffff;
  const name = KIND_NAMES[(network >>> 24) - 1] ?? "network";
  if (name === "nested") return `nested ${number.toString(16).padStart(6, "0")}`;
  return name === "greLong" ? `gre #${number.toString(16).padStart(6, "0")}` : `${name} ${number}`;
}

/** Both numbers together, as far as there is room for them. */
export function nestedNetwork(outer: number, inner: number): number {
  const mixed = Math.imul(outer, 31) ^ inner;
  return (VIRTUAL_NETWORK.nested << 24) | ((mixed ^ (mixed >>> 24)) & 0xff_ffff);
}

/** IEEE 802.1Q §9.6: 12 bits are the VLAN; 0 says that it has a priority alone. */
export function vlanNetwork(bytes: Buffer, tag: number): number {
  const vlan = ((bytes[tag] & 0x0f) << 8) | bytes[tag + 1];
  return vlan === 0 ? 0 : (VIRTUAL_NETWORK.vlan << 24) | vlan;
}

/** The first a virtual network can have: below it the standard leaves none (RFC 7637 §3.2), and Linux' gretap has small keys. */
const MIN_NVGRE_NETWORK = 0x1000;

/**
 * RFC 2890 §2.1. Where Ethernet follows, RFC 7637 §3.2 has the network in the upper 24 bits and beside it what differs from connection to
 * connection.
 */
export function greNetwork(key: number, carriesEthernet: boolean): number {
  if (carriesEthernet && key >>> 8 >= MIN_NVGRE_NETWORK) return (VIRTUAL_NETWORK.nvgre << 24) | (key >>> 8);
  if (key >>> 24 === 0) return (VIRTUAL_NETWORK.gre << 24) | key;
  return (VIRTUAL_NETWORK.greLong << 24) | ((key ^ Math.imul(key >>> 24, 0x9e37_79b1)) & 0xff_ffff);
}

export interface PacketSink {
  packet(packet: Packet): void;
}

/** Takes datagrams of UDP that are no tunnel's; of the packet, what is TCP's alone says nothing. */
export interface DatagramSink {
  datagram(packet: Packet): void;
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
