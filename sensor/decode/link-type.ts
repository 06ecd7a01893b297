/** Where a link layer's header ends and where in it the EtherType stands. */
export interface LinkLayer {
  readonly headerLength: number;
  /** Offset of the 16-bit EtherType; negative where the header has none and the IP version nibble decides. */
  readonly typeOffset: number;
}

/** Link types by LINKTYPE_ value (tcpdump.org/linktypes.html). DLT_RAW differs by platform: 12 and 14 are written too. */
export const LINK_TYPES: ReadonlyMap<number, LinkLayer> = new Map([
  [0, { headerLength: 4, typeOffset: -1 }], // BSD loopback, host byte order
  [1, { headerLength: 14, typeOffset: 12 }], // Ethernet
  [12, { headerLength: 0, typeOffset: -1 }], // raw IP
  [14, { headerLength: 0, typeOffset: -1 }], // raw IP
  [101, { headerLength: 0, typeOffset: -1 }], // raw IP
  [108, { headerLength: 4, typeOffset: -1 }], // OpenBSD loopback, network byte order
  [113, { headerLength: 16, typeOffset: 14 }], // Linux cooked v1
  [228, { headerLength: 0, typeOffset: -1 }], // raw IPv4
  [229, { headerLength: 0, typeOffset: -1 }], // raw IPv6
  [276, { headerLength: 20, typeOffset: 0 }], // Linux cooked v2
]);

/** 802.1Q, 802.1ad and the two values used before it was standardised. */
export function isVlanTag(ethertype: number): boolean {
  return ethertype === 0x8100 || ethertype === 0x88a8 || ethertype === 0x9100 || ethertype === 0x9200;
}
