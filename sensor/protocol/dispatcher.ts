import type { DatagramSource, DatagramStream, Flow, Roles, Stream, StreamSource } from "../flow/stream.js";
import { DispatchedStream } from "./dispatched-stream.js";
import type { MessageSink, VisibilitySink } from "./message.js";
import type { Protocol } from "./protocol.js";
import { isQuicLongHeader } from "./quic/quic-header.js";
import { type ProtocolSettings, protocols } from "./registry.js";

export interface DispatcherSettings extends ProtocolSettings {
  /** First bytes of one side kept back until a protocol knows them. */
  readonly maxHeldBytesPerSide: number;
  /** What an exception that is no ProtocolError, and so our own fault, does. */
  readonly faults: "throw" | "survive";
}

/** Finds out what each flow speaks and hands its bytes to that protocol's parser. */
export class Dispatcher implements StreamSource, DatagramSource {
  readonly counters = {
    flows_recognised: 0,
    flows_unrecognised: 0,
    /** Flows whose protocol is known by name and not read. */
    flows_foreign: 0,
    /** Flows given up because a parser could not go on. */
    flows_broken: 0,
    /** Faults of our own that were survived. */
    parser_faults: 0,
  };
  readonly settings: DispatcherSettings;
  readonly sink: MessageSink;
  readonly ledger: VisibilitySink | undefined;
  readonly protocols: readonly Protocol[];

  /** `ledger` is told what became of each byte. */
  constructor(settings: DispatcherSettings, sink: MessageSink, ledger?: VisibilitySink) {
    this.settings = settings;
    this.sink = sink;
    this.ledger = ledger;
    this.protocols = protocols(settings);
  }

  open(flow: Flow, roles: Roles): Stream {
    return new DispatchedStream(this, flow, roles, undefined, true, undefined);
  }

  begins(bytes: Buffer, start: number, end: number): boolean {
    return isQuicLongHeader(bytes, start, end);
  }

  /** RFC 9001 §5.7: what a short header stands before needs the keys of a handshake. */
  isAnswered(bytes: Buffer, start: number): boolean {
    return (bytes[start] & 0x80) === 0;
  }

  /** All of QUIC is encrypted, its handshake by keys that anybody could make (RFC 9001 §5.2) and nobody here does: named, not read. */
  openDatagrams(flow: Flow): DatagramStream {
    this.counters.flows_foreign++;
    const spoken = { protocol: "quic", isCleartext: false };
    this.sink.message({ kind: "connection", flow, atMicros: flow.firstMicros, ...spoken });
    return { data: (bytes) => this.ledger?.bytes(flow, "not-understood", bytes, spoken.protocol) };
  }
}
