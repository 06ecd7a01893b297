import type { Captured, Segment } from "./pcap.js";

/** One TLS record: its outer type and the length in its header. */
export interface TlsRecord {
  readonly from: "client" | "server";
  readonly type: number;
  readonly length: number;
  readonly bytes: Buffer;
}

/** Both directions of every connection, in order of time, from a capture that lost nothing. */
export function readConnections(packets: readonly Captured[]): ReadonlyMap<string, TlsRecord[]> {
  const connections = new Map<string, Connection>();
  for (const { tcp } of packets) {
    if (tcp === undefined) continue;
    const fromClient = tcp.fromPort > tcp.toPort;
    const key = fromClient ? keyOf(tcp.from, tcp.fromPort, tcp.toPort) : keyOf(tcp.to, tcp.toPort, tcp.fromPort);
    if (tcp.syn && !tcp.ack) connections.set(key, new Connection());
    connections.get(key)?.take(fromClient ? "client" : "server", tcp);
  }
  return new Map([...connections].map(([key, { records }]) => [key, records]));
}

export function keyOf(address: string, clientPort: number, serverPort: number): string {
  return `${address}:${clientPort}>${serverPort}`;
}

class Connection {
  readonly records: TlsRecord[] = [];
  readonly #sides = { client: new Side(), server: new Side() };

  take(from: "client" | "server", segment: Segment): void {
    for (const bytes of this.#sides[from].take(segment))
      this.records.push({ from, type: bytes[0], length: bytes.length - 5, bytes });
  }
}

class Side {
  #next: number | undefined;
  #rest = Buffer.alloc(0);

  *take({ sequence, syn, payload }: Segment): Generator<Buffer> {
    if (syn) this.#next = (sequence + 1) >>> 0;
    if (payload.length === 0 || this.#next === undefined) return;
    const behind = (this.#next - sequence) >>> 0;
    // A veth pair neither loses nor reorders; what is left is the kernel sending a segment again.
    if (behind >= payload.length) return;
    this.#rest = Buffer.concat([this.#rest, payload.subarray(behind)]);
    this.#next = (sequence + payload.length) >>> 0;
    while (this.#rest.length >= 5 && this.#rest.length >= 5 + this.#rest.readUInt16BE(3)) {
      const length = 5 + this.#rest.readUInt16BE(3);
      yield this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
    }
  }
}
