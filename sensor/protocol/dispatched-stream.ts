import type { CloseReason, Flow, Roles, Side, Stream } from "../flow/stream.js";
import type { Dispatcher } from "./dispatcher.js";
import { type ForeignProtocol, foreignProtocol } from "./foreign/foreign-protocol.js";
import { HeldPieces } from "./held-pieces.js";
import type { ByteFate, Call, MessageSink } from "./message.js";
import {
  type HandedStream,
  type Protocol,
  type ProtocolContext,
  ProtocolError,
  type ProtocolStream,
} from "./protocol.js";

/** Pieces of an unknown protocol at whose beginnings another that may begin late is looked for. */
const MAX_SCOUTED_PIECES = 256;
/** TLS begins early where it is asked for (STARTTLS and its like): a flow this old is told as what it began with. */
const SCOUT_MICROS = 10e6;
/** Tunnels within tunnels that are followed. */
const MAX_DEPTH = 8;
/** A flow that goes on this long before anything in it is recognised is told of as it is. */
const UNDECIDED_MICROS = 60e6;
/** How often what a flow carries tells what it counted; the flow itself is asked. */
const TELL_MICROS = 30e6;
const UNKNOWN = "unknown";

const NOBODY_KNOWS = { protocol: undefined, isReversed: false } as const;

/** One flow, or what follows Upgrade or CONNECT in one. */
export class DispatchedStream implements HandedStream, ProtocolContext {
  readonly flow: Flow;
  readonly sink: MessageSink;
  readonly #dispatcher: Dispatcher;
  readonly #roles: Roles;
  readonly #parent: DispatchedStream | undefined;
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
  /** What was recognised last, also where it could not be followed to the end. */
  #protocol: Protocol | undefined = undefined;
  #stream: ProtocolStream | undefined = undefined;
  /** Made when first needed: most flows are known by their first piece. */
  #held: HeldPieces | undefined = undefined;
  #firstMicros: number | undefined = undefined;
  #isTold = false;
  /** Bytes whose fate is not told yet, but for those handed on to what this one carries; and of them those passed over. */
  #seenBytes = 0;
  #passedBytes = 0;
  #lostBytes = 0;
  #toldMicros = 0;

  /** `parent` is the stream in which this one is carried. */
  constructor(
    dispatcher: Dispatcher,
    flow: Flow,
    roles: Roles,
    parent: DispatchedStream | undefined,
    tells: boolean,
    begun: Call | undefined,
  ) {
    this.#dispatcher = dispatcher;
    this.flow = flow;
    this.sink = dispatcher.sink;
    this.#roles = roles;
    this.#parent = parent;
    this.#depth = parent === undefined ? 0 : parent.#depth + 1;
    this.#tells = tells;
    this.#begun = begun;
    const agreed = begun && dispatcher.protocols.find((protocol) => protocol.continues?.(begun));
    if (agreed !== undefined) this.#begin(agreed);
  }

  get isDeaf(): boolean {
    return this.#state === "opaque" || this.#state === "scouting";
  }

