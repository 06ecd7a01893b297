import type { EndpointRecord } from "../../../shared/event.js";
import type { Call } from "../../protocol/message.js";
import type { DeclaredPath } from "../declared/coverage.js";
import { rpcServiceOf } from "../declared/procedure.js";
import type { Route } from "../declared/route-table.js";
import { proves } from "../declared/there.js";
import type { PathNode } from "../path/path-node.js";
import type { PathTreeOwner } from "../path/path-tree-owner.js";
import type { ValueUse } from "../path/value-use.js";
import { SchemaBudget } from "../schema/schema-budget.js";
import type { ServiceEntry } from "../service/service-entry.js";
import { removalOf } from "../stored/removal.js";
import { findCatchAll } from "./catch-all.js";
import type { EndpointCounters } from "./endpoint-counters.js";
import { EndpointEntry, type EntryBounds } from "./endpoint-entry.js";
import { entryAt, type Place, placeEntry, unplaceEntry } from "./endpoint-place.js";
import { EndpointRoster } from "./endpoint-roster.js";
import { fixedKey, fixedTemplate } from "./fixed-template.js";
import { isOf, mayTakeOver, sortOf, standOut, takeGuessed } from "./guessed.js";
import { littleOf, SURE } from "./little-told.js";
import { MethodSet } from "./method-set.js";
import { isNothingThere, isOnlyAbsent } from "./nothing-there.js";
import { OTHER_OPERATIONS, operationOf, pathOf } from "./operation.js";
import { type Target, takeBackUnknown, UnknownPaths } from "./unknown-paths.js";

export interface EndpointTableSettings {
  readonly maxEndpoints: number;
  readonly maxOperationsPerService: number;
  readonly maxCallersPerEndpoint: number;
  readonly maxSchemaPlaces: number;
}

/** Operations of a service whose first call failed, beyond which only those that succeed are kept. */
const MAX_FAILED = 200;
const MAX_METHOD_LENGTH = 32;

/** Finds the endpoint of each call: by what files declare, by what the protocol says is called, else by the paths seen. */
export class EndpointTable implements PathTreeOwner<MethodSet> {
  readonly #settings: EndpointTableSettings;
  readonly #counters: EndpointCounters;
  readonly budget: SchemaBudget;
  readonly #bounds: EntryBounds;
  readonly roster: EndpointRoster;
  readonly #fixed = new Map<string, EndpointEntry>();
  readonly #newRpc: (service: ServiceEntry, name: string) => void;
  /** The value at which the path of the call at hand ended, where it is one that is remembered. */
  #value: PathNode<MethodSet> | undefined = undefined;
  /** There are endpoints that there were not: unknown paths may be of them. */
  #isReshaped = false;

  /** `newRpc`: procedures of one more service are called there. */
  constructor(
    settings: EndpointTableSettings,
    counters: EndpointCounters,
    newRpc: (service: ServiceEntry, name: string) => void,
  ) {
    this.#settings = settings;
    this.#counters = counters;
    this.#newRpc = newRpc;
    this.roster = new EndpointRoster(counters);
    this.budget = new SchemaBudget(settings.maxSchemaPlaces);
    this.#bounds = { maxCallers: settings.maxCallersPerEndpoint, budget: this.budget };
  }

  /** Undefined where there is none: what was called there has not shown that it is there, or the inventory is full. */
  of(service: ServiceEntry, call: Call): EndpointEntry | undefined {
    const { path } = call;
    this.#value = undefined;
    if (path === undefined || call.method === undefined) return undefined;
    const method = call.method.length > MAX_METHOD_LENGTH ? call.method.slice(0, MAX_METHOD_LENGTH) : call.method;
    if (service.sieve.isLookDue) service.sieve.look(findCatchAll(service, this.roster.all()));
    const way = service.sieve.noteAnswer(littleOf(call), path.length);
    // Most calls are: nothing else is to be looked at.
    const isUsual = call.template === undefined && path.charCodeAt(0) === 0x2f && way === SURE;
    const found = isUsual
      ? this.#ofPath(service, method, path, call)
      : this.#ofUnusual(service, method, path, call, way);
    const isProven = found?.isThere === false && proves(call);
    if (this.#isReshaped || isProven) this.reclaim(service, isProven ? found : undefined);
    return found;
  }

  #ofUnusual(service: ServiceEntry, method: string, path: string, call: Call, way: number): EndpointEntry | undefined {
    const template = call.template ?? fixedTemplate(method, path);
    const sort = way === SURE ? "maybe" : sortOf(service, method, template ?? path, call, way);
    if (sort === "guess" && service.sieve.isDue(way)) this.#sift(service, way);
    if (sort === "guess" || isNothingThere(call))
      return this.#ofKnown(service, { method, path: template ?? path, isFixed: template !== undefined }, call);
    if (template !== undefined) return this.#fixedEndpoint(service, method, template, call);
    const found = this.#ofPath(service, method, path, call);
    if (sort === "often" && found !== undefined) standOut(found);
    return found;
  }

