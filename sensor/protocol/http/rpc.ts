import type { Rpc, RpcKind } from "../message.js";
import type { Exchange } from "./exchange.js";

/** Package, service and method are names of Protocol Buffers; what comes before them a gateway may have put there. */
const PROCEDURE = /^(?:\/[\w.~-]+)*\/((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)\/([A-Za-z_]\w*)$/;
/** twitchtv.github.io/twirp: POST [prefix]/[package].[service]/[method], the prefix "/twirp" by default. */
const TWIRP_PREFIX = "/twirp/";
const GRPC = "application/grpc";
/** connectrpc.com, protocol reference: streaming has content types of its own, a unary call names the version. */
const CONNECT_STREAM = "application/connect+";

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

  constructor(system: Rpc["system"], service: string | undefined, method: string | undefined) {
    this.system = system;
    this.service = service;
    this.method = method;
  }

  get kind(): RpcKind | undefined {
    const { requestMessages, responseMessages } = this;
    if (requestMessages === undefined || responseMessages === undefined) return undefined;
    if (requestMessages > 1) return responseMessages > 1 ? "bidirectional" : "client-stream";
    return responseMessages > 1 ? "server-stream" : "unary";
  }
}

/**
 * Tells by content type, path and the version field whether the request calls a procedure; the answer's content type tells where the
 * request's was not seen. Such an endpoint is its path, in which nothing is a parameter.
 */
export function noteRpc(exchange: Exchange, namesConnectVersion: boolean): void {
  const system = systemOf(exchange, namesConnectVersion);
  if (system === undefined) return;
  const procedure = PROCEDURE.exec(exchange.path ?? "");
  exchange.rpc = new RpcExchange(system, procedure?.[1], procedure?.[2]);
  if (procedure !== null) exchange.template = exchange.path;
}

function systemOf(exchange: Exchange, namesConnectVersion: boolean): Rpc["system"] | undefined {
  const type = exchange.requestContentType ?? exchange.responseContentType;
  if (type?.startsWith(GRPC)) return "grpc";
  if (namesConnectVersion || type?.startsWith(CONNECT_STREAM)) return "connect_rpc";
  const { path, method } = exchange;
  if (method === "POST" && path?.startsWith(TWIRP_PREFIX) && PROCEDURE.test(path)) return "twirp";
  return undefined;
}

/** Whether the messages stand in the content as gRPC frames them: a flag and a length before each. */
export function hasFramedMessages(contentType: string | undefined): boolean {
  if (contentType === undefined) return false;
  if (contentType.startsWith(CONNECT_STREAM)) return true;
  // gRPC-Web's text form is base64.
  return contentType.startsWith(GRPC) && !contentType.startsWith(`${GRPC}-web-text`);
}

const UNIT_MICROS: Readonly<Record<string, number>> = { H: 3_600e6, M: 60e6, S: 1e6, m: 1e3, u: 1, n: 1e-3 };

/** grpc-timeout: at most eight digits and a unit; undefined where it is none. */
export function timeoutMicros(text: string): number | undefined {
  const parts = /^(\d{1,8})([HMSmun])$/.exec(text);
  return parts === null ? undefined : Number(parts[1]) * UNIT_MICROS[parts[2]];
}
