import { pathWithoutService } from "../../shared/path-of-service.js";
import {
  ANY_METHOD,
  type DeclaredApi,
  type DeclaredOperation,
  type DeclaredParameter,
  type DeclaredResponse,
  type DeclaredServer,
} from "./declared-api.js";
import { DeclaredFault } from "./declared-fault.js";
import { BodyReader, isFormParameter, requiresBody } from "./openapi-body.js";
import { queryOf, readParameter } from "./openapi-parameter.js";
import { SchemaReader } from "./openapi-schema.js";
import { SecurityReader } from "./openapi-security.js";
import { child, faultAt, follow, isMapping, type Located, type Mapping, type Opener } from "./reference.js";
import { serversOf, type Variables } from "./server-url.js";
import type { SourceDocument } from "./source-document.js";

/** OpenAPI 3.1.0 §4.8.9, and what Amazon API Gateway's exports have for all methods that a path does not name. */
const METHODS: readonly string[] = [
  ...["get", "put", "post", "delete", "options", "head", "patch", "trace"],
  "x-amazon-apigateway-any-method",
];
const PLACES: readonly string[] = ["path", "query", "header", "cookie"];

/** Whether a document says that it is one, right or wrong. */
export function isOpenApi({ value }: SourceDocument): boolean {
  return isMapping(value) && ("openapi" in value || "swagger" in value);
}

/**
 * OpenAPI 2.0, 3.0 and 3.1. Throws DeclaredFault where something that is needed can't be read; `complaints` takes what is wrong where
 * the rest can be used all the same.
 */
export function readOpenApi(document: SourceDocument, open: Opener, complaints: string[]): DeclaredApi {
  return new OpenApiReader(document, open, complaints).api();
}

class OpenApiReader {
  readonly #root: Located;
  readonly #open: Opener;
  readonly #version: string;
  readonly #schemas: SchemaReader;
  readonly #bodies: BodyReader;
  readonly #security: SecurityReader;

  constructor(document: SourceDocument, open: Opener, complaints: string[]) {
    this.#root = { document, path: [], value: document.value };
    this.#open = open;
    this.#version = versionOf(this.#root);
    this.#schemas = new SchemaReader(open, this.#root);
    this.#bodies = new BodyReader(this.#schemas, open, this.#root.value as Mapping);
    this.#security = new SecurityReader(this.#root, open, complaints);
  }

