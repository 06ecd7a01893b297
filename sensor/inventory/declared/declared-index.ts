import type { Declared, DeclaredApi, DeclaredServer } from "../../declared/declared-api.js";
import { type Claim, Coverage, type HostOperations, type ServedOperation } from "./coverage.js";
import { ignoredBy } from "./ignored.js";
import { rpcServiceOf } from "./procedure.js";

/** What of a service tells which files speak of it. */
export interface Addressed {
  readonly address: string;
  readonly port: number;
  /** Host names that a fair share of its callers ask for. */
  readonly names: readonly string[];
  /** Services whose procedures are called there, `package.Service`. */
  readonly rpcServices: ReadonlySet<string>;
  readonly provenServers: ProvenServers;
}

/** A call that was answered, as files speak of such. */
export interface Answered {
  readonly method: string;
  /** Or the template of a procedure. */
  readonly path: string;
  readonly isFixed: boolean;
}

/** One such call, and how many there were. */
export interface Proof extends Answered {
  readonly calls: number;
}

/** Servers of files that calls named by their host and that were answered, of which the file has them and what holds for all calls has not. */
export type ProvenServers = ReadonlyMap<DeclaredServer, Proof>;

/** One such call may be anybody's, by a name they made up: so many show that a file speaks of the service. */
export const ENOUGH_CALLS = 3;

interface Entry {
  readonly api: DeclaredApi;
  readonly server: DeclaredServer;
  readonly pattern: RegExp | undefined;
}

/** Combinations of files that speak of one service, beyond which they are made anew. */
const MAX_COVERAGES = 4_096;
/** Hosts of which it is remembered which files name them: whoever calls chooses them. */
const MAX_HOSTS = 4_096;
const NO_SERVERS: readonly DeclaredServer[] = [];
const NO_PROVEN: ReadonlySet<DeclaredServer> = new Set();

/** Finds what files say of services. */
export class DeclaredIndex {
  readonly declared: Declared;
  readonly #byHost = new Map<string, Entry[]>();
  readonly #byPattern: Entry[] = [];
  readonly #byService = new Map<string, DeclaredApi[]>();
  readonly #coverages = new Map<string, Coverage>();
  /** By port and host: it is asked for with each call. */
  readonly #named = new Map<number, Map<string, readonly DeclaredServer[]>>();
  #namedCount = 0;
  readonly #ignored: (method: string, template: string) => boolean;

  constructor(declared: Declared) {
    this.declared = declared;
    this.#ignored = ignoredBy(declared.ignore);
    for (const api of declared.apis) this.#take(api);
  }

