import type { EndpointRecord } from "../../../shared/event.js";
import type { DeclaredApi, DeclaredOperation, DeclaredScope } from "../../declared/declared-api.js";
import type { Declaration } from "../observation.js";
import { OperationDeclaration, Undeclared } from "./declared-operation.js";
import { newRoute, type Route, RouteTable } from "./route-table.js";

/** Operations of one path by their methods. */
export type DeclaredPath = Map<string, OperationDeclaration>;

/** An operation together with the base path under which it is served. */
export interface ServedOperation {
  readonly api: DeclaredApi;
  readonly operation: DeclaredOperation;
  readonly basePath: string;
}

/** RFC 9110 §9.3.2: HEAD is GET without the content. */
const IMPLIED: Readonly<Record<string, string>> = { HEAD: "GET" };

/** What files have of a host name that only some calls of a service ask for. */
export interface HostOperations {
  readonly operations: readonly ServedOperation[];
  fits(host: string): boolean;
}

interface HostRoutes {
  readonly paths: RouteTable<DeclaredPath>;
  readonly apis: readonly DeclaredApi[];
  fits(host: string): boolean;
}

const MAX_UNDECLARED = 256;

/**
 * All that files say of one service; services of which the same files speak share one. One address may answer for several host names: what
 * a file has of a name that few ask for holds only for calls by that name.
 */
export class Coverage {
  readonly #paths = new RouteTable<DeclaredPath>();
  readonly #ofHosts: readonly HostRoutes[];
  /** Of those that hold for all calls. */
  readonly #routes = new Set<Route<DeclaredPath>>();
  /** Of all: one template is one endpoint, by whatever name it is called. */
  readonly #byTemplate = new Map<string, Route<DeclaredPath>>();
  readonly #procedures = new Map<string, OperationDeclaration>();
  readonly #basePaths = new Map<DeclaredApi, Set<string>>();
  readonly #ignored: (method: string, template: string) => boolean;
  readonly #usual: readonly DeclaredApi[];
  readonly #undeclared = new Map<string, Undeclared>();
  readonly #templates = new Map<OperationDeclaration, string>();

