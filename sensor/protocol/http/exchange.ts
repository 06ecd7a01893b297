import type { Flow } from "../../flow/stream.js";
import type { Found } from "../body/body-look.js";
import type { Call, Credential, WireDeprecation } from "../message.js";
import type { Safeguards, SetCookie } from "../protection.js";
import { type Operation, operationHash } from "../rpc/dialect.js";
import { type CallShapes, ONLY_QUERY, withShape } from "../shape.js";
import { withBodyCredential, withBodyKey, withoutBodyCredential } from "./body-credential.js";
import { NO_CREDENTIALS } from "./credential.js";
import { type Asks, ExchangeAccess, NO_OPERATIONS, Rarities } from "./exchange-rarities.js";
import { RpcExchange } from "./rpc.js";
import { StreamExchange } from "./stream-exchange.js";

const MAX_COOKIES = 16;
/** What is called by something that is no name; the inventory counts it with what it has no room for. */
const UNNAMED = "*";
/** An answer that a client is willing to wait for, and that came earlier, was not held back. */
const HELD_MICROS = 1e6;

/** Of a call that has nothing rare; it stays as it is. */
const NONE: Readonly<Rarities> = new Rarities();

/**
 * A call in the making: the request is filled in, then the response, then it is told. Hundreds are open on a connection, and each has to
 * be fetched into the processor's caches for its answer: it is as small as can be, and what few calls have stands elsewhere.
 */
export class Exchange implements Call {
  readonly kind = "call";
  readonly flow: Flow;
  readonly atMicros: number;
  version: Call["version"] = "1.1";
  method: string | undefined = undefined;
  path: string | undefined = undefined;
  template: string | undefined = undefined;
  rpc: RpcExchange | undefined = undefined;
  authority: string | undefined = undefined;
  userAgent: string | undefined = undefined;
  requestContentType: string | undefined = undefined;
  credentials: readonly Credential[] = NO_CREDENTIALS;
  requestHeaderOrder = 0;
  forwarding = 0;
  carriedId = 0;
  status: number | undefined = undefined;
  serverSoftware: string | undefined = undefined;
  responseContentType: string | undefined = undefined;
  responseHeaderOrder = 0;
  safeguards: Safeguards | undefined = undefined;
  requestBodySize: number | undefined = undefined;
  responseBodySize: number | undefined = undefined;
  requestClasses: readonly string[] | undefined = undefined;
  responseClasses: readonly string[] | undefined = undefined;
  shapes: CallShapes | undefined = undefined;
  durationMicros: number | undefined = undefined;
  /** Hash of the path without what varies in it. */
  pathShape = 0;
  /** The request after it on the same connection, while both wait to be told. */
  nextAsked: Exchange | undefined = undefined;
  complete = true;
  requestDone = false;
  responseDone = false;
  isConnect = false;
  isHead = false;
  expectsContinue = false;
  isAnswered = false;
  isUnsure = false;
  #rare: Rarities | undefined = undefined;

  constructor(flow: Flow, atMicros: number) {
    this.flow = flow;
    this.atMicros = atMicros;
  }

