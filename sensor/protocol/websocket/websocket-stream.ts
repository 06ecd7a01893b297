import type { CloseReason, Side } from "../../flow/stream.js";
import type { AnomalyName } from "../anomaly-name.js";
import { Exchange } from "../http/exchange.js";
import { StreamExchange, StreamTally } from "../http/stream-exchange.js";
import { type Call, type StreamEnd, UNKNOWN_PATH } from "../message.js";
import type { HandedStream, ProtocolContext, ProtocolStream } from "../protocol.js";
import type { CloseFrame } from "./close-frame.js";
import { COMPRESSED, RESERVED } from "./frame.js";
import { FrameSide, type FrameSink } from "./frame-side.js";

/** One that goes on for days is told in between. */
const TELL_MICROS = 10e6;
const DEFLATE = "permessage-deflate";
const SCRATCH_BYTES = 4_096;

/** Of all WebSockets together. */
export type WebsocketCounters = {
  websocket_streams: number;
  /** The request that opened them was not seen. */
  websocket_joined_late: number;
  /** Sides whose frames were lost, and found again. */
  websocket_frames_lost: number;
  websocket_frames_found: number;
  /** Sides in which they were looked for in vain: the rest is not read. */
  websocket_given_up: number;
};

/** What follows once a WebSocket is open (RFC 6455 §5), over whatever carries it. */
export class WebsocketStream implements ProtocolStream, FrameSink {
  readonly #context: ProtocolContext;
  readonly #counters: WebsocketCounters;
  /** The call that opened it. */
  readonly #begun: Call;
  readonly #client: FrameSide;
  readonly #server: FrameSide;
  #end: StreamEnd | undefined = undefined;
  #toldMicros: number | undefined = undefined;
  /** Each is told once. */
  #faults: Set<AnomalyName> | undefined = undefined;
  /** Reads what binary messages say, while that may be another protocol. */
  #carried: HandedStream | undefined = undefined;
  #scratch: Buffer | undefined = undefined;
  #nowMicros = 0;
  #isOver = false;

  constructor(context: ProtocolContext, counters: WebsocketCounters) {
    this.#context = context;
    this.#counters = counters;
    counters.websocket_streams++;
    const begun = context.takeBegun();
    this.#begun = begun ?? lateCall(context);
    const isKnown = begun?.stream !== undefined;
    const reserved = reservedOf(isKnown ? begun.stream : undefined);
    this.#client = new FrameSide("client", this, reserved);
    this.#server = new FrameSide("server", this, reserved);
    this.#client.wantsContent = this.#server.wantsContent = isKnown;
    if (isKnown) return;
    counters.websocket_joined_late++;
    this.#client.joinLate();
    this.#server.joinLate();
    // Its answer was lost, and with it whether it was granted: the frames say so.
    if (begun instanceof Exchange) {
      begun.stream = new StreamExchange("websocket");
      context.sink.message(begun);
    }
  }

