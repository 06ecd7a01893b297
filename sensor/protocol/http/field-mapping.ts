import { plainHost } from "../../../shared/host-name.js";
import { StringTable } from "../../bytes/string-table.js";
import type { BodyReader } from "../body/body-reader.js";
import type { ReflectedTypes } from "../grpc/reflection.js";
import type { Credential } from "../message.js";
import type { OperationReader } from "../rpc/operation-reader.js";
import { ONLY_QUERY, withShape } from "../shape.js";
import { carriedId, forwardingOf } from "./carried-fields.js";
import { CredentialReader, NO_CREDENTIALS, QueryReader, schemeName } from "./credential.js";
import { withCredential } from "./credential-list.js";
import { withDeprecation, withSunset } from "./deprecation.js";
import type { Exchange } from "./exchange.js";
import type { FieldHits, FieldPlaces } from "./field-hits.js";
import {
  ALLOW_CREDENTIALS,
  ALLOW_ORIGIN,
  AMZ_TARGET,
  CACHE_CONTROL,
  CONNECT_ENCODING,
  CONNECT_TIMEOUT,
  CONNECT_VERSION,
  CONTENT_ENCODING,
  CONTENT_TYPE,
  CONTENT_TYPE_OPTIONS,
  DEPRECATION,
  EXPECT,
  FIRST_PRODUCT_FIELD,
  FRAME_OPTIONS,
  GRPC_ENCODING,
  GRPC_TIMEOUT,
  HOST,
  LOCATION,
  ORIGIN,
  PERMISSIONS_POLICY,
  PRAGMA,
  PREFER,
  REFERRER_POLICY,
  SERVER,
  SET_COOKIE,
  SOAP_ACTION,
  SUNSET,
  TRACE_PARENT,
  TRANSPORT_SECURITY,
  USER_AGENT,
  VIA,
  WEBSOCKET_EXTENSIONS,
  WEBSOCKET_LOCATION,
  WEBSOCKET_PROTOCOL,
  WWW_AUTHENTICATE,
  X_ASPNET_VERSION,
  X_POWERED_BY,
  X_RUNTIME,
} from "./field-name.js";
import { cookieFramework, productOf } from "./framework.js";
import { HeadFacts } from "./head-facts.js";
import { LearnedHeads } from "./learned-heads.js";
import { MaskedTexts } from "./masked-texts.js";
import { redirectPlace } from "./redirect-place.js";
import { isConnectQuery, noteRpc, type RpcFields } from "./rpc.js";
import { SafeguardFields } from "./safeguard-fields.js";
import { SetCookies } from "./set-cookie.js";
import { StreamExchange } from "./stream-exchange.js";
import { extensionNames, subprotocolName } from "./subprotocol-name.js";
import { Target } from "./target.js";
import { TargetData } from "./target-data.js";