  /** `usual`: what holds for all its calls. */
  constructor(
    usual: readonly ServedOperation[],
    ofHosts: readonly HostOperations[],
    scope: DeclaredScope,
    ignored: (method: string, template: string) => boolean,
  ) {
    this.#ignored = ignored;
    for (const one of usual) {
      const route = this.#add(one, this.#paths, scope);
      if (route !== undefined) this.#routes.add(route);
    }
    this.#usual = apisOf(usual);
    this.#ofHosts = ofHosts.map(({ operations, fits }) => {
      const paths = new RouteTable<DeclaredPath>();
      for (const one of operations) this.#add(one, paths, scope);
      return { paths, apis: apisOf(operations), fits };
    });
  }

  #add(
    { api, operation, basePath }: ServedOperation,
    paths: RouteTable<DeclaredPath>,
    scope: DeclaredScope,
  ): Route<DeclaredPath> | undefined {
    const declaration = new OperationDeclaration(api, operation);
    if (api.kind === "protobuf" && operation.method === "POST") {
      if (!this.#procedures.has(operation.template)) this.#procedures.set(operation.template, declaration);
      this.#templates.set(declaration, operation.template);
      return undefined;
    }
    const bases = this.#basePaths.get(api) ?? new Set();
    this.#basePaths.set(api, bases.add(scope === "service" ? "" : basePath));
    const route = paths.add(basePath + operation.template, (template) => {
      const known = this.#byTemplate.get(template) ?? newRoute<DeclaredPath>(template, new Map());
      this.#byTemplate.set(template, known);
      return known;
    });
    // Where two files have one operation, the first speaks.
    if (route.value.has(operation.method)) return route;
    route.value.set(operation.method, declaration);
    this.#templates.set(declaration, route.template);
    return route;
  }

  /** Every declared path that holds for all calls. */
  routes(): Iterable<Route<DeclaredPath>> {
    return this.#routes;
  }

  /** Segments of declared paths that are no parameters: they are never values. */
  words(): string[] {
    const segments = [...this.#byTemplate.keys()].flatMap((template) => template.split("/"));
    return segments.filter((segment) => !segment.includes("{"));
  }

  /** The declared path that one seen fits, whatever its method; `host` is the name by which it was called. */
  route(path: string, host: string | undefined): Route<DeclaredPath> | undefined {
    if (host !== undefined)
      for (const { paths, fits } of this.#ofHosts) {
        const found = fits(host) ? paths.find(path) : undefined;
        if (found !== undefined) return found;
      }
    return this.#paths.find(path);
  }

  /** Of an endpoint that was called by several names, the first that has it. */
  routeOfAny(path: string, hosts: readonly string[]): Route<DeclaredPath> | undefined {
    for (const host of hosts) {
      const found = this.route(path, host);
      if (found !== undefined) return found;
    }
    return this.#paths.find(path) ?? this.named(path);
  }

  /** The declared path of a template that was found in paths seen: by another name it may have been called there already. */
  named(template: string): Route<DeclaredPath> | undefined {
    return this.#ofHosts.length === 0 ? undefined : this.#byTemplate.get(template);
  }

  /** Whether a file has the method at the path; what is only implied by another is there when it answers, and not for a guess. */
  declares(method: string, { value }: Route<DeclaredPath>): boolean {
    return value.has(method);
  }

  /** Whether a file has an endpoint, of which `path` is the template without an operation. */
  has({ method, template, hosts = [] }: EndpointRecord, path: string, isFixed: boolean): boolean {
    if (isFixed) return this.declaresProcedure(template);
    const route = this.routeOfAny(path, hosts);
    return route !== undefined && this.declares(method, route);
  }

  /** What is said of an endpoint of a declared path, which was called by these names. */
  ofPath(method: string, { template, value }: Route<DeclaredPath>, hosts: readonly string[]): Declaration | undefined {
    const known = value.get(method) ?? value.get(IMPLIED[method] ?? "");
    if (known !== undefined) return known;
    // A browser asks before it calls: no file has that, and it is no operation.
    if (method === "OPTIONS" || this.#ignored(method, template)) return undefined;
    return this.#notIn(this.#speakingOf(hosts).filter(isOfPaths));
  }

  /** What is said of an endpoint that fits no declared path; undefined where no file speaks of it. */
  ofOther(method: string, template: string, hosts: readonly string[]): Declaration | undefined {
    if (method === "OPTIONS" || !template.startsWith("/") || this.#ignored(method, template)) return undefined;
    const apis = this.#speakingOf(hosts).filter(isOfPaths);
    return apis.some((api) => this.#isWithin(template, api)) ? this.#notIn(apis) : undefined;
  }

  #isWithin(template: string, api: DeclaredApi): boolean {
    const bases = [...(this.#basePaths.get(api) ?? [])];
    return bases.some((base) => base === "" || template === base || template.startsWith(`${base}/`));
  }

  /** Files that must have an endpoint: those of its own names where they are all of files that hold for these alone. */
  #speakingOf(hosts: readonly string[]): readonly DeclaredApi[] {
    if (this.#ofHosts.length === 0 || hosts.length === 0) return this.#usual;
    const own = hosts.map((host) => this.#ofHosts.filter(({ fits }) => fits(host)).flatMap(({ apis }) => apis));
    return own.every((apis) => apis.length > 0) ? [...new Set(own.flat())] : this.#usual;
  }

  #notIn(apis: readonly DeclaredApi[]): Undeclared | undefined {
    if (apis.length === 0) return undefined;
    const key = apis.map(({ file }) => file).join(" ");
    const known = this.#undeclared.get(key);
    if (known !== undefined) return known;
    if (this.#undeclared.size >= MAX_UNDECLARED) this.#undeclared.clear();
    const made = new Undeclared(apis);
    this.#undeclared.set(key, made);
    return made;
  }

  /** By the last two segments of its path, as below. */
  declaresProcedure(template: string): boolean {
    return this.#procedures.has(`/${template.split("/").slice(-2).join("/")}`);
  }

  /** What is said of a procedure, by the last two segments of its path: gateways put others before them. */
  ofProcedure(template: string, hosts: readonly string[]): Declaration | undefined {
    const name = template.split("/").slice(-2).join("/");
    const known = this.#procedures.get(`/${name}`);
    if (known !== undefined) return known;
    if (this.#ignored("POST", template)) return undefined;
    return this.#notIn(this.#speakingOf(hosts).filter(({ kind }) => kind === "protobuf"));
  }

  /** Every declared operation with its whole template. */
  operations(): Iterable<readonly [OperationDeclaration, string]> {
    return this.#templates;
  }
}

function apisOf(operations: readonly ServedOperation[]): DeclaredApi[] {
  return [...new Set(operations.map(({ api }) => api))];
}

function isOfPaths({ kind }: DeclaredApi): boolean {
  return kind === "openapi";
}
