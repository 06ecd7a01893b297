import type { Side } from "../../flow/stream.js";
import type { ContentLook, Found } from "../body/body-look.js";
import type { BodyProbe, ProbeHolder } from "../body/body-probe.js";
import { isEmptyMessage } from "../body/empty-message.js";
import type { FlowBodies } from "../body/flow-bodies.js";
import { hasFramedMessages } from "../grpc/framed-type.js";
import { MessageWalk } from "../grpc/message-walk.js";
import { watchEvents } from "../http/event-walk.js";
import type { Exchange } from "../http/exchange.js";
import { noteProcedure } from "../http/rpc.js";
import type { HandedStream } from "../protocol.js";
import type { HeadReader } from "./head-reader.js";

/** One side's half of a stream. */
export class StreamHalf {
  /** Its head was read, or as much as was seen of it. */
  hasHead = false;
  /** END_STREAM was seen, or nothing more will come. */
  isDone = false;
  /** Content bytes so far, lost ones included. */
  size = 0;
  /** Frames of it may have been lost: its size can't be told. */
  isLost = false;
  /** Content-Length; undefined without one that is a number. */
  announced: number | undefined = undefined;
  messages: MessageWalk | undefined = undefined;
  /** Nobody said that messages are framed in the content: its type was not seen. */
  isGuess = false;
  /** Is shown the content; undefined where nobody looks at it. */
  look: ContentLook | undefined = undefined;

  /** For another stream. */
  reset(): void {
    this.hasHead = this.isDone = this.isLost = this.isGuess = false;
    this.size = 0;
    this.announced = undefined;
    this.messages = undefined;
    this.look = undefined;
  }

  /** `hasUnknown`: fields of the head were not seen. */
  begin(contentType: string | undefined, announced: number | undefined, hasUnknown: boolean): void {
    this.hasHead = true;
    // What was lost before the head was of others.
    this.isLost = false;
    this.announced = announced;
    this.isGuess = hasUnknown && contentType === undefined;
    if (this.isGuess || hasFramedMessages(contentType)) this.messages = new MessageWalk(contentType);
  }

  take(bytes: Buffer, start: number, end: number): void {
    this.size += end - start;
    this.look?.take(bytes, start, end);
    if (this.messages !== undefined) this.messages.take(bytes, start, end);
  }

  skip(length: number): void {
    this.size += length;
    this.look?.gap(length);
    this.messages?.skip(length);
  }

  /** What the content holds, as far as it came; undefined where nobody looked at it. */
  endLook(): Readonly<Found> | undefined {
    const look = this.look ?? this.messages?.look;
    this.look = undefined;
    return look?.end(this.isDone && !this.isLost ? "whole" : "cut");
  }

  /** Messages that were counted whole. */
  get counted(): MessageWalk | undefined {
    if (this.isGuess && !this.messages?.isExact) return undefined;
    return this.isLost || this.messages?.isLost ? undefined : this.messages;
  }
}

/** A stream of a connection (RFC 9113 §5) and the exchange on it. */
export class OpenStream implements ProbeHolder {
  id: number;
  exchange: Exchange;
  readonly client = new StreamHalf();
  readonly server = new StreamHalf();
  /** What the stream's content is handed to: it was made a tunnel. */
  tunnel: HandedStream | undefined = undefined;
  /** Answered without a request that was seen; it may still come. */
  isUnasked = false;
  /** Told already, or nothing that is told. */
  isSilent = false;
  /** Its neighbours in a `StreamIndex`. */
  sharing: OpenStream | undefined = undefined;
  older: OpenStream | undefined = undefined;
  newer: OpenStream | undefined = undefined;
  probe: BodyProbe | undefined = undefined;

  constructor(id: number, exchange: Exchange) {
    this.id = id;
    this.exchange = exchange;
  }

  /** Used again for another stream: there are many, one after the other. */
  reopen(id: number, exchange: Exchange): void {
    this.id = id;
    this.exchange = exchange;
    this.client.reset();
    this.server.reset();
    this.tunnel = undefined;
    this.isUnasked = false;
    this.isSilent = false;
  }

  /** The content of the head read last begins: it, or the messages that are framed in it, may be looked at. `isEmpty`: it has no byte. */
  beginLook(from: Side, heads: HeadReader, bodies: FlowBodies, atMicros: number, isEmpty: boolean): void {
    const { exchange } = this;
    if (isEmpty && (exchange.unread !== undefined || !isEmptyMessage(from, exchange))) return;
    const half = this.half(from);
    if (half.messages !== undefined && !half.isGuess) {
      half.messages.look = heads.openMessages(from, bodies, exchange);
      return;
    }
    const look = heads.openBody(from, bodies, this, half.announced ?? -1);
    half.look = from === "server" ? watchEvents(exchange, look, heads.contentEncoding, atMicros) : look;
  }

  half(from: Side): StreamHalf {
    return from === "client" ? this.client : this.server;
  }

  /** So many bytes of the content were lost. */
  miss(from: Side, length: number): void {
    this.exchange.miss(length);
    this.half(from).skip(length);
  }

  /** No more of the request will come: what it calls is known before the answer is looked at. */
  endRequestLook(): void {
    const found = this.client.endLook();
    if (found !== undefined) this.exchange.requestLooked(found);
  }

  /** Writes into the exchange what only its end tells. */
  fill(): void {
    const { exchange, client, server } = this;
    if (client.hasHead && !client.isLost) exchange.requestBodySize = client.size;
    if (server.hasHead) exchange.responseBodySize = server.isLost ? undefined : server.size;
    this.endRequestLook();
    const answered = server.endLook();
    if (answered !== undefined) exchange.responseLooked(answered);
    // An answer without content is one of trailers only, or none.
    if (exchange.rpc === undefined && client.isGuess && client.counted && (server.counted || server.size === 0))
      noteProcedure(exchange, "grpc");
    const { rpc } = exchange;
    if (rpc === undefined) return;
    rpc.status ??= server.messages?.status;
    if (client.counted !== undefined) {
      rpc.requestMessages = client.counted.messages;
      rpc.requestMessageBytes = client.counted.bytes;
    }
    // An answer of trailers only has no messages, and no content type that frames any.
    if (server.counted !== undefined) {
      rpc.responseMessages = server.counted.messages;
      rpc.responseMessageBytes = server.counted.bytes;
    }
  }
}
