import { copyBytes } from "../../bytes/copy-bytes.js";
import type { Flow, Side } from "../../flow/stream.js";
import type { AnomalyName } from "../anomaly-name.js";
import type { ContentLook } from "../body/body-look.js";
import type { BodyReader } from "../body/body-reader.js";
import type { FlowBodies } from "../body/flow-bodies.js";
import type { MessageLook } from "../grpc/message-look.js";
import { type BlockOutcome, BlockReader } from "../hpack/block-reader.js";
import { FieldList } from "../hpack/field-list.js";
import { StaticTable } from "../hpack/static-table.js";
import type { Exchange } from "../http/exchange.js";
import { FieldMapping } from "../http/field-mapping.js";
import { AUTHORIZATION } from "../http/field-name.js";
import { isLearned } from "../http/field-shapes.js";
import { noteProcedure, noteRpc } from "../http/rpc.js";
import { mayProve } from "../http/token-field.js";
import { methodName } from "../http1/method.js";
import { UNKNOWN_PATH } from "../message.js";
import type { BlockSide } from "./block-side.js";
import { FieldNumbers, LENGTH_PLACE, PATH_PLACE, TIMEOUT_PLACE } from "./field-numbers.js";
import { AUTHORITY, digits, FIRST_OWN, HEAD_NAMES, HeadFields, METHOD, PATH, PROTOCOL } from "./head-fields.js";
import { ANY_TABLE, type BlockPlace, type KnownBlock, KnownBlocks } from "./known-blocks.js";
import { factsOf, type HeadFacts, type KnownHead, KnownHeads, NO_FACTS, says } from "./known-heads.js";
import { LearnedFields } from "./learned-fields.js";
import type { OpenStream } from "./open-stream.js";

/** More on the wire than so many bytes each is no bomb but simply large. */
const BOMB_FACTOR = 16;
const MAX_GRPC_STATUS = 16;
/** Longer paths are read where they stand. */
const PATH_BYTES = 512;

/** Reads one head at a time and fills the exchange from it; the same object serves every connection. */
export class HeadReader {
  readonly fields: HeadFields;
  /** What the head read last breaks, each name once. */
  readonly anomalies: AnomalyName[] = [];
  /** Of the head read last. */
  facts: HeadFacts = NO_FACTS;
  readonly list: FieldList;
  readonly #requests = new KnownHeads();
  readonly #answers = new KnownHeads();
  readonly #blocks = new KnownBlocks();
  /** The block read last, where it came before as it is. */
  #block: KnownBlock | undefined = undefined;
  /** Where the request's block read last stands, if it is to be kept. */
  #kept: BlockPlace | undefined = undefined;
  /** Of a head that came before. */
  readonly #factsAgain = { ...NO_FACTS };
  /** The head read last where it came before, or is kept for when it comes again. */
  #known: KnownHead | undefined = undefined;
  #isKnown = false;
  #contentEncoding: string | undefined = undefined;
  #messageEncoding: string | undefined = undefined;
  readonly #path = Buffer.alloc(PATH_BYTES);
  readonly #decoder: BlockReader;
  readonly #learned: LearnedFields;
  readonly #mapping: FieldMapping;
  readonly #bodies: BodyReader;