  #ofPath(service: ServiceEntry, method: string, path: string, call: Call): EndpointEntry | undefined {
    const route = service.coverage?.route(path, service.naming.hostOf(call.authority));
    if (route !== undefined) return this.#at(service, method, route, call.operations[0], call);
    const found = service.paths.find(path);
    const node = found.target;
    const named = service.coverage?.named(node.template);
    if (named !== undefined) return this.#atNamed(service, method, named, node, call);
    if (found !== node) this.#value = found;
    return this.#at(service, method, node, call.operations[0], call);
  }

  /** One template is one endpoint: what was called by a name of which no file speaks goes where the declared one is. */
  #atNamed(
    service: ServiceEntry,
    method: string,
    route: Route<DeclaredPath>,
    { leaf }: PathNode<MethodSet>,
    call: Call,
  ): EndpointEntry | undefined {
    const endpoint = this.#at(service, method, route, call.operations[0], call);
    const before = endpoint && leaf?.get(method, endpoint.operation);
    if (endpoint === undefined || before === undefined) return endpoint;
    leaf?.delete(before);
    this.#join(before, endpoint);
    return endpoint;
  }

  /** Where nothing is there, what is known or declared is called, or nothing: no path is learned of that. */
  #ofKnown(service: ServiceEntry, target: Target, call: Call): EndpointEntry | undefined {
    const known = this.#known(service, target, call.operations[0], call, service.naming.hostOf(call.authority));
    if (call.stream?.isContinued || (known !== undefined && isOf(known, call, target.path))) return known;
    this.#counters.calls_of_unknown_paths++;
    service.unknownPaths ??= new UnknownPaths();
    if (!service.unknownPaths.add(call, target)) this.#counters.unknown_paths_not_kept++;
    return undefined;
  }

  /** What files have is an endpoint, whatever it answers. */
  #known(
    service: ServiceEntry,
    { method, path, isFixed }: Target,
    operation: string | undefined,
    call: Pick<Call, "atMicros" | "status" | "rpc">,
    host?: string,
  ): EndpointEntry | undefined {
    const { coverage } = service;
    if (isFixed) {
      const isDeclared = coverage?.declaresProcedure(path) === true;
      return isDeclared
        ? this.#fixedEndpoint(service, method, path, call)
        : this.#fixed.get(fixedKey(service, method, path));
    }
    const route = coverage?.route(path, host);
    if (route !== undefined && coverage?.declares(method, route))
      return this.#at(service, method, route, operation, call);
    const place = route ?? service.paths.lookup(path);
    return place && entryAt(service, method, place, operation);
  }

  /** What was unknown and belongs to an endpoint by now, that of a call which is to be counted still, goes to it with its history. */
  reclaim(service: ServiceEntry, proven?: EndpointEntry): void {
    service.unknownPaths?.reclaim((history) => {
      const begun = { atMicros: history.firstMicros, status: undefined, rpc: undefined };
      const endpoint = this.#known(service, history, undefined, begun);
      if (endpoint === undefined || !(endpoint === proven || mayTakeOver(endpoint, history))) return false;
      endpoint.takeHistory(history);
      this.roster.changed(endpoint);
      return true;
    });
    this.#isReshaped = false;
  }

  /** Counts a call, found last, for the value at which its path ended; of operations that is not told apart. */
  countValue({ service, method, operation }: EndpointEntry, { status = 0, atMicros }: Call): void {
    const value = this.#value;
    if (value === undefined || operation !== undefined) return;
    this.#value = undefined;
    service.paths.count(value, { method, status, atMicros });
  }

  /** What else the same request calls, beside what `of` found; each once. */
  others(service: ServiceEntry, call: Call, first: EndpointEntry): ReadonlySet<EndpointEntry> {
    const others = new Set<EndpointEntry>();
    const place = first.route ?? (first.node as PathNode<MethodSet> | undefined);
    for (const operation of call.operations) {
      const other = place && this.#at(service, first.method, place, operation, call);
      if (other !== undefined && other !== first) others.add(other);
    }
    return others;
  }

  #at(
    service: ServiceEntry,
    method: string,
    place: Place,
    operation: string | undefined,
    call: Pick<Call, "atMicros" | "status" | "rpc">,
  ): EndpointEntry | undefined {
    const known = entryAt(service, method, place, operation);
    if (known !== undefined || operation === undefined)
      return known ?? this.#makeEndpoint(service, method, place, undefined, call);
    if (operation !== OTHER_OPERATIONS) {
      const isFailed = (call.status ?? 0) >= 400 || (call.rpc?.status ?? 0) !== 0;
      const hasRoom =
        service.operations < this.#settings.maxOperationsPerService &&
        !(isFailed && service.failedOperations >= MAX_FAILED);
      if (hasRoom) {
        const made = this.#makeEndpoint(service, method, place, operation, call);
        if (made !== undefined && isFailed) service.failedOperations++;
        return made;
      }
    }
    this.#counters.calls_of_other_operations++;
    const others = entryAt(service, method, place, OTHER_OPERATIONS);
    return others ?? this.#makeEndpoint(service, method, place, OTHER_OPERATIONS, call);
  }

  #makeEndpoint(
    service: ServiceEntry,
    method: string,
    place: Place,
    operation: string | undefined,
    call: Pick<Call, "atMicros" | "status">,
  ): EndpointEntry | undefined {
    const made = this.#admit(service, method, place, call.atMicros, operation);
    if (made === undefined) return undefined;
    service.sieve.countMade(littleOf(call));
    if (operation !== undefined && operation !== OTHER_OPERATIONS) service.operations++;
    return placeEntry(made, place);
  }

  /** Endpoints whose template does not come from the paths seen. */
  #fixedEndpoint(
    service: ServiceEntry,
    method: string,
    template: string,
    call: Pick<Call, "atMicros" | "status">,
  ): EndpointEntry | undefined {
    const key = fixedKey(service, method, template);
    const known = this.#fixed.get(key);
    if (known !== undefined) return known;
    const rpcService = rpcServiceOf(template);
    if (rpcService !== undefined && !service.rpcServices.has(rpcService)) this.#newRpc(service, rpcService);
    const made = this.#admit(service, method, template, call.atMicros);
    if (made === undefined) return undefined;
    this.#fixed.set(key, made);
    return made;
  }

  #admit(
    service: ServiceEntry,
    method: string,
    place: Place | string,
    atMicros: number,
    operation?: string,
  ): EndpointEntry | undefined {
    if (this.roster.size >= this.#settings.maxEndpoints) {
      this.#counters.endpoints_refused++;
      return undefined;
    }
    const made = new EndpointEntry(service, method, place, this.#bounds, atMicros, operation);
    this.#isReshaped = true;
    this.roster.add(made);
    return made;
  }

  merge(from: MethodSet, into: PathNode<MethodSet>): ValueUse[] {
    this.#isReshaped = true;
    const uses = from.plain.map((endpoint) => endpoint.use());
    into.leaf ??= new MethodSet();
    for (const endpoint of from.all()) {
      const removal = removalOf(endpoint);
      const target = into.leaf.get(endpoint.method, endpoint.operation);
      if (target === undefined) {
        endpoint.node = into;
        into.leaf.add(endpoint);
        this.roster.changed(endpoint);
      } else {
        this.#join(endpoint, target);
        this.#counters.endpoints_merged++;
      }
      // Nobody keeps a row that was never told.
      if (endpoint.toldState !== undefined)
        this.roster.remove([{ ...removal, mergedInto: (target ?? endpoint).template }]);
    }
    return uses;
  }

  split(uses: readonly ValueUse[], from: PathNode<MethodSet>, to: PathNode<MethodSet>): void {
    for (const use of uses) {
      const whole = from.leaf?.get(use.method, undefined);
      if (whole !== undefined) this.#give(use, whole, from, to);
    }
  }

  /** What one value was called for goes to an endpoint of its own. */
  #give(use: ValueUse, whole: EndpointEntry, from: Place, to: Place): void {
    const { service } = whole;
    const there = entryAt(service, use.method, to, undefined);
    const made =
      there === undefined
        ? this.#admit(service, use.method, to, use.firstMicros)
        : new EndpointEntry(service, use.method, to, this.#bounds, use.firstMicros);
    if (made === undefined) return;
    made.take(use, whole);
    if (there !== undefined) this.#join(made, there);
    else this.roster.changed(placeEntry(made, to));
    this.roster.changed(whole);
    if (whole.calls === 0) this.#dropEmpty(whole, from);
  }

  /** Of words that were values of a declared parameter a file may have come to declare paths of their own. */
  #partWords(whole: EndpointEntry, from: Route<DeclaredPath>): void {
    const { words, hosts, service } = whole;
    for (const [path, use] of words?.entries() ?? []) {
      const route = service.coverage?.routeOfAny(path, hosts.list());
      if (route === undefined || route === from || service.coverage?.declares(use.method, route) !== true) continue;
      words?.delete(path);
      this.#give(use, whole, from, route);
    }
  }

  /** Takes out what was guessed, by an answer that everything may be given. */
  #sift(service: ServiceEntry, way: number): void {
    for (const endpoint of takeGuessed(service, this.roster, way))
      this.#dropEmpty(endpoint, endpoint.node as PathNode<MethodSet>);
    service.paths.prune();
  }

  #dropEmpty(endpoint: EndpointEntry, place: Place): void {
    this.roster.takeBack(endpoint);
    endpoint.schemas?.drop();
    this.roster.delete(endpoint);
    unplaceEntry(endpoint, place);
  }

  #join(endpoint: EndpointEntry, target: EndpointEntry): void {
    target.merge(endpoint);
    this.roster.delete(endpoint);
    this.roster.changed(target);
  }

  uses(leaf: MethodSet): readonly EndpointEntry[] {
    return leaf.all();
  }

  /** Takes everything of a service out, to be restored under other templates: what `keep` makes of each. */
  takeOut<T>(service: ServiceEntry, keep: (endpoint: EndpointEntry) => T): T[] {
    const taken = [...this.roster.all()].filter((endpoint) => endpoint.service === service);
    const kept = taken.map(keep);
    for (const endpoint of taken) {
      if (endpoint.operation !== undefined && endpoint.operation !== OTHER_OPERATIONS) service.operations--;
      endpoint.schemas?.drop();
      this.roster.delete(endpoint);
      if (endpoint.isFixed) this.#fixed.delete(fixedKey(service, endpoint.method, endpoint.template));
    }
    service.declared.clear();
    return kept;
  }

  /**
   * Puts an endpoint back that was stored or taken out: one of paths where a declared path fits its template, else at its node, else
   * as it was. Where another is there already the two become one. `fill` restores the entry made for it.
   */
  putBack(
    record: EndpointRecord,
    service: ServiceEntry,
    nodeOf: (() => PathNode<MethodSet> | undefined) | undefined,
    fill: (entry: EndpointEntry) => void,
  ): void {
    const { method, template, firstMicros } = record;
    const isFixed = nodeOf === undefined;
    if (isOnlyAbsent(record.statuses) && service.coverage?.has(record, pathOf(template), isFixed) !== true) {
      takeBackUnknown(record, service, isFixed);
      this.roster.remove([removalOf({ service, method, template })]);
      return;
    }
    const before = this.roster.size;
    const entry = this.#entryFor(record, service, nodeOf);
    if (entry === undefined) return;
    if (this.roster.size > before) fill(entry);
    else {
      const other = new EndpointEntry(service, method, template, this.#bounds, firstMicros);
      fill(other);
      this.#join(other, entry);
    }
    if (entry.route !== undefined) this.#partWords(entry, entry.route);
    if (entry.template === template) return;
    this.roster.remove([{ ...removalOf(entry), template, mergedInto: entry.template }]);
    this.roster.changed(entry);
  }

  #entryFor(
    { method, template, firstMicros, hosts = [] }: EndpointRecord,
    service: ServiceEntry,
    nodeOf: (() => PathNode<MethodSet> | undefined) | undefined,
  ): EndpointEntry | undefined {
    const operation = nodeOf && operationOf(template);
    const place = nodeOf && (service.coverage?.routeOfAny(pathOf(template), hosts) ?? nodeOf());
    const call = { atMicros: firstMicros, status: undefined, rpc: undefined };
    if (place === undefined) return this.#fixedEndpoint(service, method, template, call);
    const known = entryAt(service, method, place, operation);
    return known ?? this.#makeEndpoint(service, method, place, operation, call);
  }
}
