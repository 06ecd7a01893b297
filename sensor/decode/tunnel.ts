import { readInt32, readUint16 } from "../bytes/network-order.js";
import { UDP, UDP_HEADER } from "./ip-protocol.js";
import { holdsIp, type LinkLayer } from "./link-type.js";
import {
  BY_ENDS,
  geneveNetwork,
  greNetwork,
  gtpNetwork,
  mirrorNetwork,
  vlanNetwork,
  vxlanNetwork,
} from "./virtual-network.js";

const GRE = 47;
const ESP = 50;
const ETHERIP = 97;
/** RFC 1701 §4: a whole Ethernet frame. */
const ETHERNET_IN_TUNNEL = 0x6558;

/** Bytes of type, receiver, counter and tag around what WireGuard carries; what it carries whole is never shorter (RFC 8200 §5). */
const WIREGUARD_AROUND = 32;
const LEAST_MTU = 1_280;

/** EtherType of RFC 8300 §10.1.1. */
export const SERVICE_HEADER = 0x894f;

/**
 * What a tunnel's header is followed by: `unsaid` is an IP packet or an Ethernet frame, `encrypted` cannot be read, `invalid` has no room for
 * its own header.
 */
export type Carried = LinkLayer["carries"] | "ethernet" | "unsaid" | "encrypted" | "invalid";

/** RFC 8300 §2.2: 1 and 2 are IP, 3 Ethernet, 4 another service header, 5 MPLS. */
const SERVICE_HEADER_CARRIES: ReadonlyMap<number, Carried> = new Map([
  [1, "ip"],
  [2, "ip"],
  [3, "ethernet"],
  [4, "ethertype"],
  [5, "mpls"],
]);

/** Tunnels by the names their packets are counted under. */
export const TUNNELS = [
  "ip-in-ip",
  "gre",
  "erspan",
  "etherip",
  "mpls-in-ip",
  "vxlan",
  "geneve",
  "gtp-u",
  "teredo",
  "ayiya",
  "nsh",
  "esp",
  "wireguard",
] as const;
export type TunnelName = (typeof TUNNELS)[number];

/** Packets found in each kind of tunnel that was seen. */
export function tunnelCounters(tunneled: Readonly<Record<TunnelName, number>>): Record<string, number> {
  const seen = TUNNELS.filter((name) => tunneled[name] > 0);
  return Object.fromEntries(seen.map((name) => [`tunnel_${name.replaceAll("-", "_")}`, tunneled[name]]));
}

/**
 * Takes the header of one tunnel apart, by IP protocol or by UDP port; VXLAN, GENEVE and Teredo on other ports where nothing else can
 * look like it. One object is used again for every packet.
 */
export class Tunnel {
  name: TunnelName = "ip-in-ip";
  carries: Carried = "ip";
  /** Where what it carries begins. */
  start = 0;
  /** EtherType of what begins there, for `ethertype`. */
  ethertype = 0;
  /**
   * The virtual network whose addresses are carried, 0 where they are everybody's. One that is told by the tunnel's ends lacks these
   * (betweenEnds): also PPTP's, which has call identifiers in its keys that are one direction's alone.
   */
  network = 0;
  /** The VLAN that a mirrored frame came on, where its tag is not in it any more; 0 for none. */
  vlan = 0;
  readonly #areSessionsApart: boolean;

  constructor(areSessionsApart: boolean) {
    this.#areSessionsApart = areSessionsApart;
  }

  /** Whether an IP packet's payload bytes[start, end) is a tunnel's; then the fields say which. */
  open(protocol: number, bytes: Buffer, start: number, end: number): boolean {
    this.network = BY_ENDS;
    this.vlan = 0;
    if (protocol === UDP) return this.#udp(bytes, start, end);
    this.start = start;
    // RFC 2003, RFC 4213.
    if (protocol === 4 || protocol === 41) return this.#is("ip-in-ip", "ip");
    if (protocol === GRE) return this.#gre(bytes, start, end);
    // RFC 4023.
    if (protocol === 137) return this.#is("mpls-in-ip", "mpls");
    if (protocol === ESP) return this.#is("esp", "encrypted");
    // RFC 3378 §3: version 3 and 12 reserved bits.
    if (protocol !== ETHERIP) return false;
    this.start = start + 2;
    return this.#is("etherip", "ethernet");
  }

