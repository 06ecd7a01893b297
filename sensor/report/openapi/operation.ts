import type { DeprecationFacts, JsonSchema } from "../../../shared/endpoint-facts.js";
import type { EndpointRecord } from "../../../shared/event.js";
import { serviceIdentity } from "../../../shared/record-identity.js";
import type { Review } from "../../../shared/review.js";
import { formatTime } from "../../../shared/time.js";
import { atLeast, type Repeats } from "../counted-once.js";
import type { EdgePosture } from "../edge-postures.js";
import { reviewObject } from "../review-object.js";
import { bodySchema, headSchema } from "./merged-schema.js";
import { securityOf } from "./security.js";

const PARAMETER_FORMATS: Readonly<Record<string, object>> = {
  number: { type: "integer" },
  uuid: { type: "string", format: "uuid" },
  date: { type: "string", format: "date" },
  email: { type: "string", format: "email" },
};

/** Kinds of content of which schemas are learned. */
const HAS_FIELDS = /json|^application\/x-www-form-urlencoded$|^multipart\/form-data$/;
/** The same of messages: gRPC's are Protocol Buffers unless the type says otherwise. */
const HAS_MESSAGES = /^application\/(grpc(-web(-text)?)?(\+proto)?|connect\+proto|(x-)?(vnd\.google\.)?proto(buf)?)$/;

/** Beside what was seen of an endpoint what the connections to it were. */
export interface Seen extends EndpointRecord {
  /** Who saw it; undefined in a sensor's own file. */
  readonly sensor: string | undefined;
  readonly edge: EdgePosture | undefined;
  /** And what people say of it. */
  readonly review: Review | undefined;
  /** The latest time anything was seen. */
  readonly asOfMicros: number;
}

/** One operation of one service, whoever saw it at whichever of its addresses. */
export function operationObject(
  template: string,
  endpoints: readonly Seen[],
  repeats: Repeats,
): Record<string, unknown> {
  const servers = [...new Set(endpoints.map(serverUrl))].sort();
  const types = [...new Set(endpoints.flatMap(({ requestContentTypes }) => requestContentTypes.map(mediaType)))].sort();
  return {
    servers: servers.map((url) => ({ url })),
    ...parametersObject(parametersOf(template), endpoints),
    ...requestBodyOf(
      types,
      bodySchema(endpoints, ({ request }) => request),
      bodySchema(endpoints, ({ messages }) => messages?.request),
    ),
    responses: responsesOf(endpoints, repeats),
    ...securityOf(endpoints),
    ...(endpoints.every(isDeprecated) ? { deprecated: true } : {}),
    "x-observed": endpoints.map(observed),
  };
}

/** RFC 9745 §2.1: a date to come says that it will be deprecated then. */
function isDeprecated({ state, deprecation, review, asOfMicros }: Seen): boolean {
  if (review?.opinion.deprecated !== undefined) return true;
  return (state === "deprecated" || state === "zombie") && (deprecation?.fromMicros ?? 0) <= asOfMicros;
}

function parametersOf(path: string): string[] {
  return [...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name);
}

/** Of one kind only where everybody who saw it says so. */
function parameter(name: string, at: number, endpoints: readonly EndpointRecord[]): Record<string, unknown> {
  const known = endpoints.flatMap(({ parameters }) => parameters[at] ?? []);
  const types = new Set(known.map(({ type }) => type));
  const [first] = known;
  return {
    name,
    in: "path",
    required: true,
    schema: (types.size === 1 ? PARAMETER_FORMATS[first.type] : undefined) ?? { type: "string" },
    ...(first === undefined
      ? {}
      : { description: [...new Set(known.map(({ type, reason }) => `${type}: ${reason}`))].join("; ") }),
  };
}

function responsesOf(endpoints: readonly Seen[], repeats: Repeats): Record<string, unknown> {
  const statuses = new Set(
    endpoints.flatMap(({ statuses }) => Object.keys(statuses)).filter((code) => /^[1-5]\d\d$/.test(code)),
  );
  if (statuses.size === 0) return { default: { description: "no response was seen" } };
  return Object.fromEntries(
    [...statuses].sort().map((status) => {
      const answered = endpoints.filter(({ statuses }) => statuses[status] !== undefined);
      const calls = callsOf(answered, status, repeats);
      const schema = bodySchema(endpoints, ({ responses }) => responses[status]);
      const message = bodySchema(endpoints, ({ messages }) => messages?.responses[status]);
      const content = contentOf(answerTypes(endpoints, status), schema, message);
      const hasContent = Object.keys(content).length > 0;
      const sensors = new Set(answered.map(({ sensor }) => sensor));
      const description = `seen in ${calls} calls${sensors.size > 1 ? `, by ${sensors.size} sensors together` : ""}`;
      return [status, { description, ...headersOf(answered, status), ...(hasContent ? { content } : {}) }];
    }),
  );
}

/** RFC 9110 §15.2, §15.3.5 and §15.4.5: what these say of a type is not of a content of theirs. */
const HAS_NO_CONTENT = /^(1..|204|304)$/;

/** Where it is not known of which status a type was, it was most likely of success. */
function answerTypes(endpoints: readonly EndpointRecord[], status: string): string[] {
  const isLikely = status.startsWith("2");
  const types = HAS_NO_CONTENT.test(status)
    ? []
    : endpoints.flatMap(({ responseContentTypes, responseContentTypesByStatus: known = {} }) => {
        const sorted = new Set(Object.values(known).flat());
        return known[status] ?? (isLikely ? responseContentTypes.filter((type) => !sorted.has(type)) : []);
      });
  return [...new Set(types.map(mediaType))].sort();
}

