import type { CloseReason, Side, Stream } from "../../flow/stream.js";
import type { AnomalyName } from "../anomaly-name.js";
import type { FlowBodies } from "../body/flow-bodies.js";
import { Exchange } from "../http/exchange.js";
import { UNKNOWN_PATH } from "../message.js";
import type { ProtocolContext } from "../protocol.js";
import type { BlockSide } from "./block-side.js";
import { type Half, openHalf } from "./connection-half.js";
import { type Flood, FloodMeter } from "./flood-meter.js";
import { beginsPreface, FLAG, fragmentStart, PREFACE, paddingOf, TYPE } from "./frame.js";
import type { FrameSide, FrameSink } from "./frame-side.js";
import type { HeadReader } from "./head-reader.js";
import type { LearnedConnections } from "./learned-connections.js";
import type { OpenStream } from "./open-stream.js";
import { allow, limit, unlimit } from "./settings-limits.js";
import type { StreamBudget } from "./stream-budget.js";
import { StreamTable } from "./stream-table.js";

export interface Http2Settings {
  readonly maxHeadBytes: number;
  /** Streams that are open, of all connections together. */
  readonly maxStreams: number;
}

/** CONTINUATION frames of one block; who has more to say uses larger frames. */
const MAX_CONTINUATIONS = 64;

/** One connection that speaks HTTP/2 in the clear (RFC 9113), from its preface or joined later. */
export class Http2Stream implements Stream, FrameSink {
  readonly #context: ProtocolContext;
  readonly #heads: HeadReader;
  readonly #bodies: FlowBodies;
  readonly #budget: StreamBudget;
  readonly #streams: StreamTable;
  readonly #maxHeadBytes: number;
  readonly #client: Half;
  readonly #server: Half;
  /** Bytes of the client's preface that are still to come. */
  #prefaceLeft = 0;
  /** Each is told once. */
  #told: Set<AnomalyName> | undefined = undefined;