  /**
   * RFC 8300 §2.2, §2.3: version 0, its own length in 4-byte words, and what follows. It has an EtherType, whatever that stands in. Its paths
   * are ways through services, not networks.
   */
  openServiceHeader(bytes: Buffer, start: number, end: number): void {
    this.network = 0;
    this.vlan = 0;
    const words = start + 8 > end ? 0 : bytes[start + 1] & 0x3f;
    this.start = start + words * 4;
    const carries = SERVICE_HEADER_CARRIES.get(bytes[start + 3]);
    const isSound = words >= 2 && bytes[start] >> 6 === 0 && this.start <= end;
    // One in another.
    this.ethertype = SERVICE_HEADER;
    this.#is("nsh", isSound && carries !== undefined ? carries : "invalid");
  }

  #is(name: TunnelName, carries: Carried): boolean {
    this.name = name;
    this.carries = carries;
    return true;
  }

  #udp(bytes: Buffer, start: number, end: number): boolean {
    const payload = start + UDP_HEADER;
    if (payload >= end) return false;
    const destination = readUint16(bytes, start + 2);
    if (this.#byPort(destination, bytes, payload, end)) return true;
    const source = readUint16(bytes, start);
    if (source !== destination && this.#byPort(source, bytes, payload, end)) return true;
    return this.#byBytes(bytes, payload, end);
  }

  /** Ports of the IANA registry, and what Linux used for VXLAN before there was one. */
  #byPort(port: number, bytes: Buffer, start: number, end: number): boolean {
    switch (port) {
      case 4789:
      case 8472:
        return this.#vxlan(bytes, start, end, false);
      case 4790:
        return this.#vxlan(bytes, start, end, true);
      case 6081:
        return this.#geneve(bytes, start, end);
      case 4754:
        return this.#gre(bytes, start, end);
      case 2152:
        return this.#gtp(bytes, start, end);
      case 3544:
        return this.#teredo(bytes, start, end);
      case 5072:
        return this.#ayiya(bytes, start, end);
      case 6635:
        this.start = start;
        this.network = BY_ENDS;
        return this.#is("mpls-in-ip", "mpls");
      case 4500:
        // RFC 3948 §2: four zero bytes are the key exchange's, one byte is a keep-alive.
        return end - start > 8 && readInt32(bytes, start) !== 0 && this.#is("esp", "encrypted");
      default:
        return false;
    }
  }

  /** Overlays are moved to other ports; only what has every fixed bit right and an IP packet in the right place is believed. */
  #byBytes(bytes: Buffer, start: number, end: number): boolean {
    const first = bytes[start];
    if (first === 0x08) {
      const isPlain = readInt32(bytes, start) === 0x08000000 && bytes[start + 7] === 0;
      return isPlain && holdsIp(bytes, start + 8, end) && this.#vxlan(bytes, start, end, false);
    }
    if (first >> 6 === 0 && bytes[start + 7] === 0 && (bytes[start + 1] & 0x3f) === 0) {
      const isEthernet = readUint16(bytes, start + 2) === ETHERNET_IN_TUNNEL;
      if (isEthernet) return holdsIp(bytes, start + 8 + first * 4, end) && this.#geneve(bytes, start, end);
    }
    if (first >> 4 === 6) return isTeredoAddress(bytes, start, end) && this.#teredo(bytes, start, end);
    // It has no port of its own: each product takes another.
    return first <= 4 && isWireGuard(bytes, start, end) && this.#is("wireguard", "encrypted");
  }

  /**
   * RFC 7348 §5; draft-ietf-nvo3-vxlan-gpe §3: the P bit says that the fourth byte names what follows. VXLAN's own port is used for both:
   * there an IP packet must follow where one is named, since that bit is to be ignored in VXLAN alone.
   */
  #vxlan(bytes: Buffer, start: number, end: number, isGeneric: boolean): boolean {
    if (start + 8 > end || (bytes[start] & 0x08) === 0) return false;
    this.network = vxlanNetwork(bytes, start + 4);
    this.start = start + 8;
    const next = (bytes[start] & 0x04) !== 0 ? bytes[start + 3] : 3;
    if (!isGeneric && !isIpVersion(next, bytes, this.start, end)) return this.#is("vxlan", "ethernet");
    if (next === 3) return this.#is("vxlan", "ethernet");
    if (next === 1 || next === 2) return this.#is("vxlan", "ip");
    if (next === 4) return this.#protocol("vxlan", SERVICE_HEADER, end);
    return next === 5 && this.#is("vxlan", "mpls");
  }

  /** RFC 8926 §3.4: options are counted in 4-byte words. */
  #geneve(bytes: Buffer, start: number, end: number): boolean {
    if (start + 8 > end || bytes[start] >> 6 !== 0) return false;
    this.network = geneveNetwork(bytes, start + 4);
    this.start = start + 8 + (bytes[start] & 0x3f) * 4;
    return this.#protocol("geneve", readUint16(bytes, start + 2), end);
  }

  /** What an EtherType in a tunnel's header names. */
  #protocol(name: TunnelName, ethertype: number, end: number): boolean {
    if (this.start > end) return this.#is(name, "invalid");
    if (ethertype === ETHERNET_IN_TUNNEL) return this.#is(name, "ethernet");
    this.ethertype = ethertype;
    return this.#is(name, "ethertype");
  }

  /** RFC 2784, RFC 2890; version 1 is PPTP's, RFC 2637 §4.1. */
  #gre(bytes: Buffer, start: number, end: number): boolean {
    if (start + 4 > end) return this.#is("gre", "invalid");
    const flags = bytes[start];
    const version = bytes[start + 1] & 0x07;
    const protocol = readUint16(bytes, start + 2);
    // RFC 1701: source routes were never used.
    if (version > 1 || (flags & 0x40) !== 0) return this.#is("gre", "invalid");
    const hasSequence = (flags & 0x10) !== 0;
    let words = 1 + (flags >> 7) + ((flags >> 5) & 1) + (hasSequence ? 1 : 0);
    if (version === 1) words += bytes[start + 1] >> 7;
    this.start = start + words * 4;
    // RFC 2890 §2: the key stands behind the checksum.
    const key = start + 4 + (flags >> 7) * 4;
    if ((flags & 0x20) !== 0 && version === 0 && key + 4 <= end)
      this.network = greNetwork(readInt32(bytes, key), protocol === ETHERNET_IN_TUNNEL);
    if (version === 1 || protocol === 0x880b) return this.#is("gre", this.start > end ? "invalid" : "ppp");
    if (protocol === 0x88be || protocol === 0x22eb) return this.#erspan(bytes, end, protocol, hasSequence);
    // Wireless controllers send 802.11 frames; the type's upper byte is theirs, the lower says how urgent.
    if (protocol >> 8 === 0x82 || protocol >> 8 === 0x83) return this.#is("gre", this.start > end ? "invalid" : "wlan");
    return this.#protocol("gre", protocol, end);
  }

  /**
   * draft-foschiano-erspan §4: type I has no header of its own and no sequence number; type III may have a platform's after it, and says
   * what was mirrored, an Ethernet frame (0) or an IP packet (2). Keys are no networks' there. Types II and III begin with the frame's VLAN,
   * how it is tagged still (2: as it came), and the session.
   */
  #erspan(bytes: Buffer, end: number, protocol: number, hasSequence: boolean): boolean {
    const header = this.start;
    const hasHeader = (protocol !== 0x88be || hasSequence) && header + 4 <= end;
    this.network = mirrorNetwork(hasHeader ? readUint16(bytes, header + 2) : 0, this.#areSessionsApart);
    if (hasHeader && ((bytes[header + 2] >> 3) & 3) !== 2) this.vlan = vlanNetwork(bytes, header);
    if (protocol === 0x88be) this.start += hasSequence ? 8 : 0;
    else if (header + 12 <= end) this.start += (bytes[header + 11] & 1) === 0 ? 12 : 20;
    if (this.start > end || (protocol !== 0x88be && this.start === header)) return this.#is("erspan", "invalid");
    const mirrored = protocol === 0x88be ? 0 : (bytes[header + 10] >> 2) & 0x1f;
    if (mirrored === 2) return this.#is("erspan", "ip");
    return this.#is("erspan", mirrored === 0 ? "ethernet" : "invalid");
  }

  /**
   * 3GPP TS 29.281 §5: optional fields, then extension headers, each with its length in words in front and the next's type behind. What is
   * carried depends on the session (TS 23.501 §5.6.10), which this does not say.
   */
  #gtp(bytes: Buffer, start: number, end: number): boolean {
    if (start + 8 > end || bytes[start] >> 4 !== 3 || bytes[start + 1] !== 0xff) return false;
    let at = start + 8;
    if ((bytes[start] & 0x07) !== 0) {
      at += 4;
      let next = (bytes[start] & 0x04) === 0 ? 0 : bytes[at - 1];
      while (next !== 0 && at < end && bytes[at] > 0) {
        at += bytes[at] * 4;
        next = bytes[at - 1];
      }
    }
    this.start = at;
    this.network = gtpNetwork(bytes, start + 4);
    return this.#is("gtp-u", at >= end ? "invalid" : "unsaid");
  }

  /**
   * RFC 4380 §5.1.1: an authentication and an origin header may stand in front of the IPv6 packet. Its addresses are in one network (§4): an
   * address is made of that of the host, and of the server's.
   */
  #teredo(bytes: Buffer, start: number, end: number): boolean {
    let at = start;
    if (at + 4 <= end && readUint16(bytes, at) === 1) at += 13 + bytes[at + 2] + bytes[at + 3];
    if (at + 8 <= end && readUint16(bytes, at) === 0) at += 8;
    if (at >= end || bytes[at] >> 4 !== 6) return false;
    this.start = at;
    this.network = 0;
    return this.#is("teredo", "ip");
  }

  /** draft-massar-v6ops-ayiya §3: the lengths of identity (a power of two) and signature (words) are in the first two bytes. */
  #ayiya(bytes: Buffer, start: number, end: number): boolean {
    if (start + 8 > end || (bytes[start + 2] & 0x0f) !== 1) return false;
    const next = bytes[start + 3];
    if (next !== 41 && next !== 4) return false;
    this.start = start + 8 + (1 << (bytes[start] >> 4)) + (bytes[start + 1] >> 4) * 4;
    return this.#is("ayiya", this.start >= end ? "invalid" : "ip");
  }
}

