import { isIPv6 } from "node:net";
import { ACK, FIN, RST, SYN } from "../../sensor/decode/packet.js";

export interface SegmentFields {
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  readonly payload: Buffer;
}

/** Ethernet II; each VLAN tag is a pair of EtherType and identifier, outermost first. */
export function ethernet(type: number, payload: Buffer, vlans: readonly (readonly [number, number])[] = []): Buffer {
  const header = Buffer.alloc(12 + vlans.length * 4 + 2);
  header.write("020000000001020000000002", "hex");
  vlans.forEach(([tag, id], index) => {
    header.writeUInt16BE(tag, 12 + index * 4);
    header.writeUInt16BE(id, 14 + index * 4);
  });
  header.writeUInt16BE(type, 12 + vlans.length * 4);
  return Buffer.concat([header, payload]);
}

export interface Ipv4Options {
  readonly identification?: number;
  readonly options?: Buffer;
  /** Fragment offset in bytes, a multiple of 8. */
  readonly offset?: number;
  readonly more?: boolean;
  readonly totalLength?: number;
}

export function ipv4(from: string, to: string, protocol: number, payload: Buffer, fields: Ipv4Options = {}): Buffer {
  const options = fields.options ?? Buffer.alloc(0);
  const header = Buffer.alloc(20);
  header[0] = 0x40 | (5 + options.length / 4);
  const totalLength = fields.totalLength ?? 20 + options.length + payload.length;
  header.writeUInt16BE(totalLength > 0xffff ? 0 : totalLength, 2);
  header.writeUInt16BE(fields.identification ?? 0, 4);
  header.writeUInt16BE((fields.more ? 0x2000 : 0) | ((fields.offset ?? 0) / 8), 6);
  header[8] = 64;
  header[9] = protocol;
  addressBytes(from).copy(header, 12);
  addressBytes(to).copy(header, 16);
  return Buffer.concat([header, options, payload]);
}

/** `extensions` are whole headers in order, each with the type it is announced by. */
export function ipv6(
  from: string,
  to: string,
  protocol: number,
  payload: Buffer,
  extensions: readonly (readonly [number, Buffer])[] = [],
): Buffer {
  const chain = extensions.map(([, bytes], index) => {
    const copy = Buffer.from(bytes);
    copy[0] = extensions[index + 1]?.[0] ?? protocol;
    return copy;
  });
  const body = Buffer.concat([...chain, payload]);
  const header = Buffer.alloc(40);
  header[0] = 0x60;
  header.writeUInt16BE(body.length > 0xffff ? 0 : body.length, 4);
  header[6] = extensions[0]?.[0] ?? protocol;
  header[7] = 64;
  addressBytes(from).copy(header, 8);
  addressBytes(to).copy(header, 24);
  return Buffer.concat([header, body]);
}

/** A TCP header with the timestamp option every modern stack sends; the checksum is left wrong, as offloading leaves it. */
export function tcp(fields: SegmentFields): Buffer {
  const header = Buffer.alloc(32);
  header.writeUInt16BE(fields.fromPort, 0);
  header.writeUInt16BE(fields.toPort, 2);
  header.writeUInt32BE(fields.sequence >>> 0, 4);
  header.writeUInt32BE(fields.acknowledgment >>> 0, 8);
  header[12] = 8 << 4;
  header[13] = fields.flags;
  header.writeUInt16BE(0xffff, 14);
  header.write("0101080a0000000100000001", 20, "hex");
  return Buffer.concat([header, fields.payload]);
}

export function tcpFrame(fields: SegmentFields): Buffer {
  return isIPv6(fields.from)
    ? ethernet(0x86dd, ipv6(fields.from, fields.to, 6, tcp(fields)))
    : ethernet(0x0800, ipv4(fields.from, fields.to, 6, tcp(fields)));
}

/** Network-order bytes of an address in text. */
export function addressBytes(text: string): Buffer {
  if (!isIPv6(text)) return Buffer.from(text.split(".").map(Number));
  const [head, tail] = text.split("::");
  const groups = (part: string | undefined) => (part ? part.split(":").map((group) => Number.parseInt(group, 16)) : []);
  const before = groups(head);
  const after = groups(tail);
  const bytes = Buffer.alloc(16);
  for (const [index, group] of before.entries()) bytes.writeUInt16BE(group, index * 2);
  for (const [index, group] of after.entries()) bytes.writeUInt16BE(group, 16 - (after.length - index) * 2);
  return bytes;
}