  constructor(
    context: ProtocolContext,
    settings: Http2Settings,
    heads: HeadReader,
    budget: StreamBudget,
    learned: LearnedConnections,
  ) {
    this.#context = context;
    this.#heads = heads;
    this.#bodies = heads.bodiesOf(context.flow);
    this.#budget = budget;
    this.#maxHeadBytes = settings.maxHeadBytes;
    this.#client = openHalf("client", this, settings.maxHeadBytes, context);
    this.#server = openHalf("server", this, settings.maxHeadBytes, context);
    const isLearned = learned.isOne(context.flow);
    for (const { block } of [this.#client, this.#server]) block.table.keepsUnread = isLearned;
    this.#streams = new StreamTable(context.flow, context.sink, budget, (atMicros) =>
      this.#anomaly("server", "response-without-request", atMicros),
    );
    const begun = context.takeBegun();
    if (begun instanceof Exchange) this.#continueUpgrade(begun);
  }

  data(from: Side, bytes: Buffer, start: number, end: number, atMicros: number): void {
    this.#streams.nowMicros = atMicros;
    const half = this.#of(from);
    let at = start;
    if (!half.isBegun) {
      half.isBegun = true;
      if (from === "client" && beginsPreface(bytes, start, end)) this.#prefaceLeft = PREFACE.length;
      else if (from === "client" || !this.#isFromStart) this.#joinLate(half);
    }
    if (this.#prefaceLeft > 0 && from === "client") {
      const skipped = Math.min(this.#prefaceLeft, end - at);
      this.#prefaceLeft -= skipped;
      at += skipped;
    }
    if (at < end) half.frames.data(bytes, at, end, atMicros);
  }

  gap(from: Side, length: number, atMicros: number): void {
    this.#streams.nowMicros = atMicros;
    const half = this.#of(from);
    if (from === "client") this.#prefaceLeft = 0;
    if (!half.isBegun && this.#context.flow.rolesFrom !== "handshake") this.#joinLate(half);
    half.isBegun = true;
    half.frames.gap(length, atMicros);
  }

  finished(): void {
    // Every stream says itself when it ends.
  }

  close(reason: CloseReason, atMicros: number): void {
    this.#streams.nowMicros = atMicros;
    // What was not read may have been answers.
    this.#streams.close(this.#server.isBegun && !this.#server.frames.isBeyondDoubt ? "end" : reason);
  }

  begins(side: FrameSide, atMicros: number): void {
    const half = this.#of(side.from);
    const { type, flags, streamId } = side;
    if (!half.isFramed) this.#judgeFirst(half);
    if (half.block.isOpen && (type !== TYPE.continuation || streamId !== half.block.streamId)) {
      this.fault(side, "interrupted-header-block", atMicros);
      this.#cutBlock(half, 0);
    }
    if (type !== TYPE.continuation) half.block.mayGoOn = false;
    if (type === TYPE.data) {
      half.stream = this.#streams.get(streamId);
      if (side.length === 0 && (flags & FLAG.endStream) === 0) this.#flood(half, "empty-frame-flood", atMicros);
    } else if (type === TYPE.rstStream) this.#reset(half, streamId, atMicros);
    else if (type === TYPE.ping) this.#flood(half, "ping-flood", atMicros);
    else if (type === TYPE.settings && (flags & FLAG.ack) === 0) this.#flood(half, "settings-flood", atMicros);
    else if (type === TYPE.continuation) this.#continuation(half, atMicros);
    else if (type === TYPE.headers && side.length === 0) this.#flood(half, "empty-frame-flood", atMicros);
  }

  content(side: FrameSide, bytes: Buffer, start: number, end: number, atMicros: number): void {
    const stream = this.#streamOf(side);
    if (stream === undefined) return;
    if (stream.tunnel === undefined) stream.half(side.from).take(bytes, start, end);
    else stream.tunnel.data(side.from, bytes, start, end, atMicros);
  }

  contentLost(side: FrameSide, length: number, atMicros: number): void {
    const stream = this.#streamOf(side);
    if (stream?.tunnel !== undefined) stream.tunnel.gap(side.from, length, atMicros);
    else stream?.miss(side.from, length);
  }

  contentEnds(side: FrameSide, atMicros: number | undefined): void {
    const stream = this.#streamOf(side);
    if (stream !== undefined && (side.flags & FLAG.endStream) !== 0) this.#end(stream, side.from, atMicros);
  }

  payload(side: FrameSide, bytes: Buffer, start: number, end: number, atMicros: number): void {
    const half = this.#of(side.from);
    if (side.type === TYPE.settings) {
      allow(this.#otherOf(half), bytes, start, end);
      return;
    }
    const from = start + fragmentStart(side);
    const until = end - paddingOf(side, bytes, start, end);
    if (from > until) {
      this.fault(side, "invalid-frame", atMicros);
      half.block.forget("bytes-lost");
      return;
    }
    if (!this.#beginBlock(half, atMicros)) return;
    const endsHere = (side.flags & FLAG.endHeaders) !== 0;
    if (endsHere && half.block.length === 0 && !half.block.isRefused) this.#block(half, bytes, from, until, false);
    else this.#append(half, bytes, from, until, endsHere, atMicros);
  }

  payloadCut(side: FrameSide, bytes: Buffer, end: number, lostBytes: number, atMicros: number): void {
    const half = this.#of(side.from);
    if (side.type === TYPE.settings) unlimit(this.#otherOf(half));
    if (side.type === TYPE.settings || !this.#beginBlock(half, atMicros)) return;
    const from = fragmentStart(side);
    const until = Math.min(end, side.length - paddingOf(side, bytes, 0, end));
    if (from < until) half.block.append(bytes, from, until);
    this.#cutBlock(half, lostBytes);
    half.block.mayGoOn = (side.flags & FLAG.endHeaders) === 0;
  }

  fault(side: FrameSide, name: AnomalyName, atMicros: number): void {
    this.#anomaly(side.from, name, atMicros);
  }

  synchronizationLost(side: FrameSide, lostBytes: number): void {
    const half = this.#of(side.from);
    half.stream = undefined;
    if (half.block.isOpen) this.#cutBlock(half, 0);
    half.block.mayGoOn = true;
    unlimit(this.#otherOf(half));
    // A connection that was joined late stays so until it is read.
    if (half.isFramed || half.block.unread === undefined) half.block.doubt();
    this.#streams.lost(side.from, lostBytes);
  }

  #of(from: Side): Half {
    return from === "client" ? this.#client : this.#server;
  }

  #otherOf(half: Half): Half {
    return half === this.#client ? this.#server : this.#client;
  }

  /** The stream of the DATA frame under way. What was one that is over may be another by now. */
  #streamOf({ from, streamId }: FrameSide): OpenStream | undefined {
    const { stream } = this.#of(from);
    return stream?.id === streamId && stream.exchange.flow === this.#context.flow ? stream : undefined;
  }

  /** Settings of both sides were missed as well: what one may send, the other's say. */
  #joinLate(half: Half): void {
    half.frames.joinLate();
    half.block.forget("joined-late");
    unlimit(this.#client);
    unlimit(this.#server);
    if (half === this.#client || !this.#client.isBegun) this.#streams.joinLate();
  }

  /** Only where TCP's beginning was seen, or the client's, are the server's first bytes its first. */
  get #isFromStart(): boolean {
    const { isBegun, block } = this.#client;
    return this.#context.flow.rolesFrom === "handshake" || (isBegun && block.unread === undefined);
  }

  /** RFC 9113 §3.4: a side's first frame is SETTINGS; what they do not say is as RFC 9113 §6.5.2 has it. */
  #judgeFirst(half: Half): void {
    const { type, flags } = half.frames;
    half.isFramed = true;
    const isSettings = type === TYPE.settings && (flags & FLAG.ack) === 0;
    if (half === this.#server && !isSettings && half.block.unread === undefined) this.#joinLate(half);
    if (!isSettings || this.#client.block.unread !== undefined || this.#server.block.unread !== undefined) return;
    limit(this.#otherOf(half));
  }

  /** RFC 7540 §3.2: the request that asked for it is stream 1, half closed. */
  #continueUpgrade(begun: Exchange): void {
    begun.version = "2";
    begun.status = undefined;
    begun.isAnswered = false;
    const stream = this.#streams.open(1, begun);
    stream.client.hasHead = begun.method !== undefined;
    stream.client.isDone = true;
    stream.client.size = begun.requestBodySize ?? 0;
  }

  /** False where the frame goes on with nothing that was begun. */
  #beginBlock({ frames, block }: Half, atMicros: number): boolean {
    if (frames.type === TYPE.continuation) return block.isOpen;
    const isPromise = frames.type === TYPE.pushPromise;
    const endsStream = !isPromise && (frames.flags & FLAG.endStream) !== 0;
    block.begin(frames.streamId, endsStream, isPromise, atMicros);
    if (isPromise && frames.from === "client") this.#anomaly("client", "invalid-frame", atMicros);
    return true;
  }

  #append(half: Half, bytes: Buffer, start: number, end: number, endsHere: boolean, atMicros: number): void {
    const { block, frames } = half;
    if (block.length + end - start > this.#maxHeadBytes) block.isRefused = true;
    else block.append(bytes, start, end);
    if (!endsHere) return;
    if (block.isRefused) {
      this.fault(frames, "head-too-large", atMicros);
      this.#cutBlock(half, 0);
    } else this.#block(half, block.bytes, 0, block.length, false);
  }

  /** What was seen of a block whose end will not come; where the table stands after it is not known. */
  #cutBlock(half: Half, lostBytes: number): void {
    const { block } = half;
    this.#block(half, block.bytes, 0, block.length, true, lostBytes);
    block.forget("bytes-lost");
  }

  #block(half: Half, bytes: Buffer, start: number, end: number, isCut: boolean, lostBytes = 0): void {
    const { block, frames } = half;
    const outcome = this.#heads.read(block, frames.from, bytes, start, end, isCut);
    const isBroken = !isCut && outcome !== "whole";
    if (isBroken) {
      this.fault(frames, "invalid-header-block", block.atMicros);
      block.forget("bytes-lost");
    }
    block.end();
    // Where frames begin was a guess, and a wrong one.
    if (isBroken && !frames.isTrusted) frames.lose(0);
    else if (block.isPromise) {
      if (frames.from === "server") this.#budget.counters.http2_answers_pushed++;
    } else if (frames.from === "client") this.#request(block, isCut || isBroken, lostBytes);
    else this.#answer(block, isCut || isBroken, lostBytes);
  }

  #request(block: BlockSide, isCut: boolean, lostBytes: number): void {
    const { streamId, atMicros } = block;
    if (streamId % 2 === 0) {
      this.#anomaly("client", "invalid-stream-id", atMicros);
      return;
    }
    let stream = this.#streams.get(streamId);
    if (!stream?.client.hasHead) {
      // Trailers of a request that came before.
      if (!this.#heads.facts.hasMethod && !this.#heads.facts.hasUnknown && !isCut) {
        block.sendsTrailers = true;
        if (block.unread === undefined) this.#anomaly("client", "invalid-pseudo-header", atMicros);
        return;
      }
      const exchange = new Exchange(this.#context.flow, atMicros);
      exchange.version = "2";
      this.#heads.fillRequest(exchange, block, isCut);
      if (block.table.keepsUnread && !isCut) this.#heads.learn("client", exchange, block);
      exchange.miss(lostBytes);
      this.#noteHead("client", exchange, atMicros);
      if (stream === undefined) stream = this.#streams.open(streamId, exchange);
      else this.#streams.ask(stream, exchange);
      const { contentLength, hasUnknown } = this.#heads.facts;
      // Its answer may be among what is passed over until frames are found again, or in what only looks like a frame.
      if (!this.#server.frames.isSure && !stream.server.hasHead) stream.server.isLost = true;
      stream.client.begin(exchange.requestContentType, isCut ? undefined : contentLength, hasUnknown || isCut);
      stream.beginLook("client", this.#heads, this.#bodies, atMicros, block.endsStream);
      block.lastRequestId = streamId;
    } else block.sendsTrailers = true;
    if (block.endsStream) this.#end(stream, "client", atMicros);
  }

  #answer(block: BlockSide, isCut: boolean, lostBytes: number): void {
    const { streamId, atMicros } = block;
    if (streamId % 2 === 0) return;
    // Where frames begin may be a guess, and a header that lost what it heads is no proof of it.
    let stream = this.#streams.get(streamId);
    if (!isCut || this.#server.frames.isTrusted) stream ??= this.#streams.openUnasked(streamId, atMicros);
    if (stream === undefined) return;
    const { exchange, server } = stream;
    const { status, hasUnknown, contentLength } = this.#heads.facts;
    // RFC 9110 §15.2: interim responses come before the final one.
    if (status !== undefined && status < 200) return;
    exchange.miss(lostBytes);
    const isTrailers = server.hasHead || (status === undefined && !hasUnknown && !isCut);
    if (isTrailers) this.#heads.fillTrailers(exchange);
    else {
      this.#heads.fillResponse(exchange, block, isCut);
      if (block.table.keepsUnread && !isCut) this.#heads.learn("server", exchange, block);
      server.begin(exchange.responseContentType, isCut ? undefined : contentLength, hasUnknown || isCut);
      stream.beginLook("server", this.#heads, this.#bodies, atMicros, block.endsStream);
      this.#noteHead("server", exchange, atMicros);
    }
    exchange.isAnswered = true;
    if (block.endsStream) this.#end(stream, "server", atMicros);
    else if (exchange.isConnect && exchange.switches && stream.tunnel === undefined) this.#tunnel(stream, atMicros);
  }

  #noteHead(from: Side, exchange: Exchange, atMicros: number): void {
    const { anomalies } = this.#heads;
    if (anomalies.length > 0) for (const name of anomalies) this.#anomaly(from, name, atMicros);
    if (from === "server" || exchange.path !== UNKNOWN_PATH) return;
    if (exchange.unread === "joined-late") this.#budget.counters.http2_paths_joined_late++;
    else this.#budget.counters.http2_paths_lost++;
  }

  /** RFC 9113 §8.5, RFC 8441 §5: the content is another protocol's from now on. */
  #tunnel(stream: OpenStream, atMicros: number): void {
    const { exchange } = stream;
    exchange.requestBodySize = exchange.responseBodySize = 0;
    exchange.endResponse(atMicros);
    this.#streams.tellEarly(stream);
    stream.tunnel = this.#context.handOver(exchange.stream && exchange);
  }

  #end(stream: OpenStream, from: Side, atMicros: number | undefined): void {
    const [half, exchange] = [stream.half(from), stream.exchange];
    const { nowMicros } = this.#streams;
    // Of a request that was not seen nobody knows whether it was HEAD.
    const mayBeHead = exchange.isHead || exchange.method === undefined;
    const hasContent = from === "client" || !(mayBeHead || exchange.status === 204 || exchange.status === 304);
    const isWrong = half.announced !== undefined && half.announced !== half.size && !half.isLost && hasContent;
    if (isWrong && !half.isDone && stream.tunnel === undefined)
      this.#anomaly(from, "content-length-mismatch", nowMicros);
    stream.tunnel?.finished(from, nowMicros);
    this.#streams.end(stream, from, atMicros);
  }

  #reset(half: Half, streamId: number, atMicros: number): void {
    const stream = this.#streams.get(streamId);
    if (half === this.#client && stream !== undefined && !stream.server.hasHead)
      this.#flood(half, "rapid-reset-flood", atMicros);
    if (stream !== undefined) this.#streams.reset(stream);
  }

  #continuation(half: Half, atMicros: number): void {
    const { block, frames } = half;
    if (!block.isOpen) {
      if (!block.mayGoOn) this.fault(frames, "invalid-frame", atMicros);
      block.forget("bytes-lost");
      return;
    }
    block.frames++;
    if (frames.length === 0) this.#flood(half, "empty-frame-flood", atMicros);
    if (block.frames > MAX_CONTINUATIONS) this.#anomaly(frames.from, "continuation-flood", atMicros);
  }

  #flood(half: Half, flood: Flood, atMicros: number): void {
    half.floods ??= new FloodMeter();
    if (half.floods.note(flood, atMicros)) this.#anomaly(half.frames.from, flood, atMicros);
  }

  #anomaly(from: Side, name: AnomalyName, atMicros: number): void {
    this.#told ??= new Set();
    // Where frames begin may be a guess of ours, and a wrong one.
    if (this.#told.has(name) || !this.#of(from).frames.isBeyondDoubt) return;
    this.#told.add(name);
    this.#context.sink.message({ kind: "anomaly", flow: this.#context.flow, atMicros, from, name, detail: undefined });
  }
}
