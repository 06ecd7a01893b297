import { readUint16 } from "../bytes/network-order.js";
import type { UndecodedReason } from "./packet.js";
import { avsEnd, perPacketEnd, radiotapEnd } from "./wlan.js";

/** Where a link layer's header ends and what tells the packet after it. */
export interface LinkLayer {
  readonly headerLength: number;
  /** `ip`: nothing, the IP version nibble decides. */
  readonly carries: "ip" | "ethertype" | "llc" | "wlan" | "ppp" | "pppoe" | "mpls";
  /** Offset of the 16-bit EtherType in the header. */
  readonly typeOffset: number;
  /** Where a header ends whose length differs, below 0 where nothing follows that could be read. */
  readonly measure?: (bytes: Buffer, start: number, end: number) => number;
  /** What a frame is counted under of which that is so. */
  readonly unread?: UndecodedReason;
}

/** Link types by LINKTYPE_ value (tcpdump.org/linktypes.html). DLT_RAW differs by platform: 12 and 14 are written too. */
export const LINK_TYPES: ReadonlyMap<number, LinkLayer> = new Map<number, LinkLayer>([
  [0, { headerLength: 4, carries: "ip", typeOffset: 0 }], // BSD loopback, host byte order
  [1, { headerLength: 14, carries: "ethertype", typeOffset: 12 }], // Ethernet
  [9, { headerLength: 0, carries: "ppp", typeOffset: 0 }], // PPP
  [10, { headerLength: 13, carries: "llc", typeOffset: 0 }], // FDDI
  [12, { headerLength: 0, carries: "ip", typeOffset: 0 }], // raw IP
  [14, { headerLength: 0, carries: "ip", typeOffset: 0 }], // raw IP
  [50, { headerLength: 0, carries: "ppp", typeOffset: 0 }], // PPP in HDLC-like framing
  [51, { headerLength: 0, carries: "pppoe", typeOffset: 0 }], // PPPoE without its Ethernet header
  [100, { headerLength: 0, carries: "llc", typeOffset: 0 }], // RFC 1483 over ATM
  [101, { headerLength: 0, carries: "ip", typeOffset: 0 }], // raw IP
  [104, { headerLength: 4, carries: "ethertype", typeOffset: 2 }], // Cisco HDLC
  [105, { headerLength: 0, carries: "wlan", typeOffset: 0 }], // IEEE 802.11
  [107, { ...behind("ip", frameRelayEnd), unread: "ethertype-not-ip" }], // Frame Relay
  [108, { headerLength: 4, carries: "ip", typeOffset: 0 }], // OpenBSD loopback, network byte order
  [109, { headerLength: 12, carries: "ip", typeOffset: 0 }], // OpenBSD's IPsec
  [113, { headerLength: 16, carries: "ethertype", typeOffset: 14 }], // Linux cooked v1
  [117, behind("ip", (bytes, start) => start + ((bytes[start] + 3) & ~3))], // OpenBSD's firewall log
  [119, behind("wlan", avsEnd)], // IEEE 802.11 of Prism cards
  [122, { headerLength: 16, carries: "llc", typeOffset: 0 }], // IP over Fibre Channel, RFC 2625
  [127, behind("wlan", radiotapEnd)], // IEEE 802.11 with radiotap
  [138, { headerLength: 18, carries: "ethertype", typeOffset: 16 }], // IP over IEEE 1394 of macOS
  [163, behind("wlan", avsEnd)], // IEEE 802.11 with AVS
  [192, { ...behind("wlan", perPacketEnd), unread: "link-type-unknown" }], // per-packet information
  [204, { headerLength: 1, carries: "ppp", typeOffset: 0 }], // PPP with its direction
  [205, { headerLength: 5, carries: "ethertype", typeOffset: 3 }], // Cisco HDLC with its direction
  [219, { headerLength: 0, carries: "mpls", typeOffset: 0 }], // MPLS
  [228, { headerLength: 0, carries: "ip", typeOffset: 0 }], // raw IPv4
  [229, { headerLength: 0, carries: "ip", typeOffset: 0 }], // raw IPv6
  [239, { ...behind("ip", nflogPacket), unread: "nflog-without-packet" }], // Linux netfilter log
  [276, { headerLength: 20, carries: "ethertype", typeOffset: 0 }], // Linux cooked v2
]);

function behind(carries: LinkLayer["carries"], measure: NonNullable<LinkLayer["measure"]>): LinkLayer {
  return { headerLength: 0, carries, typeOffset: 0, measure, unread: "frame-truncated" };
}

/** EtherTypes of MPLS, RFC 5332 §3, and of a PPPoE session, RFC 2516 §4. */
export const MPLS = 0x8847;
export const MPLS_UPSTREAM = 0x8848;
export const PPPOE_SESSION = 0x8864;

/** What PPP's protocol numbers name, RFC 1332 §2, RFC 5072 §2, RFC 3032 §4.3. */
export const PPP_CARRIES: ReadonlyMap<number, "ip" | "mpls"> = new Map([
  [0x0021, "ip"],
  [0x0057, "ip"],
  [0x0281, "mpls"],
  [0x0283, "mpls"],
]);

/** 802.1Q, 802.1ad and the two values used before it was standardised. */
export function isVlanTag(ethertype: number): boolean {
  return ethertype === 0x8100 || ethertype === 0x88a8 || ethertype === 0x9100 || ethertype === 0x9200;
}

const ADDRESSES = 12;
const CONTROL_WORD = 4;

const MAX_MPLS_LABELS = 16;
export const TOO_MANY_LABELS = -2;

