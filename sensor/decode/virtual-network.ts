import { readInt32 } from "../bytes/network-order.js";
import type { Packet } from "./packet.js";

/**
 * Kinds of virtual networks. `greLong` has a key that does not fit beside its kind. `ends` are tunnels without a number that is one for
 * both ways, told by the two addresses they lie between. `gtp`, `mirror` and `erspan` have the ends, and beside them a number: that of `gtp`
 * is one way's. `mirror` is a session that shows a network which others show as well, `erspan` one that shows a tenant's.
 */
const KIND = {
  ...{ vxlan: 1, geneve: 2, nested: 3, gre: 4, nvgre: 5, greLong: 6, vlan: 7 },
  ...{ ends: 8, mpls: 9, pppoe: 10, gtp: 11, mirror: 12, erspan: 13 },
} as const;

const KIND_NAMES = Object.keys(KIND) as (keyof typeof KIND)[];
/** What `gtp`, `mirror` and `erspan` have beside their ends. */
const NUMBER_BITS = 10;
const NUMBER_MASK = (1 << NUMBER_BITS) - 1;

/** Of a tunnel that has no number: its ends are not known yet, see betweenEnds(). */
export const BY_ENDS = KIND.ends << 24;

/**
 * `vxlan 5001`; what has no number of its own, or one too long, has always the same name. Undefined where connections are kept apart, but
 * whose addresses these are is not said: a mirror session shows a network, another one the same.
 */
export function networkName(network: number): string | undefined {
  const kind = network >>> 24;
  const number = network & 0xff_ffff;
  const hex = number.toString(16).padStart(6, "0");
  switch (kind) {
    case 0:
    case KIND.mirror:
      return undefined;
    case KIND.nested:
      return `nested ${hex}`;
    case KIND.greLong:
      return `gre #${hex}`;
    case KIND.ends:
      return `tunnel #${hex}`;
    case KIND.gtp:
      // Subscribers have a tunnel each, and one network behind them.
      return `gtp #${(number >>> NUMBER_BITS).toString(16).padStart(4, "0")}`;
    case KIND.erspan:
      return `erspan ${number & NUMBER_MASK} #${(number >>> NUMBER_BITS).toString(16).padStart(4, "0")}`;
    default:
      return `${KIND_NAMES[kind - 1] ?? "network"} ${number}`;
  }
}

/**
 * The network of a packet of `inner` within `outer`: both, as far as there is room for them. A way through which a network with a number of
 * its own is carried is none of its marks: it may come on another, and does on MPLS labels, which are each direction's own.
 */
export function within(outer: number, inner: number): number {
  if (inner === 0) return outer;
  if (outer === 0 || isMirror(outer) || (isWay(outer) && isNumbered(inner))) return inner;
  // Numbers are small and next to one another: every bit of both must count, or pairs of them meet.
  const mixed = mix(0, 0, outer, inner);
  return (KIND.nested << 24) | ((mixed ^ (mixed >>> 24)) & 0xff_ffff);
}

export function isMirror(network: number): boolean {
  return network >>> 24 === KIND.mirror;
}

/** Whether it is told by where it goes along, which may change while a connection lasts. */
export function isWay(network: number): boolean {
  const kind = network >>> 24;
  return kind === KIND.ends || kind === KIND.mpls || kind === KIND.gtp;
}

function isNumbered(network: number): boolean {
  const kind = network >>> 24;
  return kind <= KIND.greLong && kind !== KIND.nested;
}

export function vxlanNetwork(bytes: Buffer, at: number): number {
  return (KIND.vxlan << 24) | readUint24(bytes, at);
}

export function geneveNetwork(bytes: Buffer, at: number): number {
  return (KIND.geneve << 24) | readUint24(bytes, at);
}

/** IEEE 802.1Q §9.6: 12 bits are the VLAN; 0 says that it has a priority alone. */
export function vlanNetwork(bytes: Buffer, tag: number): number {
  const vlan = ((bytes[tag] & 0x0f) << 8) | bytes[tag + 1];
  return vlan === 0 ? 0 : (KIND.vlan << 24) | vlan;
}

