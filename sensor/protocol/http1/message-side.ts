import type { Flow, Side, Stream } from "../../flow/stream.js";
import { isEmptyMessage } from "../body/empty-message.js";
import type { FlowBodies } from "../body/flow-bodies.js";
import { watchEvents } from "../http/event-walk.js";
import type { Exchange } from "../http/exchange.js";
import type { Recognition } from "../protocol.js";
import { Body } from "./body.js";
import { HeadBuffer } from "./head-buffer.js";
import type { HeadReader } from "./head-reader.js";
import { findRequest, isRequestLine, looksLikeRequest, looksLikeStatus } from "./recognition.js";

interface Piece {
  /** Undefined for bytes that were lost. */
  readonly bytes: Buffer | undefined;
  readonly length: number;
  readonly atMicros: number;
}

/**
 * `head` a head is expected or gathered · `body` · `waiting` for the answer that decides whose bytes come next · `lost` looking
 * for the next head · `handed` over to another protocol.
 */
export type SideMode = "head" | "body" | "waiting" | "lost" | "handed";

/** Heads after lost bytes from which on they are believed to stand where messages begin: the second follows the first by its length. */
const HEADS_IN_STEP = 2;

/** What one side of a connection is in the middle of. */
export class MessageSide {
  readonly from: Side;
  readonly body = new Body();
  mode: SideMode = "head";
  /** No head of this side was read yet. */
  isFirst = true;
  /** Whose message is being read. */
  exchange: Exchange | undefined = undefined;
  /** Of a body that ends with the connection: time of its last byte; undefined where that one was lost. */
  lastMicros: number | undefined = undefined;
  /** What followed was no message, though nothing of it was lost: the next one may stand in the same piece. */
  lostFraming = false;
  /** How often bytes of this side came, or were lost; whether they were lost the last time. */
  turns = 0;
  lostLast = false;
  /** Bytes of this side were lost, or what it sent could not be followed. */
  wasLost = false;
  answerMayBeLost = false;
  /** The answer under way is one to a request that was told without it. */
  answersTold = false;
  #headsSinceGap = HEADS_IN_STEP;
  readonly #maxHeadBytes: number;
  readonly #bodies: FlowBodies;
  #head: HeadBuffer | undefined = undefined;
  #pieces: Piece[] | undefined = undefined;
  #heldBytes = 0;

  constructor(from: Side, flow: Flow, maxHeadBytes: number, bodies: FlowBodies) {
    this.from = from;
    this.#bodies = bodies;
    this.#maxHeadBytes = maxHeadBytes;
    // Joined late: what comes first may be the rest of a message.
    if (flow.rolesFrom !== "handshake") this.noteGap();
  }

  hear(): void {
    this.turns++;
    this.lostLast = false;
  }

  miss(): void {
    this.turns++;
    this.lostLast = this.wasLost = true;
    this.lastMicros = undefined;
  }

  /** Where messages begin and end on this side is no longer known. The exchange whose message was under way. */
  lose(what: "bytes" | "framing"): Exchange | undefined {
    const { exchange } = this;
    this.mode = "lost";
    this.lostFraming = what === "framing" && this.from === "client";
    this.wasLost = true;
    this.dropGathered();
    this.dropHeld();
    this.exchange = undefined;
    if (exchange !== undefined) {
      // The rest of its body will not be seen, or not be told apart.
      exchange.complete = false;
      if (this.from === "client") exchange.requestDone = true;
      this.#endLook(exchange);
    }
    return exchange;
  }

  /** Bytes of the other side were lost: where the head gathered here is never seen whole, they may have been its answer. */
  noteAnswerLost(): void {
    if (this.gathered !== undefined) this.answerMayBeLost = true;
  }

  /** The pieces of the head gathered so far; undefined where there are none. */
  get gathered(): HeadBuffer | undefined {
    return this.mode === "head" && this.#head !== undefined && this.#head.length > 0 ? this.#head : undefined;
  }

  /**
   * Where in bytes[start, end) this side's next message begins, -1 where it does not. `isPiece`: they begin with a segment, where a
   * message may begin unless bytes before it say otherwise.
   */
  findHead(bytes: Buffer, start: number, end: number, isPiece: boolean): number {
    if (!isPiece) return this.lostFraming ? findRequest(bytes, start, end) : -1;
    const isFound =
      this.from === "client" ? isRequestLine(bytes, start, end) : looksLikeStatus(bytes, start, end) === "match";
    return isFound ? start : -1;
  }

  /** Bytes of either side were lost. */
  noteGap(): void {
    this.#headsSinceGap = 0;
  }

  noteHead(): void {
    this.#headsSinceGap++;
  }

  /** What stands where a head is expected and is none is the sender's fault: no lost bytes explain it. */
  get isInStep(): boolean {
    return this.#headsSinceGap >= HEADS_IN_STEP;
  }

