import type { CloseReason, Flow, Side } from "../../flow/stream.js";
import { type Exchange, unaskedExchange } from "../http/exchange.js";
import type { MessageSink } from "../message.js";
import type { OpenStream } from "./open-stream.js";
import type { StreamBudget } from "./stream-budget.js";
import { StreamIndex } from "./stream-index.js";

/** Streams of one connection at one time. */
const MAX_STREAMS = 10_000;
/**
 * Requests of a flow of which only one direction is captured are not held back for answers that can't be seen: no more of them than a
 * client sends at once before the first answer to any of them is seen.
 */
const MAX_ONE_SIDED = 128;
/** Streams whose end may have been lost. */
const MAX_UNSURE = 256;
/** Streams taken back for whose frames under way we do not wait. */
const MAX_RESET = 256;

/** The streams of one connection that are open, in the order they were opened; tells each exchange when it is over. */
export class StreamTable {
  /** Time of the bytes that are being read. */
  nowMicros = 0;
  readonly #flow: Flow;
  readonly #sink: MessageSink;
  readonly #budget: StreamBudget;
  /** Called for an answer nobody asked for, where every request was seen. */
  readonly #onUnasked: (atMicros: number) => void;
  readonly #streams = new StreamIndex();
  /** Highest stream the client opened. */
  #highestId = 0;
  /** From this stream on every request was seen. */
  #knownFrom: number | undefined = 1;
  #reset: number[] | undefined = undefined;
  /** Answered streams whose request may be still to come. */
  #unasked = 0;
  #unsure = 0;

  constructor(flow: Flow, sink: MessageSink, budget: StreamBudget, onUnasked: (atMicros: number) => void) {
    this.#flow = flow;
    this.#sink = sink;
    this.#budget = budget;
    this.#onUnasked = onUnasked;
  }

  get(id: number): OpenStream | undefined {
    return this.#streams.get(id);
  }

  /** Requests before the first that is seen may be under way. */
  joinLate(): void {
    this.#knownFrom = undefined;
  }