/** RFC 3032 §2.1: where the last label of a stack stands, which has the bottom bit; -1 where the frame ends before it. */
export function bottomLabel(bytes: Buffer, start: number, end: number): number {
  for (let at = start, labels = 1; at + 4 <= end; at += 4, labels++) {
    if (labels > MAX_MPLS_LABELS) return TOO_MANY_LABELS;
    if ((bytes[at + 2] & 1) !== 0) return at;
  }
  return -1;
}

/** Room below which Ethernet fills up what is shorter than its least frame, so that lengths say nothing. */
const PADDED = 46;

/**
 * Where the Ethernet frame of a pseudowire (RFC 4448 §4) begins, -1 where none does: behind a control word, whose first nibble is 0, or
 * without one. Nothing announces it: an EtherType in its place and what stands behind it must speak for it, and against IP.
 */
export function pseudowireFrame(bytes: Buffer, start: number, end: number, wireEnd: number): number {
  const isControlled = bytes[start] >> 4 === 0 && typeInFrame(bytes, start + CONTROL_WORD, end) >= 0;
  return isControlled ? start + CONTROL_WORD : frameOverIp(bytes, start, end, wireEnd);
}

/**
 * `start` where rather an Ethernet frame stands there than an IP packet, else -1. Addresses of frames may begin as IP does (RFC 4928 §2): then
 * that counts whose length fits what there was on the wire.
 */
export function frameOverIp(bytes: Buffer, start: number, end: number, wireEnd: number): number {
  const type = typeInFrame(bytes, start, end);
  if (type < 0) return -1;
  const version = bytes[start] >> 4;
  const mayBeIp = version === 4 ? (bytes[start] & 0x0f) >= 5 : version === 6;
  if (!mayBeIp) return start;
  return isIpFrame(bytes, type) && fills(bytes, type + 2, wireEnd) && !fills(bytes, start, wireEnd) ? start : -1;
}

/** Whether an Ethernet frame with an IP packet stands at `start`. */
export function holdsIp(bytes: Buffer, start: number, end: number): boolean {
  const type = typeInFrame(bytes, start, end);
  return type >= 0 && type + 22 <= end && isIpFrame(bytes, type);
}

/** Where the EtherType of a frame stands that begins as what it names does, -1 where there is none. RFC 2516 §4: PPPoE's version and type are 1. */
function typeInFrame(bytes: Buffer, start: number, end: number): number {
  let at = start + ADDRESSES;
  while (at + 6 <= end && isVlanTag(readUint16(bytes, at))) at += 4;
  if (at + 3 > end) return -1;
  const type = readUint16(bytes, at);
  const isLabelled = type === MPLS || type === MPLS_UPSTREAM;
  return isIpFrame(bytes, at) || isLabelled || (type === PPPOE_SESSION && bytes[at + 2] === 0x11) ? at : -1;
}

function isIpFrame(bytes: Buffer, type: number): boolean {
  const [name, version] = [readUint16(bytes, type), bytes[type + 2] >> 4];
  return (name === 0x0800 && version === 4) || (name === 0x86dd && version === 6);
}

/** Whether an IP packet's own length is that of all there was, up to padding; super-packets of segmentation offload say 0. */
function fills(bytes: Buffer, start: number, wireEnd: number): boolean {
  const room = wireEnd - start;
  const [header, length] = bytes[start] >> 4 === 4 ? [0, 2] : [40, 4];
  const said = readUint16(bytes, start + length);
  return room <= PADDED || (said === 0 ? room > 0xffff : said + header === room);
}

const NFLOG_HEADER = 4;
const PACKET_RECORD = 9;

/**
 * Where the packet stands in the records of NFLOG (linktype 239: length, type, value, padded to 4 bytes), -1 where there is none.
 * They are in the byte order of the host that captured; every type is below 256, so that the first one's zero byte tells it.
 */
function nflogPacket(bytes: Buffer, header: number, end: number): number {
  const start = header + NFLOG_HEADER;
  const isBigEndian = start + 4 <= end && bytes[start + 2] === 0;
  for (let at = start; at + 4 <= end; ) {
    const length = isBigEndian ? (bytes[at] << 8) | bytes[at + 1] : (bytes[at + 1] << 8) | bytes[at];
    const type = isBigEndian ? bytes[at + 3] : bytes[at + 2];
    if (type === PACKET_RECORD) return at + 4;
    if (length < 4) return -1;
    at += (length + 3) & ~3;
  }
  return -1;
}

const UNNUMBERED = 0x03;

/**
 * Where the IP packet of a Frame Relay frame stands: behind an address of which the last byte is odd (ITU-T Q.922 §3.2), control and what
 * names the protocol (RFC 2427 §3.1, §4.1: 0xcc and 0x8e are IP, 0x80 is SNAP), or behind an EtherType, as Cisco has it.
 */
function frameRelayEnd(bytes: Buffer, start: number, end: number): number {
  let at = start + 1;
  while (at < end && (bytes[at - 1] & 1) === 0) at++;
  if (at + 4 > end) return -1;
  const type = (bytes[at] << 8) | bytes[at + 1];
  if (type === 0x0800 || type === 0x86dd) return at + 2;
  if (bytes[at] !== UNNUMBERED) return -1;
  // A byte of padding may stand before the name.
  const name = bytes[at + 1] === 0 ? at + 2 : at + 1;
  if (bytes[name] === 0xcc || bytes[name] === 0x8e) return name + 1;
  const snap = (bytes[name + 4] << 8) | bytes[name + 5];
  return bytes[name] === 0x80 && name + 6 <= end && (snap === 0x0800 || snap === 0x86dd) ? name + 6 : -1;
}
