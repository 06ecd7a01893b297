import type { DeclaredApi, DeclaredOperation, DeclaredScope } from "../../declared/declared-api.js";
import type { Declaration } from "../observation.js";
import { OperationDeclaration, Undeclared } from "./declared-operation.js";
import { type Route, RouteTable } from "./route-table.js";

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

/** All that files say of one service; services of which the same files speak share one. */
export class Coverage {
  readonly #paths = new RouteTable<DeclaredPath>();
  readonly #routes = new Set<Route<DeclaredPath>>();
  readonly #procedures = new Map<string, OperationDeclaration>();
  readonly #basePaths: readonly string[];
  readonly #ignored: (method: string, template: string) => boolean;
  readonly #undeclaredPath: Undeclared | undefined;
  readonly #undeclaredProcedure: Undeclared | undefined;
  readonly #templates = new Map<OperationDeclaration, string>();

  constructor(
    operations: readonly ServedOperation[],
    scope: DeclaredScope,
    ignored: (method: string, template: string) => boolean,
  ) {
    this.#ignored = ignored;
    for (const { api, operation, basePath } of operations)
      this.#add(new OperationDeclaration(api, operation), basePath);
    const apis = [...new Set(operations.map(({ api }) => api))];
    const ofPaths = apis.filter(({ kind }) => kind === "openapi");
    const ofProcedures = apis.filter(({ kind }) => kind === "protobuf");
    this.#undeclaredPath = ofPaths.length > 0 ? new Undeclared(ofPaths) : undefined;
    this.#undeclaredProcedure = ofProcedures.length > 0 ? new Undeclared(ofProcedures) : undefined;
    const bases = operations.filter(({ api }) => api.kind === "openapi").map(({ basePath }) => basePath);
    this.#basePaths = scope === "service" ? [""] : [...new Set(bases)];
  }

  #add(declaration: OperationDeclaration, basePath: string): void {
    const { api, operation } = declaration;
    if (api.kind === "protobuf" && operation.method === "POST") {
      if (!this.#procedures.has(operation.template)) this.#procedures.set(operation.template, declaration);
      this.#templates.set(declaration, operation.template);
      return;
    }
    const route = this.#paths.add(basePath + operation.template, () => new Map());
    this.#routes.add(route);
    // Where two files have one operation, the first speaks.
    if (route.value.has(operation.method)) return;
    route.value.set(operation.method, declaration);
    this.#templates.set(declaration, route.template);
  }

  /** Every declared path. */
  routes(): Iterable<Route<DeclaredPath>> {
    return this.#routes;
  }

  /** Segments of declared paths that are no parameters: they are never values. */
  words(): string[] {
    const segments = [...this.#routes].flatMap(({ template }) => template.split("/"));
    return segments.filter((segment) => !segment.includes("{"));
  }

  /** The declared path that one seen fits, whatever its method. */
  route(path: string): Route<DeclaredPath> | undefined {
    return this.#paths.find(path);
  }

  /** Whether a file has the method at the path; what is only implied by another is there when it answers, and not for a guess. */
  declares(method: string, { value }: Route<DeclaredPath>): boolean {
    return value.has(method);
  }

  /** What is said of an endpoint of a declared path. */
  ofPath(method: string, { template, value }: Route<DeclaredPath>): Declaration | undefined {
    const known = value.get(method) ?? value.get(IMPLIED[method] ?? "");
    if (known !== undefined) return known;
    // A browser asks before it calls: no file has that, and it is no operation.
    return method === "OPTIONS" || this.#ignored(method, template) ? undefined : this.#undeclaredPath;
  }

  /** What is said of an endpoint that fits no declared path; undefined where no file speaks of it. */
  ofOther(method: string, template: string): Declaration | undefined {
    if (method === "OPTIONS" || !template.startsWith("/") || this.#ignored(method, template)) return undefined;
    const isWithin = this.#basePaths.some((base) => template === base || template.startsWith(`${base}/`));
    return isWithin ? this.#undeclaredPath : undefined;
  }

  /** By the last two segments of its path, as below. */
  declaresProcedure(template: string): boolean {
    return this.#procedures.has(`/${template.split("/").slice(-2).join("/")}`);
  }

  /** What is said of a procedure, by the last two segments of its path: gateways put others before them. */
  ofProcedure(template: string): Declaration | undefined {
    const name = template.split("/").slice(-2).join("/");
    const known = this.#procedures.get(`/${name}`);
    if (known !== undefined) return known;
    return this.#ignored("POST", template) ? undefined : this.#undeclaredProcedure;
  }

  /** Every declared operation with its whole template. */
  operations(): Iterable<readonly [OperationDeclaration, string]> {
    return this.#templates;
  }
}
