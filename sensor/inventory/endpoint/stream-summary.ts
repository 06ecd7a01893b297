import type { StreamRecord } from "../../../shared/endpoint-facts.js";
import type { Quantiles } from "../../../shared/event.js";
import type { CallStream, StreamCount } from "../../protocol/message.js";
import { QuantileSketch } from "../count/quantile-sketch.js";
import { Tally } from "../count/tally.js";

const MAX_NAMES = 8;
const MAX_CODES = 32;
const MAX_TEXT = 100;
/** Where nobody took leave, or said why. */
const NO_CLOSE = "none";

/** What one way sent. */
class Direction {
  messages = 0;
  messageBytes = 0;

  add({ messages, messageBytes }: { readonly messages: number; readonly messageBytes: number }): void {
    this.messages += messages;
    this.messageBytes += messageBytes;
  }
}

/** What an endpoint's calls are beyond question and answer, counting. Few endpoints have one. */
export class StreamSummary {
  readonly kinds = new Tally(MAX_NAMES);
  readonly #subprotocols = new Tally(MAX_NAMES);
  readonly #extensions = new Tally(MAX_NAMES);
  readonly #frames = new Tally(MAX_NAMES);
  readonly #closes = new Tally(MAX_CODES);
  readonly #reasons = new Tally(MAX_NAMES);
  readonly #request = new Direction();
  readonly #response = new Direction();
  readonly #lasted = new QuantileSketch();

  add(stream: CallStream): void {
    if (!stream.isContinued) this.#began(stream);
    if (stream.request !== undefined) this.#count(stream.request, this.#request);
    if (stream.response !== undefined) this.#count(stream.response, this.#response);
    if (stream.lastedMicros !== undefined) this.#lasted.add(stream.lastedMicros);
    if (stream.end === undefined) return;
    this.#closes.add(String(stream.end.code ?? NO_CLOSE));
    if (stream.end.from !== undefined) this.#reasons.add(stream.end.reason);
  }

  merge(other: StreamSummary): void {
    this.kinds.merge(other.kinds);
    this.#subprotocols.merge(other.#subprotocols);
    this.#extensions.merge(other.#extensions);
    this.#frames.merge(other.#frames);
    this.#closes.merge(other.#closes);
    this.#reasons.merge(other.#reasons);
    this.#request.add(other.#request);
    this.#response.add(other.#response);
    this.#lasted.merge(other.#lasted);
  }

  record(): StreamRecord {
    const lastedMillis: Quantiles | undefined = this.#lasted.quantiles(1_000);
    return {
      kinds: this.kinds.record(),
      subprotocols: this.#subprotocols.sortedTexts(),
      extensions: this.#extensions.sortedTexts(),
      requestMessages: this.#request.messages,
      responseMessages: this.#response.messages,
      requestMessageBytes: this.#request.messageBytes,
      responseMessageBytes: this.#response.messageBytes,
      frames: this.#frames.record(),
      closes: this.#closes.record(),
      closeReasons: this.#reasons.record(),
      ...(lastedMillis === undefined ? {} : { lastedMillis }),
    };
  }

  /** For `restore`: what the record does not have. */
  state(): readonly number[] {
    return this.#lasted.state();
  }

  restore(record: StreamRecord, lasted: readonly number[]): void {
    this.kinds.restore(record.kinds);
    for (const name of record.subprotocols) this.#subprotocols.add(name);
    for (const name of record.extensions) this.#extensions.add(name);
    this.#frames.restore(record.frames);
    this.#closes.restore(record.closes);
    this.#reasons.restore(record.closeReasons);
    this.#request.add({ messages: record.requestMessages, messageBytes: record.requestMessageBytes });
    this.#response.add({ messages: record.responseMessages, messageBytes: record.responseMessageBytes });
    this.#lasted.restore(lasted);
  }

  #began({ kind, subprotocol, extensions }: CallStream): void {
    this.kinds.add(kind);
    if (subprotocol !== undefined) this.#subprotocols.note(subprotocol.slice(0, MAX_TEXT));
    for (const name of extensions) this.#extensions.note(name.slice(0, MAX_TEXT));
  }

  #count(count: StreamCount, direction: Direction): void {
    direction.add(count);
    const { fragmented, compressed, controlFrames, unreadBytes } = count;
    if (fragmented > 0) this.#frames.add("fragmented", fragmented);
    if (compressed > 0) this.#frames.add("compressed", compressed);
    if (controlFrames > 0) this.#frames.add("control", controlFrames);
    if (unreadBytes > 0) this.#frames.add("unread bytes", unreadBytes);
  }
}
