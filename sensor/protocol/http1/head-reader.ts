import type { Side } from "../../flow/stream.js";
import type { AnomalyName } from "../anomaly-name.js";
import type { BodyReader } from "../body/body-reader.js";
import { statusIn } from "../grpc/stream-end.js";
import type { Exchange } from "../http/exchange.js";
import { FieldMapping } from "../http/field-mapping.js";
import { FAULT_NAMES, FieldScan, OBS_FOLD } from "../http/field-scan.js";
import { HeadShapes } from "../http/head-shape.js";
import { Framing } from "./framing.js";
import type { HeadBuffer } from "./head-buffer.js";
import { StartLine } from "./start-line.js";

const LF = 10;
const CR = 13;
const QUESTION = 0x3f;

/**
 * Reads one head at a time and fills the exchange from it; the same object serves every flow. `anomalies` are those of the head
 * read last, each name once.
 */
export class HeadReader {
  readonly line = new StartLine();
  readonly framing = new Framing();
  readonly anomalies: AnomalyName[] = [];
  readonly #scan = new FieldScan();
  readonly #mapping: FieldMapping;
  readonly #requestShapes = new HeadShapes();
  readonly #responseShapes = new HeadShapes();
  /** Of the head read last: where its lines begin and end. */
  #linesStart = 0;
  #linesEnd = 0;

  constructor(bodies: BodyReader) {
    this.#mapping = new FieldMapping(bodies);
  }

  /** Of the head read last, as sent; undefined without one. */
  get contentEncoding(): string | undefined {
    return this.#mapping.facts.contentEncoding;
  }

  /** The same of messages framed in the content. */
  get messageEncoding(): string | undefined {
    return this.#mapping.facts.messageEncoding;
  }

  /**
   * Position after the head of the request in bytes[start, end), -1 where it is not whole, undefined where it is no request line.
   */
  request(bytes: Buffer, start: number, end: number, isFirst: boolean): number | undefined {
    const after = this.line.readUsualRequest(bytes, start, end);
    if (after >= 0) return this.#lines(bytes, after, end, this.#requestShapes);
    const newline = lineFeed(bytes, start, end);
    if (newline < 0) return -1;
    if (!this.line.readRequest(bytes, start, lineEnd(bytes, start, newline), isFirst)) return undefined;
    if (this.line.version !== "0.9") return this.#lines(bytes, newline + 1, end, this.#requestShapes);
    this.#scan.clear();
    return newline + 1;
  }

  /** The same for a response. */
  response(bytes: Buffer, start: number, end: number): number | undefined {
    const after = this.line.readUsualStatus(bytes, start, end);
    if (after >= 0) return this.#lines(bytes, after, end, this.#responseShapes);
    const newline = lineFeed(bytes, start, end);
    if (newline < 0) return -1;
    if (!this.line.readStatus(bytes, start, lineEnd(bytes, start, newline))) return undefined;
    return this.#lines(bytes, newline + 1, end, this.#responseShapes);
  }

