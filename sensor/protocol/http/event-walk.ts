import type { ContentLook, Found } from "../body/body-look.js";
import { codingOf, IDENTITY } from "../body/content-coding.js";
import type { Exchange } from "./exchange.js";
import { StreamExchange, StreamTally } from "./stream-exchange.js";

const EVENT_STREAM = "text/event-stream";
/** Of nearly all types this one letter says that they are another. */
const LETTER_AT = "text/".length;
const LETTER = 0x65;
const LF = 10;
const CR = 13;
const COLON = 0x3a;
const SPACE = 0x20;
const DATA = Buffer.from("data");

/**
 * What looks at the content of the answer whose head was read last: `look`, and where that answer is a stream of events somebody who
 * counts them as well.
 */
export function watchEvents(
  exchange: Exchange,
  look: ContentLook | undefined,
  contentEncoding: string | undefined,
  atMicros: number,
): ContentLook | undefined {
  const type = exchange.responseContentType;
  if (type === undefined || (type.charCodeAt(LETTER_AT) | SPACE) !== LETTER) return look;
  if (!type.toLowerCase().startsWith(EVENT_STREAM)) return look;
  const stream = new StreamExchange("event-stream");
  exchange.stream = stream;
  if (exchange.method !== undefined) stream.answeredMicros = Math.max(0, atMicros - exchange.atMicros);
  // Compressed events can't be told apart.
  if (codingOf(contentEncoding) !== IDENTITY) return look;
  const tally = new StreamTally();
  stream.response = tally;
  return new EventWalk(tally, look);
}

/** Counts server-sent events (WHATWG HTML §9.2.6): a blank line ends one, and one without data is none. */
class EventWalk implements ContentLook {
  readonly #tally: StreamTally;
  readonly #look: ContentLook | undefined;
  /** Bytes of the line so far, of its name as far as it is `data`, and of the value behind it. */
  #lineBytes = 0;
  #matched = 0;
  #isData = false;
  #valueBytes = 0;
  /** Of the event so far. */
  #dataLines = 0;
  #dataBytes = 0;
  #sawCr = false;
  /** What comes is the rest of an event whose beginning was lost. */
  #isLost = false;

  constructor(tally: StreamTally, look: ContentLook | undefined) {
    this.#tally = tally;
    this.#look = look;
  }

  take(bytes: Buffer, start: number, end: number): void {
    this.#look?.take(bytes, start, end);
    for (let at = start; at < end; at++) {
      const byte = bytes[at];
      if (this.#isLost) this.#tally.unreadBytes++;
      const endsCrLf = byte === LF && this.#sawCr;
      this.#sawCr = byte === CR;
      if (endsCrLf) continue;
      if (byte === LF || byte === CR) this.#endLine();
      else this.#lineByte(byte);
    }
  }

  gap(length: number): void {
    this.#look?.gap(length);
    if (length === 0) return;
    this.#isLost = true;
    this.#sawCr = false;
    // Even an empty line may be the rest of another.
    this.#lineBytes = 1;
    this.#isData = false;
    this.#dataLines = 0;
  }

  end(fate: "whole" | "cut"): Readonly<Found> | undefined {
    return this.#look?.end(fate);
  }

  #lineByte(byte: number): void {
    const position = this.#lineBytes++;
    if (this.#isData) {
      // One space behind the colon is none of the value's.
      if (this.#valueBytes > 0 || position > DATA.length + 1 || byte !== SPACE) this.#valueBytes++;
    } else if (position === this.#matched && position < DATA.length && byte === DATA[position]) this.#matched++;
    else if (position === DATA.length && this.#matched === DATA.length && byte === COLON) this.#isData = true;
  }

  #endLine(): void {
    const isName = this.#lineBytes === DATA.length && this.#matched === DATA.length;
    if (this.#lineBytes === 0) this.#endEvent();
    else if ((this.#isData || isName) && !this.#isLost) {
      // The lines of one event are joined by a line end.
      this.#dataBytes += this.#valueBytes + (this.#dataLines > 0 ? 1 : 0);
      this.#dataLines++;
    }
    this.#lineBytes = this.#matched = this.#valueBytes = 0;
    this.#isData = false;
  }

  #endEvent(): void {
    if (this.#dataLines > 0) {
      this.#tally.messages++;
      this.#tally.messageBytes += this.#dataBytes;
      if (this.#dataLines > 1) this.#tally.fragmented++;
    }
    this.#isLost = false;
    this.#dataLines = this.#dataBytes = 0;
  }
}
