import type { CallRecord } from "../../shared/event.js";
import type { Edge, Endpoint } from "../inventory/observation.js";
import type { Call, CallStream, Rpc } from "../protocol/message.js";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The call as feed and store show it, with what the inventory knows of it at this moment. */
export function callRecord(call: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): CallRecord {
  const { flow } = call;
  const record: Writable<CallRecord> = {
    kind: "call",
    atMicros: call.atMicros,
    flowId: flow.id,
    clientAddress: flow.clientAddress,
    clientPort: flow.clientPort,
    serverAddress: flow.serverAddress,
    serverPort: flow.serverPort,
    service: edge?.service.name ?? `${flow.serverAddress}:${flow.serverPort}`,
    version: call.version,
    credentials: distinctKinds(call),
    complete: call.complete,
    missingBytes: call.missingBytes,
  };
  const { virtualNetwork } = flow;
  if (virtualNetwork !== undefined) record.virtualNetwork = virtualNetwork;
  if (call.method !== undefined) record.method = call.method;
  if (call.path !== undefined) record.path = call.path;
  if (endpoint !== undefined) record.template = endpoint.template;
  if (call.authority !== undefined) record.authority = call.authority;
  if (call.status !== undefined) record.status = call.status;
  if (call.requestBodySize !== undefined) record.requestBodySize = call.requestBodySize;
  if (call.responseBodySize !== undefined) record.responseBodySize = call.responseBodySize;
  if (call.requestClasses !== undefined) record.requestClasses = call.requestClasses;
  if (call.responseClasses !== undefined) record.responseClasses = call.responseClasses;
  if (call.bodiesCut !== undefined) record.bodiesCut = call.bodiesCut;
  if (call.durationMicros !== undefined) record.durationMillis = call.durationMicros / 1_000;
  if (call.userAgent !== undefined) record.userAgent = call.userAgent;
  if (call.unpaired !== undefined) record.unpaired = call.unpaired;
  if (call.unread !== undefined) record.unread = call.unread;
  if (call.rpc !== undefined) addRpc(record, call.rpc);
  if (call.stream !== undefined) addStream(record, call.stream);
  return record;
}

function addRpc(record: Writable<CallRecord>, rpc: Rpc): void {
  record.rpcSystem = rpc.system;
  if (rpc.service !== undefined) record.rpcService = rpc.service;
  if (rpc.method !== undefined) record.rpcMethod = rpc.method;
  if (rpc.status !== undefined) record.rpcStatus = rpc.status;
  if (rpc.kind !== undefined) record.rpcKind = rpc.kind;
  if (rpc.depth !== undefined) record.rpcDepth = rpc.depth;
  if (rpc.isDiscovery) record.rpcDiscovery = true;
  if (rpc.requestType !== undefined) record.rpcRequestType = rpc.requestType;
  if (rpc.responseType !== undefined) record.rpcResponseType = rpc.responseType;
  if (rpc.requestFields !== undefined) record.rpcRequestFields = rpc.requestFields;
  if (rpc.responseFields !== undefined) record.rpcResponseFields = rpc.responseFields;
  if (rpc.requestMessages !== undefined) record.requestMessages = rpc.requestMessages;
  if (rpc.responseMessages !== undefined) record.responseMessages = rpc.responseMessages;
  if (rpc.requestMessageBytes !== undefined) record.requestMessageBytes = rpc.requestMessageBytes;
  if (rpc.responseMessageBytes !== undefined) record.responseMessageBytes = rpc.responseMessageBytes;
  if (rpc.encoding !== undefined) record.rpcEncoding = rpc.encoding;
  if (rpc.timeoutMicros !== undefined) record.rpcTimeoutMillis = rpc.timeoutMicros / 1_000;
}

function addStream(record: Writable<CallRecord>, { kind, subprotocol, request, response }: CallStream): void {
  record.streamKind = kind;
  if (subprotocol !== undefined) record.subprotocol = subprotocol;
  if (request !== undefined) {
    record.requestMessages = request.messages;
    record.requestMessageBytes = request.messageBytes;
  }
  if (response !== undefined) {
    record.responseMessages = response.messages;
    record.responseMessageBytes = response.messageBytes;
  }
}

const NO_KINDS: readonly string[] = [];

function distinctKinds(call: Call): readonly string[] {
  if (call.credentials.length === 0) return NO_KINDS;
  if (call.credentials.length === 1) return [call.credentials[0].kind];
  return [...new Set(call.credentials.map((credential) => credential.kind))].sort();
}
