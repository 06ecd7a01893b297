import type { CloseReason, Side, Stream } from "../../flow/stream.js";
import type { FlowBodies } from "../body/flow-bodies.js";
import { REDIS } from "../foreign/foreign-protocol.js";
import { Exchange, unaskedExchange } from "../http/exchange.js";
import type { ProtocolContext } from "../protocol.js";
import { ExchangeQueue } from "./exchange-queue.js";
import { FaultTeller } from "./fault-teller.js";
import type { HeadBuffer } from "./head-buffer.js";
import type { HeadReader } from "./head-reader.js";
import { MessageSide } from "./message-side.js";
import { isRedisReply, skipEmptyLines } from "./recognition.js";
import type { Http1Settings } from "./settings.js";
import { Succession } from "./succession.js";

/** One connection that speaks HTTP/0.9, 1.0 or 1.1 (RFC 1945, RFC 9112). */
export class Http1Stream implements Stream {
  readonly #context: ProtocolContext;
  readonly #heads: HeadReader;
  readonly #queue: ExchangeQueue;
  readonly #client: MessageSide;
  readonly #server: MessageSide;
  readonly #succession: Succession;
  readonly #faults: FaultTeller;

  constructor(context: ProtocolContext, settings: Http1Settings, heads: HeadReader, bodies: FlowBodies) {
    this.#context = context;
    this.#heads = heads;
    this.#client = new MessageSide("client", context.flow, settings.maxHeadBytes, bodies);
    this.#server = new MessageSide("server", context.flow, settings.maxHeadBytes, bodies);
    this.#queue = new ExchangeQueue(context.flow, context.sink, settings.maxPipelined, this.#server);
    this.#succession = new Succession(context, this.#queue, this, this.#client, this.#server);
    this.#faults = new FaultTeller(context.flow, context.sink);
  }

