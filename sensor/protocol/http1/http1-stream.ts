import type { CloseReason, Side, Stream } from "../../flow/stream.js";
import type { AnomalyName } from "../anomaly-name.js";
import { Exchange } from "../http/exchange.js";
import type { ProtocolContext } from "../protocol.js";
import { ExchangeQueue } from "./exchange-queue.js";
import type { HeadReader } from "./head-reader.js";
import { MessageSide } from "./message-side.js";
import { looksLikeRequest, looksLikeStatus } from "./start-line.js";

export interface Http1Settings {
  readonly maxHeadBytes: number;
  readonly maxPipelined: number;
}

const LF = 10;
const CR = 13;

/** One connection that speaks HTTP/0.9, 1.0 or 1.1 (RFC 1945, RFC 9112). */
export class Http1Stream implements Stream {
  readonly #context: ProtocolContext;
  readonly #settings: Http1Settings;
  readonly #heads: HeadReader;
  readonly #queue: ExchangeQueue;
  readonly #client = new MessageSide("client");
  readonly #server = new MessageSide("server");
  #next: Stream | undefined = undefined;

  constructor(context: ProtocolContext, settings: Http1Settings, heads: HeadReader) {
    this.#context = context;
    this.#settings = settings;
    this.#heads = heads;
    this.#queue = new ExchangeQueue(context.flow, context.sink, settings.maxPipelined);
  }