export interface DialogOptions {
  readonly client?: string;
  readonly clientPort?: number;
  readonly server?: string;
  readonly serverPort?: number;
  readonly clientSequence?: number;
  readonly serverSequence?: number;
  readonly segmentBytes?: number;
}

/** A TCP connection that writes its own frames, in order and acknowledged; `emit` takes each. */
export class TcpDialog {
  readonly #options: Required<DialogOptions>;
  readonly #emit: (frame: Buffer) => void;
  #clientNext: number;
  #serverNext: number;

  constructor(options: DialogOptions, emit: (frame: Buffer) => void) {
    this.#options = {
      client: "10.0.0.1",
      clientPort: 40000,
      server: "10.0.0.2",
      serverPort: 8080,
      clientSequence: 1000,
      serverSequence: 9000,
      segmentBytes: 1448,
      ...options,
    };
    this.#emit = emit;
    this.#clientNext = this.#options.clientSequence;
    this.#serverNext = this.#options.serverSequence;
  }

  open(): this {
    this.#send("client", SYN);
    this.#clientNext++;
    this.#send("server", SYN | ACK);
    this.#serverNext++;
    this.#send("client", ACK);
    return this;
  }

  /** Sends data in segments, with an acknowledgment from the other end after every second one and at the end. */
  send(from: "client" | "server", data: string | Buffer, acknowledge: "acknowledge" | "silent" = "acknowledge"): this {
    const bytes = typeof data === "string" ? Buffer.from(data, "latin1") : data;
    const size = this.#options.segmentBytes;
    for (let at = 0, count = 1; at < bytes.length; at += size, count++) {
      const payload = bytes.subarray(at, at + size);
      this.#send(from, ACK | 0x08, payload);
      if (from === "client") this.#clientNext += payload.length;
      else this.#serverNext += payload.length;
      const isLast = at + size >= bytes.length;
      if (acknowledge === "acknowledge" && (isLast || count % 2 === 0)) this.#send(otherSide(from), ACK);
    }
    return this;
  }

  close(first: "client" | "server" = "client"): this {
    this.#finish(first);
    this.#finish(otherSide(first));
    this.#send(first, ACK);
    return this;
  }

  reset(from: "client" | "server"): this {
    this.#send(from, RST | ACK);
    return this;
  }

  #finish(from: "client" | "server"): void {
    this.#send(from, FIN | ACK);
    if (from === "client") this.#clientNext++;
    else this.#serverNext++;
  }

  #send(from: "client" | "server", flags: number, payload: Buffer = Buffer.alloc(0)): void {
    const { client, clientPort, server, serverPort } = this.#options;
    const isClient = from === "client";
    this.#emit(
      tcpFrame({
        from: isClient ? client : server,
        to: isClient ? server : client,
        fromPort: isClient ? clientPort : serverPort,
        toPort: isClient ? serverPort : clientPort,
        sequence: isClient ? this.#clientNext : this.#serverNext,
        acknowledgment: (flags & ACK) === 0 ? 0 : isClient ? this.#serverNext : this.#clientNext,
        flags,
        payload,
      }),
    );
  }
}

function otherSide(side: "client" | "server"): "client" | "server" {
  return side === "client" ? "server" : "client";
}

/** A single packet of a `TcpDialog` as it is by default; an ACK where no flags are given. */
export function packetOf(
  from: "client" | "server",
  sequence: number,
  payload: string,
  flags = 0x10,
  acknowledgment = 0,
): Buffer {
  const isClient = from === "client";
  return tcpFrame({
    from: isClient ? "10.0.0.1" : "10.0.0.2",
    to: isClient ? "10.0.0.2" : "10.0.0.1",
    fromPort: isClient ? 40000 : 8080,
    toPort: isClient ? 8080 : 40000,
    sequence,
    acknowledgment,
    flags,
    payload: Buffer.from(payload, "latin1"),
  });
}
