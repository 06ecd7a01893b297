import type { Flow } from "../../flow/stream.js";
import type { Exchange } from "../http/exchange.js";
import type { MessageSink } from "../message.js";
import type { MessageSide } from "./message-side.js";

/** Requests of a flow of which only one direction is captured are not held back for answers that can't be seen. */
const MAX_ONE_SIDED = 8;

/**
 * Requests in their order until they and their answers are whole, RFC 9112 §9.3: answers come in the order of requests. Where
 * bytes were lost the pairing is given up rather than guessed.
 */
export class ExchangeQueue {
  readonly #flow: Flow;
  readonly #sink: MessageSink;
  readonly #maxPipelined: number;
  readonly #server: MessageSide;
  /** A list through the exchanges: nearly always there is but one. */
  #first: Exchange | undefined = undefined;
  #last: Exchange | undefined = undefined;
  #length = 0;
  /**
   * `bytes` requests may have been lost after the last one queued · `framing` what followed it was no message, and whether what comes
   * now is one depends on whose reading of it one takes. How many answers came since.
   */
  #loss: "bytes" | "framing" | undefined = undefined;
  #answersSinceLoss = 0;
  /** So many requests were told without the answers that may still come to them. */
  #toldUnsure = 0;
  /** A request was sent before the one before it had its answer. */
  #pipelines = false;
  /** Since the last request was asked: what its client sent was lost · what the server said may have been its answer. */
  #requestsLostSince = false;
  #answersLostSince = false;
  /** Of the server, when the last request was asked, or what its client sent was lost. */
  #turnsBefore = -1;

