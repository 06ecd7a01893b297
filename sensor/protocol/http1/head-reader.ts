import { StringTable } from "../../bytes/string-table.js";
import type { Side } from "../../flow/stream.js";
import type { AnomalyName } from "../anomaly-name.js";
import type { FieldMemory } from "../data/field-memory.js";
import { headerCredentials, queryCredentials, withCredential } from "../http/credential.js";
import type { Exchange } from "../http/exchange.js";
import {
  CONTENT_ENCODING,
  CONTENT_TYPE,
  EXPECT,
  HOST,
  SERVER,
  SET_COOKIE,
  USER_AGENT,
  X_ASPNET_VERSION,
  X_POWERED_BY,
  X_RUNTIME,
} from "../http/field-name.js";
import { FAULT_NAMES, FieldScan } from "../http/field-scan.js";
import { cookieFramework } from "../http/framework.js";
import { MaskedTexts } from "../http/masked-texts.js";
import { Target } from "../http/target.js";
import { TargetData } from "../http/target-data.js";
import { Framing } from "./framing.js";
import { StartLine } from "./start-line.js";

const LF = 10;
const CR = 13;

/**
 * Reads one head at a time and fills the exchange from it; the same object serves every flow. `anomalies` are those of the head
 * read last, each name once.
 */
export class HeadReader {
  readonly line = new StartLine();
  readonly framing = new Framing();
  readonly anomalies: AnomalyName[] = [];
  /** Of the head read last, as sent; undefined without one. */
  contentEncoding: string | undefined = undefined;
  readonly #scan = new FieldScan();
  readonly #strings = new StringTable();
  readonly #masked = new MaskedTexts();
  readonly #target = new Target(this.#strings);
  readonly #data: TargetData;

  constructor(fields: FieldMemory) {
    this.#data = new TargetData(fields);
  }

  /**
   * Position after the head of the request in bytes[start, end), -1 where it is not whole, undefined where it is no request line.
   */
  request(bytes: Buffer, start: number, end: number, isFirst: boolean): number | undefined {
    const newline = lineFeed(bytes, start, end);
    if (newline < 0) return -1;
    if (!this.line.readRequest(bytes, start, lineEnd(bytes, start, newline), isFirst)) return undefined;
    this.#scan.clear();
    return this.line.version === "0.9" ? newline + 1 : this.#scan.scan(bytes, newline + 1, end);
  }

  /** The same for a response. */
  response(bytes: Buffer, start: number, end: number): number | undefined {
    const newline = lineFeed(bytes, start, end);
    if (newline < 0) return -1;
    if (!this.line.readStatus(bytes, start, lineEnd(bytes, start, newline))) return undefined;
    return this.#scan.scan(bytes, newline + 1, end);
  }

  /**
   * Reads what is there of a head whose end was lost: the whole first line and the whole fields after it. False without that line. Its
   * anomalies are not told: what seems to be missing may have been lost.
   */
  cut(from: Side, bytes: Buffer, end: number, isFirst: boolean): boolean {
    const stop = from === "client" ? this.request(bytes, 0, end, isFirst) : this.response(bytes, 0, end);
    return stop === -1 && lineFeed(bytes, 0, end) >= 0;
  }

