import { readUint16 } from "../bytes/network-order.js";

/** A header between Ethernet and what it carries: a whole frame, or what its last two bytes, an EtherType, name. */
export interface EthernetWrapper {
  readonly carries: "ethernet" | "ethertype";
  /** Bytes behind its own EtherType. */
  readonly length: (bytes: Buffer, at: number) => number;
}

/** Behind VLAN tags or in their place, in fabrics, backbones and between switches and what extends them (IANA, IEEE 802 numbers). */
export const ETHERNET_WRAPPERS: ReadonlyMap<number, EthernetWrapper> = new Map<number, EthernetWrapper>([
  // RFC 6325 §3: hop count and options' length, in words, then the names of two bridges.
  [0x22f3, { carries: "ethernet", length: (bytes, at) => 6 + ((readUint16(bytes, at) >> 6) & 0x1f) * 4 }],
  // IEEE 802.1ah §9.7: the service's tag.
  [0x88e7, { carries: "ethernet", length: () => 4 }],
  // FabricPath: tree and time to live.
  [0x8903, { carries: "ethernet", length: () => 2 }],
  // VN-Tag, and IEEE 802.1BR §7.5, which came after it.
  [0x8926, { carries: "ethertype", length: () => 6 }],
  [0x893f, { carries: "ethertype", length: () => 8 }],
]);
