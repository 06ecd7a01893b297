import type { CallRecord, EdgeRecord, EndpointRecord, FindingRecord, ServiceRecord } from "./event.js";
import type { ReachedFacts } from "./gateway.js";
import { formatTime } from "./time.js";

const MAX_REMEMBERED = 4_096;

/** One line of calls.ndjson. Written piece by piece, few pieces: there is one for every call. */
export function callLine(call: CallRecord): string {
  let line = `{"time":"${formatTime(call.atMicros)}"${connectionOf(call)}`;
  if (call.method !== undefined) line += `,"http.request.method":${quoteKnown(call.method)}`;
  if (call.path !== undefined) line += `,"url.path":${quote(call.path)}`;
  if (call.template !== undefined) line += `,"url.template":${quoteKnown(call.template)}`;
  if (call.authority !== undefined) line += `,"http.authority":${quoteKnown(call.authority)}`;
  if (call.status !== undefined) line += `,"http.response.status_code":${call.status}`;
  if (call.requestBodySize !== undefined) line += `,"http.request.body.size":${call.requestBodySize}`;
  if (call.responseBodySize !== undefined) line += `,"http.response.body.size":${call.responseBodySize}`;
  if (call.durationMillis !== undefined) line += `,"duration_ms":${call.durationMillis}`;
  if (call.userAgent !== undefined) line += `,"user_agent.original":${quoteKnown(call.userAgent)}`;
  // Where fields could not be read, no credential seen is not none sent.
  if (call.method !== undefined && (call.unread === undefined || call.credentials.length > 0))
    line += `,"auth.kinds":${names(call.credentials)}`;
  if (call.rpcSystem !== undefined) line += rpc(call);
  if (call.requestClasses !== undefined) line += `,"data.request.classes":${names(call.requestClasses)}`;
  if (call.responseClasses !== undefined) line += `,"data.response.classes":${names(call.responseClasses)}`;
  if (call.bodiesCut !== undefined) line += `,"data.bodies_cut":"${call.bodiesCut}"`;
  return `${line},"complete":${call.complete},"missing_bytes":${call.missingBytes}}`;
}

interface ConnectionText {
  readonly call: CallRecord;
  readonly text: string;
}

const connections = new Map<string, ConnectionText>();

/** What all calls of one connection have in common; one string for most of them. */
function connectionOf(call: CallRecord): string {
  const known = connections.get(call.flowId);
  if (known?.call.version === call.version && known.call.clientPort === call.clientPort) return known.text;
  if (connections.size >= MAX_REMEMBERED) connections.clear();
  // Joined, not added: a string of many parts is put together again each time it is written.
  const text = [
    `,"flow.id":"${call.flowId}","client.address":"${call.clientAddress}","client.port":${call.clientPort}`,
    `,"server.address":"${call.serverAddress}","server.port":${call.serverPort}`,
    call.virtualNetwork === undefined ? "" : `,"virtual_network":"${call.virtualNetwork}"`,
    `,"network.protocol.name":"http","network.protocol.version":"${call.version}"`,
  ].join("");
  connections.set(call.flowId, { call, text });
  return text;
}

const quotedTexts = new Map<string, string>();

/** `quote` for what comes again and again. */
function quoteKnown(text: string): string {
  const known = quotedTexts.get(text);
  if (known !== undefined) return known;
  if (quotedTexts.size >= MAX_REMEMBERED) quotedTexts.clear();
  const quoted = quote(text);
  quotedTexts.set(text, quoted);
  return quoted;
}

function rpc({ rpcSystem, rpcService, rpcMethod, rpcStatus }: CallRecord): string {
  let text = `,"rpc.system":"${rpcSystem}"`;
  if (rpcService !== undefined) text += `,"rpc.service":${quoteKnown(rpcService)}`;
  if (rpcMethod !== undefined) text += `,"rpc.method":${quoteKnown(rpcMethod)}`;
  if (rpcStatus !== undefined && rpcSystem === "grpc") text += `,"rpc.grpc.status_code":${rpcStatus}`;
  return text;
}

