import { readInt32, readUint16 } from "../bytes/network-order.js";
import type { Frame } from "../capture/frame.js";
import type { DecodeSettings } from "./decode-settings.js";
import { ETHERNET_WRAPPERS } from "./ethernet-wrapper.js";
import { Fragments } from "./fragments.js";
import {
  AUTHENTICATION_HEADER,
  extensionBytes,
  FRAGMENT_HEADER,
  isSkippable,
  TCP,
  UDP,
  UDP_HEADER,
} from "./ip-protocol.js";
import { jumboLength } from "./jumbogram.js";
import {
  bottomLabel,
  frameOverIp,
  isVlanTag,
  LINK_TYPES,
  type LinkLayer,
  MPLS,
  MPLS_UPSTREAM,
  PPP_CARRIES,
  PPPOE_SESSION,
  pseudowireFrame,
  TOO_MANY_LABELS,
} from "./link-type.js";
import {
  asDatagram,
  type DatagramSink,
  emptyPacket,
  type Left,
  type Packet,
  type PacketSink,
  takeIpv4Addresses,
  takeIpv6Addresses,
  takeTcp,
  UNDECODED_REASONS,
  type UndecodedReason,
} from "./packet.js";
import { type Carried, SERVICE_HEADER, TUNNELS, Tunnel, type TunnelName } from "./tunnel.js";
import { betweenEnds, labelNetwork, pppoeNetwork, vlanNetwork, within } from "./virtual-network.js";
import { forEachWlanPacket } from "./wlan.js";

const MAX_IPV6_EXTENSIONS = 16;
/** Tunnels within tunnels: overlay in overlay in a mirror session are three. */
const MAX_TUNNELS = 8;
const LARGEST_LENGTH = 1_500;
const ETHERNET_LAYER: LinkLayer = { headerLength: 14, carries: "ethertype", typeOffset: 12 };

/**
 * Frames to TCP segments. Trusts lengths only as far as bytes were captured, ignores checksums (offloaded ones are wrong by
 * design) and counts what it cannot decode by reason. One Packet is reused for every segment.
 */
export class Decoder {
  readonly undecoded = Object.fromEntries(UNDECODED_REASONS.map((reason) => [reason, 0])) as Record<
    UndecodedReason,
    number
  >;
  /** Packets found in tunnels, by the tunnel's name. */
  readonly tunneled = Object.fromEntries(TUNNELS.map((name) => [name, 0])) as Record<TunnelName, number>;
  readonly counters = { tcp_segments: 0, ip_fragments: 0 };
  readonly left: Left = { ethertype: 0, protocol: 0, bytes: Buffer.alloc(0), start: 0, end: 0 };
  readonly #sink: PacketSink;
  readonly #datagrams: DatagramSink | undefined;
  readonly #fragments: Fragments;
  readonly #packet: Packet;
  readonly #tunnel: Tunnel;
  readonly #isApart: boolean;
  readonly #areVlansApart: boolean;
  #depth = 0;
  /** That of the frame before: hardly ever another one. */
  #linkType = -1;
  #layer: LinkLayer | undefined = undefined;

  constructor(settings: DecodeSettings, sink: PacketSink, datagrams?: DatagramSink) {
    this.#datagrams = datagrams;
    this.#isApart = settings.virtualNetworks;
    this.#tunnel = new Tunnel(settings.sessionNetworks);
    this.#areVlansApart = settings.vlanNetworks;
    this.#sink = sink;
    this.#fragments = new Fragments(settings, this.undecoded);
    this.#packet = emptyPacket();
  }

  frame(frame: Frame): void {
    if (frame.linkType !== this.#linkType) {
      this.#linkType = frame.linkType;
      this.#layer = LINK_TYPES.get(frame.linkType);
    }
    const layer = this.#layer;
    if (layer === undefined) {
      this.undecoded["link-type-unknown"]++;
      return;
    }
    const packet = this.#packet;
    if (packet.bytes !== frame.bytes) packet.bytes = frame.bytes;
    packet.atMicros = frame.atMicros;
    packet.network = 0;
    this.#depth = 0;
    // Where the network header says no length of its own, the frame's length on the wire stands in.
    this.#link(layer, frame.start, frame.end, frame.start + Math.max(frame.originalLength, frame.end - frame.start));
  }

  /** The capture has ended: what waits for more fragments is counted. */
  finish(): void {
    this.#fragments.finish();
  }