  /** Position after the empty line, -1 where it is not there yet. */
  #lines(bytes: Buffer, start: number, end: number, shapes: HeadShapes): number {
    const known = this.#scan.match(bytes, start, end, shapes);
    this.#linesStart = start;
    this.#linesEnd = known >= 0 ? known : this.#scan.scan(bytes, start, end);
    return this.#linesEnd;
  }

  #learn(bytes: Buffer, shapes: HeadShapes): void {
    const { order, isClean, faults, facts } = this.#scan;
    if (facts !== undefined || !isClean || faults !== 0 || this.#linesEnd < 0) return;
    const { hosts, isHostInvalid } = this.#mapping.facts;
    // A password before a host is not kept, not even here.
    if (hosts > 1 || isHostInvalid) return;
    shapes.learn(bytes, this.#linesStart, this.#linesEnd, this.#mapping.facts.copy(), order);
  }

  /**
   * Reads what is there of a head whose end was lost: the whole first line and the whole fields after it. False without that line. Its
   * anomalies are not told: what seems to be missing may have been lost.
   */
  cut(from: Side, { bytes, length, isFirst, isTooLarge }: HeadBuffer): boolean {
    const stop = from === "client" ? this.request(bytes, 0, length, isFirst) : this.response(bytes, 0, length);
    if (stop !== -1) return false;
    if (lineFeed(bytes, 0, length) >= 0) return true;
    return from === "client" && isTooLarge && this.#longRequest(bytes, length);
  }

  /** A request line longer than a head may be: where the path ends before that, and a query goes on, it is known what is asked for. */
  #longRequest(bytes: Buffer, end: number): boolean {
    const { line } = this;
    if (!line.readRequest(bytes, 0, end, true) || line.version !== "0.9") return false;
    const query = bytes.indexOf(QUESTION, line.targetStart);
    if (query < 0 || query >= end) return false;
    // It was not seen; content without a status line is no answer to it.
    line.version = "1.1";
    this.#scan.clear();
    this.#linesEnd = -1;
    return true;
  }

  /** Fills in what the request read last says; `bytes` are the same still. */
  fillRequest(exchange: Exchange, bytes: Buffer): void {
    const { line } = this;
    if (this.anomalies.length > 0) this.anomalies.length = 0;
    exchange.method = line.method;
    exchange.version = line.version;
    exchange.isConnect = line.method === "CONNECT";
    exchange.isHead = line.method === "HEAD";
    this.#mapping.target(exchange, bytes, line.targetStart, line.targetEnd);
    if (line.isOdd) this.anomalies.push("invalid-request-line");
    const fields = this.#unfolded(bytes);
    this.#mapping.request(exchange, this.#scan, fields);
    if (line.version !== "0.9" && this.#linesEnd > 0)
      this.#mapping.learned.lines("client", exchange, bytes, this.#linesStart, this.#linesEnd);
    this.#learn(bytes, this.#requestShapes);
    if (this.#mapping.hosts === 0 && line.version === "1.1") this.anomalies.push("missing-host");
    if (this.#mapping.hasHostConflict) this.anomalies.push("conflicting-host");
    if (this.#mapping.hasInvalidHost) this.anomalies.push("invalid-host");
    this.framing.read(this.#scan, fields, line.version, "request");
    const { upgrade } = this.framing;
    if (upgrade !== undefined && line.version === "1.1") exchange.asks = upgrade === "websocket" ? upgrade : "upgrade";
    this.#noteFaults();
  }

  /** Fills in what the response read last says. */
  fillResponse(exchange: Exchange, bytes: Buffer): void {
    if (this.anomalies.length > 0) this.anomalies.length = 0;
    const scan = this.#scan;
    const fields = this.#unfolded(bytes);
    exchange.status = this.line.status;
    this.#mapping.response(exchange, scan, fields);
    // What was lost of a head may be a field that is always there, and what folds a value looks like one.
    if (this.#linesEnd > 0 && (scan.faults & OBS_FOLD) === 0)
      this.#mapping.learned.lines("server", exchange, bytes, this.#linesStart, this.#linesEnd);
    this.#learn(bytes, this.#responseShapes);
    if (this.line.isOdd) this.anomalies.push("invalid-status-line");
    this.framing.read(scan, fields, this.line.version, "response");
    if (exchange.switches && (this.framing.upgrade ?? exchange.asks) === "websocket")
      this.#mapping.opening(exchange, scan, fields);
    // gRPC-Web: an answer without messages may have its trailers in its head.
    if (exchange.rpc?.system === "grpc" && this.#linesEnd > 0)
      exchange.rpc.status = statusIn(bytes.latin1Slice(this.#linesStart, this.#linesEnd));
    this.#noteFaults();
  }

  /** Where the fields found stand: in a copy where a value goes on over lines. */
  #unfolded(bytes: Buffer): Buffer {
    return (this.#scan.faults & OBS_FOLD) === 0 ? bytes : this.#scan.unfold(bytes);
  }

  #noteFaults(): void {
    if (this.#scan.faults !== 0) {
      for (const [bit, name] of FAULT_NAMES) if ((this.#scan.faults & bit) !== 0) this.anomalies.push(name);
    }
    for (const name of this.framing.anomalies) this.anomalies.push(name);
  }
}

function lineFeed(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === LF) return at;
  return -1;
}

/** RFC 9112 §2.2: a line ends with CRLF; LF alone is tolerated. */
function lineEnd(bytes: Buffer, start: number, newline: number): number {
  return newline > start && bytes[newline - 1] === CR ? newline - 1 : newline;
}
