import type { Stream } from "../../flow/stream.js";
import type { Exchange } from "../http/exchange.js";
import type { HandedStream, ProtocolContext } from "../protocol.js";
import type { ExchangeQueue } from "./exchange-queue.js";
import type { MessageSide } from "./message-side.js";
import { looksLikeRequest } from "./recognition.js";

/** Upgrade and CONNECT: the answer decides whose the client's next bytes are, and another protocol may have all the rest. */
export class Succession {
  /** Who takes the rest of the connection. */
  next: HandedStream | undefined = undefined;
  readonly #context: ProtocolContext;
  readonly #queue: ExchangeQueue;
  readonly #http: Stream;
  readonly #client: MessageSide;
  readonly #server: MessageSide;

  constructor(context: ProtocolContext, queue: ExchangeQueue, http: Stream, client: MessageSide, server: MessageSide) {
    this.#context = context;
    this.#queue = queue;
    this.#http = http;
    this.#client = client;
    this.#server = server;
  }

  begin(next: HandedStream): void {
    this.next = next;
    this.#client.mode = "handed";
    this.#server.mode = "handed";
    this.#client.release(next);
  }

  /** The first bytes were lost with the end of the head that granted it. */
  beginLost(exchange: Exchange, lostBytes: number, atMicros: number): void {
    // A call that goes on has told of them.
    if (exchange.stream !== undefined) this.next?.doubt("server", atMicros);
    else this.next?.gap("server", lostBytes, atMicros);
  }

  /** Nothing will say any more whose bytes the client's are: they are read as what they were before. */
  resume(): void {
    if (this.#client.mode !== "waiting") return;
    this.#client.mode = "head";
    this.#client.release(this.#http);
  }

  /** The answer refused the other protocol, or belongs to nothing we know: what the client sent since is HTTP still. */
  resumeAfter(exchange: Exchange): void {
    if (exchange.asksUpgrade || exchange.isConnect || exchange.unpaired === "no-request") this.resume();
  }

  /** Where the answers are not captured, only the client's own bytes tell whether it was taken up. */
  isDecidedBy(bytes: Buffer, start: number, end: number, atMicros: number): boolean {
    if (this.#context.flow.twoSided) return false;
    if (looksLikeRequest(bytes, start, end) !== "match") return this.mayHaveBegun(0, atMicros);
    this.resume();
    return true;
  }

  /**
   * The answer was not seen to a client that asked for a WebSocket, so many bytes of it at least: what is spoken from now on the bytes
   * themselves say. False where nobody asked.
   */
  mayHaveBegun(lostBytes: number, atMicros: number): boolean {
    const asked = this.#queue.firstUnanswered;
    if (asked?.asks !== "websocket" || this.#client.mode !== "waiting") return false;
    this.#queue.take(asked);
    asked.complete = false;
    const next = this.#context.handOver(asked);
    if (lostBytes > 0) next.gap("server", lostBytes, atMicros);
    this.begin(next);
    return true;
  }
}
