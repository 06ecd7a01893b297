import { readUint16 } from "../bytes/network-order.js";
import { UDP, UDP_HEADER } from "../decode/ip-protocol.js";
import { isQuicLongHeader } from "../protocol/quic/quic-header.js";

/**
 * Something that was not decoded: what it is called, and whether services' traffic may be inside of it. `link` is what every link has of
 * itself, `nothing` other chatter; `datagrams` are of an application, or of a tunnel that nobody knows.
 */
export interface LeftName {
  readonly name: string;
  readonly carries: "tunnel" | "encrypted" | "unknown" | "datagrams" | "quic" | "nothing" | "link";
}

const LARGEST_LLC = 1_500;

const tunnel = (name: string): LeftName => ({ name, carries: "tunnel" });
const encrypted = (name: string): LeftName => ({ name, carries: "encrypted" });
const ofLink = (name: string): LeftName => ({ name, carries: "link" });
const chatter = (name: string): LeftName => ({ name, carries: "nothing" });
const datagrams = (name: string): LeftName => ({ name, carries: "datagrams" });
const other = (name: string): LeftName => ({ name, carries: "unknown" });

/** IEEE 802 numbers (IANA), as far as a data centre's links have them. */
const ETHERTYPES: ReadonlyMap<number, LeftName> = new Map([
  [0x0806, ofLink("ARP")],
  [0x4305, tunnel("batman-adv")],
  [0x8035, ofLink("RARP")],
  [0x8809, ofLink("LACP")],
  [0x8863, ofLink("PPPoE discovery")],
  [0x888e, ofLink("802.1X")],
  [0x88cc, ofLink("LLDP")],
  [0x88e5, encrypted("MACsec")],
  [0x8915, other("RoCE")],
  [0x9000, ofLink("loop tests")],
]);

const IP_PROTOCOLS: ReadonlyMap<number, LeftName> = new Map([
  [1, chatter("ICMP")],
  [2, ofLink("IGMP")],
  [55, tunnel("minimal encapsulation")],
  [58, ofLink("ICMPv6")],
  [59, chatter("IPv6 without a next header")],
  [88, ofLink("EIGRP")],
  [89, ofLink("OSPF")],
  [94, tunnel("IPIP (94)")],
  [103, ofLink("PIM")],
  [108, tunnel("IPComp")],
  [112, ofLink("VRRP")],
  [115, tunnel("L2TPv3")],
  [132, other("SCTP")],
]);

interface UdpName extends LeftName {
  /** Whether the payload's first bytes are its: a port alone proves nothing, and for many there is no more. */
  readonly fits?: (bytes: Buffer, at: number) => boolean;
}

/** RFC 2661 §3.1, RFC 3931 §4.1.2.1: the version is in the lower half of the second byte. */
const isL2tp = (bytes: Buffer, at: number): boolean => (bytes[at + 1] & 0x0f) === 2 || (bytes[at + 1] & 0x0f) === 3;
const isIp = (bytes: Buffer, at: number): boolean => bytes[at] >> 4 === 4 || bytes[at] >> 4 === 6;

/** Ports of the IANA registry, and those that products made a habit. */
const UDP_PORTS: ReadonlyMap<number, UdpName> = new Map<number, UdpName>([
  [53, chatter("DNS")],
  [67, ofLink("DHCP")],
  [68, ofLink("DHCP")],
  [123, chatter("NTP")],
  [500, chatter("IKE")],
  [514, chatter("syslog")],
  [655, encrypted("tinc")],
  [1194, { ...encrypted("OpenVPN"), fits: (bytes, at) => bytes[at] >> 3 >= 1 && bytes[at] >> 3 <= 11 }],
  [1701, { ...tunnel("L2TP"), fits: isL2tp }],
  [2123, chatter("GTP-C")],
  [4341, tunnel("LISP")],
  // RFC 3948 §2: what ESP in UDP does not have.
  [4500, chatter("IKE")],
  [4755, encrypted("GRE in UDP over DTLS")],
  [4789, tunnel("VXLAN with a header that is not its")],
  [4790, tunnel("VXLAN-GPE of an unknown protocol")],
  [5246, chatter("CAPWAP control")],
  // RFC 5415 §4.1, §4.2: the preamble is 1 before DTLS.
  [5247, { ...tunnel("CAPWAP"), fits: (bytes, at) => bytes[at] === 0 || bytes[at] === 1 }],
  [5353, ofLink("mDNS")],
  [5555, { ...tunnel("FOU (IP in UDP)"), fits: isIp }],
  [6080, tunnel("GUE")],
  [6081, tunnel("GENEVE of another version")],
  [6343, chatter("sFlow")],
  [9993, encrypted("ZeroTier")],
  // Version 1, a packet that was received or is to be sent, Ethernet.
  [37_008, { ...tunnel("TZSP"), fits: (bytes, at) => bytes[at] === 1 && bytes[at + 1] <= 1 && bytes[at + 3] === 1 }],
]);

export function etherTypeName(type: number): LeftName {
  if (type <= LARGEST_LLC) return ofLink("LLC (spanning tree, IS-IS)");
  return ETHERTYPES.get(type) ?? other(`EtherType 0x${type.toString(16).padStart(4, "0")}`);
}

/** Of an IP packet's payload bytes[start, end). */
export function ipPayloadName(protocol: number, bytes: Buffer, start: number, end: number): LeftName {
  if (protocol !== UDP) return IP_PROTOCOLS.get(protocol) ?? other(`IP protocol ${protocol}`);
  const payload = start + UDP_HEADER;
  if (payload + 4 > end) return datagrams("UDP");
  const [source, destination] = [readUint16(bytes, start), readUint16(bytes, start + 2)];
  for (const port of [destination, source]) {
    const named = UDP_PORTS.get(port);
    if (named !== undefined && named.fits?.(bytes, payload) !== false)
      return { name: `${named.name} (UDP ${port})`, carries: named.carries };
  }
  return isQuicLongHeader(bytes, payload, end) ? { name: "QUIC", carries: "quic" } : datagrams("other UDP");
}