  data(from: Side, bytes: Buffer, start: number, end: number, atMicros: number): void {
    const side = from === "client" ? this.#client : this.#server;
    side.lastMicros = atMicros;
    let at = start;
    while (at < end) {
      if (side.mode === "body") at = this.#body(side, bytes, at, end, atMicros);
      else if (side.mode === "head") at = this.#head(side, bytes, at, end, atMicros);
      else if (side.mode === "handed") {
        this.#next?.data(from, bytes, at, end, atMicros);
        return;
      } else if (side.mode === "waiting" && this.#goesOn(bytes, at, end)) this.#resume();
      else if (side.mode === "waiting") {
        const copy = Buffer.from(bytes.subarray(at, end));
        if (!side.hold(copy, copy.length, atMicros, this.#settings.maxHeadBytes)) this.#lose(side);
        return;
      } else if (at !== start || !this.#findsHead(side, bytes, at, end)) return;
      else side.mode = "head";
    }
  }

  gap(from: Side, length: number, atMicros: number): void {
    const side = from === "client" ? this.#client : this.#server;
    side.wasLost = true;
    if (side.mode === "handed") this.#next?.gap(from, length, atMicros);
    else if (side.mode === "waiting") side.hold(undefined, length, atMicros, this.#settings.maxHeadBytes);
    else if (side.mode === "body") this.#bodyGap(side, length, atMicros);
    else if (side.mode === "head") {
      if (from === "server") this.#charge(this.#queue.firstUnanswered, length);
      this.#lose(side);
    }
  }

  finished(from: Side, atMicros: number): void {
    const side = from === "client" ? this.#client : this.#server;
    if (side.mode === "handed") {
      this.#next?.finished(from, atMicros);
      return;
    }
    if (from === "server" && side.mode === "body") this.#endUntilClose("fin");
  }

  close(reason: CloseReason, atMicros: number): void {
    const { exchange } = this.#server;
    if (this.#server.mode === "body" && exchange !== undefined) {
      if (this.#server.body.mode === "until-close") this.#endUntilClose(reason);
      else this.#cutShort(this.#server, exchange);
    }
    if (this.#client.mode === "body" && this.#client.exchange !== undefined) {
      this.#cutShort(this.#client, this.#client.exchange);
    }
    this.#resume();
    this.#queue.settle();
    const isCertain =
      (reason === "fin" || reason === "reset") && !this.#server.wasLost && this.#server.gathered === undefined;
    this.#queue.flush(isCertain ? "unanswered" : "unknown");
    this.#next?.close(reason, atMicros);
  }

  #head(side: MessageSide, bytes: Buffer, start: number, end: number, atMicros: number): number {
    if (side.gathered !== undefined) return this.#gatherHead(side, bytes, start, end, atMicros);
    let at = start;
    // RFC 9112 §2.2: empty lines before a start line are to be ignored.
    while (at < end && (bytes[at] === CR || bytes[at] === LF)) at++;
    if (at === end) return end;
    const stop = this.#readHead(side, bytes, at, end, atMicros);
    return stop < 0 ? this.#gatherHead(side, bytes, at, end, atMicros) : stop;
  }

  #gatherHead(side: MessageSide, bytes: Buffer, start: number, end: number, atMicros: number): number {
    const before = side.gathered?.length ?? 0;
    const stop = side.gather(bytes, start, end, atMicros, this.#settings.maxHeadBytes);
    const head = side.gathered;
    if (head === undefined) return end;
    if (stop < 0 && (side.from === "client" || looksLikeStatus(head.bytes, 0, head.length) !== "no")) return end;
    side.dropGathered();
    const length = stop < 0 ? before + end - start : before + stop - start;
    const taken = this.#readHead(side, head.bytes, 0, length, head.atMicros);
    // What is no head may have been taken as one's beginning: then it stands in the buffer from 0 to its length.
    if (taken >= 0 && taken < length && side.mode === "body") side.body.take(head.bytes, taken, length);
    return stop < 0 ? end : stop;
  }

  /** Position after the head, -1 where it is not whole. */
  #readHead(side: MessageSide, bytes: Buffer, start: number, end: number, atMicros: number): number {
    return side === this.#client
      ? this.#readRequest(bytes, start, end, atMicros)
      : this.#readResponse(bytes, start, end, atMicros);
  }

  #readRequest(bytes: Buffer, start: number, end: number, atMicros: number): number {
    const stop = this.#heads.request(bytes, start, end, this.#client.isFirst);
    if (stop === undefined) {
      this.#anomaly("client", "invalid-request-line", atMicros);
      this.#lose(this.#client);
      return end;
    }
    if (stop < 0) return -1;
    this.#client.isFirst = false;
    const exchange = new Exchange(this.#context.flow, atMicros);
    this.#heads.fillRequest(exchange, bytes);
    for (const name of this.#heads.anomalies) this.#anomaly("client", name, atMicros);
    this.#queue.push(exchange, this.#server.exchange === undefined);
    this.#client.exchange = exchange;
    this.#beginRequestBody(exchange);
    return stop;
  }

  /** RFC 9112 §6.3: without a length a request has no body. */
  #beginRequestBody(exchange: Exchange): void {
    const { framing } = this.#heads;
    const { body } = this.#client;
    if (framing.transfer === "unusable" || (framing.transfer === "none" && framing.hasInvalidLength)) {
      this.#lose(this.#client);
      return;
    }
    if (framing.transfer === "chunked") body.begin("chunked", 0);
    else if (framing.contentLength > 0) body.begin("length", framing.contentLength);
    else body.begin("none", 0);
    this.#client.mode = "body";
    if (body.isDone) this.#endRequest(exchange);
  }

  #endRequest(exchange: Exchange): void {
    exchange.requestBodySize = this.#client.body.size;
    exchange.requestDone = true;
    this.#client.exchange = undefined;
    this.#client.mode = (exchange.asksUpgrade || exchange.isConnect) && !exchange.isAnswered ? "waiting" : "head";
    if (exchange.responseDone) this.#queue.settle();
  }

  #readResponse(bytes: Buffer, start: number, end: number, atMicros: number): number {
    const look = looksLikeStatus(bytes, start, end);
    if (look === "more") return -1;
    const stop = look === "no" ? undefined : this.#heads.response(bytes, start, end);
    if (stop === undefined) {
      this.#rawResponse(atMicros);
      // Lost here, the same bytes must not be looked at again: they may look like a status line and be none.
      return this.#server.mode === "lost" ? end : start;
    }
    if (stop < 0) return -1;
    const { status } = this.#heads.line;
    // RFC 9110 §15.2: interim responses come before the final one and have no body.
    if (status < 200 && status !== 101) return stop;
    const exchange = this.#queue.answer() ?? this.#unasked(atMicros);
    this.#heads.fillResponse(exchange, bytes);
    for (const name of this.#heads.anomalies) this.#anomaly("server", name, atMicros);
    this.#server.exchange = exchange;
    this.#beginResponseBody(exchange, atMicros);
    return stop;
  }

  /** HTTP/0.9 answers with content alone; anything else without a status line is followed to the connection's end. */
  #rawResponse(atMicros: number): void {
    const asked = this.#queue.firstUnanswered;
    if (asked?.version !== "0.9") this.#anomaly("server", "invalid-status-line", atMicros);
    if (asked === undefined) {
      this.#lose(this.#server);
      return;
    }
    const exchange = this.#queue.answer() ?? this.#unasked(atMicros);
    // Content without a status line is an answer of HTTP/0.9 and of nothing later.
    if (exchange.version !== "0.9") exchange.complete = false;
    this.#server.exchange = exchange;
    this.#server.body.begin("until-close", 0);
    this.#server.mode = "body";
  }

  #unasked(atMicros: number): Exchange {
    const { flow } = this.#context;
    const exchange = new Exchange(flow, atMicros);
    exchange.version = this.#heads.line.version;
    exchange.requestDone = true;
    exchange.isAnswered = true;
    exchange.complete = false;
    if (!flow.twoSided) return exchange;
    exchange.unpaired = "no-request";
    this.#resume();
    const sawAll = flow.rolesFrom === "handshake" && !this.#client.wasLost && !this.#server.wasLost;
    // RFC 9110 §15.5.9: 408 may be sent on a connection that asked nothing.
    if (sawAll && this.#queue.isEmpty && this.#heads.line.status !== 408) {
      this.#anomaly("server", "response-without-request", atMicros);
    }
    return exchange;
  }

  /** RFC 9112 §6.3, in its order. */
  #beginResponseBody(exchange: Exchange, atMicros: number): void {
    const { framing } = this.#heads;
    const { body } = this.#server;
    const status = exchange.status ?? 0;
    this.#server.mode = "body";
    if (status === 101) {
      this.#switch(exchange, atMicros);
      return;
    }
    if (exchange.isConnect && status < 300) {
      this.#handOver(exchange, atMicros);
      return;
    }
    if (exchange.isHead || status === 204 || status === 304) body.begin("none", 0);
    else if (framing.transfer === "chunked") body.begin("chunked", 0);
    else if (framing.transfer === "unusable" || framing.hasInvalidLength || framing.contentLength < 0) {
      body.begin("until-close", 0);
    } else body.begin("length", framing.contentLength);
    if (body.isDone) this.#endResponse(exchange, atMicros);
    this.#resumeClient(exchange);
  }

