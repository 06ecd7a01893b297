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
  return new Map([...followAll(packets)].map(([key, { records }]) => [key, records]));
}

function followAll(packets: readonly Captured[]): ReadonlyMap<string, Connection> {
  const connections = new Map<string, Connection>();
  for (const { tcp } of packets) {
    if (tcp === undefined) continue;
    const fromClient = tcp.fromPort > tcp.toPort;
    const key = fromClient ? keyOf(tcp.from, tcp.fromPort, tcp.toPort) : keyOf(tcp.to, tcp.toPort, tcp.fromPort);
    if (tcp.syn && !tcp.ack) connections.set(key, new Connection());
    connections.get(key)?.take(fromClient ? "client" : "server", tcp);
  }
  return connections;
}

/** Connections of which the capture lost nothing: seen from their first packet to their last, without a hole on either side. */
export function findWhole(packets: readonly Captured[]): ReadonlySet<string> {
  const connections = followAll(packets);
  return new Set([...connections].flatMap(([key, { isWhole }]) => (isWhole ? [key] : [])));
}

export function keyOf(address: string, clientPort: number, serverPort: number): string {
  return `${address}:${clientPort}>${serverPort}`;
}

class Connection {
  readonly records: TlsRecord[] = [];
  #hasEnded = false;
  readonly #sides = { client: new Side(), server: new Side() };

  get isWhole(): boolean {
    return this.#hasEnded && this.#sides.client.isWhole && this.#sides.server.isWhole;
  }

  take(from: "client" | "server", segment: Segment): void {
    this.#hasEnded ||= segment.end;
    if (segment.ack) this.#sides[from === "client" ? "server" : "client"].acknowledge(segment.acknowledged);
    for (const bytes of this.#sides[from].take(segment))
      this.records.push({ from, type: bytes[0], length: bytes.length - 5, bytes });
  }
}

/** RFC 9293 §3.4: sequence numbers further behind than this are ahead. */
const HALF_THE_NUMBERS = 2 ** 31;

class Side {
  #next: number | undefined;
  #rest = Buffer.alloc(0);
  #hasHole = false;

  get isWhole(): boolean {
    return this.#next !== undefined && !this.#hasHole;
  }

  /** What the other side has received and the capture has not is a hole; a FIN counts as one byte. */
  acknowledge(acknowledged: number): void {
    if (this.#next === undefined) return;
    const ahead = (acknowledged - this.#next) >>> 0;
    if (ahead > 1 && ahead < HALF_THE_NUMBERS) this.#hasHole = true;
  }

  *take({ sequence, syn, payload }: Segment): Generator<Buffer> {
    if (syn) this.#next = (sequence + 1) >>> 0;
    if (payload.length === 0 || this.#next === undefined) return;
    const behind = (this.#next - sequence) >>> 0;
    // A veth pair neither loses nor reorders; what is left is the kernel sending a segment again.
    if (behind >= payload.length) {
      this.#hasHole ||= behind >= HALF_THE_NUMBERS;
      return;
    }
    this.#rest = Buffer.concat([this.#rest, payload.subarray(behind)]);
    this.#next = (sequence + payload.length) >>> 0;
    while (this.#rest.length >= 5 && this.#rest.length >= 5 + this.#rest.readUInt16BE(3)) {
      const length = 5 + this.#rest.readUInt16BE(3);
      yield this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
    }
  }
}