  /** The stream of a request. */
  open(id: number, exchange: Exchange): OpenStream {
    this.#knownFrom ??= id;
    if (id > this.#highestId) this.#highestId = id;
    if (this.#unasked > 0) this.#tellUnasked();
    return this.#add(id, exchange);
  }

  /** The stream of an answer without a request; undefined where its exchange was told before. */
  openUnasked(id: number, atMicros: number): OpenStream | undefined {
    if (this.#reset?.includes(id)) return undefined;
    const isOver = this.#knownFrom !== undefined && id >= this.#knownFrom && id <= this.#highestId;
    if (isOver) return undefined;
    const stream = this.#add(id, unaskedExchange(this.#flow, "2", atMicros));
    stream.client.isDone = true;
    stream.isUnasked = this.#flow.twoSided;
    if (stream.isUnasked) this.#unasked++;
    return stream;
  }

  /** The request of a stream whose answer came to us first. */
  ask(stream: OpenStream, exchange: Exchange): void {
    const answered = stream.exchange;
    exchange.copyResponse(answered);
    exchange.isAnswered = true;
    stream.exchange = exchange;
    stream.client.isDone = false;
    if (stream.isUnasked) this.#unasked--;
    stream.isUnasked = false;
    if (stream.id > this.#highestId) this.#highestId = stream.id;
  }

  /** One side has sent its last byte of the stream; `atMicros` is undefined where that one was lost. */
  end(stream: OpenStream, from: Side, atMicros: number | undefined): void {
    const half = stream.half(from);
    if (half.isDone) return;
    half.isDone = true;
    if (from === "client") {
      if (half.size === 0 && atMicros !== undefined) stream.exchange.endBodiless();
      stream.endRequestLook();
    }
    if (from === "server" && !stream.isSilent) stream.exchange.endResponse(atMicros);
    this.settle(stream);
  }

  /** Tells it when both sides are done, and the request has come if it will. */
  settle(stream: OpenStream): void {
    if (!stream.client.isDone || !stream.server.isDone) return;
    if (!stream.isUnasked || stream.id <= this.#highestId) this.#tell(stream, "answered");
  }

  /** RFC 9113 §5.4.2: either side may end a stream any time. */
  reset(stream: OpenStream): void {
    this.#reset ??= [];
    if (this.#reset.length >= MAX_RESET) this.#reset.shift();
    this.#reset.push(stream.id);
    if (stream.server.isDone) this.#tell(stream, "answered");
    else this.#tell(stream, stream.server.isLost ? "unknown" : "ended");
  }

  /** Tells an exchange whose stream goes on as something else. */
  tellEarly(stream: OpenStream): void {
    this.#sink.message(stream.exchange);
    stream.isSilent = true;
  }

  /** Bytes of a side were lost that may have been of any of its streams. */
  lost(from: Side, lostBytes: number): void {
    if (from === "client") this.#knownFrom = undefined;
    const all = this.#streams.all();
    const touched = all.filter((stream) => !stream.half(from).isDone);
    // Nothing more is waited for from a client that lost bytes once, but what it sends through a tunnel is read on.
    for (const stream of all)
      if (stream.half(from).isDone && stream.half(from).isLost) stream.tunnel?.doubt(from, this.nowMicros);
    if (touched.length === 1 && touched[0].half(from).hasHead) touched[0].exchange.miss(lostBytes);
    for (const stream of touched) {
      const half = stream.half(from);
      half.isLost = true;
      stream.tunnel?.doubt(from, this.nowMicros);
      if (from === "client") {
        half.isDone = true;
        this.settle(stream);
      }
    }
    if (from === "client") this.#tellUnasked();
    else this.#boundUnsure(touched.length);
  }

  close(reason: CloseReason): void {
    const isEnd = reason === "fin" || reason === "reset";
    for (const stream of this.#streams.all()) {
      const isOver = stream.client.isDone && stream.server.isDone;
      const isCertain = isEnd && !stream.server.isLost;
      this.#tell(stream, isOver ? "answered" : isCertain ? "unanswered" : "unknown");
    }
  }

  #add(id: number, exchange: Exchange): OpenStream {
    const most = this.#flow.twoSided ? MAX_STREAMS : MAX_ONE_SIDED;
    if (this.#streams.size >= most || !this.#budget.take()) {
      if (this.#streams.oldest !== undefined) this.#tell(this.#streams.oldest, "unknown");
      this.#budget.counters.http2_streams_evicted++;
      this.#budget.counters.http2_streams++;
    }
    const stream = this.#budget.stream(id, exchange);
    this.#streams.add(stream);
    return stream;
  }

  #boundUnsure(more: number): void {
    this.#unsure = Math.min(this.#streams.size, this.#unsure + more);
    if (this.#unsure <= MAX_UNSURE) return;
    const unsure = this.#streams.all().filter((stream) => stream.server.isLost);
    for (const stream of unsure.slice(0, unsure.length - MAX_UNSURE)) this.#tell(stream, "unknown");
    this.#unsure = Math.min(unsure.length, MAX_UNSURE);
  }

  /** Requests after theirs were seen, or bytes of the client lost: their own will not come. */
  #tellUnasked(): void {
    for (const stream of this.#streams.all()) if (stream.isUnasked) this.settle(stream);
  }

  /** `ended` a side ended it · `unanswered` the connection ended · `unknown` its end, if there was one, was not seen. */
  #tell(stream: OpenStream, fate: "answered" | "ended" | "unanswered" | "unknown"): void {
    const { exchange } = stream;
    if (!this.#streams.remove(stream)) return;
    this.#budget.release();
    stream.tunnel?.close("fin", this.nowMicros);
    if (stream.isUnasked) this.#unasked--;
    if (stream.isSilent) return;
    stream.fill();
    if (stream.client.isLost || stream.server.isLost) exchange.complete = false;
    if (fate === "unknown" || (fate === "unanswered" && exchange.isAnswered)) exchange.complete = false;
    // An answer that ended has begun, where that was seen or not.
    if (fate === "answered" && !exchange.isAnswered) exchange.complete = false;
    const isUnanswered = !exchange.isAnswered && (fate === "ended" || fate === "unanswered");
    if (isUnanswered && this.#flow.twoSided) exchange.unpaired = "no-response";
    if (stream.isUnasked && this.#knownFrom === 1) this.#onUnasked(exchange.atMicros);
    this.#budget.keep(stream);
    this.#sink.message(exchange);
  }
}