/** Printable ASCII but for the quotation mark and the backslash: what JSON takes as it stands. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Credential kinds and data classes are words of ours or checked by us: nothing in them needs escaping. */
function names(list: readonly string[]): string {
  return list.length === 0 ? "[]" : `["${list.join('","')}"]`;
}

/** A record under the names of CONTRACT.md, and nothing beyond them. */
export function edgeObject(edge: EdgeRecord): Record<string, unknown> {
  return {
    "client.address": edge.clientAddress,
    "server.address": edge.serverAddress,
    "server.port": edge.serverPort,
    virtual_network: edge.virtualNetwork,
    "client.service": edge.clientService,
    "client.gateway": edge.clientGateway,
    "server.service": edge.serverService,
    scope: edge.scope,
    calls: edge.calls,
    handshakes: edge.handshakes,
    posture: edge.posture,
    first_seen: formatTime(edge.firstMicros),
    last_seen: formatTime(edge.lastMicros),
  };
}

export function endpointObject(endpoint: EndpointRecord): Record<string, unknown> {
  return {
    service: endpoint.service,
    "server.address": endpoint.serverAddress,
    "server.port": endpoint.serverPort,
    virtual_network: endpoint.virtualNetwork,
    "http.request.method": endpoint.method,
    "url.template": endpoint.template,
    calls: endpoint.calls,
    callers: endpoint.callers,
    // Calls without an answer are counted under 0, which is no status.
    statuses: Object.fromEntries(Object.entries(endpoint.statuses).filter(([status]) => status !== "0")),
    "auth.kinds": Object.keys(endpoint.credentials),
    "data.classes": endpoint.dataClasses,
    state: endpoint.state,
    ...(endpoint.calls === 0 ? {} : seenTimes(endpoint)),
    missing_bytes: endpoint.missingBytes,
    ...(endpoint.reached === undefined ? {} : reachedObject(endpoint.reached)),
  };
}

function reachedObject({ gateways, around, untoldCallers }: ReachedFacts): Record<string, unknown> {
  return {
    "callers.gateways": gateways,
    "callers.around_gateway": around,
    "callers.untold": untoldCallers === 0 ? undefined : untoldCallers,
  };
}

/** What is declared and was never called has none. */
function seenTimes({ firstMicros, lastMicros }: EndpointRecord): Record<string, unknown> {
  return { first_seen: formatTime(firstMicros), last_seen: formatTime(lastMicros) };
}

export function findingObject(finding: FindingRecord): Record<string, unknown> {
  return {
    time: formatTime(finding.firstMicros),
    id: finding.id,
    rule: finding.rule,
    severity: finding.severity,
    title: finding.title,
    summary: finding.summary,
    "client.address": finding.clientAddress,
    "server.address": finding.serverAddress,
    "server.port": finding.serverPort,
    virtual_network: finding.virtualNetwork,
    "http.request.method": finding.method,
    "url.template": finding.template,
    count: finding.count,
    first_seen: formatTime(finding.firstMicros),
    last_seen: formatTime(finding.lastMicros),
    evidence: finding.evidence,
    references: finding.references,
  };
}

/** What became of the bytes that a service's connections carried; nothing in files of a version that did not count them. */
export function visibilityObject({ notUnderstood, ...service }: ServiceRecord): Record<string, unknown> {
  return {
    parsed_bytes: service.parsedBytes,
    encrypted_bytes: service.encryptedBytes,
    not_understood_bytes: notUnderstood && Object.values(notUnderstood).reduce((sum, bytes) => sum + bytes, 0),
    not_understood: notUnderstood,
    joined_late_bytes: service.joinedLateBytes,
    missing_bytes: service.missingBytes,
  };
}

export function edgeLine(edge: EdgeRecord): string {
  return JSON.stringify(edgeObject(edge));
}

export function endpointLine(endpoint: EndpointRecord): string {
  return JSON.stringify(endpointObject(endpoint));
}

export function findingLine(finding: FindingRecord): string {
  return JSON.stringify(findingObject(finding));
}
