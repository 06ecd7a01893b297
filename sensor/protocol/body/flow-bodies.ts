import type { Flow, Side } from "../../flow/stream.js";
import { FramedLook } from "../grpc/framed-look.js";
import { hasFramedMessages } from "../grpc/framed-type.js";
import type { MessageLook } from "../grpc/message-look.js";
import type { ContentLook } from "./body-look.js";
import type { BodyProbe, ProbeHolder } from "./body-probe.js";
import type { BodyReader, MessageFacts } from "./body-reader.js";

/** The bodies of one flow. The seam for whatever protocol has messages with bodies: it names them, and feeds what comes of it. */
export class FlowBodies implements ProbeHolder {
  probe: BodyProbe | undefined = undefined;
  readonly #reader: BodyReader;
  readonly flow: Flow;
  readonly #salt: number;

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
   * told when the body ends. `holder` is what has one message after the other, where the flow has several at a time.
   */
  open(
    from: Side,
    facts: MessageFacts,
    contentEncoding: string | undefined,
    length: number,
    holder: ProbeHolder = this,
  ): ContentLook | undefined {
    if (!this.#reader.isOn) return undefined;
    return this.#reader.open(this.#salt, this.flow, holder, from, facts, contentEncoding, length);
  }

  /** For messages that the protocol itself takes out of their frames; `encoding` is what the compressed ones are in. */
  openMessages(from: Side, facts: MessageFacts, encoding: string | undefined): MessageLook | undefined {
    return this.#reader.isOn ? this.#reader.openMessages(this.#salt, this.flow, from, facts, encoding) : undefined;
  }

  /** The same where they have to be found in the body; undefined where none are framed in it. */
  openFramed(from: Side, facts: MessageFacts, encoding: string | undefined): FramedLook | undefined {
    const contentType = from === "client" ? facts.requestContentType : facts.responseContentType;
    if (!hasFramedMessages(contentType)) return undefined;
    const framed = new FramedLook(contentType);
    framed.messages.look = this.openMessages(from, facts, encoding);
    return framed;
  }
}
