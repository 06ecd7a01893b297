import type { CloseReason, Flow, Roles, Side, Stream, StreamSource } from "../flow/stream.js";
import { type ForeignProtocol, foreignProtocol } from "./foreign/foreign-protocol.js";
import type { Call, MessageSink } from "./message.js";
import {
  type HandedStream,
  type Protocol,
  type ProtocolContext,
  ProtocolError,
  type ProtocolStream,
} from "./protocol.js";
import { type ProtocolSettings, protocols } from "./registry.js";

export interface DispatcherSettings extends ProtocolSettings {
  /** First bytes of one side kept back until a protocol knows them. */
  readonly maxHeldBytesPerSide: number;
  /** What an exception that is no ProtocolError, and so our own fault, does. */
  readonly faults: "throw" | "survive";
}

/** Pieces of an unknown protocol at whose beginnings another that may begin late is looked for. */
const MAX_SCOUTED_PIECES = 256;
/** TLS begins early where it is asked for (STARTTLS and its like): a flow this old is told as what it began with. */
const SCOUT_MICROS = 10e6;
/** Tunnels within tunnels that are followed. */
const MAX_DEPTH = 8;

/** Finds out what each flow speaks and hands its bytes to that protocol's parser. */
export class Dispatcher implements StreamSource {
  readonly counters = {
    flows_recognised: 0,
    flows_unrecognised: 0,
    /** Flows whose protocol is known by name and not read. */
    flows_foreign: 0,
    /** Flows given up because a parser could not go on. */
    flows_broken: 0,
    /** Faults of our own that were survived. */
    parser_faults: 0,
  };
  readonly settings: DispatcherSettings;
  readonly sink: MessageSink;
  readonly protocols: readonly Protocol[];

  constructor(settings: DispatcherSettings, sink: MessageSink) {
    this.settings = settings;
    this.sink = sink;
    this.protocols = protocols(settings);
  }

  open(flow: Flow, roles: Roles): Stream {
    return new DispatchedStream(this, flow, roles, 0, true, undefined);
  }
}

interface Piece {
  readonly from: Side;
  readonly bytes: Buffer;
  readonly atMicros: number;
}

const NOBODY_KNOWS = { protocol: undefined, isReversed: false } as const;

/** One flow, or what follows Upgrade or CONNECT in one. */
class DispatchedStream implements HandedStream, ProtocolContext {
  readonly flow: Flow;
  readonly sink: MessageSink;
  readonly #dispatcher: Dispatcher;
  readonly #roles: Roles;
  readonly #depth: number;
  /** What the flow speaks is still to be told: nothing or a preamble came before. */
  readonly #tells: boolean;
  #begun: Call | undefined;
  #state: "undecided" | "parsed" | "scouting" | "opaque" = "undecided";
  #scouted = 0;
  /** What this side began with, seen from its first byte, is of no protocol we know. */
  #isClientUnknown = false;
  #isServerUnknown = false;
  /** What the flow began with, where no parser knows it. */
  #foreign: ForeignProtocol | undefined = undefined;
  /** A protocol that may turn out to be another when the server answers. */
  #doubted: Protocol | undefined = undefined;
  #stream: ProtocolStream | undefined = undefined;
  #pieces: Piece[] | undefined = undefined;
  #lostFromClient = 0;
  #lostFromServer = 0;
  #firstMicros: number | undefined = undefined;
  #isTold = false;

  constructor(
    dispatcher: Dispatcher,
    flow: Flow,
    roles: Roles,
    depth: number,
    tells: boolean,
    begun: Call | undefined,
  ) {
    this.#dispatcher = dispatcher;
    this.flow = flow;
    this.sink = dispatcher.sink;
    this.#roles = roles;
    this.#depth = depth;
    this.#tells = tells;
    this.#begun = begun;
    const agreed = begun && dispatcher.protocols.find((protocol) => protocol.continues?.(begun));
    if (agreed === undefined) return;
    this.#state = "parsed";
    this.#stream = agreed.open(this);
  }

  get isDeaf(): boolean {
    return this.#state === "opaque" || this.#state === "scouting";
  }

