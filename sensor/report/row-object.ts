import type { StreamRecord } from "../../shared/endpoint-facts.js";
import type { BlindBound, EdgeRecord, EndpointRecord, ServiceRecord } from "../../shared/event.js";
import { certificateRowObject } from "../../shared/handshake-json.js";
import { remainingCallers } from "../../shared/last-calls.js";
import type { MovedService } from "../../shared/moved-service.js";
import { edgeObject, endpointObject, findingObject, visibilityObject } from "../../shared/record-json.js";
import { formatTime } from "../../shared/time.js";
import type { Repeated, StoredRow } from "../store/stored-row.js";
import type { EdgePosture, EdgePostures } from "./edge-postures.js";
import { protectionObject } from "./protection-object.js";
import { reviewObject } from "./review-object.js";

/** Everything that is known of a row, under the names of CONTRACT.md and ours beyond them. */
export function rowObject(
  { record, sensor, review, repeated }: StoredRow,
  postures?: EdgePostures,
): Record<string, unknown> {
  const origin = sensor === undefined ? { kind: record.kind } : { kind: record.kind, sensor };
  switch (record.kind) {
    case "service":
      return { ...origin, ...serviceObject(record) };
    case "edge":
      return { ...origin, ...edgeObject(record), ...edgeDetail(record), ...repeatedObject(repeated) };
    case "endpoint":
      return {
        ...origin,
        ...endpointObject(record),
        ...endpointDetail(record),
        ...edgeOf(postures?.of(record, sensor)),
        ...reviewObject(review),
      };
    case "certificate":
      return { ...origin, ...certificateRowObject(record) };
    default:
      return { ...origin, ...findingObject(record) };
  }
}

/** For whoever adds up the rows of an edge that several sensors tell: to be taken off that sum, once. */
function repeatedObject(repeated: Repeated | undefined): Record<string, unknown> {
  if (repeated === undefined) return {};
  return { repeated_calls: repeated.calls, repeated_connections: repeated.connections };
}

/** What protects the way to it. */
function edgeOf(edge: EdgePosture | undefined): Record<string, unknown> {
  if (edge === undefined) return {};
  return { "edge.posture_counts": edge.counts, "edge.client_certificates": edge.certificates };
}

function serviceObject(service: ServiceRecord): Record<string, unknown> {
  return {
    service: service.name,
    "server.address": service.address,
    "server.port": service.port,
    virtual_network: service.virtualNetwork,
    name_ground: service.nameGround,
    name_confidence: service.nameConfidence,
    names: service.names,
    software: service.software,
    frameworks: service.frameworks,
    header_orders: service.headerOrders,
    protocols: service.protocols,
    gateway: service.gateway,
    moved_to: moved(service.movedTo),
    moved_from: service.movedFrom?.map(moved),
    connections: service.connections,
    calls: service.calls,
    ...unknownPaths(service),
    ...visibilityObject(service),
    ...blindBound(service),
    first_seen: formatTime(service.firstMicros),
    last_seen: formatTime(service.lastMicros),
  };
}

function moved(place: MovedService | undefined): Record<string, unknown> | undefined {
  if (place === undefined) return undefined;
  const { atMicros, ...facts } = place;
  return { ...facts, time: formatTime(atMicros) };
}

function unknownPaths({ unknownPaths: unknown }: ServiceRecord): Record<string, unknown> {
  if (unknown === undefined) return {};
  const { calls, statuses, callers, callerCount, often, firstMicros, lastMicros } = unknown;
  const seen = { first_seen: formatTime(firstMicros), last_seen: formatTime(lastMicros) };
  return { unknown_paths: { calls, statuses, callers, caller_count: callerCount, often, ...seen } };
}

