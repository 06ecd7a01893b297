import type { EndpointRecord } from "../../../shared/event.js";
import type { DeclaredApi, DeclaredOperation, DeclaredScope, DeclaredServer } from "../../declared/declared-api.js";
import type { Declaration } from "../observation.js";
import { OperationDeclaration, Undeclared } from "./declared-operation.js";
import { newRoute, type Route } from "./route-table.js";
import { hasMethod, type OperationPlace, Speaker } from "./speaker.js";

/** Operations of one path by their methods. */
export type DeclaredPath = Map<string, OperationDeclaration>;

/** An operation together with the base path under which it is served. */
export interface ServedOperation {
  readonly api: DeclaredApi;
  readonly operation: DeclaredOperation;
  readonly basePath: string;
}

/** What files have of a host name that only some calls of a service ask for. */
export interface HostOperations {
  readonly operations: readonly ServedOperation[];
  fits(host: string): boolean;
}

/** A file whose host name was asked for in too few calls to show that it speaks of the service. */
export interface Claim {
  readonly coverage: Coverage;
  fits(host: string): boolean;
}

/** By which names an endpoint was called and answered, and whether that was how one usually calls the service. */
export interface CalledBy {
  readonly hosts: readonly string[];
  /** A call was answered that shows that it is there. */
  readonly isThere: boolean;
  /** Whether a fair share of the service's callers asks for the name. */
  isInUse(host: string): boolean;
}

const MAX_UNDECLARED = 256;

/**
 * All that files say of one service; services of which the same files speak share one. One address may answer for several host names: what
 * a file has of a name that few ask for holds only for calls by that name.
 */
export class Coverage {
  /** Servers of files by which these were found to speak of the service. */
  readonly servers: ReadonlySet<DeclaredServer>;
  /** What holds for all its calls. */
  readonly #usual: Speaker;
  readonly #ofHosts: readonly Speaker[];
  readonly #claims: readonly Claim[];
  /** Of all: one template is one endpoint, by whatever name it is called. */
  readonly #byTemplate = new Map<string, Route<DeclaredPath>>();
  readonly #basePaths = new Map<DeclaredApi, Set<string>>();
  readonly #ignored: (method: string, template: string) => boolean;
  readonly #undeclared = new Map<string, Undeclared>();
  readonly #templates = new Map<OperationDeclaration, string>();

  /** `usual`: what holds for all its calls. */
  constructor(
    servers: ReadonlySet<DeclaredServer>,
    usual: readonly ServedOperation[],
    ofHosts: readonly HostOperations[],
    claims: readonly Claim[],
    scope: DeclaredScope,
    ignored: (method: string, template: string) => boolean,
  ) {
    this.servers = servers;
    this.#ignored = ignored;
    this.#claims = claims;
    this.#usual = this.#speaker({ operations: usual, fits: () => true }, scope);
    this.#ofHosts = ofHosts.map((one) => this.#speaker(one, scope));
  }

