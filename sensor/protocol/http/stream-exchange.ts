import type { CallStream, StreamCount, StreamEnd, StreamKind } from "../message.js";

const NO_EXTENSIONS: readonly string[] = [];

/** What one side sent, counting. */
export class StreamTally implements StreamCount {
  messages = 0;
  messageBytes = 0;
  fragmented = 0;
  compressed = 0;
  controlFrames = 0;
  unreadBytes = 0;

  get isEmpty(): boolean {
    return this.messages === 0 && this.controlFrames === 0 && this.unreadBytes === 0;
  }

  add(other: StreamCount): void {
    this.messages += other.messages;
    this.messageBytes += other.messageBytes;
    this.fragmented += other.fragmented;
    this.compressed += other.compressed;
    this.controlFrames += other.controlFrames;
    this.unreadBytes += other.unreadBytes;
  }
}

/** A call's stream in the making. */
export class StreamExchange implements CallStream {
  readonly kind: StreamKind;
  readonly subprotocol: string | undefined;
  readonly extensions: readonly string[];
  isContinued = false;
  request: StreamCount | undefined = undefined;
  response: StreamCount | undefined = undefined;
  end: StreamEnd | undefined = undefined;
  answeredMicros: number | undefined = undefined;
  lastedMicros: number | undefined = undefined;

  constructor(kind: StreamKind, subprotocol?: string, extensions: readonly string[] = NO_EXTENSIONS) {
    this.kind = kind;
    this.subprotocol = subprotocol;
    this.extensions = extensions;
  }

  /** The HTTP of it is over: of a WebSocket that is what opens it, of all others everything. */
  httpOver(durationMicros: number): void {
    if (this.kind === "websocket") this.answeredMicros = durationMicros;
    else this.lastedMicros = durationMicros;
  }
}
