import type { Side } from "../../flow/stream.js";
import type { AnomalyName } from "../anomaly-name.js";
import type { BodyLook } from "../body/body-look.js";
import type { BodyReader } from "../body/body-reader.js";
import { type BlockOutcome, BlockReader } from "../hpack/block-reader.js";
import { StaticTable } from "../hpack/static-table.js";
import type { Exchange } from "../http/exchange.js";
import { FieldMapping } from "../http/field-mapping.js";
import { CONTENT_LENGTH } from "../http/field-name.js";
import { noteRpc, RpcExchange, timeoutMicros } from "../http/rpc.js";
import { methodName } from "../http1/start-line.js";
import { UNKNOWN_PATH } from "../message.js";
import type { BlockSide } from "./block-side.js";
import {
  AUTHORITY,
  CONNECT_VERSION,
  GRPC_ENCODING,
  GRPC_STATUS,
  GRPC_TIMEOUT,
  HEAD_NAMES,
  HeadFields,
  METHOD,
  PATH,
  PROTOCOL,
  STATUS,
} from "./head-fields.js";

/** More on the wire than so many bytes each is no bomb but simply large. */
const BOMB_FACTOR = 16;
const MAX_GRPC_STATUS = 16;

/** Reads one head at a time and fills the exchange from it; the same object serves every connection. */
export class HeadReader {
  readonly fields: HeadFields;
  /** What the head read last breaks, each name once. */
  readonly anomalies: AnomalyName[] = [];
  readonly #blocks = new BlockReader(new StaticTable(HEAD_NAMES));
  readonly #mapping: FieldMapping;
  readonly #bodies: BodyReader;

  constructor(maxHeadBytes: number, bodies: BodyReader) {
    this.#bodies = bodies;
    this.#mapping = new FieldMapping(bodies.fields);
    this.fields = new HeadFields(maxHeadBytes);
  }

  /** Decodes a block, and with it what it puts into its side's table. */
  read(side: BlockSide, bytes: Buffer, start: number, end: number): BlockOutcome {
    const { fields } = this;
    fields.clear();
    if (this.anomalies.length > 0) this.anomalies.length = 0;
    const outcome = this.#blocks.read(side.table, bytes, start, end, fields, side.mostTableBytes);
    if (fields.isTooLarge) this.anomalies.push((end - start) * BOMB_FACTOR < LARGE ? "hpack-bomb" : "head-too-large");
    return outcome;
  }

  get hasMethod(): boolean {
    return this.fields.has(METHOD);
  }

  /** Undefined where the head has none that can be read. */
  get status(): number | undefined {
    return this.fields.numberOf(STATUS);
  }

  /** For the content that follows the head read last; undefined where nobody looks at it. */
  openBody(from: Side, exchange: Exchange, length: number): BodyLook | undefined {
    return this.#bodies.ofFlow(exchange.flow).open(from, exchange, this.#mapping.contentEncoding, length);
  }

  get contentLength(): number | undefined {
    return this.fields.numberAt(CONTENT_LENGTH);
  }

  fillRequest(exchange: Exchange, side: BlockSide, isCut: boolean): void {
    const { fields } = this;
    const { bytes } = fields;
    if (!isCut) fields.judgePseudo("request");
    if (fields.has(METHOD)) exchange.method = methodName(bytes, fields.startOf(METHOD), fields.endOf(METHOD));
    exchange.isHead = exchange.method === "HEAD";
    exchange.isConnect = exchange.method === "CONNECT";
    this.#target(exchange, isCut);
    this.#mapping.request(exchange, fields, bytes);
    if (fields.has(AUTHORITY)) this.#mapping.host(exchange, bytes, fields.startOf(AUTHORITY), fields.endOf(AUTHORITY));
    if (this.#mapping.hasHostConflict) this.anomalies.push("conflicting-host");
    if (fields.unknown > 0 || isCut) this.#unread(exchange, isCut ? "bytes-lost" : side.unread);
    noteRpc(exchange, fields.has(CONNECT_VERSION));
    this.#rpcFields(exchange);
    fields.noteFaults(this.anomalies);
  }

  /** The final answer's head. */
  fillResponse(exchange: Exchange, side: BlockSide, isCut: boolean): void {
    const { fields } = this;
    if (!isCut) fields.judgePseudo("response");
    exchange.status = this.status;
    this.#mapping.response(exchange, fields, fields.bytes);
    if (exchange.rpc === undefined) noteRpc(exchange, false);
    if (fields.unknown > 0 || isCut) {
      exchange.responseHeaderOrder = 0;
      exchange.unread ??= isCut ? "bytes-lost" : side.unread;
      exchange.complete = false;
    }
    this.fillTrailers(exchange);
    fields.noteFaults(this.anomalies);
  }

  /** What counts in trailers, or in an answer that is nothing but trailers. */
  fillTrailers(exchange: Exchange): void {
    const status = this.fields.numberOf(GRPC_STATUS);
    if (status === undefined || status > MAX_GRPC_STATUS) return;
    // Where the request was not seen, this tells what it was.
    if (exchange.method === undefined) exchange.rpc ??= new RpcExchange("grpc", undefined, undefined);
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
    } else if (fields.unknown > 0 || isCut) exchange.path = exchange.template = UNKNOWN_PATH;
  }

  #unread(exchange: Exchange, why: Exchange["unread"]): void {
    exchange.unread = why;
    exchange.complete = false;
    // The names' order can't be told.
    exchange.requestHeaderOrder = 0;
  }

  #rpcFields(exchange: Exchange): void {
    const { rpc } = exchange;
    const { fields } = this;
    if (rpc === undefined) return;
    const text = (own: number): string => this.#mapping.text(fields.bytes, fields.startOf(own), fields.endOf(own));
    if (fields.has(GRPC_ENCODING)) rpc.encoding = text(GRPC_ENCODING);
    if (fields.has(GRPC_TIMEOUT)) rpc.timeoutMicros = timeoutMicros(text(GRPC_TIMEOUT));
  }
}

const LARGE = 65_536;
