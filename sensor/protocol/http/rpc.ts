import { targetOperation } from "../aws/dialect.js";
import type { Rpc, RpcKind } from "../message.js";
import type { OperationNames } from "../rpc/operation-names.js";
import { actionOperation, actionParameter } from "../soap/dialect.js";
import type { Exchange } from "./exchange.js";

/** Package, service and method are names of Protocol Buffers; what comes before them a gateway may have put there. */
const PROCEDURE = /^(?:\/[\w.~-]+)*\/((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)\/([A-Za-z_]\w*)$/;
/** twitchtv.github.io/twirp: POST [prefix]/[package].[service]/[method], the prefix "/twirp" by default. */
const TWIRP_PREFIX = "/twirp/";
const GRPC = "application/grpc";
const TYPE_PREFIX_LENGTH = "application/".length;
const LETTER_G = 0x67;
const LETTER_C = 0x63;
/** connectrpc.com, protocol reference: streaming has content types of its own, a unary call names the version. */
const CONNECT_STREAM = "application/connect+";

const LETTER_S = 0x73;
const SOAP = "application/soap+xml";
const LETTER_L = 0x6c;
const RELATED = "multipart/related";
/** gRPC's server reflection (grpc/grpc, doc/server-reflection.md), of any version. */
const REFLECTION = /^grpc\.reflection\.v\w+\.ServerReflection$/;

const CONNECT_QUERY = Buffer.from("connect=v1");
const AMPERSAND = 0x26;
/** Letters that the names of its parameters begin with. */
const CONNECT_LETTERS = new Set([..."bcem"].map((letter) => letter.charCodeAt(0)));

/** connectrpc.com, protocol reference: by GET the query names the version, and holds the message. */
export function isConnectQuery(bytes: Buffer, start: number, end: number): boolean {
  if (!CONNECT_LETTERS.has(bytes[start])) return false;
  const at = bytes.subarray(start, end).indexOf(CONNECT_QUERY);
  return at === 0 || (at > 0 && bytes[start + at - 1] === AMPERSAND);
}

/** A call's RPC side in the making. */
export class RpcExchange implements Rpc {
  readonly system: Rpc["system"];
  readonly service: string | undefined;
  readonly method: string | undefined;
  status: number | undefined = undefined;
  requestMessages: number | undefined = undefined;
  responseMessages: number | undefined = undefined;
  requestMessageBytes: number | undefined = undefined;
  responseMessageBytes: number | undefined = undefined;
  encoding: string | undefined = undefined;
  timeoutMicros: number | undefined = undefined;
  depth: number | undefined = undefined;
  isDiscovery = false;
  /** What the operation itself says it is. */
  ownKind: RpcKind | undefined = undefined;
  requestType: string | undefined = undefined;
  responseType: string | undefined = undefined;
  requestFields: string | undefined = undefined;
  responseFields: string | undefined = undefined;

  constructor(system: Rpc["system"], service: string | undefined, method: string | undefined) {
    this.system = system;
    this.service = service;
    this.method = method;
  }

  /** For another call whose request has the same head. */
  again(): RpcExchange {
    const other = new RpcExchange(this.system, this.service, this.method);
    other.encoding = this.encoding;
    other.timeoutMicros = this.timeoutMicros;
    other.depth = this.depth;
    other.isDiscovery = this.isDiscovery;
    other.ownKind = this.ownKind;
    return other;
  }

  get kind(): RpcKind | undefined {
    const { requestMessages, responseMessages } = this;
    if (this.ownKind !== undefined) return this.ownKind;
    if (requestMessages === undefined || responseMessages === undefined) return undefined;
    if (requestMessages > 1) return responseMessages > 1 ? "bidirectional" : "client-stream";
    return responseMessages > 1 ? "server-stream" : "unary";
  }
}

/** What of a request's head may say what is called, beside content type and path. */
export interface RpcFields {
  readonly namesConnectVersion: boolean;
  /** A GET whose query names it. */
  readonly isConnectQuery: boolean;
  /** X-Amz-Target and SOAPAction; undefined without them. */
  readonly target: string | undefined;
  readonly action: string | undefined;
  /** How long the client says that it waits, and what its messages are in where they are compressed. */
  readonly timeout: string | undefined;
  readonly messageEncoding: string | undefined;
}

/**
 * Tells by content type, path and fields whether the request calls a procedure; the answer's content type tells where the request's was
 * not seen. Such an endpoint is its path, in which nothing is a parameter, or what the head names.
 */
export function noteRpc(exchange: Exchange, fields: RpcFields, names: OperationNames): void {
  const type = exchange.requestContentType ?? exchange.responseContentType;
  // Of nearly all types this one letter says that they are none of these.
  const letter = type === undefined ? 0 : type.charCodeAt(TYPE_PREFIX_LENGTH);
  if (fields.target !== undefined) exchange.call(targetOperation(fields.target, names));
  else if (fields.action !== undefined || (letter === LETTER_S && type?.startsWith(SOAP)))
    noteAction(exchange, fields, names);
  // MTOM's envelope stands in the first part; nobody else's content type has such a parameter.
  else if (letter === LETTER_L && type?.startsWith(RELATED))
    exchange.call(actionOperation(actionParameter(type), names));
  const isConnect = fields.namesConnectVersion || (fields.isConnectQuery && PROCEDURE.test(exchange.path ?? ""));
  const system = systemOf(exchange, type, letter, isConnect);
  if (system === undefined) return;
  const rpc = noteProcedure(exchange, system);
  rpc.encoding = fields.messageEncoding;
  if (system === "twirp" || (system === "connect_rpc" && isUnary(type, fields))) rpc.ownKind = "unary";
  if (fields.timeout !== undefined) rpc.timeoutMicros = timeoutMicros(system, fields.timeout);
}

/** Connect's streams have a content type of their own; what is asked for by GET has none. */
function isUnary(type: string | undefined, { isConnectQuery }: RpcFields): boolean {
  return type === undefined ? isConnectQuery : !type.startsWith(CONNECT_STREAM);
}

/** The path names what is called. */
export function noteProcedure(exchange: Exchange, system: Rpc["system"]): RpcExchange {
  const procedure = PROCEDURE.exec(exchange.path ?? "");
  const rpc = new RpcExchange(system, procedure?.[1], procedure?.[2]);
  exchange.rpc = rpc;
  if (procedure === null) return rpc;
  exchange.template = exchange.path;
  rpc.isDiscovery = REFLECTION.test(procedure[1]);
  return rpc;
}

/** Where the head names no action, the body's first element does. */
function noteAction(exchange: Exchange, { action }: RpcFields, names: OperationNames): void {
  const named = action ?? actionParameter(exchange.requestContentType ?? "");
  exchange.call(actionOperation(named, names));
  exchange.rpc ??= new RpcExchange("soap", undefined, undefined);
}

function systemOf(
  exchange: Exchange,
  type: string | undefined,
  letter: number,
  isConnect: boolean,
): Rpc["system"] | undefined {
  if (letter === LETTER_G && type?.startsWith(GRPC)) return "grpc";
  if (isConnect || (letter === LETTER_C && type?.startsWith(CONNECT_STREAM))) return "connect_rpc";
  const { path, method } = exchange;
  if (method === "POST" && path?.startsWith(TWIRP_PREFIX) && PROCEDURE.test(path)) return "twirp";
  return undefined;
}

const UNIT_MICROS: Readonly<Record<string, number>> = { H: 3_600e6, M: 60e6, S: 1e6, m: 1e3, u: 1, n: 1e-3 };

/** grpc-timeout: at most eight digits and a unit. connectrpc.com: ten digits at most, milliseconds. Undefined where it is neither. */
function timeoutMicros(system: Rpc["system"], text: string): number | undefined {
  if (system === "connect_rpc") return /^\d{1,10}$/.test(text) ? Number(text) * UNIT_MICROS.m : undefined;
  const parts = system === "grpc" ? /^(\d{1,8})([HMSmun])$/.exec(text) : null;
  return parts === null ? undefined : Number(parts[1]) * UNIT_MICROS[parts[2]];
}