/** VXLAN-GPE's 1 is IPv4, its 2 IPv6. */
function isIpVersion(next: number, bytes: Buffer, at: number, end: number): boolean {
  return (next === 1 || next === 2) && at < end && bytes[at] >> 4 === next * 2 + 2;
}

/** RFC 4380 §2.6: a whole IPv6 packet, one end of which is in 2001::/32. */
function isTeredoAddress(bytes: Buffer, start: number, end: number): boolean {
  if (start + 40 > end || readUint16(bytes, start + 4) !== end - start - 40) return false;
  return readInt32(bytes, start + 8) === 0x20010000 || readInt32(bytes, start + 24) === 0x20010000;
}

/**
 * The protocol's paper, §5.4: a type of 1 to 4 and three zero bytes; all but data (4) have one length. Data are padded to 16 bytes, up to the
 * tunnel's MTU, which need be no multiple of it (1420 where nobody says otherwise), and no counter comes near its upper half.
 */
function isWireGuard(bytes: Buffer, start: number, end: number): boolean {
  const length = end - start;
  if (length < 32 || bytes[start + 1] !== 0 || bytes[start + 2] !== 0 || bytes[start + 3] !== 0) return false;
  const lengths = [148, 92, 64];
  if (bytes[start] !== 4) return lengths[bytes[start] - 1] === length;
  return (length % 16 === 0 || length > WIREGUARD_AROUND + LEAST_MTU) && readInt32(bytes, start + 12) === 0;
}