function edgeDetail(edge: EdgeRecord): Record<string, unknown> {
  return {
    connections: edge.connections,
    posture_counts: edge.postureCounts,
    client_auth_reasons: edge.clientAuthReasons,
    key_exchange_groups: edge.keyExchangeGroups,
    handshake_failures: edge.handshakeFailures,
    handshake_traits: edge.handshakeTraits,
    "client.certificates": edge.clientCertificates,
    protocols: edge.protocols,
    client_software: edge.clientSoftware,
    header_orders: edge.clientHeaderOrders,
    "auth.kinds": Object.keys(edge.credentials),
    missing_bytes: edge.missingBytes,
    ...blindBound(edge),
  };
}

/** Of one that is marked as deprecated, who called it last, and who called last when. */
function remainingObject({ deprecation }: EndpointRecord): Record<string, unknown> {
  if (deprecation?.lastCalls === undefined) return {};
  const { lastCalls } = deprecation;
  const times = Object.entries(lastCalls).map(([caller, micros]) => [caller, formatTime(micros)] as const);
  return {
    "callers.remaining": remainingCallers(deprecation),
    "callers.last_calls": Object.fromEntries(times),
  };
}

function endpointDetail(endpoint: EndpointRecord): Record<string, unknown> {
  return {
    caller_count: endpoint.callerCount,
    hosts: endpoint.hosts,
    more_hosts: endpoint.moreHosts,
    "rpc.grpc.status_codes": endpoint.rpcStatuses,
    incomplete_calls: endpoint.incompleteCalls,
    parameters: endpoint.parameters,
    "data.request.classes": endpoint.requestClasses,
    "data.response.classes": endpoint.responseClasses,
    "data.own_classes": endpoint.ownClasses,
    "data.request.bodies_read": endpoint.requestBodiesRead,
    "data.response.bodies_read": endpoint.responseBodiesRead,
    "data.request.bodies_cut": endpoint.requestBodiesCut,
    "data.response.bodies_cut": endpoint.responseBodiesCut,
    request_content_types: endpoint.requestContentTypes,
    response_content_types: endpoint.responseContentTypes,
    response_content_types_by_status: endpoint.responseContentTypesByStatus,
    duration_ms: endpoint.durationMillis,
    request_bytes: endpoint.requestBytes,
    response_bytes: endpoint.responseBytes,
    declared: declaredWord(endpoint),
    declared_title: endpoint.declaration?.title,
    deprecated_by: endpoint.deprecation?.marks,
    deprecated_since: optionalTime(endpoint.deprecation?.fromMicros),
    sunset: optionalTime(endpoint.deprecation?.sunsetMicros),
    ...remainingObject(endpoint),
    drift: endpoint.drift,
    schemas: endpoint.schemas,
    ...protectionObject(endpoint),
    ...(endpoint.streams === undefined ? {} : streamDetail(endpoint.streams)),
    ...blindBound(endpoint),
  };
}

function streamDetail(streams: StreamRecord): Record<string, unknown> {
  return {
    "stream.kinds": streams.kinds,
    "stream.subprotocols": streams.subprotocols,
    "stream.extensions": streams.extensions,
    "stream.request.messages": streams.requestMessages,
    "stream.response.messages": streams.responseMessages,
    "stream.request.message_bytes": streams.requestMessageBytes,
    "stream.response.message_bytes": streams.responseMessageBytes,
    "stream.frames": streams.frames,
    "stream.closes": streams.closes,
    "stream.close_reasons": streams.closeReasons,
    "stream.lasted_ms": streams.lastedMillis,
  };
}

function blindBound({ blindIntervals, blindMillis }: BlindBound): Record<string, unknown> {
  return { blind_intervals: blindIntervals, blind_ms: blindMillis };
}

/** Where it is declared, or that it is not; undefined where no file speaks of it. */
function declaredWord({ declaration }: EndpointRecord): string | undefined {
  if (declaration === undefined) return undefined;
  return declaration.isDeclared ? (declaration.place ?? declaration.file) : `not in ${declaration.file}`;
}

function optionalTime(micros: number | undefined): string | undefined {
  return micros === undefined ? undefined : formatTime(micros);
}