  constructor(maxHeadBytes: number, bodies: BodyReader) {
    this.#bodies = bodies;
    this.#mapping = new FieldMapping(bodies);
    const numbers = new FieldNumbers((fields, bytes) => this.#mapping.credentialsOf(fields, bytes));
    this.#decoder = new BlockReader(new StaticTable(HEAD_NAMES, numbers), isLearned, mayProve);
    this.fields = new HeadFields(maxHeadBytes);
    this.list = new FieldList(this.fields);
    this.#learned = new LearnedFields(this.list);
  }

  /** Decodes a block, and with it what it puts into its side's table. */
  read(side: BlockSide, from: Side, bytes: Buffer, start: number, end: number, isCut: boolean): BlockOutcome {
    if (this.anomalies.length > 0) this.anomalies.length = 0;
    // RFC 9113 §5.1.1: streams rise. Where this one follows the last no request was lost, and the table is what it was.
    if (side.isDoubtful && side.streamId !== side.lastRequestId + 2) side.forget("bytes-lost");
    this.#isKnown = false;
    this.#known = this.#block = this.#kept = undefined;
    const mayBeKnown = !isCut && !side.isDoubtful;
    const { stamp } = side.table;
    const key = side.spellsOut ? ANY_TABLE : stamp;
    // Who learns what heads are built of asks for the fields.
    const isSteady = mayBeKnown && (side.spellsOut || side.stampBefore === stamp) && !side.table.keepsUnread;
    side.stampBefore = stamp;
    if (isSteady) {
      const block = this.#blocks.find(key, bytes, start, end);
      if (block !== undefined) {
        this.#block = block;
        if (block.entries !== undefined) side.table.insertAll(block.entries);
        this.#headAgain(block.head, block.contentLength);
        return "whole";
      }
    }
    const outcome = this.#decodeDoubting(side, bytes, start, end);
    if (this.#decoder.asksTable) side.spellsOut = false;
    else if (side.table.stamp !== stamp) side.spellsOut = true;
    const { fields, list } = this;
    const isComparable = mayBeKnown && outcome === "whole" && list.isNumbered && list.size <= fields.maxBytes;
    const heads = from === "client" ? this.#requests : this.#answers;
    if (isComparable) {
      const known = heads.find(list);
      if (known !== undefined && says(known)) {
        this.#again(known);
        if (isSteady && key === (side.spellsOut ? ANY_TABLE : side.table.stamp))
          this.#noteBlock(known, key, bytes, start, end);
        return outcome;
      }
    }
    list.tell();
    this.facts = factsOf(fields);
    if (fields.isTooLarge) this.anomalies.push((end - start) * BOMB_FACTOR < LARGE ? "hpack-bomb" : "head-too-large");
    else if (isComparable) this.#known = heads.keep(list, this.facts);
    return outcome;
  }

  #again(known: KnownHead): void {
    const { list } = this;
    const at = list.places[LENGTH_PLACE];
    this.#headAgain(known, at < 0 ? undefined : digits(list.bytes[at], list.starts[at], list.endOf(at)));
  }

  #headAgain(known: KnownHead, contentLength: number | undefined): void {
    this.#known = known;
    this.#isKnown = true;
    const again = this.#factsAgain;
    again.hasMethod = known.facts.hasMethod;
    again.status = known.facts.status;
    again.grpcStatus = known.facts.grpcStatus;
    again.contentLength = contentLength;
    this.facts = again;
  }

  /** The block, of a head that came before and with the table as it was, is kept as it is when it comes the second time. */
  #noteBlock(head: KnownHead, stamp: number, bytes: Buffer, start: number, end: number): void {
    // What may be a secret is kept no longer than the connection has it in its table, and never where nobody reads it.
    const { list } = this;
    if (list.isSensitive || list.spells(AUTHORIZATION, FIRST_OWN) || list.spellsUnread()) return;
    if (!this.#blocks.comesAgain(stamp, end - start)) return;
    if (!head.facts.hasMethod)
      this.#blocks.keep(stamp, bytes, start, end, { ...NO_BLOCK, ...this.#blockFacts(head, stamp) });
    else this.#kept = { stamp, bytes, start, end };
  }