  #speaker({ operations, fits }: HostOperations, scope: DeclaredScope): Speaker {
    const speaker = new Speaker([...new Set(operations.map(({ api }) => api))], fits);
    for (const one of operations) this.#add(one, speaker, scope);
    return speaker;
  }

  #add({ api, operation, basePath }: ServedOperation, speaker: Speaker, scope: DeclaredScope): void {
    const declaration = new OperationDeclaration(api, operation);
    if (api.kind === "protobuf" && operation.method === "POST") {
      speaker.add(operation.template, declaration);
      this.#templates.set(declaration, operation.template);
      return;
    }
    const bases = this.#basePaths.get(api) ?? new Set();
    this.#basePaths.set(api, bases.add(scope === "service" ? "" : basePath));
    const route = speaker.paths.add(basePath + operation.template, (template) => {
      const known = this.#byTemplate.get(template) ?? newRoute<DeclaredPath>(template, new Map());
      this.#byTemplate.set(template, known);
      return known;
    });
    speaker.add(route, declaration);
    if (route.value.has(operation.method)) return;
    route.value.set(operation.method, declaration);
    this.#templates.set(declaration, route.template);
  }

  /** Every declared path that holds for all calls. */
  *routes(): Iterable<Route<DeclaredPath>> {
    for (const place of this.#usual.places()) if (typeof place !== "string") yield place;
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
    return this.#usual.paths.find(path);
  }

  /** Of an endpoint that was called by several names, the first that has it. */
  routeOfAny(path: string, hosts: readonly string[]): Route<DeclaredPath> | undefined {
    for (const host of hosts) {
      const found = this.route(path, host);
      if (found !== undefined) return found;
    }
    return this.#usual.paths.find(path) ?? this.named(path);
  }

  /** The declared path of a template that was found in paths seen: by another name it may have been called there already. */
  named(template: string): Route<DeclaredPath> | undefined {
    return this.#ofHosts.length === 0 ? undefined : this.#byTemplate.get(template);
  }

  /** Whether a file has the method at the path itself. */
  declares(method: string, { value }: Route<DeclaredPath>): boolean {
    return hasMethod(value, method);
  }

  /** Whether what holds for all calls has it. */
  hasUsually(method: string, path: string, isFixed: boolean): boolean {
    const place = isFixed ? procedureName(path) : this.#usual.paths.find(path);
    return place !== undefined && this.#usual.declares(method, place);
  }

  /** Whether a file has an endpoint, of which `path` is the template without an operation. */
  has({ method, template, hosts = [] }: EndpointRecord, path: string, isFixed: boolean): boolean {
    if (isFixed) return this.declaresProcedure(template);
    const route = this.routeOfAny(path, hosts);
    return route !== undefined && this.declares(method, route);
  }

  /** What is said of an endpoint of a declared path. */
  ofPath(method: string, route: Route<DeclaredPath>, called: CalledBy): Declaration | undefined {
    const known = this.#known(method, route, called);
    if (known !== undefined) return known;
    // A browser asks before it calls: no file has that, and it is no operation.
    if (method === "OPTIONS" || this.#ignored(method, route.template)) return undefined;
    if (this.#isClaimed(method, route.template, false, called)) return undefined;
    return this.#notIn(this.#speakingOf(called.hosts).filter(isOfPaths));
  }

  /**
   * Whether an endpoint was called by no name but such as a file has it for that may not speak of the service: it is neither said to be what that
   * file has nor to be what no file has.
   */
  #isClaimed(method: string, path: string, isFixed: boolean, { hosts }: CalledBy): boolean {
    if (this.#claims.length === 0 || hosts.length === 0) return false;
    return hosts.every((host) =>
      this.#claims.some(({ coverage, fits }) => fits(host) && coverage.#mayHave(method, path, isFixed)),
    );
  }

  /** Whether what holds for all calls has it, said or implied. */
  #mayHave(method: string, path: string, isFixed: boolean): boolean {
    const place = isFixed ? procedureName(path) : this.#usual.paths.find(path);
    return place !== undefined && this.#usual.operation(method, place) !== undefined;
  }

  /**
   * Every name must have it of which files speak, or that is how the service is usually called: one call by the name of another would
   * hide what its own does not have. What was called by any other name is the one that its own has.
   */
  #known(
    method: string,
    place: OperationPlace,
    { hosts, isThere, isInUse }: CalledBy,
  ): OperationDeclaration | undefined {
    const usual = this.#usual.operation(method, place);
    if (usual !== undefined || this.#ofHosts.length === 0) return usual;
    if (hosts.length === 0 && !isThere) return this.#anyOf(this.#ofHosts, method, place);
    let found: OperationDeclaration | undefined;
    for (const host of hosts) {
      const own = this.#ofHosts.filter(({ fits }) => fits(host));
      const declared = this.#anyOf(own, method, place);
      if (declared === undefined && (own.length > 0 || isInUse(host))) return undefined;
      found ??= declared;
    }
    return found;
  }

  #anyOf(speakers: readonly Speaker[], method: string, place: OperationPlace): OperationDeclaration | undefined {
    for (const speaker of speakers) {
      const declared = speaker.operation(method, place);
      if (declared !== undefined) return declared;
    }
    return undefined;
  }

  /** What is said of an endpoint that fits no declared path; undefined where no file speaks of it. */
  ofOther(method: string, template: string, called: CalledBy): Declaration | undefined {
    if (method === "OPTIONS" || !template.startsWith("/") || this.#ignored(method, template)) return undefined;
    if (this.#isClaimed(method, template, false, called)) return undefined;
    const apis = this.#speakingOf(called.hosts).filter(isOfPaths);
    return apis.some((api) => this.#isWithin(template, api)) ? this.#notIn(apis) : undefined;
  }

  #isWithin(template: string, api: DeclaredApi): boolean {
    const bases = [...(this.#basePaths.get(api) ?? [])];
    return bases.some((base) => base === "" || template === base || template.startsWith(`${base}/`));
  }

  /** Files that must have an endpoint: those of its own names where they are all of files that hold for these alone. */
  #speakingOf(hosts: readonly string[]): readonly DeclaredApi[] {
    const usual = this.#usual.apis;
    if (this.#ofHosts.length === 0 || hosts.length === 0) return usual;
    const own = hosts.map((host) => this.#ofHosts.filter(({ fits }) => fits(host)).flatMap(({ apis }) => apis));
    return own.every((apis) => apis.length > 0) ? [...new Set(own.flat())] : usual;
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

  declaresProcedure(template: string): boolean {
    const name = procedureName(template);
    return [this.#usual, ...this.#ofHosts].some((speaker) => speaker.declares("POST", name));
  }

  /** What is said of a procedure. */
  ofProcedure(template: string, called: CalledBy): Declaration | undefined {
    const known = this.#known("POST", procedureName(template), called);
    if (known !== undefined) return known;
    if (this.#ignored("POST", template) || this.#isClaimed("POST", template, true, called)) return undefined;
    return this.#notIn(this.#speakingOf(called.hosts).filter(({ kind }) => kind === "protobuf"));
  }

  /** Every declared operation with its whole template. */
  operations(): Iterable<readonly [OperationDeclaration, string]> {
    return this.#templates;
  }
}

/** The last two segments of its path: gateways put others before them. */
function procedureName(template: string): string {
  return `/${template.split("/").slice(-2).join("/")}`;
}

function isOfPaths({ kind }: DeclaredApi): boolean {
  return kind === "openapi";
}