  /** `end` bounds the captured bytes, `wireEnd` is where the frame ended on the wire. */
  #link(layer: LinkLayer, start: number, end: number, wireEnd: number): void {
    const bytes = this.#packet.bytes;
    const { carries, measure } = layer;
    const network = measure === undefined ? start + layer.headerLength : measure(bytes, start, end);
    if (network < 0 || network >= end) {
      this.#unread(network < 0 ? (layer.unread ?? "frame-truncated") : "frame-truncated");
      return;
    }
    this.#carried(carries, readUint16(bytes, start + layer.typeOffset), network, end, wireEnd);
  }

  #carried(carries: Carried, ethertype: number, start: number, end: number, wireEnd: number): void {
    if (carries === "ethertype") this.#ethertype(ethertype, start, end, wireEnd);
    else if (carries === "ip") this.#ip(start, end, wireEnd);
    else if (carries === "ethernet") this.#link(ETHERNET_LAYER, start, end, wireEnd);
    else if (carries === "ppp") this.#ppp(start, end, wireEnd);
    else if (carries === "pppoe") this.#pppoe(start, end, wireEnd);
    else if (carries === "mpls") this.#mpls(start, end, wireEnd);
    else if (carries === "llc") this.#llc(start, end, wireEnd);
    else if (carries === "wlan") this.#wlan(start, end, wireEnd);
    else if (carries === "unsaid")
      this.#ipOrFrame(start, frameOverIp(this.#packet.bytes, start, end, wireEnd), end, wireEnd);
    else this.undecoded[carries === "encrypted" ? "tunnel-encrypted" : "tunnel-header-invalid"]++;
  }

  /** Below 0 there is no frame. */
  #ipOrFrame(packet: number, frame: number, end: number, wireEnd: number): void {
    if (frame < 0) this.#ip(packet, end, wireEnd);
    else if (this.#depth++ === MAX_TUNNELS) this.undecoded["tunnel-depth"]++;
    else this.#link(ETHERNET_LAYER, frame, end, wireEnd);
  }

  #ethertype(ethertype: number, start: number, end: number, wireEnd: number): void {
    const bytes = this.#packet.bytes;
    let type = ethertype;
    let at = start;
    // IEEE 802.1Q and 802.1ad: tags stack in front of the type they carry, as many as the frame has room for.
    while (isVlanTag(type)) {
      if (at + 4 > end) {
        this.undecoded["frame-truncated"]++;
        return;
      }
      if (this.#areVlansApart) this.#enter(vlanNetwork(bytes, at));
      type = readUint16(bytes, at + 2);
      at += 4;
    }
    if (type === 0x0800 || type === 0x86dd) this.#ip(at, end, wireEnd);
    else if (type === MPLS || type === MPLS_UPSTREAM) this.#mpls(at, end, wireEnd);
    else if (type === PPPOE_SESSION) this.#pppoe(at, end, wireEnd);
    else if (type === SERVICE_HEADER) {
      this.#tunnel.openServiceHeader(bytes, at, end);
      this.#inside(end, wireEnd);
    } else if (type <= LARGEST_LENGTH) this.#llc(at, end, wireEnd);
    else this.#wrapped(type, at, end, wireEnd);
  }

  #wrapped(ethertype: number, start: number, end: number, wireEnd: number): void {
    const wrapper = ETHERNET_WRAPPERS.get(ethertype);
    const inner = wrapper === undefined ? end : start + wrapper.length(this.#packet.bytes, start);
    if (wrapper === undefined || inner >= end) this.#unread("ethertype-not-ip", ethertype);
    else if (this.#depth++ === MAX_TUNNELS) this.undecoded["tunnel-depth"]++;
    else this.#carried(wrapper.carries, readUint16(this.#packet.bytes, inner - 2), inner, end, wireEnd);
  }

  /** IEEE 802.2: what a length, IEEE 802.3 §3.2.6, stands in front of. RFC 1042 names the type behind it; 6 is IP alone. */
  #llc(start: number, end: number, wireEnd: number): void {
    const bytes = this.#packet.bytes;
    const named = start + 3 <= end && bytes[start] === bytes[start + 1] && bytes[start + 2] === 0x03 ? bytes[start] : 0;
    const type = named === 0xaa && start + 8 <= end ? readUint16(bytes, start + 6) : 0;
    // A length may stand behind a tag, and behind it the same again: what nobody counts would end with the stack.
    if (isVlanTag(type) && this.#depth++ === MAX_TUNNELS) this.undecoded["tunnel-depth"]++;
    else if (type > LARGEST_LENGTH) this.#ethertype(type, start + 8, end, wireEnd);
    else if (named === 0x06) this.#ip(start + 3, end, wireEnd);
    else this.#unread("ethertype-not-ip");
  }

  #wlan(start: number, end: number, wireEnd: number): void {
    const packet = this.#packet;
    const { bytes, network } = packet;
    const depth = this.#depth;
    const reason = forEachWlanPacket(bytes, start, end, (at, stop) => {
      // The one before it may have changed them.
      packet.bytes = bytes;
      packet.network = network;
      this.#depth = depth;
      this.#llc(at, Math.min(end, stop), Math.min(wireEnd, stop));
    });
    if (reason !== undefined) this.#unread(reason);
  }

  #unread(reason: UndecodedReason, ethertype = 0): void {
    this.left.ethertype = ethertype;
    this.undecoded[reason]++;
  }

  /** What follows the labels has no type: its bytes decide. */
  #mpls(start: number, end: number, wireEnd: number): void {
    const bytes = this.#packet.bytes;
    const bottom = bottomLabel(bytes, start, end);
    if (bottom < 0) {
      this.undecoded[bottom === TOO_MANY_LABELS ? "mpls-depth" : "frame-truncated"]++;
      return;
    }
    if (this.#isApart) this.#enter(labelNetwork(bytes, start, bottom));
    this.#ipOrFrame(bottom + 4, pseudowireFrame(bytes, bottom + 4, end, wireEnd), end, wireEnd);
  }

  /** RFC 2516 §4: version and type, code, session, length. */
  #pppoe(start: number, end: number, wireEnd: number): void {
    if (this.#isApart && start + 4 <= end) this.#enter(pppoeNetwork(this.#packet.bytes, start + 2));
    this.#ppp(start + 6, end, wireEnd);
  }

  /** RFC 1661 §2; RFC 1662 §3.1: address and control may stand before the protocol; RFC 1661 §6.5: an odd first byte is all of it. */
  #ppp(start: number, end: number, wireEnd: number): void {
    const bytes = this.#packet.bytes;
    let at = start;
    if (at + 2 <= end && bytes[at] === 0xff && bytes[at + 1] === 0x03) at += 2;
    if (at + 2 > end) {
      this.undecoded["frame-truncated"]++;
      return;
    }
    const isCompressed = (bytes[at] & 1) !== 0;
    const protocol = isCompressed ? bytes[at] : readUint16(bytes, at);
    at += isCompressed ? 1 : 2;
    const carries = PPP_CARRIES.get(protocol);
    if (carries === "ip") this.#ip(at, end, wireEnd);
    else if (carries === "mpls") this.#mpls(at, end, wireEnd);
    else this.undecoded["ppp-protocol-not-ip"]++;
  }

  #ip(start: number, end: number, wireEnd: number): void {
    const version = this.#packet.bytes[start] >> 4;
    if (start >= end) this.undecoded["frame-truncated"]++;
    else if (version === 4) this.#ipv4(start, end, wireEnd);
    else if (version === 6) this.#ipv6(start, end, wireEnd);
    else this.undecoded["ip-version-unknown"]++;
  }

  /** RFC 791 §3.1. */
  #ipv4(start: number, end: number, wireEnd: number): void {
    const packet = this.#packet;
    const bytes = packet.bytes;
    if (start + 20 > end) {
      this.undecoded["frame-truncated"]++;
      return;
    }
    const headerLength = (bytes[start] & 0x0f) * 4;
    // Segmentation offload hands frames of over 64 KiB to the capture with a total length of 0.
    const totalLength = readUint16(bytes, start + 2) || wireEnd - start;
    if (headerLength < 20 || totalLength < headerLength) {
      this.undecoded["ip-header-invalid"]++;
      return;
    }
    takeIpv4Addresses(packet, bytes, start);
    const payload = start + headerLength;
    const payloadWireEnd = start + totalLength;
    const payloadEnd = Math.min(end, payloadWireEnd);
    const protocol = bytes[start + 9];
    const fragment = readUint16(bytes, start + 6) & 0x3fff;
    if (fragment === 0) this.#transport(protocol, payload, payloadEnd, payloadWireEnd);
    else {
      const more = (fragment & 0x2000) !== 0;
      const offset = (fragment & 0x1fff) * 8;
      const identification = readUint16(bytes, start + 4);
      this.#fragment(protocol, identification, offset, more, payload, payloadEnd, payloadWireEnd, "first-wins");
    }
  }

  /** RFC 8200 §3 and §4. */
  #ipv6(start: number, end: number, wireEnd: number): void {
    const packet = this.#packet;
    const bytes = packet.bytes;
    if (start + 40 > end) {
      this.undecoded["frame-truncated"]++;
      return;
    }
    takeIpv6Addresses(packet, bytes, start);
    // Super-packets of segmentation offload carry length 0 as well, and no option.
    const payloadLength = readUint16(bytes, start + 4) || jumboLength(bytes, start, end);
    const payloadWireEnd = payloadLength === 0 ? wireEnd : start + 40 + payloadLength;
    this.#extensions(bytes[start + 6], start + 40, Math.min(end, payloadWireEnd), payloadWireEnd);
  }

  #extensions(first: number, start: number, end: number, wireEnd: number): void {
    const bytes = this.#packet.bytes;
    let next = first;
    let at = start;
    for (let count = 0; next !== TCP; count++) {
      const isFragment = next === FRAGMENT_HEADER;
      if (!isFragment && !isSkippable(next)) {
        this.#notTcp(next, at, end, wireEnd);
        return;
      }
      if (count === MAX_IPV6_EXTENSIONS || at + 8 > end) {
        this.undecoded[count === MAX_IPV6_EXTENSIONS ? "ipv6-extension-limit" : "frame-truncated"]++;
        return;
      }
      const following = bytes[at];
      if (isFragment) {
        const offsetAndMore = readUint16(bytes, at + 2);
        // RFC 6946: an atomic fragment is a whole datagram.
        if ((offsetAndMore & 0xfff9) !== 0) {
          const more = (offsetAndMore & 1) !== 0;
          const identification = readInt32(bytes, at + 4);
          this.#fragment(following, identification, offsetAndMore & 0xfff8, more, at + 8, end, wireEnd, "discard");
          return;
        }
        at += 8;
      } else {
        at += extensionBytes(next, bytes[at + 1]);
      }
      next = following;
    }
    this.#transport(TCP, at, end, wireEnd);
  }

  #fragment(
    protocol: number,
    identification: number,
    offset: number,
    more: boolean,
    start: number,
    end: number,
    wireEnd: number,
    overlap: "first-wins" | "discard",
  ): void {
    this.counters.ip_fragments++;
    if (end < wireEnd || start > end) {
      this.undecoded["frame-truncated"]++;
      return;
    }
    const packet = this.#packet;
    const whole = this.#fragments.add(packet, protocol, identification, offset, more, start, end, overlap);
    if (whole === undefined) return;
    packet.bytes = whole.bytes;
    if (isSkippable(whole.protocol)) this.#extensions(whole.protocol, 0, whole.bytes.length, whole.bytes.length);
    else this.#transport(whole.protocol, 0, whole.bytes.length, whole.bytes.length);
  }

  /** Another packet may be inside: its addresses take the place of those that only carried it. */
  #notTcp(protocol: number, start: number, end: number, wireEnd: number): void {
    const packet = this.#packet;
    const { bytes } = packet;
    if (!this.#tunnel.open(protocol, bytes, start, end)) {
      this.left.protocol = protocol;
      this.left.bytes = bytes;
      this.left.start = start;
      this.left.end = end;
      this.undecoded["ip-protocol-not-tcp"]++;
      if (protocol === UDP && start + UDP_HEADER < end)
        this.#datagrams?.datagram(asDatagram(packet, start, end, wireEnd));
      return;
    }
    this.#inside(end, wireEnd);
  }

  #inside(end: number, wireEnd: number): void {
    const tunnel = this.#tunnel;
    if (this.#depth++ === MAX_TUNNELS) {
      this.undecoded["tunnel-depth"]++;
      return;
    }
    this.tunneled[tunnel.name]++;
    if (this.#isApart) this.#enter(betweenEnds(tunnel.network, this.#packet));
    if (this.#areVlansApart) this.#enter(tunnel.vlan);
    this.#carried(tunnel.carries, tunnel.ethertype, tunnel.start, end, wireEnd);
  }

  #enter(network: number): void {
    if (network !== 0) this.#packet.network = within(this.#packet.network, network);
  }

  #transport(protocol: number, start: number, end: number, wireEnd: number): void {
    if (protocol !== TCP) {
      if (protocol === AUTHENTICATION_HEADER) this.#extensions(protocol, start, end, wireEnd);
      else this.#notTcp(protocol, start, end, wireEnd);
      return;
    }
    const packet = this.#packet;
    const fault = takeTcp(packet, packet.bytes, start, end, wireEnd);
    if (fault !== undefined) {
      this.undecoded[fault]++;
      return;
    }
    this.counters.tcp_segments++;
    this.#sink.packet(packet);
  }
}