  data(from: Side, bytes: Buffer, start: number, end: number, atMicros: number): void {
    const side = from === "client" ? this.#client : this.#server;
    side.hear();
    let at = start;
    while (at < end) {
      if (side.mode === "body") at = this.#body(side, bytes, at, end, atMicros);
      else if (side.mode === "head") at = this.#head(side, bytes, at, end, atMicros);
      else if (side.mode === "handed") {
        this.#succession.next?.data(from, bytes, at, end, atMicros);
        return;
      } else if (side.mode === "waiting") {
        if (this.#succession.isDecidedBy(bytes, at, end, atMicros)) continue;
        if (!side.hold(bytes.subarray(at, end), end - at, atMicros)) this.#lose(side, "bytes");
        return;
      } else {
        const found = side.findHead(bytes, at, end, at === start);
        this.#context.passOver((found < 0 ? end : found) - at);
        at = found;
        if (at < 0) this.#passedOver(side);
        if (at < 0) return;
        side.mode = "head";
      }
    }
  }

  gap(from: Side, length: number, atMicros: number): void {
    const side = from === "client" ? this.#client : this.#server;
    side.miss();
    this.#client.noteGap();
    this.#server.noteGap();
    if (from === "server") this.#client.noteAnswerLost();
    if (side.mode === "handed") this.#succession.next?.gap(from, length, atMicros);
    else if (side.mode === "waiting") side.hold(undefined, length, atMicros);
    else if (side.mode === "body") this.#bodyGap(side, length);
    else if (side.mode === "head") {
      if (this.#cutHead(side, length)) return;
      if (from === "server") this.#queue.firstUnanswered?.miss(length);
      if (from === "client" || !this.#succession.mayHaveBegun(length, atMicros)) this.#lose(side, "bytes");
    } else this.#passedOver(side);
  }

  finished(from: Side, atMicros: number): void {
    const side = from === "client" ? this.#client : this.#server;
    if (side.mode === "handed") this.#succession.next?.finished(from, atMicros);
    else if (from === "server") this.#endUntilClose("fin");
  }

  close(reason: CloseReason, atMicros: number): void {
    this.#endUntilClose(reason);
    const answered = this.#server.cutShort();
    if (answered !== undefined) this.#responseOver(answered);
    this.#client.cutShort();
    this.#succession.resume();
    const isCertain = (reason === "fin" || reason === "reset") && this.#server.wasFollowed;
    if (reason === "fin" && this.#client.endsAmiss) this.#faults.tell("client", "invalid-request-line", atMicros);
    this.#cutHead(this.#client, 0);
    this.#cutHead(this.#server, 0);
    this.#faults.release();
    this.#queue.settle();
    this.#queue.flush(isCertain ? "unanswered" : "unknown");
    this.#succession.next?.close(reason, atMicros);
  }

  #head(side: MessageSide, bytes: Buffer, start: number, end: number, atMicros: number): number {
    if (side.gathered !== undefined) return this.#gatherHead(side, bytes, start, end, atMicros);
    const at = skipEmptyLines(bytes, start, end);
    if (at === end) return end;
    const stop = this.#readHead(side, bytes, at, end, atMicros);
    return stop < 0 ? this.#gatherHead(side, bytes, at, end, atMicros) : stop;
  }

  #gatherHead(side: MessageSide, bytes: Buffer, start: number, end: number, atMicros: number): number {
    const before = side.gathered?.length ?? 0;
    const stop = side.gather(bytes, start, end, atMicros);
    const head = side.gathered;
    if (head === undefined) return end;
    if (head.isTooLarge) {
      this.#faults.tell(side.from, "head-too-large", atMicros);
      if (!this.#cutHead(side, 0)) this.#lose(side, "framing");
      return end;
    }
    if (stop < 0 && (side.from === "client" || side.looksLikeHead(head.bytes, 0, head.length) !== "no")) return end;
    side.dropGathered();
    const length = stop < 0 ? before + end - start : before + stop - start;
    const taken = this.#readHead(side, head.bytes, 0, length, head.atMicros);
    // What is no head may have been taken as one's beginning: then it stands in the buffer from 0 to its length.
    if (taken >= 0 && taken < length && side.mode === "body") side.body.take(head.bytes, taken, length);
    return stop < 0 ? end : stop;
  }

  /** Tells of a head whose end will not be seen what came before it; false where that is not even its first line. */
  #cutHead(side: MessageSide, lostBytes: number): boolean {
    const head = side.gathered;
    if (head === undefined || !this.#heads.cut(side.from, head)) return false;
    const { status } = this.#heads.line;
    if (side === this.#server && status < 200 && status !== 101) return false;
    side.dropGathered();
    if (side === this.#client) this.#cutRequest(head, lostBytes);
    else this.#cutResponse(head, lostBytes);
    return true;
  }

  #cutRequest(head: HeadBuffer, lostBytes: number): void {
    const exchange = new Exchange(this.#context.flow, head.atMicros);
    this.#heads.fillRequest(exchange, head.bytes);
    exchange.isUnsure = this.#client.answerMayBeLost;
    exchange.miss(lostBytes);
    this.#queue.push(exchange);
    this.#client.isFirst = false;
    this.#client.exchange = exchange;
    this.#lose(this.#client, lostBytes > 0 ? "bytes" : "framing");
  }

  #cutResponse(head: HeadBuffer, lostBytes: number): void {
    const exchange = this.#answer(head.atMicros);
    this.#heads.fillResponse(exchange, head.bytes);
    exchange.miss(lostBytes);
    exchange.complete = false;
    this.#server.exchange = exchange;
    if (exchange.switches) this.#handOver(exchange, head.atMicros);
    else this.#lose(this.#server, "bytes");
    if (lostBytes > 0) this.#succession.beginLost(exchange, lostBytes, head.atMicros);
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
      this.#noRequest(atMicros);
      return bytes.indexOf("\n", start) + 1;
    }
    if (stop < 0) return -1;
    this.#client.noteHead();
    // RFC 9113 §3.4: an upgrade was granted, by an answer that was lost.
    if (this.#heads.line.method === "PRI") {
      this.#succession.begin(this.#context.handOver(this.#queue.take(this.#queue.firstUnanswered)));
      this.#succession.next?.data("client", bytes, start, stop, atMicros);
      return stop;
    }
    this.#client.isFirst = false;
    const exchange = new Exchange(this.#context.flow, atMicros);
    this.#heads.fillRequest(exchange, bytes);
    for (const name of this.#heads.anomalies) this.#faults.tell("client", name, atMicros);
    this.#queue.push(exchange);
    this.#client.exchange = exchange;
    this.#beginRequestBody(exchange);
    return stop;
  }

  #noRequest(atMicros: number): void {
    if (!this.#client.isInStep) {
      this.#lose(this.#client, "bytes");
      return;
    }
    const isDoubtful = this.#queue.firstUnanswered?.version === "0.9";
    this.#faults[isDoubtful ? "hold" : "tell"]("client", "invalid-request-line", atMicros);
    this.#lose(this.#client, "framing");
  }

  #beginRequestBody(exchange: Exchange): void {
    const { framing } = this.#heads;
    const mode = framing.requestBody();
    if (mode === undefined) {
      this.#lose(this.#client, "framing");
      return;
    }
    this.#client.body.begin(mode, mode === "length" ? framing.contentLength : 0);
    this.#client.mode = "body";
    this.#client.beginLook(exchange, this.#heads, exchange.atMicros);
    if (this.#client.body.isDone) this.#endRequest(exchange);
  }

  #endRequest(exchange: Exchange): void {
    this.#client.endBody(exchange);
    this.#client.exchange = undefined;
    this.#client.mode = (exchange.asksUpgrade || exchange.isConnect) && !exchange.isAnswered ? "waiting" : "head";
    if (exchange.responseDone) this.#queue.settle();
  }

  #readResponse(bytes: Buffer, start: number, end: number, atMicros: number): number {
    const look = this.#server.looksLikeHead(bytes, start, end);
    if (look === "more") return -1;
    // An answer that does not wait for the end of the only request's head: a refusal.
    if (this.#client.gathered !== undefined && this.#queue.firstUnanswered === undefined)
      if (this.#client.sawAll && this.#server.sawAll) this.#cutHead(this.#client, 0);
    const stop = look === "no" ? undefined : this.#heads.response(bytes, start, end);
    if (stop === undefined) {
      if (this.#queue.firstUnanswered?.version === "0.9" && isRedisReply(bytes, start, end)) {
        this.#queue.drop();
        this.#context.disown(REDIS, atMicros);
        return end;
      }
      this.#rawResponse(atMicros);
      // Lost here, the same bytes must not be looked at again: they may look like a status line and be none.
      if (this.#server.mode !== "lost") return start;
      this.#context.passOver(end - start);
      return end;
    }
    if (stop < 0) return -1;
    this.#server.noteHead();
    this.#faults.release();
    const { status } = this.#heads.line;
    // RFC 9110 §15.2: interim responses come before the final one and have no body.
    if (status < 200 && status !== 101) return stop;
    const exchange = this.#answer(atMicros);
    this.#heads.fillResponse(exchange, bytes);
    for (const name of this.#heads.anomalies) this.#faults.tell("server", name, atMicros);
    this.#server.exchange = exchange;
    this.#beginResponseBody(exchange, atMicros);
    return stop;
  }

  /** HTTP/0.9 answers with content alone; anything else without a status line is followed to the connection's end. */
  #rawResponse(atMicros: number): void {
    const asked = this.#queue.firstUnanswered;
    this.#faults.release();
    if (asked?.version !== "0.9" && !this.#server.isInStep) {
      this.#lose(this.#server, "bytes");
      return;
    }
    if (asked?.version !== "0.9") this.#faults.tell("server", "invalid-status-line", atMicros);
    if (asked === undefined) {
      this.#lose(this.#server, "framing");
      return;
    }
    const exchange = this.#answer(atMicros);
    // Content without a status line is an answer of HTTP/0.9 and of nothing later.
    if (exchange.version !== "0.9") exchange.complete = false;
    this.#server.exchange = exchange;
    this.#server.body.begin("until-close", 0);
    this.#server.mode = "body";
    this.#succession.resumeAfter(exchange);
  }

  /** Whose answer begins now. */
  #answer(atMicros: number): Exchange {
    const { sawAll } = this.#client;
    const asked = this.#queue.answer(sawAll);
    if (asked !== undefined) return asked;
    this.#server.answersTold = sawAll && this.#heads.line.status >= 200 && this.#queue.takeToldUnsure();
    const { flow } = this.#context;
    const exchange = unaskedExchange(flow, this.#heads.line.version, atMicros);
    // A request under way may be what it answers. RFC 9110 §15.5.9: 408 may be sent on a connection that asked nothing.
    const isAsked = !this.#queue.isEmpty || this.#client.gathered !== undefined || this.#heads.line.status === 408;
    if (flow.twoSided && sawAll && this.#server.sawAll && !isAsked)
      this.#faults.tell("server", "response-without-request", atMicros);
    return exchange;
  }

  #beginResponseBody(exchange: Exchange, atMicros: number): void {
    const { framing } = this.#heads;
    const { body } = this.#server;
    this.#server.mode = "body";
    if (exchange.switches) {
      this.#handOver(exchange, atMicros);
      return;
    }
    const mode = framing.responseBody(exchange.status ?? 0, exchange.isHead);
    body.begin(mode, mode === "length" ? framing.contentLength : 0);
    if (mode === "until-close") this.#server.lastMicros = atMicros;
    this.#server.beginLook(exchange, this.#heads, atMicros);
    if (body.isDone) this.#endResponse(exchange, atMicros);
    this.#succession.resumeAfter(exchange);
  }

  /** Bytes in which no message was looked for may have held whole ones. */
  #passedOver(side: MessageSide): void {
    if (side === this.#server) this.#queue.answersLost();
    else if (!side.lostFraming) this.#queue.requestsLost("bytes");
  }

  #handOver(exchange: Exchange, atMicros: number): void {
    const isAsked = exchange.asksUpgrade || exchange.isConnect || exchange.method === undefined;
    if (!isAsked) this.#faults.tell("server", "unasked-upgrade", atMicros);
    this.#server.body.begin("none", 0);
    // RFC 7540 §3.2: what was asked is answered there.
    const begun = this.#heads.framing.upgrade === "h2c" ? this.#queue.take(exchange) : undefined;
    if (begun === undefined) this.#endResponse(exchange, atMicros);
    if (!exchange.requestDone) {
      exchange.requestDone = true;
      this.#queue.settle();
    }
    this.#succession.begin(this.#context.handOver(begun ?? (exchange.stream && exchange)));
  }

  #endResponse(exchange: Exchange, atMicros: number | undefined): void {
    this.#server.endBody(exchange);
    exchange.endResponse(atMicros);
    this.#responseOver(exchange);
    this.#server.mode = "head";
  }

  #responseOver(exchange: Exchange): void {
    exchange.responseDone = true;
    this.#server.exchange = undefined;
    if (exchange.method === undefined && !this.#server.answersTold) this.#context.sink.message(exchange);
    else if (exchange.requestDone) this.#queue.settle();
  }

  #body(side: MessageSide, bytes: Buffer, start: number, end: number, atMicros: number): number {
    const { body, exchange } = side;
    if (exchange === undefined) return end;
    if (side.bodyNeverCame(bytes, start, end)) {
      this.#endMessage(side, exchange, undefined);
      return start;
    }
    if (body.mode === "until-close") side.lastMicros = atMicros;
    const stop = body.take(bytes, start, end);
    for (let fault = body.takeFault(); fault !== undefined; fault = body.takeFault())
      this.#faults.tell(side.from, fault, atMicros);
    if (body.isBroken) {
      this.#lose(side, "framing");
      return stop;
    }
    if (body.isDone) this.#endMessage(side, exchange, atMicros);
    return stop;
  }

  #endMessage(side: MessageSide, exchange: Exchange, atMicros: number | undefined): void {
    if (side === this.#client) this.#endRequest(exchange);
    else this.#endResponse(exchange, atMicros);
  }

  #bodyGap(side: MessageSide, length: number): void {
    const { body, exchange } = side;
    if (exchange === undefined) return;
    const skipped = body.skip(length);
    exchange.miss(skipped);
    if (body.isDone && skipped > 0) this.#endMessage(side, exchange, undefined);
    if (skipped < length) {
      if (!body.isDone) exchange.miss(length - skipped);
      this.#lose(side, "bytes");
    }
  }

  /** Where messages begin and end on this side is no longer known. */
  #lose(side: MessageSide, what: "bytes" | "framing"): void {
    const exchange = side.lose(what);
    if (side === this.#client) {
      this.#queue.requestsLost(what);
      if (exchange?.responseDone) this.#queue.settle();
      return;
    }
    this.#queue.answersLost();
    this.#succession.resume();
    if (exchange !== undefined) {
      exchange.isUnsure = false;
      this.#responseOver(exchange);
    }
  }

  #endUntilClose(reason: CloseReason): void {
    const { exchange, body, lastMicros, mode } = this.#server;
    if (exchange === undefined || mode !== "body" || body.mode !== "until-close") return;
    if (reason !== "fin") exchange.complete = false;
    this.#endResponse(exchange, lastMicros);
  }
}
