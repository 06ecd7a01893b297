import type { DeprecationFacts, EndpointSchemas, JsonSchema } from "../../shared/endpoint-facts.js";
import type { EndpointRecord } from "../../shared/event.js";
import type { Review } from "../../shared/review.js";
import { formatTime } from "../../shared/time.js";
import type { StoredRow } from "../store/stored-row.js";
import { type EdgePosture, EdgePostures } from "./edge-postures.js";
import { lastSeen } from "./last-seen.js";
import { schemesOf, securityOf } from "./openapi-security.js";
import type { Report } from "./report.js";
import { reviewObject } from "./review-object.js";

/** Methods a path item may have, OpenAPI 3.1.0 §4.8.9; others are told beside them. */
const METHODS: ReadonlySet<string> = new Set("GET PUT POST DELETE OPTIONS HEAD PATCH TRACE".split(" "));

const PARAMETER_FORMATS: Readonly<Record<string, object>> = {
  number: { type: "integer" },
  uuid: { type: "string", format: "uuid" },
  date: { type: "string", format: "date" },
  email: { type: "string", format: "email" },
};

/** Kinds of content of which schemas are learned. */
const HAS_FIELDS = /json|^application\/x-www-form-urlencoded$|^multipart\/form-data$/;

/** Beside what was seen of an endpoint what the connections to it were. */
interface Seen extends EndpointRecord {
  readonly edge: EdgePosture | undefined;
  /** And what people say of it. */
  readonly review: Review | undefined;
}

interface Operation {
  readonly endpoints: Seen[];
  readonly parameters: readonly string[];
}

/**
 * OpenAPI 3.1.0 of what was seen. Services share the document: an operation names those that serve it, and `x-observed` tells of each
 * what was seen there. It describes traffic, no promise.
 */
export const openapi: Report = {
  name: "openapi",
  *write(rows: Iterable<StoredRow>): Iterable<string> {
    const list = [...rows];
    const postures = new EdgePostures();
    for (const row of list) postures.note(row);
    const endpoints = list.flatMap(({ record, sensor, review }): Seen[] =>
      record.kind === "endpoint" ? [{ ...record, edge: postures.of(record, sensor), review }] : [],
    );
    const document = {
      openapi: "3.1.0",
      info: {
        title: "APIs seen by eastwatch",
        version: formatTime(lastSeen(list)).slice(0, 10),
        description:
          "Made from traffic, and from the files that declare APIs where some were given. What was neither called nor declared is not in it; x-observed tells how much stands behind each entry.",
      },
      paths: pathsOf(endpoints),
      // Even of nothing: a document needs one of paths and components to have an entry.
      components: { securitySchemes: schemesOf(endpoints) },
    };
    yield `${JSON.stringify(document, undefined, 2)}\n`;
  },
};

function pathsOf(endpoints: readonly Seen[]): Record<string, Record<string, unknown>> {
  const operations = new Map<string, Map<string, Operation>>();
  /** OpenAPI takes templates that differ only in their parameters' names for one. */
  const spelling = new Map<string, string>();
  for (const endpoint of endpoints) {
    if (!endpoint.template.startsWith("/")) continue;
    const shape = endpoint.template.replace(/\{[^}]*\}/g, "{}");
    const path = spelling.get(shape) ?? endpoint.template;
    spelling.set(shape, path);
    const methods = operations.get(path) ?? new Map<string, Operation>();
    operations.set(path, methods);
    const known = methods.get(endpoint.method);
    if (known !== undefined) known.endpoints.push(endpoint);
    else methods.set(endpoint.method, { endpoints: [endpoint], parameters: parametersOf(path) });
  }
  return Object.fromEntries(
    [...operations].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, methods]) => [path, pathItem(methods)]),
  );
}

function parametersOf(path: string): string[] {
  return [...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name);
}

function pathItem(methods: ReadonlyMap<string, Operation>): Record<string, unknown> {
  const item: Record<string, unknown> = {};
  const others: Record<string, unknown> = {};
  for (const [method, operation] of methods) {
    if (METHODS.has(method)) item[method.toLowerCase()] = operationObject(operation);
    else others[method] = operation.endpoints.map(observed);
  }
  if (Object.keys(others).length > 0) item["x-observed-methods"] = others;
  return item;
}

function operationObject({ endpoints, parameters }: Operation): Record<string, unknown> {
  const servers = [...new Set(endpoints.map(serverUrl))].sort();
  const types = [...new Set(endpoints.flatMap(({ requestContentTypes }) => requestContentTypes.map(mediaType)))].sort();
  return {
    servers: servers.map((url) => ({ url })),
    ...parametersObject(parameters, endpoints),
    ...requestBodyOf(
      types,
      best(endpoints, ({ request }) => request),
    ),
    responses: responsesOf(endpoints),
    ...securityOf(endpoints),
    ...(endpoints.every(isDeprecated) ? { deprecated: true } : {}),
    "x-observed": endpoints.map(observed),
  };
}