  handOver(begun?: Call): HandedStream {
    const tells = this.#tells && !this.#isTold;
    this.#isTold = true;
    return new DispatchedStream(this.#dispatcher, this.flow, this.#roles, this, tells, begun);
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

  passOver(bytes: number): void {
    this.#passedBytes += bytes;
  }

  data(from: Side, bytes: Buffer, start: number, end: number, atMicros: number): void {
    if (this.#parent !== undefined) this.#takeOver(this.#parent, end - start, atMicros);
    this.#seenBytes += end - start;
    this.#take(from, bytes, start, end, atMicros);
  }

  gap(from: Side, length: number, atMicros: number): void {
    if (this.#parent === undefined) this.#lostBytes += length;
    this.#miss(from, length, atMicros);
  }

  /** The bytes were counted by the stream that carries this one. */
  #takeOver(parent: DispatchedStream, bytes: number, atMicros: number): void {
    parent.#seenBytes -= bytes;
    if (this.#toldMicros === 0) this.#toldMicros = atMicros;
    else if (atMicros - this.#toldMicros > TELL_MICROS) {
      this.#toldMicros = atMicros;
      this.tell(atMicros);
    }
  }

  #take(from: Side, bytes: Buffer, start: number, end: number, atMicros: number): void {
    if (this.#stream !== undefined) this.#parse(this.#stream, from, bytes, start, end, atMicros);
    else if (this.#state === "undecided") this.#decide(from, bytes, start, end, atMicros);
    else if (this.#state === "scouting") this.#scout(from, bytes, start, end, atMicros);
  }

  #miss(from: Side, length: number, atMicros: number): void {
    if (this.#stream !== undefined) this.#guard(() => this.#stream?.gap(from, length, atMicros), atMicros);
    else if (this.#state === "undecided") {
      this.#firstMicros ??= atMicros;
      this.#hold().drop(from);
      this.#hold().lost(from, length);
    }
  }

  tell(atMicros: number): void {
    if (this.#state !== "undecided") this.#settle(0);
    else if (atMicros - (this.#firstMicros ?? atMicros) > UNDECIDED_MICROS) this.#settle(this.#held?.bytes ?? 0);
  }

  /** Tells the fate of all bytes so far but the last ones, whose fate is another. */
  #settle(lastBytes: number): void {
    const { ledger } = this.#dispatcher;
    const seen = this.#seenBytes - this.#passedBytes - lastBytes;
    const passed = this.#passedBytes;
    const lost = this.#lostBytes;
    this.#seenBytes = lastBytes;
    this.#passedBytes = this.#lostBytes = 0;
    if (ledger === undefined) return;
    const name = this.#foreign?.name ?? this.#protocol?.name ?? UNKNOWN;
    // What an application says in messages of its own belongs to what carries them.
    const parent = this.#parent;
    if (seen !== 0 && parent !== undefined && parent.#ownsContent && this.#isUnnamed) parent.#seenBytes += seen;
    else if (seen !== 0) ledger.bytes(this.flow, this.#fate(), seen, name);
    if (passed !== 0) ledger.bytes(this.flow, "not-understood", passed, name);
    if (lost !== 0) ledger.bytes(this.flow, "lost", lost, name);
  }

  get #ownsContent(): boolean {
    return this.#protocol?.ownsContent === true;
  }

  get #isUnnamed(): boolean {
    return this.#foreign === undefined && this.#protocol === undefined;
  }

  #fate(): ByteFate {
    if (this.#state === "parsed") return this.#protocol?.isEncrypted === true ? "encrypted" : "parsed";
    if (!this.#isUnnamed || this.#parent !== undefined) return "not-understood";
    return this.flow.rolesFrom === "handshake" ? "not-understood" : "joined-late";
  }

  #hold(): HeldPieces {
    this.#held ??= new HeldPieces();
    return this.#held;
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
    const begun = this.takeBegun();
    if (begun !== undefined) this.sink.message(begun);
    this.#nameHeld();
    if (this.#firstMicros !== undefined) this.#tell(this.#foreign, this.#firstMicros);
    this.#settle(0);
    this.#state = "opaque";
  }

  #parse(stream: Stream, from: Side, bytes: Buffer, start: number, end: number, atMicros: number): void {
    try {
      stream.data(from, bytes, start, end, atMicros);
      if (this.#doubted !== undefined && from === "server") this.#tell(this.#doubted, this.#firstMicros ?? atMicros);
    } catch (error) {
      this.#giveUp(error, atMicros, end - start);
    }
  }

  #guard(action: () => void, atMicros: number): void {
    try {
      action();
    } catch (error) {
      this.#giveUp(error, atMicros, 0);
    }
  }

  /** The one place where a parser's refusal of its last bytes becomes an anomaly, and its calls so far are told. */
  #giveUp(error: unknown, atMicros: number, lastBytes: number): void {
    const stream = this.#stream;
    this.#settle(lastBytes);
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
    if (this.#isUnknown(from)) {
      this.#hold().lost(from, end - start);
      this.#scout(from, bytes, start, end, atMicros);
      return;
    }
    const held = this.#held?.of(from);
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
      if (allEnd - allStart > this.#dispatcher.settings.maxHeldBytesPerSide) this.#unrecognised(atMicros);
      else this.#hold().hold(from, bytes, start, end, atMicros);
      return;
    }
    if (found.protocol === undefined) {
      if (this.#sawBeginning(from)) this.#foreign ??= foreignProtocol(from, all, allStart, allEnd);
      this.#nobodyKnows(from, end - start, atMicros);
      // What was held may be all that an unknown protocol says before TLS: PostgreSQL's request for it looks like HTTP/2 for a while.
      if (allEnd - allStart > end - start && this.#isUnknown(from)) this.#scout(from, bytes, start, end, atMicros);
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
    this.#hold().drop(from);
    this.#hold().lost(from, length);
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
    const held = this.#held;
    const understoodBytes = (held?.bytes ?? 0) + end - start;
    if (this.#seenBytes > understoodBytes) this.#settle(understoodBytes);
    const side = (told: Side): Side => (isReversed === (told === "client") ? "server" : "client");
    this.#begin(protocol);
    if (held !== undefined) {
      this.#held = undefined;
      for (const one of ["client", "server"] as const)
        if (held.lostOf(one) > 0) this.#miss(side(one), held.lostOf(one), atMicros);
      for (const piece of held.take()) this.#take(side(piece.from), piece.bytes, 0, piece.bytes.length, piece.atMicros);
    }
    this.#take(side(from), bytes, start, end, atMicros);
  }

  #begin(protocol: Protocol): void {
    this.#state = "parsed";
    this.#protocol = protocol;
    this.#stream = protocol.open(this);
  }

  /** What was too little for a parser to say may be enough for a name. */
  #nameHeld(): void {
    for (const from of ["client", "server"] as const) {
      const held = this.#held?.of(from) ?? [];
      if (held.length === 0 || !this.#sawBeginning(from)) continue;
      const all = Buffer.concat(held);
      this.#foreign ??= foreignProtocol(from, all, 0, all.length);
    }
  }

  #isUnknown(from: Side): boolean {
    return from === "client" ? this.#isClientUnknown : this.#isServerUnknown;
  }

  #sawBeginning(from: Side): boolean {
    return (this.flow.rolesFrom === "handshake" || this.#depth > 0) && (this.#held?.lostOf(from) ?? 0) === 0;
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
    this.#settle(end - start);
    this.#begin(found);
    this.#take(from, bytes, start, end, atMicros);
  }

  #unrecognised(atMicros: number): void {
    this.#held?.take();
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