/** Of each address what all sensors saw there. */
function callsOf(answered: readonly Seen[], status: string, repeats: Repeats): number {
  const places = [...new Set(answered.map(serviceIdentity))];
  return places.reduce((sum, place) => {
    const views = answered.filter((one) => serviceIdentity(one) === place);
    const counts = views.map(({ statuses }) => statuses[status]);
    return sum + atLeast(counts, repeats.ofEndpoint(views).calls);
  }, 0);
}

/** OpenAPI 3.1.0 §4.8.21: as parameters, but named by where they stand. */
function headersOf(endpoints: readonly EndpointRecord[], status: string): Record<string, unknown> {
  const found = headSchema(endpoints, ({ responseHeaders }) => responseHeaders?.[status]);
  const headers = Object.entries(found?.properties ?? {}).map(([name, schema]) => [
    name,
    { ...(found?.required?.includes(name) === true ? { required: true } : {}), schema },
  ]);
  return headers.length === 0 ? {} : { headers: Object.fromEntries(headers) };
}

/** Schemas are learned from JSON, forms and messages; without a type that is any of these, it was JSON or gRPC all the same. */
function contentOf(
  types: readonly string[],
  schema: JsonSchema | undefined,
  message: JsonSchema | undefined,
): Record<string, object> {
  const all = new Set(types);
  if (schema !== undefined && !types.some((type) => HAS_FIELDS.test(type))) all.add("application/json");
  if (message !== undefined && !types.some((type) => HAS_MESSAGES.test(type))) all.add("application/grpc");
  const ofType = (type: string): JsonSchema | undefined =>
    HAS_MESSAGES.test(type) ? message : HAS_FIELDS.test(type) ? schema : undefined;
  return Object.fromEntries(
    [...all].map((type) => {
      const told = ofType(type);
      return [type, told === undefined ? {} : { schema: told }];
    }),
  );
}

function requestBodyOf(
  types: readonly string[],
  schema: JsonSchema | undefined,
  message: JsonSchema | undefined,
): Record<string, unknown> {
  const content = contentOf(types, schema, message);
  return Object.keys(content).length === 0 ? {} : { requestBody: { content } };
}

function parametersObject(names: readonly string[], endpoints: readonly EndpointRecord[]): Record<string, unknown> {
  const learned = PLACES.flatMap((place) => learnedParameters(place, endpoints));
  const all = [...names.map((name, at) => parameter(name, at, endpoints)), ...learned];
  return all.length === 0 ? {} : { parameters: all };
}

const PLACES = ["query", "header", "cookie"] as const;
/** OpenAPI 3.1.0 §4.8.12.2.1: these are told elsewhere, and ignored as parameters. */
const NO_PARAMETERS: ReadonlySet<string> = new Set(["accept", "content-type", "authorization"]);

function learnedParameters(place: (typeof PLACES)[number], endpoints: readonly EndpointRecord[]) {
  const found = headSchema(endpoints, (schemas) => schemas[place]);
  return Object.entries(found?.properties ?? {}).flatMap(([name, schema]) => {
    if (place === "header" && NO_PARAMETERS.has(name)) return [];
    return [{ name, in: place, ...(found?.required?.includes(name) === true ? { required: true } : {}), schema }];
  });
}

function mediaType(contentType: string): string {
  return contentType.split(";")[0].trim().toLowerCase();
}

function serverUrl({ service, serverAddress, serverPort }: EndpointRecord): string {
  const address = serverAddress.includes(":") ? `[${serverAddress}]` : serverAddress;
  const isNamed = /^[a-z0-9._-]+$/.test(service);
  return `http://${isNamed ? service : address}:${serverPort}`;
}

export function observed(endpoint: Seen): Record<string, unknown> {
  return {
    sensor: endpoint.sensor,
    service: endpoint.service,
    address: `${endpoint.serverAddress}:${endpoint.serverPort}`,
    virtualNetwork: endpoint.virtualNetwork,
    state: endpoint.state,
    calls: endpoint.calls,
    ...(endpoint.schemas?.bodiesRead === undefined ? {} : { bodies_read: endpoint.schemas.bodiesRead }),
    callers: endpoint.callerCount,
    hosts: endpoint.hosts,
    more_hosts: endpoint.moreHosts,
    statuses: endpoint.statuses,
    ...(endpoint.rpcStatuses === undefined ? {} : { rpcStatuses: endpoint.rpcStatuses }),
    credentials: endpoint.credentials,
    ...(endpoint.edge === undefined ? {} : { edge: endpoint.edge }),
    ...(endpoint.protection === undefined ? {} : { protection: endpoint.protection }),
    dataClasses: endpoint.dataClasses,
    durationMillis: endpoint.durationMillis,
    streams: endpoint.streams,
    missingBytes: endpoint.missingBytes,
    ...(endpoint.calls === 0
      ? {}
      : { firstSeen: formatTime(endpoint.firstMicros), lastSeen: formatTime(endpoint.lastMicros) }),
    ...(endpoint.declaration === undefined ? {} : { declaration: endpoint.declaration }),
    ...(endpoint.deprecation === undefined ? {} : { deprecation: deprecationObject(endpoint.deprecation) }),
    ...(endpoint.drift === undefined || endpoint.drift.length === 0 ? {} : { drift: endpoint.drift }),
    ...reviewObject(endpoint.review),
  };
}

function deprecationObject({ marks, fromMicros, sunsetMicros }: DeprecationFacts): Record<string, unknown> {
  return {
    marks,
    ...(fromMicros === undefined ? {} : { since: formatTime(fromMicros) }),
    ...(sunsetMicros === undefined ? {} : { sunset: formatTime(sunsetMicros) }),
  };
}