  /** Nor is one that stands in the target, which has been read by now. */
  #keepRequestBlock(exchange: Exchange, head: KnownHead, path: number, timeout: string | undefined): void {
    const { list } = this;
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept === undefined || exchange.credentials !== head.credentials) return;
    const block = {
      ...this.#blockFacts(head, kept.stamp),
      path: Buffer.from(list.bytes[path].subarray(list.starts[path], list.endOf(path))),
      timeout,
      target: this.#mapping.plainTarget(),
    };
    this.#blocks.keep(kept.stamp, kept.bytes, kept.start, kept.end, block);
  }

  #blockFacts(head: KnownHead, stamp: number): Pick<KnownBlock, "head" | "contentLength" | "entries"> {
    const entries = stamp === ANY_TABLE ? this.list.entries() : undefined;
    return { head, contentLength: this.facts.contentLength, entries };
  }

  #decodeDoubting(side: BlockSide, bytes: Buffer, start: number, end: number): BlockOutcome {
    let outcome = this.#decode(side, bytes, start, end);
    if (!side.isDoubtful) return outcome;
    this.list.tell();
    if (outcome !== "whole" || !this.fields.isSoundRequest) {
      side.forget("bytes-lost");
      outcome = this.#decode(side, bytes, start, end);
    }
    side.isDoubtful = false;
    return outcome;
  }

  #decode(side: BlockSide, bytes: Buffer, start: number, end: number): BlockOutcome {
    this.fields.clear();
    this.list.clear();
    return this.#decoder.read(side.table, bytes, start, end, this.list, side.mostTableBytes);
  }

  /** Of the content that follows the head read last, as sent. */
  get contentEncoding(): string | undefined {
    return this.#contentEncoding;
  }

  bodiesOf(flow: Flow): FlowBodies {
    return this.#bodies.ofFlow(flow);
  }

  /** From the head that was read last. */
  learn(from: Side, exchange: Exchange, side: BlockSide): void {
    side.headWasLearned();
    const { list, fields } = this;
    if (this.facts.hasUnknown || list.hasSpilled || list.size > fields.maxBytes) return;
    this.#mapping.learned.fields(from, exchange, this.#learned);
  }

  /** For the content that follows the head read last; undefined where nobody looks at it. */
  openBody(from: Side, bodies: FlowBodies, stream: OpenStream, length: number): ContentLook | undefined {
    return bodies.open(from, stream.exchange, this.#contentEncoding, length, stream);
  }

  /** The same for the messages framed in it. */
  openMessages(from: Side, bodies: FlowBodies, exchange: Exchange): MessageLook | undefined {
    return bodies.openMessages(from, exchange, this.#messageEncoding);
  }

  fillRequest(exchange: Exchange, side: BlockSide, isCut: boolean): void {
    const { fields, list } = this;
    if (this.#isKnown && this.#known?.exchange !== undefined) {
      if (this.#block !== undefined) {
        this.#sameBlock(exchange, this.#block, this.#known.exchange);
        return;
      }
      const at = list.places[PATH_PLACE];
      if (list.bytes[at][list.starts[at]] === SLASH && list.valueLengths[at] > 0) {
        this.#sameRequest(exchange, this.#known, this.#known.exchange, at);
        return;
      }
      // Such a target may name a host of its own.
      list.tell();
      this.#known = undefined;
    }
    const { bytes } = fields;
    if (!isCut) fields.judgePseudo("request");
    if (fields.has(METHOD)) exchange.method = methodName(bytes, fields.startOf(METHOD), fields.endOf(METHOD));
    exchange.isHead = exchange.method === "HEAD";
    exchange.isConnect = exchange.method === "CONNECT";
    this.#target(exchange, isCut);
    if (fields.has(AUTHORITY))
      this.#mapping.authority(exchange, bytes, fields.startOf(AUTHORITY), fields.endOf(AUTHORITY));
    this.#mapping.request(exchange, fields, bytes);
    this.#contentEncoding = this.#mapping.facts.contentEncoding;
    this.#messageEncoding = this.#mapping.facts.messageEncoding;
    if (this.#mapping.hasHostConflict) this.anomalies.push("conflicting-host");
    if (this.#mapping.hasInvalidHost) this.anomalies.push("invalid-host");
    if (exchange.isConnect && fields.has(PROTOCOL)) exchange.asks = this.#protocol();
    if (fields.unknown > 0 || isCut) this.#unread(exchange, isCut ? "bytes-lost" : side.unread);
    fields.noteFaults(this.anomalies);
    this.#keepRequest(exchange);
  }

  #sameRequest(exchange: Exchange, head: KnownHead, known: Exchange, path: number): void {
    const { list } = this;
    const at = list.places[TIMEOUT_PLACE];
    const timeout = at < 0 ? undefined : this.#mapping.text(list.bytes[at], list.starts[at], list.endOf(at));
    exchange.method = known.method;
    this.#targetAgain(exchange, list.bytes[path], list.starts[path], list.endOf(path));
    this.#sameFields(exchange, head, known, timeout);
    if (this.#kept !== undefined) this.#keepRequestBlock(exchange, head, path, timeout);
  }

  #sameBlock(exchange: Exchange, { head, path, target, timeout }: KnownBlock, known: Exchange): void {
    exchange.method = known.method;
    if (target === undefined) this.#mapping.target(exchange, path, 0, path.length);
    else this.#mapping.targetAgain(exchange, target);
    this.#sameFields(exchange, head, known, timeout);
  }

  /** As the head said it that was kept; after the target. */
  #sameFields(exchange: Exchange, head: KnownHead, known: Exchange, timeout: string | undefined): void {
    exchange.isHead = known.isHead;
    exchange.authority = known.authority;
    exchange.userAgent = known.userAgent;
    exchange.requestContentType = known.requestContentType;
    exchange.requestHeaderOrder = known.requestHeaderOrder;
    exchange.expectsContinue = known.expectsContinue;
    exchange.forwarding = known.forwarding;
    this.#mapping.requestAgain(exchange, head, timeout);
    this.#contentEncoding = head.contentEncoding;
    this.#messageEncoding = head.messageEncoding;
  }

  /** Paths stand in as many tables as there are connections: where all are read from one place, that is looked at in words at once. */
  #targetAgain(exchange: Exchange, bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    if (length > this.#path.length) this.#mapping.target(exchange, bytes, start, end);
    else {
      copyBytes(bytes, start, length, this.#path, 0);
      this.#mapping.target(exchange, this.#path, 0, length);
    }
  }

  #keepRequest(exchange: Exchange): void {
    const known = this.#known;
    // A tunnel's head says where it goes in other fields.
    if (known === undefined || this.anomalies.length > 0 || exchange.isConnect || this.list.places[PATH_PLACE] < 0)
      return;
    const { facts } = this.#mapping;
    known.exchange = exchange;
    known.contentEncoding = this.#contentEncoding;
    known.messageEncoding = this.#messageEncoding;
    known.credentials = this.#mapping.credentialsOf(this.fields, this.fields.bytes);
    known.origin = facts.origin;
    known.asksToWait = facts.asksToWait;
    known.namesConnectVersion = facts.namesConnectVersion;
  }

  /** The final answer's head. */
  fillResponse(exchange: Exchange, side: BlockSide, isCut: boolean): void {
    const { fields } = this;
    if (this.#isKnown && this.#known?.exchange !== undefined) {
      exchange.copyResponse(this.#known.exchange);
      this.#contentEncoding = this.#known.contentEncoding;
      this.#messageEncoding = this.#known.messageEncoding;
      // Heads with fields of WebSocket's are not compared.
      if (exchange.asks === "websocket" && exchange.switches) this.#mapping.opening(exchange, NO_HITS, fields.bytes);
      this.#answered(exchange, side, isCut);
      return;
    }
    if (!isCut) fields.judgePseudo("response");
    exchange.status = this.facts.status;
    this.#mapping.response(exchange, fields, fields.bytes);
    this.#contentEncoding = this.#mapping.facts.contentEncoding;
    this.#messageEncoding = this.#mapping.facts.messageEncoding;
    if (exchange.asks === "websocket" && exchange.switches) this.#mapping.opening(exchange, fields, fields.bytes);
    this.#answered(exchange, side, isCut);
    fields.noteFaults(this.anomalies);
    this.#keepAnswer(exchange);
  }

  #keepAnswer(exchange: Exchange): void {
    const known = this.#known;
    if (known === undefined || this.anomalies.length > 0 || exchange.stream !== undefined) return;
    known.exchange = exchange;
    known.contentEncoding = this.#contentEncoding;
    known.messageEncoding = this.#messageEncoding;
  }

  #answered(exchange: Exchange, side: BlockSide, isCut: boolean): void {
    // Where the request's type was not seen, the answer's tells.
    if (exchange.rpc === undefined && (exchange.unread !== undefined || exchange.method === undefined))
      noteRpc(exchange, NO_FIELDS, this.#bodies.operations.names);
    if (this.facts.hasUnknown || isCut) {
      exchange.responseHeaderOrder = 0;
      exchange.unread ??= isCut ? "bytes-lost" : side.unread;
      exchange.complete = false;
    }
    this.fillTrailers(exchange);
  }

  /** What counts in trailers, or in an answer that is nothing but trailers. */
  fillTrailers(exchange: Exchange): void {
    const status = this.facts.grpcStatus;
    if (status === undefined || status > MAX_GRPC_STATUS) return;
    // Where the request was not seen, or what it said of its content, this tells what it was.
    if (exchange.rpc === undefined && (exchange.method === undefined || exchange.unread !== undefined))
      noteProcedure(exchange, "grpc");
    if (exchange.rpc?.system === "grpc") exchange.rpc.status = status;
  }

  /** Without a path the exchange is told under a name that is none. */
  #target(exchange: Exchange, isCut: boolean): void {
    const { fields } = this;
    // RFC 8441 §4: a CONNECT that names a protocol has a path as any other request. One that names none may do so further on.
    const isTunnel = exchange.isConnect && !fields.has(PROTOCOL) && !fields.has(PATH);
    const own = isTunnel ? AUTHORITY : PATH;
    if (fields.has(own) && !(isTunnel && (fields.unknown > 0 || isCut))) {
      const { isConnect } = exchange;
      exchange.isConnect = isTunnel;
      this.#mapping.target(exchange, fields.bytes, fields.startOf(own), fields.endOf(own));
      exchange.isConnect = isConnect;
      return;
    }
    this.#mapping.noTarget();
    if (fields.unknown > 0 || isCut) exchange.path = exchange.template = UNKNOWN_PATH;
  }

  #unread(exchange: Exchange, why: Exchange["unread"]): void {
    exchange.unread = why;
    exchange.complete = false;
    // The names' order can't be told.
    exchange.requestHeaderOrder = 0;
  }

  /** RFC 8441 §4. */
  #protocol(): Exchange["asks"] {
    const { bytes } = this.fields;
    const name = this.#mapping.text(bytes, this.fields.startOf(PROTOCOL), this.fields.endOf(PROTOCOL));
    return name.toLowerCase() === "websocket" ? "websocket" : "upgrade";
  }
}

const LARGE = 65_536;
const NO_FIELDS = {
  namesConnectVersion: false,
  isConnectQuery: false,
  target: undefined,
  action: undefined,
  timeout: undefined,
  messageEncoding: undefined,
};
const NO_HITS = { hits: 0, ids: new Int32Array(0), starts: new Int32Array(0), ends: new Int32Array(0) };
const SLASH = 0x2f;
const NO_BLOCK = { path: Buffer.alloc(0), timeout: undefined, target: undefined };