  constructor(flow: Flow, sink: MessageSink, maxPipelined: number, server: MessageSide) {
    this.#server = server;
    this.#flow = flow;
    this.#sink = sink;
    this.#maxPipelined = maxPipelined;
  }

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  /** A request's head was read. */
  push(exchange: Exchange): void {
    const server = this.#server;
    // Nothing was said in between, and nothing of that lost.
    if (server.turns === this.#turnsBefore) this.#pipelines = true;
    this.#turnsBefore = server.turns;
    this.#requestsLostSince = false;
    this.#answersLostSince = false;
    // Who waits for each answer before asking again has had what was under way.
    const serverIsIdle = server.exchange === undefined || (!this.#pipelines && server.mayBeBodiless);
    if (this.#loss !== undefined) this.#doubt(exchange, this.#loss, serverIsIdle);
    const first = this.#first;
    if (first?.isUnsure) {
      // Who waits for each answer before asking again has had the one that was lost.
      if (!this.#pipelines && serverIsIdle) this.flush();
      else exchange.isUnsure = true;
    }
    if (this.#length >= (this.#flow.twoSided ? this.#maxPipelined : MAX_ONE_SIDED)) this.#overflow();
    if (this.#first === undefined || this.#last === undefined) this.#first = exchange;
    else this.#last.nextAsked = exchange;
    this.#last = exchange;
    this.#length++;
  }

  /**
   * The request that the answer now beginning belongs to; undefined where none was seen or it can't be told. `sawRequests`: nothing of
   * what the client sent was lost.
   */
  answer(sawRequests: boolean): Exchange | undefined {
    this.#answersSinceLoss++;
    const exchange = this.firstUnanswered;
    if (exchange === undefined) return undefined;
    if (exchange.isUnsure && sawRequests && exchange === this.#first && exchange === this.#last) {
      // Nothing else was asked: what was lost was an interim answer (RFC 9110 §15.2), or a part of this one.
      exchange.isUnsure = false;
      exchange.complete = false;
    }
    if (exchange.isUnsure && this.#isToLast()) return this.#answerLast();
    if (exchange.isUnsure) {
      for (let first = this.#first; first?.isUnsure; first = this.#first) {
        this.#tell(this.#shift(first), "unknown");
        this.#toldUnsure++;
      }
      return undefined;
    }
    exchange.isAnswered = true;
    return exchange;
  }

  /**
   * Who waits for each answer before asking again is answered what it asked last, whatever was lost before: unless the answer to that may
   * have been lost, and so what was asked after it.
   */
  #isToLast(): boolean {
    return !this.#pipelines && !(this.#requestsLostSince && this.#answersLostSince);
  }

  #answerLast(): Exchange | undefined {
    for (let first = this.#first; first !== undefined && first !== this.#last; first = this.#first)
      this.#tell(this.#shift(first), "unknown");
    const last = this.#first;
    if (last === undefined) return undefined;
    last.isUnsure = false;
    // It may have begun in what was lost.
    if (this.#answersLostSince) last.complete = false;
    last.isAnswered = true;
    return last;
  }

  /** Whether the answer that `answer` found no request for is one to a request that was told: one call is not told twice. */
  takeToldUnsure(): boolean {
    if (this.#toldUnsure === 0) return false;
    this.#toldUnsure--;
    return true;
  }

  /** Tells every exchange at the front that is whole. */
  settle(): void {
    for (let first = this.#first; first?.requestDone && first.responseDone; first = this.#first)
      this.#tell(this.#shift(first));
  }

  requestsLost(loss: "bytes" | "framing"): void {
    if (this.#loss !== "bytes") this.#loss = loss;
    this.#requestsLostSince = true;
    // Which of two losses came first is not known.
    this.#turnsBefore = this.#server.lostLast ? -1 : this.#server.turns;
    this.#answersSinceLoss = 0;
  }

  /** Answers were lost: which of the requests they answered is not known. */
  answersLost(): void {
    this.#answersLostSince = true;
    for (let at = this.#first; at !== undefined; at = at.nextAsked) if (!at.responseDone) at.isUnsure = true;
  }

  /** Takes it out, if it is there, without telling it: it goes on elsewhere. */
  take(exchange: Exchange | undefined): Exchange | undefined {
    let before: Exchange | undefined;
    let at = this.#first;
    for (; at !== undefined && at !== exchange; at = at.nextAsked) before = at;
    if (at === undefined) return exchange;
    if (before === undefined) this.#first = at.nextAsked;
    else before.nextAsked = at.nextAsked;
    if (at === this.#last) this.#last = before;
    at.nextAsked = undefined;
    this.#length--;
    return exchange;
  }

  /** Nothing in it was a request. */
  drop(): void {
    this.#first = this.#last = undefined;
    this.#length = 0;
  }

  /** Tells all that is left. `unanswered` only where it is certain that no answer came. */
  flush(fate: "unanswered" | "unknown" = "unknown"): void {
    for (let first = this.#first; first !== undefined; first = this.#first)
      this.#tell(this.#shift(first), first.isUnsure ? "unknown" : fate);
  }

  /** Oldest request without an answer, for bytes lost before one began. */
  get firstUnanswered(): Exchange | undefined {
    let at = this.#first;
    while (at?.isAnswered) at = at.nextAsked;
    return at;
  }

  #doubt(exchange: Exchange, loss: "bytes" | "framing", serverIsIdle: boolean): void {
    if (serverIsIdle && this.#answersSinceLoss > 0) {
      // An answer since the loss and none under way: whatever was lost has been answered. What was taken for a request and has no
      // answer by then was none, or its answer is still to come.
      const isOver = loss === "bytes" || this.isEmpty;
      this.flush();
      this.#answersSinceLoss = 0;
      if (isOver) this.#loss = undefined;
      else exchange.complete = false;
    } else if (loss === "bytes") exchange.isUnsure = true;
    else exchange.complete = false;
  }

  #overflow(): void {
    if (this.#first !== undefined) this.#tell(this.#shift(this.#first), "unknown");
    if (this.#flow.twoSided) this.answersLost();
  }

  #shift(first: Exchange): Exchange {
    this.#first = first.nextAsked;
    if (this.#first === undefined) this.#last = undefined;
    first.nextAsked = undefined;
    this.#length--;
    return first;
  }

  #tell(exchange: Exchange, fate: "answered" | "unanswered" | "unknown" = "answered"): void {
    if (fate !== "answered" && !exchange.responseDone) {
      if (fate === "unknown") exchange.complete = false;
      if (!exchange.isAnswered && fate === "unanswered" && this.#flow.twoSided) exchange.unpaired = "no-response";
      if (exchange.isAnswered) exchange.complete = false;
    }
    this.#sink.message(exchange);
  }
}