  #take(api: DeclaredApi): void {
    const servers = new Set([...api.servers, ...api.operations.flatMap(({ servers }) => servers ?? [])]);
    for (const server of servers) {
      if (server.host === undefined) continue;
      if (server.host.includes("*")) this.#byPattern.push({ api, server, pattern: hostPattern(server.host) });
      else push(this.#byHost, server.host, { api, server, pattern: undefined });
    }
    if (api.kind !== "protobuf" || api.servers.length > 0) return;
    for (const name of new Set(api.operations.map(({ template }) => rpcServiceOf(template) ?? "")))
      push(this.#byService, name, api);
  }

  /** Undefined where no file speaks of it. */
  coverage(service: Addressed): Coverage | undefined {
    const usual = this.usualCoverage(service);
    const shown = [...service.provenServers].filter(([server, call]) => {
      return usual?.servers.has(server) !== true && isProof(usual, call);
    });
    if (shown.length === 0) return usual;
    const serversOf = (isEnough: boolean): ReadonlySet<DeclaredServer> =>
      new Set(shown.filter(([, { calls }]) => calls >= ENOUGH_CALLS === isEnough).map(([server]) => server));
    const [servers, byProcedure] = this.#usual(service);
    return this.#coverage(servers, byProcedure, serversOf(true), serversOf(false));
  }

  /** The same of what holds for all its calls alone. */
  usualCoverage(service: Addressed): Coverage | undefined {
    return this.#coverage(...this.#usual(service), NO_PROVEN);
  }

  #usual({ address, port, names, rpcServices }: Addressed) {
    const servers: ReadonlySet<DeclaredServer> = new Set(this.#serversOf([address, ...names], port));
    const byProcedure: ReadonlySet<DeclaredApi> = new Set(
      [...rpcServices].flatMap((name) => this.#byService.get(name) ?? []),
    );
    return [servers, byProcedure] as const;
  }

  /** Servers of files that a host name alone tells, at a port. */
  named(host: string, port: number): readonly DeclaredServer[] {
    if (this.#byHost.size === 0 && this.#byPattern.length === 0) return NO_SERVERS;
    const hosts = this.#named.get(port) ?? new Map<string, readonly DeclaredServer[]>();
    const known = hosts.get(host);
    if (known !== undefined) return known;
    if (this.#namedCount++ >= MAX_HOSTS) {
      this.#named.clear();
      this.#namedCount = 0;
      hosts.clear();
    }
    const found = this.#serversOf([host], port);
    this.#named.set(port, hosts.set(host, found));
    return found;
  }

  /** What files say by these servers of theirs alone. */
  coverageOf(servers: readonly DeclaredServer[]): Coverage | undefined {
    return this.#coverage(new Set(servers), new Set(), NO_PROVEN);
  }

  #coverage(
    servers: ReadonlySet<DeclaredServer>,
    byProcedure: ReadonlySet<DeclaredApi>,
    proven: ReadonlySet<DeclaredServer>,
    claimed: ReadonlySet<DeclaredServer> = NO_PROVEN,
  ): Coverage | undefined {
    if (servers.size === 0 && byProcedure.size === 0 && proven.size === 0) return undefined;
    const key = this.#keyOf(servers, byProcedure, proven, claimed);
    const known = this.#coverages.get(key);
    if (known !== undefined) return known;
    if (this.#coverages.size >= MAX_COVERAGES) this.#coverages.clear();
    const usual = this.declared.apis.flatMap((api) => servedOperations(api, servers, byProcedure));
    const made = new Coverage(
      new Set([...servers, ...proven]),
      usual,
      this.#ofHosts(proven),
      this.#claims(claimed),
      this.declared.scope,
      this.#ignored,
    );
    this.#coverages.set(key, made);
    return made;
  }

  /** What is said of calls that name these servers by their host. */
  #ofHosts(proven: ReadonlySet<DeclaredServer>): HostOperations[] {
    return [...proven].map((server) => {
      const operations = this.declared.apis.flatMap((api) => servedOperations(api, new Set([server]), new Set()));
      return { operations, fits: fitsHost(server) };
    });
  }

  #claims(claimed: ReadonlySet<DeclaredServer>): Claim[] {
    return [...claimed].flatMap((server) => {
      const coverage = this.coverageOf([server]);
      return coverage === undefined ? [] : [{ coverage, fits: fitsHost(server) }];
    });
  }

  #serversOf(hosts: readonly string[], port: number): DeclaredServer[] {
    const entries = [
      ...hosts.flatMap((host) => this.#byHost.get(host) ?? []),
      ...this.#byPattern.filter(({ pattern }) => hosts.some((host) => pattern?.test(host) === true)),
    ];
    return entries
      .filter(({ server }) => server.port === undefined || server.port === port)
      .map(({ server }) => server);
  }

  readonly #numbers = new Map<object, number>();

  #keyOf(...sets: ReadonlySet<object>[]): string {
    const numberOf = (one: object): number => {
      const known = this.#numbers.get(one) ?? this.#numbers.size;
      this.#numbers.set(one, known);
      return known;
    };
    return sets
      .map((set) =>
        [...set]
          .map(numberOf)
          .sort((a, b) => a - b)
          .join(),
      )
      .join(" ");
  }
}

/** What any call would be answered says nothing of the name that this one was by. */
export function isProof(usual: Coverage | undefined, { method, path, isFixed }: Answered): boolean {
  return usual?.hasUsually(method, path, isFixed) !== true;
}

function servedOperations(
  api: DeclaredApi,
  servers: ReadonlySet<DeclaredServer>,
  byProcedure: ReadonlySet<DeclaredApi>,
): ServedOperation[] {
  return api.operations.flatMap((operation) => {
    if (byProcedure.has(api)) return [{ api, operation, basePath: "" }];
    const its = (operation.servers ?? api.servers).filter((server) => servers.has(server));
    const basePaths = [...new Set(its.map(({ basePath }) => basePath))];
    return basePaths.map((basePath) => ({ api, operation, basePath }));
  });
}

function push<T>(into: Map<string, T[]>, key: string, value: T): void {
  const there = into.get(key);
  if (there === undefined) into.set(key, [value]);
  else there.push(value);
}

function fitsHost({ host = "" }: DeclaredServer): (name: string) => boolean {
  const pattern = host.includes("*") ? hostPattern(host) : undefined;
  return (name) => pattern?.test(name) ?? name === host;
}

/** `*` stands for any characters. */
export function hostPattern(glob: string): RegExp {
  return new RegExp(`^${glob.split("*").map(escaped).join(".*")}$`);
}

function escaped(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
}