/** The first a virtual network can have: below it the standard leaves none (RFC 7637 §3.2), and Linux' gretap has small keys. */
const MIN_NVGRE_NETWORK = 0x1000;

/**
 * RFC 2890 §2.1. Where Ethernet follows, RFC 7637 §3.2 has the network in the upper 24 bits and beside it what differs from connection to
 * connection.
 */
export function greNetwork(key: number, carriesEthernet: boolean): number {
  if (carriesEthernet && key >>> 8 >= MIN_NVGRE_NETWORK) return (KIND.nvgre << 24) | (key >>> 8);
  if (key >>> 24 === 0) return (KIND.gre << 24) | key;
  return (KIND.greLong << 24) | ((key ^ Math.imul(key >>> 24, 0x9e37_79b1)) & 0xff_ffff);
}

/** RFC 2516 §4: the same both ways. */
export function pppoeNetwork(bytes: Buffer, at: number): number {
  return (KIND.pppoe << 24) | (bytes[at] << 8) | bytes[at + 1];
}

/** RFC 7274 §3: labels that say how to forward, and not where. */
const FIRST_OF_NETWORKS = 16;
/** RFC 6790 §4.2: the label behind it is another for each connection. */
const ENTROPY_FOLLOWS = 7;

/** RFC 4364 §4.3.2: the label of a VPN is the innermost; each end has given its own. 0 where there is none. */
export function labelNetwork(bytes: Buffer, top: number, bottom: number): number {
  for (let at = bottom; at >= top; at -= 4) {
    const label = labelAt(bytes, at);
    const isEntropy = at > top && labelAt(bytes, at - 4) === ENTROPY_FOLLOWS;
    if (label >= FIRST_OF_NETWORKS && !isEntropy) return (KIND.mpls << 24) | label;
  }
  return 0;
}

function labelAt(bytes: Buffer, at: number): number {
  return readUint24(bytes, at) >> 4;
}

/** 3GPP TS 29.281 §5.1: a tunnel's identifier is that of its receiver. */
export function gtpNetwork(bytes: Buffer, at: number): number {
  const tunnel = readInt32(bytes, at);
  return (KIND.gtp << 24) | ((tunnel ^ (tunnel >>> 10) ^ (tunnel >>> 20)) & NUMBER_MASK);
}

/** draft-foschiano-erspan §4.2: sessions have 10 bits. */
export function mirrorNetwork(session: number, isTenant: boolean): number {
  return ((isTenant ? KIND.erspan : KIND.mirror) << 24) | (session & NUMBER_MASK);
}

/** The network of a tunnel that lies between the ends of this packet: the same for both directions. */
export function betweenEnds(network: number, packet: Packet): number {
  const kind = network >>> 24;
  if (kind !== KIND.ends && kind !== KIND.gtp && kind !== KIND.mirror && kind !== KIND.erspan) return network;
  const source = mix(packet.source0, packet.source1, packet.source2, packet.source3);
  const mixed = (source + mix(packet.destination0, packet.destination1, packet.destination2, packet.destination3)) | 0;
  const ends = (mixed ^ (mixed >>> 24)) & 0xff_ffff;
  return kind === KIND.ends ? network | ends : network | (ends & ~NUMBER_MASK);
}

function mix(word0: number, word1: number, word2: number, word3: number): number {
  let hash = Math.imul(word3, 0x9e37_79b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ word2, 0x85eb_ca77);
  hash = Math.imul(hash ^ (hash >>> 13) ^ word1, 0xc2b2_ae3d);
  hash = Math.imul(hash ^ (hash >>> 16) ^ word0, 0x27d4_eb2f);
  return hash ^ (hash >>> 15);
}

function readUint24(bytes: Buffer, at: number): number {
  return (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
}
