import type { Flow, Side } from "../../flow/stream.js";
import { FramedLook } from "../grpc/framed-look.js";
import { hasFramedMessages } from "../grpc/framed-type.js";
import type { MessageLook } from "../grpc/message-look.js";
import type { ContentLook } from "./body-look.js";
import { BodyProbe } from "./body-probe.js";
import type { BodyReader, MessageFacts } from "./body-reader.js";

/** The bodies of one flow. The seam for whatever protocol has messages with bodies: it names them, and feeds what comes of it. */
export class FlowBodies {
  readonly #reader: BodyReader;
  readonly flow: Flow;
  readonly #salt: number;
  /** Of the requests of a flow that has one message after the other one is enough. */
  #probe: BodyProbe | undefined = undefined;

  constructor(reader: BodyReader, flow: Flow) {
    let salt = flow.serverPort;
    const { serverAddress } = flow;
    for (let at = 0; at < serverAddress.length; at++) salt = Math.imul(salt, 31) + serverAddress.charCodeAt(at);
    this.#reader = reader;
    this.flow = flow;
    this.#salt = salt;
  }

  /**
   * For the body that begins now; undefined where it is not looked at. `length`: content bytes, -1 where not known. What comes of it is
   * told when the body ends.
   */
  open(from: Side, facts: MessageFacts, contentEncoding: string | undefined, length: number): ContentLook | undefined {
    const contentType = from === "client" ? facts.requestContentType : facts.responseContentType;
    if (facts.rpc !== undefined && hasFramedMessages(contentType)) return this.#openFramed(from, facts, contentType);
    if (!this.#reader.isOn) return undefined;
    return this.#reader.open(this.#salt, this, from, facts, contentEncoding, length);
  }

  get probe(): BodyProbe {
    this.#probe ??= new BodyProbe(this.#reader, this.flow);
    return this.#probe;
  }

  /** For messages that the protocol itself takes out of their frames; `encoding` is what the compressed ones are in. */
  openMessages(from: Side, facts: MessageFacts, encoding: string | undefined): MessageLook | undefined {
    return this.#reader.isOn ? this.#reader.openMessages(this.#salt, this.flow, from, facts, encoding) : undefined;
  }

  #openFramed(from: Side, facts: MessageFacts, contentType: string | undefined): FramedLook {
    const framed = new FramedLook(contentType);
    framed.messages.look = this.openMessages(from, facts, undefined);
    return framed;
  }
}
