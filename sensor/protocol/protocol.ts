import type { Flow, Side, Stream } from "../flow/stream.js";
import type { AnomalyName } from "./anomaly-name.js";
import type { ForeignProtocol } from "./foreign/foreign-protocol.js";
import type { Call, MessageSink } from "./message.js";

/** `reverse`: mine, but sent by the other role than the flow believes. `more`: not enough bytes to say. */
export type Recognition = "match" | "reverse" | "no" | "more";

/** What one protocol's bytes are handed to. */
export interface HandedStream extends Stream {
  /** Nothing that comes is looked at any more: it need not be handed over. */
  readonly isDeaf: boolean;
  /** Bytes of this side may have been lost, nobody knows how many: who carries it lost its own way. */
  doubt(from: Side, atMicros: number): void;
}

/** A protocol's stream. */
export interface ProtocolStream extends Stream {
  /** As a HandedStream's; without it such a stream is given up. */
  doubt?(from: Side, atMicros: number): void;
}

export interface ProtocolContext {
  readonly flow: Flow;
  readonly sink: MessageSink;
  /**
   * A fresh stream that recognises its protocol anew, for what follows Upgrade or CONNECT. `begun` is a call that goes on in it: told by
   * whoever takes it, else when the stream ends. Where it says itself what it goes on as, nothing needs to be recognised.
   */
  handOver(begun?: Call): HandedStream;
  /** What was taken for the protocol's turned out to be another's: the stream is called no more. */
  disown(spoken: ForeignProtocol, atMicros: number): void;
  /** So many of the bytes given were let go without being understood: what a protocol searches through after a loss. */
  passOver(bytes: number): void;
  /** The call that was under way when the stream was handed over. */
  takeBegun(): Call | undefined;
}

/** One protocol: recognised by its bytes on any port. `registry.ts` lists them all. */
export interface Protocol {
  readonly name: string;
  /** Of all its streams together, under names of their own. */
  readonly counters?: Readonly<Record<string, number>>;
  /** What it carries can be read by whoever is on the path. */
  readonly isCleartext?: true;
  /** What it carries can't be read: its bytes count as encrypted. */
  readonly isEncrypted?: true;
  /** What it carries and nobody knows is an application's own: its bytes count as this protocol's. */
  readonly ownsContent?: true;
  /** Only comes before another protocol, which the connection is told as. */
  readonly isPreamble?: true;
  /** Looks at the first bytes of one side; called again with all bytes so far after `more`. Cheap: called for every flow. */
  recognise(from: Side, bytes: Buffer, start: number, end: number): Recognition;
  /** Whether bytes it knows may be another's, which only the answer tells: until then the connection is not told as its. */
  isDoubtful?(from: Side, bytes: Buffer, start: number, end: number): boolean;
  /**
   * Whether these bytes begin it in the middle of a connection that spoke something unknown before (STARTTLS and its like). Must be
   * surer than `recognise`: it is asked about every piece. Protocols without it only stand at the beginning.
   */
  beginsLate?(from: Side, bytes: Buffer, start: number, end: number): boolean;
  /** Whether such a call goes on in it, by what both sides agreed on. */
  continues?(begun: Call): boolean;
  open(context: ProtocolContext): ProtocolStream;
  /** Under overload: bodies of responses that begin from now on are not looked at. */
  spareResponseBodies?(isSparing: boolean): void;
}

/** Traffic after which a parser cannot go on. Only parsers throw it, only the dispatcher catches it. */
export class ProtocolError extends Error {
  readonly anomaly: AnomalyName;
  readonly from: Side;

  constructor(anomaly: AnomalyName, from: Side, detail?: string) {
    super(detail ?? anomaly);
    this.name = "ProtocolError";
    this.anomaly = anomaly;
    this.from = from;
  }
}