const AT = 0x40;
/** RFC 7240 §4.3. */
const WAIT = /(?:^|[,;\s])wait\s*=/i;
const MAX_EXTENSIONS = 8;
/** RFC 3986 §3.2.2 and §3.2.3: an address in brackets or a name, and a port. A Host may be empty (RFC 9110 §7.2). */
const HOST_AND_PORT = /^(?:\[[\w:.%~-]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/;

/** What the fields of an earlier head said. */
export interface HeadAgain {
  readonly credentials: readonly Credential[];
  readonly origin: string | undefined;
  readonly asksToWait: boolean;
  readonly namesConnectVersion: boolean;
  readonly messageEncoding: string | undefined;
}

/** What a target says that is nothing but a path, and no secret or data of a person. */
export interface PlainTarget {
  readonly path: string;
  readonly shape: number;
}

/** What fields and target say, whatever framed them. One object serves every flow. */
export class FieldMapping {
  /** Of the request read last: how many Host fields it has, and whether they agree with each other and the target's authority. */
  hosts = 0;
  hasHostConflict = false;
  hasInvalidHost = false;
  /** Of the head read last. */
  facts = new HeadFacts();
  readonly learned: LearnedHeads;
  readonly #scratch = this.facts;
  readonly #strings = new StringTable();
  readonly #masked: MaskedTexts;
  /** Of answers, which take turns with requests. */
  readonly #maskedAnswer: MaskedTexts;
  readonly #target: Target;
  readonly #data: TargetData;
  readonly #operations: OperationReader;
  readonly #rpc = {
    namesConnectVersion: false,
    isConnectQuery: false,
    target: undefined as string | undefined,
    action: undefined as string | undefined,
    timeout: undefined as string | undefined,
    messageEncoding: undefined as string | undefined,
  };
  readonly #credentials: CredentialReader;
  readonly #query: QueryReader;
  readonly #safeguards = new SafeguardFields();
  readonly #cookies = new SetCookies();
  readonly #reflected: ReflectedTypes;
  /** The one that was looked at last and is one. */
  #lastHost = "";

  constructor({
    fields,
    operations,
    reflected,
    tokens,
  }: Pick<BodyReader, "fields" | "operations" | "reflected" | "tokens">) {
    this.#reflected = reflected;
    this.#target = new Target(this.#strings, fields);
    this.#data = new TargetData(fields);
    this.learned = new LearnedHeads(fields);
    this.#masked = new MaskedTexts(fields);
    this.#maskedAnswer = new MaskedTexts(fields);
    this.#operations = operations;
    this.#credentials = new CredentialReader(tokens);
    this.#query = new QueryReader(tokens);
  }

  /** The request's target is bytes[start, end). */
  target(exchange: Exchange, bytes: Buffer, start: number, end: number): void {
    const target = this.#target;
    this.noTarget();
    target.read(bytes, start, end, exchange.isConnect);
    if (target.mayHoldData || target.queryStart < target.queryEnd) {
      exchange.requestClasses = this.#data.classes(bytes, target);
      if (target.queryStart < target.queryEnd) exchange.shapes = withShape(ONLY_QUERY, "query", this.#data.queryShape);
    }
    exchange.path = target.path;
    exchange.pathShape = target.shape;
    exchange.authority = target.authority;
    exchange.credentials = NO_CREDENTIALS;
    if (target.queryStart === target.queryEnd) return;
    this.#query.read(bytes, target.queryStart, target.queryEnd);
    exchange.credentials = this.#query.credentials;
    this.#rpc.isConnectQuery = exchange.method === "GET" && isConnectQuery(bytes, target.queryStart, target.queryEnd);
    // What is sent to be kept does not wait for anything.
    if (this.#query.asksToWait && exchange.method === "GET") exchange.asks = "wait";
    const isGet = exchange.method === "GET" || exchange.method === "HEAD";
    const called = this.#operations.ofQuery(bytes, target.queryStart, target.queryEnd, target.path ?? "", isGet);
    if (called !== undefined) exchange.call(...called);
  }

  /** Of the target read last; undefined where it says more. */
  plainTarget(): PlainTarget | undefined {
    const { path, shape, authority, hasSecret, hasUserinfo, mayHoldData, queryStart, queryEnd } = this.#target;
    const saysMore = hasSecret || hasUserinfo || mayHoldData || authority !== undefined || queryStart < queryEnd;
    return saysMore ? undefined : { path, shape };
  }

  /** What `target` does with one that is the same as an earlier one. */
  targetAgain(exchange: Exchange, { path, shape }: PlainTarget): void {
    this.noTarget();
    exchange.path = path;
    exchange.pathShape = shape;
  }

  /** The same where it can't be told. */
  noTarget(): void {
    this.#target.clear();
    this.#rpc.isConnectQuery = false;
    this.hosts = 0;
    this.hasHostConflict = false;
    this.hasInvalidHost = false;
  }

  /** After its target. */
  request(exchange: Exchange, fields: FieldHits, bytes: Buffer): void {
    const facts = this.#read(fields, bytes);
    exchange.requestHeaderOrder = fields.order;
    exchange.forwarding = facts.forwarding;
    if (facts.host !== undefined) {
      if (facts.hasHostUserinfo) this.#target.hasUserinfo = true;
      if (facts.isHostInvalid) this.hasInvalidHost = true;
      this.#host(exchange, facts.host, facts.hosts);
    }
    exchange.userAgent = facts.userAgent;
    exchange.requestContentType = facts.contentType;
    exchange.expectsContinue = facts.expectsContinue;
    if (fields.carriedField >= 0)
      exchange.carriedId = carriedId(fields.carriedField, bytes, fields.carriedStart, fields.carriedEnd);
    if (facts.asksToWait) exchange.asks = "wait";
    if (facts.origin !== undefined) exchange.noteAccess().origin = facts.origin;
    this.#addCredentials(exchange, this.credentialsOf(fields, bytes));
    noteRpc(exchange, this.#rpcFields(exchange, facts, fields, bytes), this.#operations.names);
    if (exchange.rpc !== undefined) this.nameTypes(exchange);
  }

  /** After its target: a head whose fields said the same as those of an earlier one. */
  requestAgain(exchange: Exchange, head: HeadAgain, timeout: string | undefined): void {
    if (head.asksToWait) exchange.asks = "wait";
    if (head.origin !== undefined) exchange.noteAccess().origin = head.origin;
    this.#addCredentials(exchange, head.credentials);
    const rpc = this.#rpc;
    rpc.namesConnectVersion = head.namesConnectVersion;
    rpc.target = rpc.action = undefined;
    rpc.timeout = timeout;
    rpc.messageEncoding = head.messageEncoding;
    noteRpc(exchange, rpc, this.#operations.names);
    if (exchange.rpc !== undefined) this.nameTypes(exchange);
  }

  /** Of the fields that are read in each head: what names a procedure, and, into the exchange, the call's identifier. */
  #rpcFields(exchange: Exchange, facts: HeadFacts, fields: FieldHits, bytes: Buffer): RpcFields {
    const rpc = this.#rpc;
    rpc.namesConnectVersion = facts.namesConnectVersion;
    rpc.target = rpc.action = rpc.timeout = undefined;
    rpc.messageEncoding = facts.messageEncoding;
    for (let hit = 0; hit < fields.hits; hit++) {
      const id = fields.ids[hit];
      if (id < SOAP_ACTION || id > TRACE_PARENT) continue;
      if (id === SOAP_ACTION) rpc.action = this.#text(fields, bytes, hit);
      else if (id === AMZ_TARGET) rpc.target = this.#text(fields, bytes, hit);
      else if (id === GRPC_TIMEOUT || id === CONNECT_TIMEOUT) rpc.timeout ??= this.#text(fields, bytes, hit);
      else if (id === TRACE_PARENT) exchange.carriedId = carriedId(id, bytes, fields.starts[hit], fields.ends[hit]);
      else if (exchange.carriedId === 0)
        exchange.carriedId = carriedId(id, bytes, fields.starts[hit], fields.ends[hit]);
    }
    return rpc;
  }

  /** The messages' types, where the server told them. */
  nameTypes({ flow, rpc }: Exchange): void {
    if (rpc?.service === undefined) return;
    const types = this.#reflected.of(flow)?.procedures.get(`${rpc.service}/${rpc.method}`);
    rpc.requestType = types?.input;
    rpc.responseType = types?.output;
  }

  /** Of a head's fields alone. */
  credentialsOf(fields: FieldPlaces, bytes: Buffer): readonly Credential[] {
    return this.#credentials.read(fields, bytes);
  }

  #addCredentials(exchange: Exchange, found: readonly Credential[]): void {
    if (found.length > 0)
      exchange.credentials = exchange.credentials.length === 0 ? found : found.concat(exchange.credentials);
    if (this.#target.hasSecret) exchange.credentials = withCredential(exchange.credentials, "other", "path");
    if (this.#target.hasUserinfo) exchange.credentials = withCredential(exchange.credentials, "basic", "userinfo");
  }

  response(exchange: Exchange, fields: FieldHits, bytes: Buffer): void {
    const facts = this.#read(fields, bytes);
    exchange.responseHeaderOrder = fields.order;
    exchange.responseContentType = facts.contentType;
    exchange.serverSoftware = facts.server;
    exchange.poweredBy = facts.poweredBy;
    exchange.framework = facts.framework;
    exchange.deprecation = facts.deprecation;
    exchange.safeguards = facts.safeguards;
    for (let hit = 0; hit < fields.hits; hit++) {
      const id = fields.ids[hit];
      if (id === SET_COOKIE) this.#setCookie(exchange, bytes, fields.starts[hit], fields.ends[hit]);
      else if (id === WWW_AUTHENTICATE)
        exchange.noteAccess().challenge ??= schemeName(bytes, fields.starts[hit], fields.ends[hit]);
      else if (id === LOCATION)
        exchange.redirectPlace = redirectPlace(exchange, bytes, fields.starts[hit], fields.ends[hit]);
    }
  }

  #setCookie(exchange: Exchange, bytes: Buffer, start: number, end: number): void {
    exchange.framework ??= cookieFramework(bytes, start, end);
    exchange.setsCookie(this.#cookies.of(bytes, start, end, exchange.atMicros));
  }

  /** The answer of which the same fields are opens a WebSocket (RFC 6455 §4.2.2), unless it is one of a draft's. */
  opening(exchange: Exchange, fields: FieldPlaces, bytes: Buffer): void {
    let subprotocol: string | undefined;
    let extensions: readonly string[] = [];
    for (let hit = 0; hit < fields.hits; hit++) {
      const id = fields.ids[hit];
      if (id === WEBSOCKET_PROTOCOL) subprotocol = subprotocolName(this.#text(fields, bytes, hit));
      else if (id === WEBSOCKET_EXTENSIONS)
        extensions = extensions.concat(extensionNames(this.#text(fields, bytes, hit)));
      else if (id === WEBSOCKET_LOCATION) return;
    }
    exchange.stream = new StreamExchange("websocket", subprotocol, extensions.slice(0, MAX_EXTENSIONS));
  }

  #read(fields: FieldHits, bytes: Buffer): HeadFacts {
    this.facts = fields.facts ?? this.#fresh(fields, bytes);
    return this.facts;
  }

  #fresh(fields: FieldHits, bytes: Buffer): HeadFacts {
    const facts = this.#scratch;
    facts.clear();
    for (let hit = 0; hit < fields.hits; hit++) {
      const id = fields.ids[hit];
      if (id === HOST) this.#noteHost(facts, bytes, fields.starts[hit], fields.ends[hit]);
      else if (id === USER_AGENT) facts.userAgent = this.#masked.get(this.#text(fields, bytes, hit));
      else if (id === CONTENT_TYPE) facts.contentType = this.#text(fields, bytes, hit);
      else if (id === EXPECT) facts.expectsContinue = true;
      else if (id === PREFER) facts.asksToWait ||= WAIT.test(this.#text(fields, bytes, hit));
      else if (id === CONNECT_VERSION) facts.namesConnectVersion = true;
      else if (id === CONTENT_ENCODING) facts.contentEncoding = this.#text(fields, bytes, hit);
      else if (id === GRPC_ENCODING || id === CONNECT_ENCODING) facts.messageEncoding = this.#text(fields, bytes, hit);
      else if (id === SERVER) facts.server = this.#maskedAnswer.get(this.#text(fields, bytes, hit));
      else if (id === X_POWERED_BY) facts.poweredBy = this.#maskedAnswer.get(this.#text(fields, bytes, hit));
      else if (id === X_ASPNET_VERSION) facts.framework = "ASP.NET";
      else if (id === X_RUNTIME) facts.framework = "Rails";
      else if (id === DEPRECATION)
        facts.deprecation = withDeprecation(facts.deprecation, this.#text(fields, bytes, hit));
      else if (id === SUNSET) facts.deprecation = withSunset(facts.deprecation, this.#text(fields, bytes, hit));
      else if (id === ORIGIN) facts.origin = this.#text(fields, bytes, hit);
      else if (id >= VIA && id < FIRST_PRODUCT_FIELD) facts.forwarding |= forwardingOf(id);
      else if (id >= FIRST_PRODUCT_FIELD && id < SOAP_ACTION) facts.framework ??= productOf(id);
      else if (id >= ALLOW_ORIGIN && id <= PRAGMA) this.#noteSafeguard(facts, id, this.#text(fields, bytes, hit));
    }
    return facts;
  }

  #noteSafeguard(facts: HeadFacts, id: number, text: string): void {
    const made = this.#safeguards;
    const before = facts.safeguards;
    if (id === ALLOW_ORIGIN) facts.safeguards = made.allowOrigin(before, text);
    else if (id === ALLOW_CREDENTIALS) facts.safeguards = made.allowCredentials(before, text);
    else if (id === CACHE_CONTROL) facts.safeguards = made.cacheControl(before, text);
    else if (id === TRANSPORT_SECURITY) facts.safeguards = made.transportSecurity(before, text);
    else if (id === CONTENT_TYPE_OPTIONS) facts.safeguards = made.contentTypeOptions(before, text);
    else if (id === FRAME_OPTIONS) facts.safeguards = made.frameOptions(before, text);
    else if (id === REFERRER_POLICY) facts.safeguards = made.referrerPolicy(before, text);
    else if (id === PERMISSIONS_POLICY) facts.safeguards = made.permissionsPolicy(before);
    else if (id === PRAGMA) facts.safeguards = made.pragma(before, text);
    else facts.safeguards = made.contentPolicy(before);
  }

  #noteHost(facts: HeadFacts, bytes: Buffer, start: number, end: number): void {
    const hostStart = afterUserinfo(bytes, start, end);
    if (hostStart !== start) facts.hasHostUserinfo = true;
    if (facts.hosts++ > 0) return;
    facts.host = this.#target.host(bytes, hostStart, end);
    facts.isHostInvalid = facts.hasHostUserinfo || !this.#isHost(facts.host);
  }

  /** :authority, which stands for Host. */
  authority(exchange: Exchange, bytes: Buffer, start: number, end: number): void {
    const hostStart = afterUserinfo(bytes, start, end);
    if (hostStart !== start) this.#target.hasUserinfo = true;
    const host = this.#target.host(bytes, hostStart, end);
    if (hostStart !== start || !this.#isHost(host)) this.hasInvalidHost = true;
    this.#host(exchange, host, 1);
  }

  #isHost(text: string): boolean {
    if (text !== this.#lastHost && !HOST_AND_PORT.test(text)) return false;
    this.#lastHost = text;
    return true;
  }

  /** RFC 9112 §3.2, RFC 9113 §8.3.1: there is one host, and the target's own goes before it. */
  #host(exchange: Exchange, host: string, count: number): void {
    const isFirst = this.hosts === 0;
    this.hosts += count;
    if (this.hosts > 1) this.hasHostConflict = true;
    if (isFirst && exchange.authority === undefined) exchange.authority = host;
    else if (isFirst && !sameAuthority(host, exchange.authority ?? "")) this.hasHostConflict = true;
  }

  text(bytes: Buffer, start: number, end: number): string {
    return this.#strings.get(bytes, start, end);
  }

  #text(fields: FieldPlaces, bytes: Buffer, hit: number): string {
    return this.#strings.get(bytes, fields.starts[hit], fields.ends[hit]);
  }
}

/** Host names are compared without their case and the dot of the root; RFC 9110 §4.2.3: port 80 may be left out. */
function sameAuthority(one: string, other: string): boolean {
  return plainHost(one.replace(/:(80|443)$/, "")) === plainHost(other.replace(/:(80|443)$/, ""));
}

/** RFC 9110 §7.2: Host has no userinfo; what stands in its place is a secret all the same. */
function afterUserinfo(bytes: Buffer, start: number, end: number): number {
  let at = end;
  while (at > start && bytes[at - 1] !== AT) at--;
  return at;
}