function isDeprecated({ state, review }: Seen): boolean {
  return state === "deprecated" || state === "zombie" || review?.opinion.deprecated !== undefined;
}

function parameter(name: string, at: number, endpoint: EndpointRecord): Record<string, unknown> {
  const known = endpoint.parameters[at];
  return {
    name,
    in: "path",
    required: true,
    schema: PARAMETER_FORMATS[known?.type ?? ""] ?? { type: "string" },
    ...(known === undefined ? {} : { description: `${known.type}: ${known.reason}` }),
  };
}

function responsesOf(endpoints: readonly EndpointRecord[]): Record<string, unknown> {
  const statuses = new Set(
    endpoints.flatMap(({ statuses }) => Object.keys(statuses)).filter((code) => /^[1-5]\d\d$/.test(code)),
  );
  const types = [
    ...new Set(endpoints.flatMap(({ responseContentTypes }) => responseContentTypes.map(mediaType))),
  ].sort();
  if (statuses.size === 0) return { default: { description: "no response was seen" } };
  return Object.fromEntries(
    [...statuses].sort().map((status) => {
      const calls = endpoints.reduce((sum, { statuses }) => sum + (statuses[status] ?? 0), 0);
      const schema = best(endpoints, ({ responses }) => responses[status]);
      const content = contentOf(status.startsWith("2") ? types : [], schema);
      const hasContent = Object.keys(content).length > 0;
      const description = `seen in ${calls} calls`;
      return [status, { description, ...headersOf(endpoints, status), ...(hasContent ? { content } : {}) }];
    }),
  );
}

/** OpenAPI 3.1.0 §4.8.21: as parameters, but named by where they stand. */
function headersOf(endpoints: readonly EndpointRecord[], status: string): Record<string, unknown> {
  const found = best(endpoints, ({ responseHeaders }) => responseHeaders?.[status]);
  const headers = Object.entries(found?.properties ?? {}).map(([name, schema]) => [
    name,
    { ...(found?.required?.includes(name) === true ? { required: true } : {}), schema },
  ]);
  return headers.length === 0 ? {} : { headers: Object.fromEntries(headers) };
}

/** Schemas are learned from JSON and forms; without a type that is either, it was JSON all the same. */
function contentOf(types: readonly string[], schema: JsonSchema | undefined): Record<string, object> {
  if (schema === undefined) return Object.fromEntries(types.map((type) => [type, {}]));
  const fitting = types.filter((type) => HAS_FIELDS.test(type));
  const all = fitting.length > 0 ? types : [...types, "application/json"];
  return Object.fromEntries(all.map((type) => [type, HAS_FIELDS.test(type) ? { schema } : {}]));
}

function requestBodyOf(types: readonly string[], schema: JsonSchema | undefined): Record<string, unknown> {
  const content = contentOf(types, schema);
  return Object.keys(content).length === 0 ? {} : { requestBody: { content } };
}

/** What was learned at the endpoint that is called most, of those that have it. */
function best(
  endpoints: readonly EndpointRecord[],
  of: (schemas: EndpointSchemas) => JsonSchema | undefined,
): JsonSchema | undefined {
  const learned = [...endpoints].sort((a, b) => b.calls - a.calls);
  for (const { schemas } of learned) {
    const schema = schemas && of(schemas);
    if (schema !== undefined) return schema;
  }
  return undefined;
}

function parametersObject(names: readonly string[], endpoints: readonly EndpointRecord[]): Record<string, unknown> {
  const learned = PLACES.flatMap((place) => learnedParameters(place, endpoints));
  const all = [...names.map((name, at) => parameter(name, at, endpoints[0])), ...learned];
  return all.length === 0 ? {} : { parameters: all };
}

const PLACES = ["query", "header", "cookie"] as const;
/** OpenAPI 3.1.0 §4.8.12.2.1: these are told elsewhere, and ignored as parameters. */
const NO_PARAMETERS: ReadonlySet<string> = new Set(["accept", "content-type", "authorization"]);

function learnedParameters(place: (typeof PLACES)[number], endpoints: readonly EndpointRecord[]) {
  const found = best(endpoints, (schemas) => schemas[place]);
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

function observed(endpoint: Seen): Record<string, unknown> {
  return {
    service: endpoint.service,
    address: `${endpoint.serverAddress}:${endpoint.serverPort}`,
    virtualNetwork: endpoint.virtualNetwork,
    state: endpoint.state,
    calls: endpoint.calls,
    callers: endpoint.callerCount,
    hosts: endpoint.hosts,
    statuses: endpoint.statuses,
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