  /** The answer refused the other protocol: what the client sent since is HTTP still. */
  #resumeClient(exchange: Exchange): void {
    if (exchange.asksUpgrade || exchange.isConnect) this.#resume();
  }

  /** Nothing will say any more whose bytes the client's are: they are read as what they were before. */
  #resume(): void {
    if (this.#client.mode !== "waiting") return;
    this.#client.mode = "head";
    this.#client.release(this);
  }

  /** Where the answers are not captured, only the client's own bytes tell that it was not taken up. */
  #goesOn(bytes: Buffer, start: number, end: number): boolean {
    return !this.#context.flow.twoSided && looksLikeRequest(bytes, start, end) === "match";
  }

  #switch(exchange: Exchange, atMicros: number): void {
    const isAsked = exchange.asksUpgrade || exchange.method === undefined;
    if (!isAsked) this.#anomaly("server", "unasked-upgrade", atMicros);
    this.#handOver(exchange, atMicros);
  }

  #handOver(exchange: Exchange, atMicros: number): void {
    this.#server.body.begin("none", 0);
    this.#endResponse(exchange, atMicros);
    const next = this.#context.handOver();
    this.#next = next;
    this.#client.mode = "handed";
    this.#server.mode = "handed";
    if (!exchange.requestDone) {
      exchange.requestDone = true;
      this.#queue.settle();
    }
    this.#client.release(next);
  }

  #endResponse(exchange: Exchange, atMicros: number): void {
    exchange.responseBodySize = this.#server.body.size;
    if (exchange.unpaired !== "no-request" && exchange.method !== undefined) {
      exchange.durationMicros = Math.max(0, atMicros - exchange.atMicros);
    }
    this.#responseOver(exchange);
    this.#server.mode = "head";
  }

  #responseOver(exchange: Exchange): void {
    exchange.responseDone = true;
    this.#server.exchange = undefined;
    if (exchange.method === undefined) this.#context.sink.message(exchange);
    else if (exchange.requestDone) this.#queue.settle();
  }

  #body(side: MessageSide, bytes: Buffer, start: number, end: number, atMicros: number): number {
    const { body, exchange } = side;
    if (exchange === undefined) return end;
    if (side === this.#client && body.size === 0 && this.#bodyWasWithheld(exchange, bytes, start, end)) {
      this.#endRequest(exchange);
      return start;
    }
    const stop = body.take(bytes, start, end);
    if (body.isBroken) {
      this.#anomaly(side.from, "invalid-chunk", atMicros);
      this.#lose(side);
      return end;
    }
    if (body.isDone) {
      if (side === this.#client) this.#endRequest(exchange);
      else this.#endResponse(exchange, atMicros);
    }
    return stop;
  }

  /** RFC 9110 §10.1.1: after a final answer instead of 100 the client may go on with its next request. */
  #bodyWasWithheld(exchange: Exchange, bytes: Buffer, start: number, end: number): boolean {
    return exchange.expectsContinue && exchange.isAnswered && looksLikeRequest(bytes, start, end) === "match";
  }

  #bodyGap(side: MessageSide, length: number, atMicros: number): void {
    const { body, exchange } = side;
    if (exchange === undefined) return;
    const skipped = body.skip(length);
    this.#charge(exchange, skipped);
    if (body.isDone && skipped > 0) {
      if (side === this.#client) this.#endRequest(exchange);
      else this.#endResponse(exchange, atMicros);
    }
    if (skipped < length) {
      if (!body.isDone) this.#charge(exchange, length - skipped);
      this.#lose(side);
    }
  }

  #charge(exchange: Exchange | undefined, bytes: number): void {
    if (exchange === undefined || bytes === 0) return;
    exchange.missingBytes += bytes;
    exchange.complete = false;
  }

  /** Where messages begin and end on this side is no longer known. */
  #lose(side: MessageSide): void {
    const { exchange } = side;
    side.mode = "lost";
    side.wasLost = true;
    side.dropGathered();
    side.dropHeld();
    side.exchange = undefined;
    if (exchange !== undefined) exchange.complete = false;
    if (side === this.#client) {
      this.#queue.requestsLost();
      if (exchange !== undefined) exchange.requestDone = true;
      if (exchange?.responseDone) this.#queue.settle();
      return;
    }
    this.#queue.answersLost();
    this.#resume();
    if (exchange !== undefined) {
      exchange.isUnsure = false;
      this.#responseOver(exchange);
    }
  }

  #findsHead(side: MessageSide, bytes: Buffer, start: number, end: number): boolean {
    const look = side === this.#client ? looksLikeRequest(bytes, start, end) : looksLikeStatus(bytes, start, end);
    return look === "match";
  }

  #endUntilClose(reason: CloseReason): void {
    const { exchange, body, lastMicros } = this.#server;
    if (exchange === undefined || body.mode !== "until-close") return;
    if (reason !== "fin") exchange.complete = false;
    this.#endResponse(exchange, lastMicros);
  }

  /** RFC 9112 §8: the sender ended before the length it had announced. */
  #cutShort(side: MessageSide, exchange: Exchange): void {
    // RFC 9110 §10.1.1: refused, the client need never send it.
    const isWithheld = side === this.#client && exchange.expectsContinue && exchange.isAnswered && side.body.size === 0;
    if (!isWithheld) exchange.complete = false;
    if (side === this.#client) {
      exchange.requestBodySize = side.body.size;
      exchange.requestDone = true;
      side.exchange = undefined;
      return;
    }
    exchange.responseBodySize = side.body.size;
    this.#responseOver(exchange);
  }

  #anomaly(from: Side, name: AnomalyName, atMicros: number): void {
    this.#context.sink.message({ kind: "anomaly", flow: this.#context.flow, atMicros, from, name, detail: undefined });
  }
}