  /** Nothing of what this side sent from the connection's beginning on was lost. */
  get sawAll(): boolean {
    return this.#bodies.flow.rolesFrom === "handshake" && !this.wasLost;
  }

  /** All that this side sent was read. */
  get wasFollowed(): boolean {
    return !this.wasLost && this.gathered === undefined;
  }

  /** The bytes that came last are the beginning of no head, and none were lost that may explain it. */
  get endsAmiss(): boolean {
    const head = this.gathered;
    return head !== undefined && this.isInStep && this.looksLikeHead(head.bytes, 0, head.length) === "no";
  }

  /** RFC 9110 §9.3.2: an answer whose body did not come yet and whose request, which nobody saw, may have been HEAD. */
  get mayBeBodiless(): boolean {
    return this.exchange !== undefined && this.exchange.method === undefined && this.body.size === 0;
  }

  /** The head announced a body, and the next head comes in its place. */
  bodyNeverCame(bytes: Buffer, start: number, end: number): boolean {
    const { exchange, body } = this;
    if (body.size > 0 || exchange === undefined) return false;
    if (this.from === "server") return this.mayBeBodiless && looksLikeStatus(bytes, start, end) === "match";
    // RFC 9110 §10.1.1: after a final answer instead of 100 the client may go on with its next request.
    if (!exchange.expectsContinue || !exchange.isAnswered) return false;
    return looksLikeRequest(bytes, start, end) === "match";
  }

  looksLikeHead(bytes: Buffer, start: number, end: number): Recognition {
    return this.from === "client" ? looksLikeRequest(bytes, start, end) : looksLikeStatus(bytes, start, end);
  }

  gather(bytes: Buffer, start: number, end: number, atMicros: number): number {
    this.#head ??= new HeadBuffer(this.from, this.#maxHeadBytes);
    this.#head.isFirst = this.isFirst;
    if (this.#head.length === 0) this.answerMayBeLost = false;
    return this.#head.take(bytes, start, end, atMicros);
  }

  dropGathered(): void {
    this.#head?.clear();
  }

  /** RFC 9112 §8: the sender ended before the length it had announced. The exchange whose message was under way. */
  cutShort(): Exchange | undefined {
    const { exchange, body } = this;
    if (this.mode !== "body" || exchange === undefined) return undefined;
    this.exchange = undefined;
    const isRequest = this.from === "client";
    // RFC 9110 §10.1.1: refused, the client need never send it.
    const isWithheld = isRequest && exchange.expectsContinue && exchange.isAnswered && body.size === 0;
    if (!isWithheld) exchange.complete = false;
    this.endBody(exchange);
    return exchange;
  }

  /** The body of which a head was read last begins: it may be looked at. */
  beginLook(exchange: Exchange, heads: HeadReader, atMicros: number): void {
    if (this.body.isDone && !isEmptyMessage(this.from, exchange)) return;
    const { framing, contentEncoding, messageEncoding } = heads;
    const length = this.body.mode === "length" ? framing.contentLength : -1;
    const look =
      (exchange.rpc === undefined ? undefined : this.#bodies.openFramed(this.from, exchange, messageEncoding)) ??
      this.#bodies.open(this.from, exchange, contentEncoding, length);
    const isAnswer = this.from === "server";
    this.body.look = isAnswer ? watchEvents(exchange, look, contentEncoding, atMicros) : look;
  }

  /** Tells the exchange of the body that was under way. */
  endBody(exchange: Exchange): void {
    if (this.from === "client") {
      exchange.requestBodySize = this.body.size;
      if (this.body.size === 0 && this.body.isDone) exchange.endBodiless();
      exchange.requestDone = true;
    } else exchange.responseBodySize = this.body.size;
    this.#endLook(exchange);
  }

  #endLook(exchange: Exchange): void {
    const look = this.body.endLook();
    if (look === undefined) return;
    if (this.from === "client") exchange.requestLooked(look);
    else exchange.responseLooked(look);
  }

  /** Keeps a copy until the answer decides whom it is for; false beyond the bound. */
  hold(bytes: Buffer | undefined, length: number, atMicros: number): boolean {
    this.#heldBytes += bytes === undefined ? 0 : length;
    this.#pieces ??= [];
    if (this.#heldBytes > this.#maxHeadBytes || this.#pieces.length > 1_024) return false;
    this.#pieces.push({ bytes: bytes && Buffer.from(bytes), length, atMicros });
    return true;
  }

  dropHeld(): void {
    this.#pieces = undefined;
    this.#heldBytes = 0;
  }

  /** Hands what was held to `stream`, as this side sent it. */
  release(stream: Pick<Stream, "data" | "gap">): void {
    const pieces = this.#pieces;
    this.dropHeld();
    for (const { bytes, length, atMicros } of pieces ?? []) {
      if (bytes === undefined) stream.gap(this.from, length, atMicros);
      else stream.data(this.from, bytes, 0, length, atMicros);
    }
  }
}