  handOver(begun?: Call): HandedStream {
    const tells = this.#tells && !this.#isTold;
    this.#isTold = true;
    return new DispatchedStream(this.#dispatcher, this.flow, this.#roles, this.#depth + 1, tells, begun);
  }

  takeBegun(): Call | undefined {
    const begun = this.#begun;
    this.#begun = undefined;
    return begun;
  }

  disown(spoken: ForeignProtocol, atMicros: number): void {
    this.#doubted = undefined;
    this.#foreign = spoken;
    this.#unrecognised(atMicros);
  }

  data(from: Side, bytes: Buffer, start: number, end: number, atMicros: number): void {
    if (this.#stream !== undefined) this.#parse(this.#stream, from, bytes, start, end, atMicros);
    else if (this.#state === "undecided") this.#decide(from, bytes, start, end, atMicros);
    else if (this.#state === "scouting") this.#scout(from, bytes, start, end, atMicros);
  }

  gap(from: Side, length: number, atMicros: number): void {
    if (this.#stream !== undefined) this.#guard(() => this.#stream?.gap(from, length, atMicros), atMicros);
    else if (this.#state === "undecided") {
      this.#firstMicros ??= atMicros;
      this.#dropPieces(from);
      this.#lost(from, length);
    }
  }

  doubt(from: Side, atMicros: number): void {
    const stream = this.#stream;
    if (stream?.doubt !== undefined) this.#guard(() => stream.doubt?.(from, atMicros), atMicros);
    else this.close("end", atMicros);
  }

  finished(from: Side, atMicros: number): void {
    if (this.#stream !== undefined) this.#guard(() => this.#stream?.finished(from, atMicros), atMicros);
  }

  close(reason: CloseReason, atMicros: number): void {
    if (this.#doubted !== undefined) this.#tell(this.#doubted, this.#firstMicros ?? atMicros);
    if (this.#stream !== undefined) this.#guard(() => this.#stream?.close(reason, atMicros), atMicros);
    this.#stream = undefined;
    this.#state = "opaque";
    const begun = this.takeBegun();
    if (begun !== undefined) this.sink.message(begun);
    this.#nameHeld();
    if (this.#firstMicros !== undefined) this.#tell(this.#foreign, this.#firstMicros);
  }

  #parse(stream: Stream, from: Side, bytes: Buffer, start: number, end: number, atMicros: number): void {
    try {
      stream.data(from, bytes, start, end, atMicros);
      if (this.#doubted !== undefined && from === "server") this.#tell(this.#doubted, this.#firstMicros ?? atMicros);
    } catch (error) {
      this.#giveUp(error, atMicros);
    }
  }

  #guard(action: () => void, atMicros: number): void {
    try {
      action();
    } catch (error) {
      this.#giveUp(error, atMicros);
    }
  }

  /** The one place where a parser's refusal becomes an anomaly, and its calls so far are told. */
  #giveUp(error: unknown, atMicros: number): void {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#state = "opaque";
    this.#dispatcher.counters.flows_broken++;
    if (!(error instanceof ProtocolError)) {
      if (this.#dispatcher.settings.faults === "throw") throw error;
      this.#dispatcher.counters.parser_faults++;
      return;
    }
    const { anomaly: name, from, message: detail } = error;
    this.sink.message({ kind: "anomaly", flow: this.flow, atMicros, from, name, detail });
    stream?.close("end", atMicros);
  }

  #decide(from: Side, bytes: Buffer, start: number, end: number, atMicros: number): void {
    this.#firstMicros ??= atMicros;
    if (from === "client" ? this.#isClientUnknown : this.#isServerUnknown) {
      this.#lost(from, end - start);
      this.#scout(from, bytes, start, end, atMicros);
      return;
    }
    const held = this.#pieces?.filter((piece) => piece.from === from).map((piece) => piece.bytes);
    if (held === undefined || held.length === 0) {
      this.#judge(from, bytes, start, end, bytes, start, end, atMicros);
      return;
    }
    const all = Buffer.concat([...held, bytes.subarray(start, end)]);
    this.#judge(from, all, 0, all.length, bytes, start, end, atMicros);
  }

  /** `all` is everything this side has sent, [start, end) of `bytes` the part that is new. */
  #judge(
    from: Side,
    all: Buffer,
    allStart: number,
    allEnd: number,
    bytes: Buffer,
    start: number,
    end: number,
    atMicros: number,
  ): void {
    const found = this.#recognise(from, all, allStart, allEnd);
    if (found === undefined) {
      this.#hold(from, bytes, start, end, atMicros, allEnd - allStart);
      return;
    }
    if (found.protocol === undefined) {
      if (this.#sawBeginning(from)) this.#foreign ??= foreignProtocol(from, all, allStart, allEnd);
      this.#nobodyKnows(from, end - start, atMicros);
      return;
    }
    if (found.protocol.isDoubtful?.(from, all, allStart, allEnd) === true) this.#doubted = found.protocol;
    this.#open(found.protocol, found.isReversed, from, bytes, start, end, atMicros);
  }

  /** Undefined where more bytes are needed to say. */
  #recognise(from: Side, bytes: Buffer, start: number, end: number) {
    if (this.#depth > MAX_DEPTH) return NOBODY_KNOWS;
    let needsMore = false;
    for (const protocol of this.#dispatcher.protocols) {
      const recognition = protocol.recognise(from, bytes, start, end);
      if (recognition === "match") return { protocol, isReversed: false };
      if (recognition === "reverse" && this.#depth === 0 && this.#roles.reverse())
        return { protocol, isReversed: true };
      if (recognition === "more") needsMore = true;
    }
    return needsMore ? undefined : NOBODY_KNOWS;
  }

  /**
   * Seen from its first byte, a flow both of whose sides begin like nothing we know stays so; joined later, a message may begin any
   * time.
   */
  #nobodyKnows(from: Side, length: number, atMicros: number): void {
    if (this.#sawBeginning(from)) {
      if (from === "client") this.#isClientUnknown = true;
      else this.#isServerUnknown = true;
      if (this.#isClientUnknown && this.#isServerUnknown) {
        this.#unrecognised(atMicros);
        return;
      }
    }
    this.#dropPieces(from);
    this.#lost(from, length);
  }

  #hold(from: Side, bytes: Buffer, start: number, end: number, atMicros: number, heldBytes: number): void {
    if (heldBytes > this.#dispatcher.settings.maxHeldBytesPerSide) {
      this.#unrecognised(atMicros);
      return;
    }
    this.#pieces ??= [];
    this.#pieces.push({ from, bytes: Buffer.from(bytes.subarray(start, end)), atMicros });
  }

  #open(
    protocol: Protocol,
    isReversed: boolean,
    from: Side,
    bytes: Buffer,
    start: number,
    end: number,
    atMicros: number,
  ): void {
    this.#dispatcher.counters.flows_recognised++;
    if (this.#doubted === undefined && protocol.isPreamble !== true)
      this.#tell(protocol, this.#firstMicros ?? atMicros);
    const pieces = this.#pieces;
    this.#pieces = undefined;
    const side = (told: Side): Side => (isReversed === (told === "client") ? "server" : "client");
    this.#state = "parsed";
    this.#stream = protocol.open(this);
    if (this.#lostFromClient > 0) this.gap(side("client"), this.#lostFromClient, atMicros);
    if (this.#lostFromServer > 0) this.gap(side("server"), this.#lostFromServer, atMicros);
    for (const piece of pieces ?? []) this.data(side(piece.from), piece.bytes, 0, piece.bytes.length, piece.atMicros);
    this.data(side(from), bytes, start, end, atMicros);
  }

  /** What was too little for a parser to say may be enough for a name. */
  #nameHeld(): void {
    for (const from of ["client", "server"] as const) {
      const held = this.#pieces?.filter((piece) => piece.from === from).map((piece) => piece.bytes) ?? [];
      if (held.length === 0 || !this.#sawBeginning(from)) continue;
      const all = Buffer.concat(held);
      this.#foreign ??= foreignProtocol(from, all, 0, all.length);
    }
  }

  #sawBeginning(from: Side): boolean {
    const lost = from === "client" ? this.#lostFromClient : this.#lostFromServer;
    return (this.flow.rolesFrom === "handshake" || this.#depth > 0) && lost === 0;
  }

  #lost(from: Side, length: number): void {
    if (from === "client") this.#lostFromClient += length;
    else this.#lostFromServer += length;
  }

  #dropPieces(from: Side): void {
    for (const piece of this.#pieces ?? []) if (piece.from === from) this.#lost(from, piece.bytes.length);
    this.#pieces = this.#pieces?.filter((piece) => piece.from !== from);
  }

  /** What came before belongs to the unknown protocol: nothing of the one that begins here is missing. */
  #scout(from: Side, bytes: Buffer, start: number, end: number, atMicros: number): void {
    if (++this.#scouted > MAX_SCOUTED_PIECES) this.#state = "opaque";
    const found = this.#dispatcher.protocols.find((protocol) => protocol.beginsLate?.(from, bytes, start, end));
    const firstMicros = this.#firstMicros ?? atMicros;
    if (found === undefined) {
      const isOver = this.#state === "opaque" || atMicros - firstMicros > SCOUT_MICROS;
      if (isOver) this.#tell(this.#foreign, firstMicros);
      return;
    }
    this.#tell(found, firstMicros);
    this.#state = "parsed";
    this.#stream = found.open(this);
    this.data(from, bytes, start, end, atMicros);
  }

  #unrecognised(atMicros: number): void {
    this.#pieces = undefined;
    this.#stream = undefined;
    this.#firstMicros ??= atMicros;
    this.#state = this.#depth > MAX_DEPTH ? "opaque" : "scouting";
  }

  #tell(spoken: Protocol | ForeignProtocol | undefined, atMicros: number): void {
    if (this.#isTold) return;
    this.#isTold = true;
    if (!this.#tells) return;
    const { counters } = this.#dispatcher;
    if (spoken === undefined) counters.flows_unrecognised++;
    else if (spoken === this.#foreign) counters.flows_foreign++;
    const isCleartext = spoken?.isCleartext === true;
    this.sink.message({ kind: "connection", flow: this.flow, atMicros, protocol: spoken?.name, isCleartext });
  }
}