  /** The request's last byte was seen; the response's likewise. */
  /** It asks for a tunnel (CONNECT). */
  /** RFC 9110 §10.1.1: the client may wait for leave to send its body, and never send it. */
  /** A final response has begun. */
  /** Bytes were lost in a way that leaves open which response answers it. */
  get operations(): readonly string[] {
    return (this.#rare ?? NONE).operations;
  }

  set operations(value: readonly string[]) {
    if (value !== NO_OPERATIONS || this.#rare !== undefined) this.#rarities().operations = value;
  }

  /** Hash of what is called at the path; 0 where nothing says so. */
  get operationHash(): number {
    return (this.#rare ?? NONE).operationHash;
  }

  set operationHash(value: number) {
    if (value !== 0 || this.#rare !== undefined) this.#rarities().operationHash = value;
  }

  get stream(): StreamExchange | undefined {
    return (this.#rare ?? NONE).stream;
  }

  set stream(value: StreamExchange | undefined) {
    if (value !== undefined || this.#rare !== undefined) this.#rarities().stream = value;
  }

  get unread(): Call["unread"] {
    return (this.#rare ?? NONE).unread;
  }

  set unread(value: Call["unread"]) {
    if (value !== undefined || this.#rare !== undefined) this.#rarities().unread = value;
  }

  /** What the request asks for beyond an answer. */
  get asks(): Asks {
    return (this.#rare ?? NONE).asks;
  }

  set asks(value: Asks) {
    if (value !== undefined || this.#rare !== undefined) this.#rarities().asks = value;
  }

  get poweredBy(): string | undefined {
    return (this.#rare ?? NONE).poweredBy;
  }

  set poweredBy(value: string | undefined) {
    if (value !== undefined || this.#rare !== undefined) this.#rarities().poweredBy = value;
  }

  get framework(): string | undefined {
    return (this.#rare ?? NONE).framework;
  }

  set framework(value: string | undefined) {
    if (value !== undefined || this.#rare !== undefined) this.#rarities().framework = value;
  }

  get deprecation(): WireDeprecation | undefined {
    return (this.#rare ?? NONE).deprecation;
  }

  set deprecation(value: WireDeprecation | undefined) {
    if (value !== undefined || this.#rare !== undefined) this.#rarities().deprecation = value;
  }

  get access(): ExchangeAccess | undefined {
    return (this.#rare ?? NONE).access;
  }

  set access(value: ExchangeAccess | undefined) {
    if (value !== undefined || this.#rare !== undefined) this.#rarities().access = value;
  }

  get redirectPlace(): number {
    return (this.#rare ?? NONE).redirectPlace;
  }

  set redirectPlace(value: number) {
    if (value !== 0 || this.#rare !== undefined) this.#rarities().redirectPlace = value;
  }

  get missingBytes(): number {
    return (this.#rare ?? NONE).missingBytes;
  }

  set missingBytes(value: number) {
    if (value !== 0 || this.#rare !== undefined) this.#rarities().missingBytes = value;
  }

  get unpaired(): Call["unpaired"] {
    return (this.#rare ?? NONE).unpaired;
  }

  set unpaired(value: Call["unpaired"]) {
    if (value !== undefined || this.#rare !== undefined) this.#rarities().unpaired = value;
  }

  get isBodiless(): boolean {
    return (this.#rare ?? NONE).isBodiless;
  }

  get bodiesCut(): Call["bodiesCut"] {
    return (this.#rare ?? NONE).bodiesCut;
  }

  #cut(side: "request" | "response"): void {
    const { bodiesCut = side } = this;
    this.#rarities().bodiesCut = bodiesCut === side ? side : "both";
  }

  /** The request was seen whole, and no byte of content in it. */
  endBodiless(): void {
    const { method } = this;
    if (method === "POST" || method === "PUT" || method === "PATCH") this.#rarities().isBodiless = true;
  }

  #rarities(): Rarities {
    this.#rare ??= new Rarities();
    return this.#rare;
  }

  /** It offers to speak another protocol. */
  get asksUpgrade(): boolean {
    return this.asks === "websocket" || this.asks === "upgrade";
  }

  /** The answer makes the rest of the connection another protocol's: RFC 9110 §15.2.2 and §9.3.6. */
  get switches(): boolean {
    return this.status === 101 || (this.isConnect && (this.status ?? 300) < 300);
  }

  /** The same request as another's. */
  copyRequest(other: Exchange): void {
    this.method = other.method;
    this.path = other.path;
    this.pathShape = other.pathShape;
    if (other.shapes?.hasQuery === true) this.shapes = ONLY_QUERY;
    this.authority = other.authority;
    this.userAgent = other.userAgent;
    this.requestContentType = other.requestContentType;
    this.credentials = withoutBodyCredential(other.credentials);
    this.requestHeaderOrder = other.requestHeaderOrder;
    this.forwarding = other.forwarding;
    this.carriedId = other.carriedId;
    this.isHead = other.isHead;
    this.isConnect = other.isConnect;
    this.asks = other.asks;
    this.expectsContinue = other.expectsContinue;
    if (other.access?.origin !== undefined) this.noteAccess().origin = other.access.origin;
  }

  /** The same answer as another's. */
  copyResponse(other: Exchange): void {
    this.status = other.status;
    this.serverSoftware = other.serverSoftware;
    this.responseContentType = other.responseContentType;
    this.responseHeaderOrder = other.responseHeaderOrder;
    this.safeguards = other.safeguards;
    if (other.#rare !== undefined || this.#rare !== undefined) this.#copyRare(other);
  }

  #copyRare({ poweredBy, framework, deprecation, access, stream }: Exchange): void {
    this.poweredBy = poweredBy;
    this.framework = framework;
    this.deprecation = deprecation;
    if (access !== undefined) this.#sameAnswerAccess(access);
    // What else streams says so when its content begins.
    if (stream?.kind === "websocket")
      this.stream = new StreamExchange("websocket", stream.subprotocol, stream.extensions);
  }

  #sameAnswerAccess({ cookies, challenge }: ExchangeAccess): void {
    if (cookies.length === 0 && challenge === undefined) return;
    const access = this.noteAccess();
    access.cookies = cookies;
    access.challenge = challenge;
  }

  noteAccess(): ExchangeAccess {
    this.access ??= new ExchangeAccess();
    return this.access;
  }

  setsCookie(cookie: SetCookie): void {
    const access = this.noteAccess();
    if (access.cookies.length < MAX_COOKIES) access.cookies = [...access.cookies, cookie];
  }

  /** The response is over; `atMicros` is when its last byte was seen, undefined where that one was lost. */
  endResponse(atMicros: number | undefined): void {
    if (atMicros === undefined || this.unpaired === "no-request" || this.method === undefined) return;
    this.durationMicros = Math.max(0, atMicros - this.atMicros);
    if (this.asks === "wait" && this.stream === undefined && this.durationMicros >= HELD_MICROS)
      this.stream = new StreamExchange("long-poll");
    this.stream?.httpOver(this.durationMicros);
  }

  /** What the request says that it calls, in its head or body. */
  call(...called: readonly (Operation | undefined)[]): void {
    const [first] = called;
    if (first === undefined) return;
    const rpc = new RpcExchange(first.system, first.service, first.method);
    rpc.ownKind = first.kind;
    rpc.depth = first.depth;
    rpc.isDiscovery = first.isDiscovery === true;
    this.rpc = rpc;
    this.operationHash = operationHash(first);
    if (called.length === 1) this.operations = [first.label ?? UNNAMED];
    else this.operations = [...new Set(called.map((operation) => operation?.label ?? UNNAMED))];
  }

  /** The request's body, or as much of it as comes, was looked at. */
  requestLooked({ classes, isCut, operations, fields, counted, shape, oauth, key }: Readonly<Found>): void {
    this.addRequestClasses(classes);
    if (isCut && classes !== undefined) this.#cut("request");
    if (oauth !== undefined) {
      this.noteAccess().oauth = oauth;
      this.credentials = withBodyCredential(this.credentials, oauth);
    }
    // A form against forged requests may have its token in it, and is no form of OAuth for that.
    if (key !== undefined && oauth?.grant === undefined && oauth?.clientProof === undefined)
      this.credentials = withBodyKey(this.credentials, key, this.path);
    this.shapes = withShape(this.shapes, "request", shape);
    if (operations !== undefined) this.call(...operations);
    const { rpc } = this;
    if (rpc === undefined) return;
    rpc.requestFields = fields;
    if (counted === undefined) return;
    rpc.requestMessages = counted.messages;
    rpc.requestMessageBytes = counted.bytes;
  }

  responseLooked({ classes, isCut, outcome, fields, counted, shape }: Readonly<Found>): void {
    this.addResponseClasses(classes);
    if (isCut && classes !== undefined) this.#cut("response");
    this.shapes = withShape(this.shapes, "response", shape);
    const { rpc } = this;
    if (rpc === undefined) return;
    rpc.status ??= outcome ?? counted?.status;
    rpc.responseFields = fields;
    if (counted === undefined) return;
    rpc.responseMessages = counted.messages;
    rpc.responseMessageBytes = counted.bytes;
  }

  /** Adds what the request's body holds to what its target and head held; `undefined` where the body was not looked at. */
  addRequestClasses(classes: readonly string[] | undefined): void {
    this.requestClasses = together(this.requestClasses, classes);
  }

  /** The same of the answer. */
  addResponseClasses(classes: readonly string[] | undefined): void {
    this.responseClasses = together(this.responseClasses, classes);
  }

  /** So many bytes of it were sent and never captured. */
  miss(bytes: number): void {
    if (bytes === 0) return;
    this.missingBytes += bytes;
    this.complete = false;
  }
}

/** What an answer is told with whose request was never seen. */
export function unaskedExchange(flow: Flow, version: Call["version"], atMicros: number): Exchange {
  const exchange = new Exchange(flow, atMicros);
  exchange.version = version;
  exchange.requestDone = true;
  exchange.isAnswered = true;
  exchange.complete = false;
  if (flow.twoSided) exchange.unpaired = "no-request";
  return exchange;
}

function together(
  one: readonly string[] | undefined,
  other: readonly string[] | undefined,
): readonly string[] | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return other.length === 0 ? one : [...new Set([...one, ...other])].sort();
}
