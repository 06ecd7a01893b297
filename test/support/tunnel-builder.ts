import { ethernet, ipv4, ipv6 } from "./frame-builder.js";

/** A UDP datagram (RFC 768); the checksum is left out, as overlays do. */
export function udp(fromPort: number, toPort: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(fromPort, 0);
  header.writeUInt16BE(toPort, 2);
  header.writeUInt16BE(8 + payload.length, 4);
  return Buffer.concat([header, payload]);
}

/** A frame between two tunnel ends that carries a payload of that IP protocol. */
export function outer(protocol: number, payload: Buffer): Buffer {
  return ethernet(0x0800, ipv4("192.0.2.1", "192.0.2.2", protocol, payload));
}

export function outer6(protocol: number, payload: Buffer): Buffer {
  return ethernet(0x86dd, ipv6("2001:db8::1", "2001:db8::2", protocol, payload));
}

export function outerUdp(port: number, ...payload: Buffer[]): Buffer {
  return outer(17, udp(49_152, port, Buffer.concat(payload)));
}

export function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(" ", ""), "hex");
}

/** VXLAN's header (RFC 7348 §5) in front of an Ethernet frame. */
export function vxlan(network: number, frame: Buffer, port = 4789): Buffer {
  const header = Buffer.from("0800000000000000", "hex");
  header.writeUIntBE(network, 4, 3);
  return outerUdp(port, header, frame);
}
