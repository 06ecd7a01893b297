import type { Flow, Stream } from "../../flow/stream.js";
import type { Exchange } from "../http/exchange.js";
import type { MessageSide } from "./message-side.js";
import { looksLikeRequest } from "./start-line.js";

/** Upgrade and CONNECT: the answer decides whose the client's next bytes are, and another protocol may have all the rest. */
export class Succession {
  /** Who takes the rest of the connection. */
  next: Stream | undefined = undefined;
  readonly #flow: Flow;
  readonly #http: Stream;
  readonly #client: MessageSide;
  readonly #server: MessageSide;

  constructor(flow: Flow, http: Stream, client: MessageSide, server: MessageSide) {
    this.#flow = flow;
    this.#http = http;
    this.#client = client;
    this.#server = server;
  }

  begin(next: Stream): void {
    this.next = next;
    this.#client.mode = "handed";
    this.#server.mode = "handed";
    this.#client.release(next);
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

  /** Where the answers are not captured, only the client's own bytes tell that it was not taken up. */
  isRefusedBy(bytes: Buffer, start: number, end: number): boolean {
    return !this.#flow.twoSided && looksLikeRequest(bytes, start, end) === "match";
  }
}