  data(from: Side, bytes: Buffer, start: number, end: number, atMicros: number): void {
    this.#nowMicros = atMicros;
    this.#of(from).data(bytes, start, end, atMicros);
    this.#toldMicros ??= atMicros;
    if (atMicros - this.#toldMicros >= TELL_MICROS) this.#tell(atMicros);
  }

  gap(from: Side, length: number, atMicros: number): void {
    this.#nowMicros = atMicros;
    this.#of(from).gap(length, atMicros);
  }

  doubt(from: Side, atMicros: number): void {
    this.#nowMicros = atMicros;
    this.#of(from).lose();
  }

  finished(): void {
    // Each side takes leave by a frame.
  }

  close(reason: CloseReason, atMicros: number): void {
    this.#carried?.close(reason, atMicros);
    this.#carried = undefined;
    this.#isOver = reason === "fin" || reason === "reset" || this.#end !== undefined;
    this.#tell(atMicros);
  }

  fault(side: FrameSide, name: AnomalyName, atMicros: number): void {
    this.#faults ??= new Set();
    if (this.#faults.has(name)) return;
    this.#faults.add(name);
    const { flow, sink } = this.#context;
    sink.message({ kind: "anomaly", flow, atMicros, from: side.from, name, detail: undefined });
  }

  closes(side: FrameSide, { code, reason, isValid }: CloseFrame, atMicros: number): void {
    if (!isValid) this.fault(side, "websocket-invalid-close", atMicros);
    // The first says why; the other side's answers it.
    this.#end ??= { from: side.from, code, reason };
  }

  content(side: FrameSide, bytes: Buffer, start: number, end: number, atMicros: number): void {
    this.#carried ??= this.#context.handOver();
    if (side.isMasked) this.#unmasked(this.#carried, side, bytes, start, end, atMicros);
    else this.#carried.data(side.from, bytes, start, end, atMicros);
    if (this.#carried.isDeaf) this.noContent();
  }

  #unmasked(
    carried: HandedStream,
    { from, mask, maskAt }: FrameSide,
    bytes: Buffer,
    start: number,
    end: number,
    atMicros: number,
  ): void {
    this.#scratch ??= Buffer.allocUnsafe(SCRATCH_BYTES);
    const scratch = this.#scratch;
    for (let at = start; at < end; at += SCRATCH_BYTES) {
      const stop = Math.min(end, at + SCRATCH_BYTES);
      for (let byte = at; byte < stop; byte++) scratch[byte - at] = bytes[byte] ^ mask[(maskAt + byte - start) & 3];
      carried.data(from, scratch, 0, stop - at, atMicros);
    }
  }

  contentLost(side: FrameSide, length: number, atMicros: number): void {
    this.#carried ??= this.#context.handOver();
    this.#carried.gap(side.from, length, atMicros);
  }

  noContent(): void {
    this.#client.wantsContent = this.#server.wantsContent = false;
    this.#carried?.close("end", this.#nowMicros);
    this.#carried = this.#scratch = undefined;
  }

  framingLost(): void {
    this.#counters.websocket_frames_lost++;
    this.noContent();
  }

  found(): void {
    this.#counters.websocket_frames_found++;
  }

  givenUp(): void {
    this.#counters.websocket_given_up++;
  }

  #of(from: Side): FrameSide {
    return from === "client" ? this.#client : this.#server;
  }

  /** What was sent since it was told last. */
  #tell(atMicros: number): void {
    this.#toldMicros = atMicros;
    const [client, server, begun] = [this.#client, this.#server, this.#begun];
    const missingBytes = client.missingBytes + server.missingBytes;
    const isComplete = client.isComplete && server.isComplete;
    const isEmpty = client.tally.isEmpty && server.tally.isEmpty && missingBytes === 0;
    if (isEmpty && !this.#isOver) return;
    this.#context.passOver(client.tally.unreadBytes + server.tally.unreadBytes);
    const { flow, sink } = this.#context;
    const more = new Exchange(flow, atMicros);
    if (begun instanceof Exchange) more.copyRequest(begun);
    if (more.method === undefined) nameUnknown(more, begun.version);
    more.version = begun.version;
    more.status = begun.status;
    more.complete = isComplete;
    more.missingBytes = missingBytes;
    more.stream = this.#streamOf(begun, atMicros);
    sink.message(more);
    client.tally = new StreamTally();
    server.tally = new StreamTally();
    for (const side of [client, server]) {
      side.missingBytes = 0;
      // Told once.
      side.isComplete = true;
    }
  }

  #streamOf(begun: Call, atMicros: number): StreamExchange {
    const stream = new StreamExchange("websocket", begun.stream?.subprotocol, begun.stream?.extensions);
    stream.isContinued = true;
    stream.request = this.#client.tally;
    stream.response = this.#server.tally;
    if (!this.#isOver) return stream;
    const sawAll = this.#client.isFollowed && this.#server.isFollowed;
    stream.end = this.#end ?? (sawAll ? NO_LEAVE : undefined);
    if (begun.stream !== undefined) stream.lastedMicros = Math.max(0, atMicros - begun.atMicros);
    return stream;
  }
}

const NO_LEAVE: StreamEnd = { from: undefined, code: undefined, reason: "none" };

/** RFC 6455 §4.1: it was opened by a GET, of which nothing was seen. */
function lateCall({ flow }: ProtocolContext): Call {
  return new Exchange(flow, flow.firstMicros);
}

function nameUnknown(more: Exchange, version: Call["version"]): void {
  // RFC 8441 §4: over HTTP/2 it is opened by CONNECT.
  more.method = version === "2" ? "CONNECT" : "GET";
  more.path = more.template = UNKNOWN_PATH;
  more.unread = "joined-late";
}

/** Reserved bits that what was agreed on may set: of extensions we do not know any may be. */
function reservedOf(stream: Call["stream"]): number {
  if (stream === undefined) return COMPRESSED;
  if (stream.extensions.length === 0) return 0;
  return stream.extensions.every((name) => name === DEFLATE) ? COMPRESSED : RESERVED;
}