  api(): DeclaredApi {
    const title = child(this.#root, "info", "title").value;
    const operations: DeclaredOperation[] = [];
    const paths = child(this.#root, "paths");
    if (paths.value !== undefined || !this.#version.startsWith("3.1")) {
      if (!isMapping(paths.value)) throw faultAt(paths, `"paths" must be a mapping such as { /orders: { get: … } }`);
      for (const template of Object.keys(paths.value)) {
        if (!template.startsWith("x-")) operations.push(...this.#item(template, child(paths, template)));
      }
    }
    this.#checkRepeated();
    return {
      file: this.#root.document.file,
      title: typeof title === "string" ? title : this.#root.document.file,
      kind: "openapi",
      version: this.#version,
      servers: this.#isSwagger
        ? this.#swaggerServers()
        : (this.#servers(child(this.#root, "servers")) ?? serversOf("/")),
      operations,
    };
  }

  /** What stands under the name before would be undeclared then, and who calls it be told of. */
  #checkRepeated(): void {
    const twice = this.#root.document.repeated();
    if (twice === undefined) return;
    throw new DeclaredFault(`${twice.place}: "${twice.name}" stands here for the second time; join it with the first`);
  }

  get #isSwagger(): boolean {
    return this.#version === "2.0";
  }

  *#item(template: string, located: Located): Iterable<DeclaredOperation> {
    if (!template.startsWith("/"))
      throw faultAt(located, `the path "${template}" must begin with a slash; write "/${template}"`);
    const item = follow(located, this.#open);
    if (!isMapping(item.value)) throw faultAt(item, `the path "${template}" must be a mapping of methods`);
    const shared = this.#parameters(child(item, "parameters"));
    const servers = this.#servers(child(item, "servers"));
    for (const method of METHODS) {
      const operation = child(item, method);
      if (operation.value === undefined) continue;
      if (!isMapping(operation.value)) throw faultAt(operation, `"${method}" must be a mapping with responses`);
      yield this.#operation(template, method, operation, shared, servers);
    }
  }

  #operation(
    template: string,
    method: string,
    at: Located,
    shared: readonly Located[],
    servers: readonly DeclaredServer[] | undefined,
  ): DeclaredOperation {
    const own = this.#parameters(child(at, "parameters"));
    const isOverridden = (one: Located): boolean => own.some((other) => sameParameter(one, other));
    const parameters = [...shared.filter((one) => !isOverridden(one)), ...own];
    const read = parameters.filter((one) => !isFormParameter(one)).map((one) => readParameter(one, this.#schemas));
    const value = at.value as Mapping;
    const places = read.flatMap((one) => one.parameters);
    const security = this.#security.of(at, places);
    return {
      method: method.startsWith("x-") ? ANY_METHOD : method.toUpperCase(),
      // Where it came out of an inventory of several services.
      template: pathWithoutService(withoutMatrix(template, parameters)),
      place: at.document.line(at.path),
      servers: this.#servers(child(at, "servers")) ?? servers,
      isDeprecated: value.deprecated === true,
      sunsetMicros: sunsetOf(value["x-sunset"]),
      parameters: places,
      query: queryOf(read),
      ...(security === undefined ? {} : { security }),
      request: this.#isSwagger ? this.#bodies.swaggerRequest(at, parameters) : this.#bodies.request(at),
      isBodyRequired: this.#isSwagger ? requiresBody(parameters) : this.#bodies.isRequired(at),
      responses: this.#responses(at),
    };
  }

  #responses(at: Located): Record<string, DeclaredResponse> {
    const responses = child(at, "responses");
    if (responses.value === undefined) return {};
    if (!isMapping(responses.value)) throw faultAt(responses, `"responses" must be a mapping of status codes`);
    const found: Record<string, DeclaredResponse> = {};
    for (const status of Object.keys(responses.value)) {
      if (status.startsWith("x-")) continue;
      if (!/^([1-5](\d\d|XX)|default)$/i.test(status))
        throw faultAt(child(responses, status), `"${status}" is no status; write one such as 200, 4XX or default`);
      const response = follow(child(responses, status), this.#open);
      const spelled = status === "default" ? status : status.toUpperCase();
      const body = this.#isSwagger ? this.#bodies.swaggerResponse(at, response) : this.#bodies.response(response);
      found[spelled] = { ...body, headers: this.#headers(child(response, "headers")) };
    }
    return found;
  }

  #parameters(list: Located): Located[] {
    if (list.value === undefined) return [];
    if (!Array.isArray(list.value)) throw faultAt(list, `"parameters" must be a list`);
    return list.value.map((_, index) => {
      const parameter = follow(child(list, index), this.#open);
      const { name, in: place } = isMapping(parameter.value) ? parameter.value : {};
      if (typeof name !== "string") throw faultAt(parameter, `a parameter has no name; give it one`);
      if (!PLACES.includes(String(place)) && !isFormParameter(parameter))
        throw faultAt(parameter, `"in" of the parameter "${name}" must be one of ${PLACES.join(", ")}`);
      return parameter;
    });
  }

  /** OpenAPI 3.1.0 §4.8.21: as parameters, but named by where they stand. */
  #headers(headers: Located): DeclaredParameter[] {
    if (headers.value === undefined) return [];
    if (!isMapping(headers.value)) throw faultAt(headers, `"headers" must be a mapping of names`);
    return Object.keys(headers.value).flatMap((name) => {
      const header = follow(child(headers, name), this.#open);
      if (!isMapping(header.value)) throw faultAt(header, `the header "${name}" must be a mapping with a schema`);
      return readParameter(header, this.#schemas, name).parameters;
    });
  }

  #servers(list: Located): DeclaredServer[] | undefined {
    if (list.value === undefined) return undefined;
    if (!Array.isArray(list.value)) throw faultAt(list, `"servers" must be a list of { url: … }`);
    if (list.value.length === 0) return undefined;
    return list.value.flatMap((server: unknown, index) => {
      if (!isMapping(server) || typeof server.url !== "string")
        throw faultAt(child(list, index), `a server has no "url"; give it one such as https://orders.internal/v1`);
      return serversOf(server.url, variablesOf(server.variables));
    });
  }

  #swaggerServers(): DeclaredServer[] {
    const { host, basePath } = this.#root.value as Mapping;
    const path = typeof basePath === "string" ? basePath : "";
    return serversOf(typeof host === "string" ? `//${host}${path.startsWith("/") ? path : `/${path}`}` : path);
  }
}

/** OpenAPI 3.1.0 §4.1: a version has three numbers. Two without quotes are one number to YAML, to which `3.0` is 3. */
function remedyOf(version: string): string {
  if (version === "3" || version === "3.0") return '; write "3.0.3"';
  return version === "3.1" ? '; write "3.1.0"' : "";
}

function versionOf(root: Located): string {
  const { openapi, swagger } = root.value as Mapping;
  const version = String(openapi ?? swagger);
  if (swagger !== undefined ? /^2(\.0)?$/.test(version) : /^3\.[01]\.\d/.test(version))
    return swagger !== undefined ? "2.0" : version;
  const key = openapi !== undefined ? "openapi" : "swagger";
  throw faultAt(
    child(root, key),
    `"${key}" is ${JSON.stringify(version)}; read are swagger 2.0 and openapi 3.0.x and 3.1.x${remedyOf(version)}`,
  );
}

/**
 * OpenAPI 3.1.0 §4.8.12.3: of the style `matrix` a parameter is written behind a semicolon, which is no part of the segment's name
 * (RFC 3986 §3.3): `/items{id}` is `/items;id=5`.
 */
function withoutMatrix(template: string, parameters: readonly Located[]): string {
  return parameters.reduce((rest, { value }) => {
    const { name, in: place, style } = value as Mapping;
    return place === "path" && style === "matrix" ? rest.replace(`{${name}}`, "") : rest;
  }, template);
}

function sameParameter(one: Located, other: Located): boolean {
  const [a, b] = [one.value as Mapping, other.value as Mapping];
  return a.name === b.name && a.in === b.in;
}

function variablesOf(variables: unknown): Variables {
  if (!isMapping(variables)) return {};
  const entries = Object.entries(variables).map(([name, variable]) => {
    const { default: usual, enum: values } = isMapping(variable) ? variable : {};
    return [name, (Array.isArray(values) ? values : usual === undefined ? [] : [usual]).map(String)] as const;
  });
  return Object.fromEntries(entries);
}

/** A date, or a date and time. */
function sunsetOf(value: unknown): number | undefined {
  const millis = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(millis) ? undefined : millis * 1_000;
}
