/** The end of a connection that opened it, and the end that was listening. */
export type Side = "client" | "server";

/**
 * `fin` both sides closed · `reset` RST seen · `idle` no packet within the idle time · `reused` a new handshake took the
 * ports · `end` the capture ended.
 */
export type CloseReason = "fin" | "reset" | "idle" | "reused" | "end";

/** Sequence numbers, unsigned, of each end's first byte and the one after its last; left out where nothing of it was seen. */
export interface FlowSequences {
  readonly clientFirst?: number;
  readonly clientNext?: number;
  readonly serverFirst?: number;
  readonly serverNext?: number;
}

/** One TCP connection as seen from the wire. */
export interface Flow {
  /** 16 hexadecimal digits from addresses, ports and the first packet's time: the same over runs of the same packets. */
  readonly id: string;
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serverAddress: string;
  readonly serverPort: number;
  /** Whose addresses these are, as `vxlan 5001`; undefined where it was seen outside of any, or is of one that is this host's own. */
  readonly virtualNetwork: string | undefined;
  readonly firstMicros: number;
  /** How the roles were told: SYN seen, else from the bytes (a request is sent by the client), else by the lower port. */
  readonly rolesFrom: "handshake" | "bytes" | "ports";
  /** Both directions have been seen; without it an answer that never came only means that it could not be seen. */
  readonly twoSided: boolean;
  /** As of now; looked at seldom. */
  sequences(): FlowSequences;
  /** For the inventory to keep what it looked up once for this flow; nobody else reads it. */
  memo: object | undefined;
}

/**
 * Ordered bytes of both sides of one flow. Every byte is handed over once and in order; bytes that were lost are announced by
 * their number. `bytes` is borrowed for the length of the call.
 */
export interface Stream {
  data(from: Side, bytes: Buffer, start: number, end: number, atMicros: number): void;
  /** `length` bytes of this side were never seen (at least 1). */
  gap(from: Side, length: number, atMicros: number): void;
  /** One side has sent its last byte (FIN); the other may go on. */
  finished(from: Side, atMicros: number): void;
  /** Called now and then while the flow lasts: what is only counted may be told. */
  tell?(atMicros: number): void;
  /** The last call for this flow. */
  close(reason: CloseReason, atMicros: number): void;
}

/** Makes the stream of a new flow. */
export interface StreamSource {
  open(flow: Flow, roles: Roles): Stream;
}

/** Lets a protocol that knows better correct who is client; refused (false) where the handshake was seen. */
export interface Roles {
  reverse(): boolean;
}

/** Counts what a connection over UDP carries, which nobody reads. */
export interface DatagramStream {
  data(bytes: number): void;
}

/** Knows connections over UDP by their first datagram. */
export interface DatagramSource {
  begins(bytes: Buffer, start: number, end: number): boolean;
  /** Whether nobody sends such a datagram before an answer came. */
  isAnswered(bytes: Buffer, start: number): boolean;
  openDatagrams(flow: Flow): DatagramStream;
}