  /** Fills in what the request read last says; `bytes` are the same still. */
  fillRequest(exchange: Exchange, bytes: Buffer): void {
    const { line } = this;
    if (this.anomalies.length > 0) this.anomalies.length = 0;
    exchange.method = line.method;
    exchange.version = line.version;
    exchange.isConnect = line.method === "CONNECT";
    exchange.isHead = line.method === "HEAD";
    this.#target.read(bytes, line.targetStart, line.targetEnd, exchange.isConnect);
    if (this.#target.mayHoldData || this.#target.queryStart < this.#target.queryEnd)
      exchange.requestClasses = this.#data.classes(bytes, this.#target);
    exchange.path = this.#target.path;
    exchange.pathShape = this.#target.shape;
    exchange.authority = this.#target.authority;
    if (line.isOdd) this.anomalies.push("invalid-request-line");
    this.#requestFields(exchange, bytes);
    this.#credentials(exchange, bytes);
    this.framing.read(this.#scan, bytes, line.version, "request");
    exchange.asksUpgrade = this.framing.asksUpgrade && line.version === "1.1";
    this.#noteFaults();
  }

  /** Fills in what the response read last says. */
  fillResponse(exchange: Exchange, bytes: Buffer): void {
    if (this.anomalies.length > 0) this.anomalies.length = 0;
    const scan = this.#scan;
    exchange.status = this.line.status;
    exchange.responseHeaderOrder = scan.order;
    this.contentEncoding = undefined;
    for (let hit = 0; hit < scan.hits; hit++) {
      const id = scan.ids[hit];
      if (id === CONTENT_TYPE) exchange.responseContentType = this.#text(bytes, hit);
      else if (id === SERVER) exchange.serverSoftware = this.#text(bytes, hit);
      else if (id === X_POWERED_BY) exchange.poweredBy = this.#text(bytes, hit);
      else if (id === SET_COOKIE) exchange.framework ??= cookieFramework(bytes, scan.starts[hit], scan.ends[hit]);
      else if (id === X_ASPNET_VERSION) exchange.framework = "ASP.NET";
      else if (id === X_RUNTIME) exchange.framework = "Rails";
      else if (id === CONTENT_ENCODING) this.contentEncoding = this.#text(bytes, hit);
    }
    if (this.line.isOdd) this.anomalies.push("invalid-status-line");
    this.framing.read(scan, bytes, this.line.version, "response");
    this.#noteFaults();
  }

  #requestFields(exchange: Exchange, bytes: Buffer): void {
    const scan = this.#scan;
    exchange.requestHeaderOrder = scan.order;
    this.contentEncoding = undefined;
    let hosts = 0;
    for (let hit = 0; hit < scan.hits; hit++) {
      const id = scan.ids[hit];
      if (id === HOST) this.#host(exchange, this.#hostText(bytes, hit), hosts++);
      else if (id === USER_AGENT) exchange.userAgent = this.#masked.get(this.#text(bytes, hit));
      else if (id === CONTENT_TYPE) exchange.requestContentType = this.#text(bytes, hit);
      else if (id === EXPECT) exchange.expectsContinue = true;
      else if (id === CONTENT_ENCODING) this.contentEncoding = this.#text(bytes, hit);
    }
    if (hosts === 0 && exchange.version === "1.1") this.anomalies.push("missing-host");
  }

  /** RFC 9112 §3.2: one Host, and the absolute form's authority goes before it. */
  #host(exchange: Exchange, host: string, before: number): void {
    if (before === 0 && exchange.authority === undefined) {
      exchange.authority = host;
      return;
    }
    const isSame = before === 0 && sameAuthority(host, exchange.authority ?? "");
    if (!isSame && !this.anomalies.includes("conflicting-host")) this.anomalies.push("conflicting-host");
  }

  #credentials(exchange: Exchange, bytes: Buffer): void {
    const target = this.#target;
    exchange.credentials = headerCredentials(this.#scan, bytes);
    if (target.queryStart < target.queryEnd) {
      const found = queryCredentials(bytes, target.queryStart, target.queryEnd);
      if (found.length > 0) exchange.credentials = exchange.credentials.concat(found);
    }
    if (target.hasSecret) exchange.credentials = withCredential(exchange.credentials, "other", "path");
    if (target.hasUserinfo) exchange.credentials = withCredential(exchange.credentials, "basic", "userinfo");
  }

  #noteFaults(): void {
    if (this.#scan.faults !== 0) {
      for (const [bit, name] of FAULT_NAMES) if ((this.#scan.faults & bit) !== 0) this.anomalies.push(name);
    }
    for (const name of this.framing.anomalies) this.anomalies.push(name);
  }

  /** RFC 9110 §7.2: Host has no userinfo; what stands in its place is a secret all the same. */
  #hostText(bytes: Buffer, hit: number): string {
    const text = this.#text(bytes, hit);
    if (!text.includes("@")) return text;
    this.#target.hasUserinfo = true;
    return text.slice(text.lastIndexOf("@") + 1);
  }

  #text(bytes: Buffer, hit: number): string {
    return this.#strings.get(bytes, this.#scan.starts[hit], this.#scan.ends[hit]);
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

/** Host names are compared without their case; RFC 9110 §4.2.3: port 80 may be left out. */
function sameAuthority(one: string, other: string): boolean {
  return one.toLowerCase().replace(/:(80|443)$/, "") === other.toLowerCase().replace(/:(80|443)$/, "");
}
