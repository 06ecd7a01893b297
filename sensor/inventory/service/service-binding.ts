import type { RemovalRecord } from "../../../shared/event.js";
import { inNetwork } from "../../../shared/virtual-network.js";
import type { Call } from "../../protocol/message.js";
import type { Declarations } from "../declared/declarations.js";
import { pinParameters } from "../declared/pinned-paths.js";
import { proves } from "../declared/there.js";
import type { EndpointEntry } from "../endpoint/endpoint-entry.js";
import type { EndpointTable } from "../endpoint/endpoint-table.js";
import type { MethodSet } from "../endpoint/method-set.js";
import { layRules } from "../path/node-rule.js";
import type { ServiceRules } from "../path/path-rule.js";
import { PathTree } from "../path/path-tree.js";
import type { InventoryRow } from "../row.js";
import { RuleBook } from "../rule-book.js";
import { restoreEndpoint } from "../stored/restore.js";
import type { Move } from "./move.js";
import type { ServiceEntry } from "./service-entry.js";

interface EndpointRow extends InventoryRow {
  readonly record: Extract<InventoryRow["record"], { readonly kind: "endpoint" }>;
}

export interface BindingSettings {
  readonly literalSegments: readonly string[];
  readonly pathRules?: readonly ServiceRules[];
}

/** Which files and rules hold for a service, and its endpoints under the templates that follow from them. */
export class ServiceBinding {
  readonly #declarations: Declarations;
  #rules: RuleBook;
  readonly #table: EndpointTable;
  readonly #literalSegments: ReadonlySet<string>;
  readonly #rowOf: (endpoint: EndpointEntry) => EndpointRow;

  constructor(
    { literalSegments, pathRules = [] }: BindingSettings,
    declarations: Declarations,
    table: EndpointTable,
    rowOf: (endpoint: EndpointEntry) => EndpointRow,
  ) {
    this.#declarations = declarations;
    this.#rules = new RuleBook(pathRules);
    this.#table = table;
    this.#literalSegments = new Set(literalSegments);
    this.#rowOf = rowOf;
  }

  /** Before anything is known of a service. */
  newPaths(): PathTree<MethodSet> {
    return new PathTree(this.#table, this.#literalSegments);
  }

  /** Other rules than before. */
  rule(rules: readonly ServiceRules[], services: readonly ServiceEntry[]): void {
    this.#rules = new RuleBook(rules);
    for (const service of services) if (this.#rules.rebind(service)) this.rehome(service);
  }

  /** Files and rules may speak of it now that did not before: it has another name, or other procedures are called. */
  rebind(service: ServiceEntry): void {
    if (this.#isBoundAnew(service)) this.rehome(service);
  }

  /** A call by a host name may show that a file speaks of the service. */
  called(service: ServiceEntry, call: Call): void {
    if (this.#declarations.isEmpty || call.method === undefined || call.path === undefined || !proves(call)) return;
    const host = service.naming.hostOf(call.authority);
    if (host === undefined) return;
    const path = call.template ?? call.path;
    if (this.#declarations.shows(service, host, call.method, path, call.template !== undefined)) this.rebind(service);
  }

  /** Other files than before, or the same told otherwise. */
  declared(services: readonly ServiceEntry[]): void {
    for (const service of services) service.provenServers.clear();
    for (const endpoint of this.#table.roster.all())
      this.#declarations.shownBy(endpoint.service, this.#rowOf(endpoint));
    for (const service of services) if (this.#declarations.rebind(service)) this.rehome(service);
  }

  /** The same before the first endpoint is put back. */
  rebindEmpty(service: ServiceEntry): void {
    if (this.#isBoundAnew(service)) this.#pave(service);
  }

  #isBoundAnew(service: ServiceEntry): boolean {
    const isRuled = this.#rules.rebind(service);
    return (!this.#declarations.isEmpty && this.#declarations.rebind(service)) || isRuled;
  }

  /** Counts go on under the templates that now hold. */
  rehome(service: ServiceEntry): void {
    const rows = this.#table.takeOut(service, this.#rowOf);
    this.#pave(service);
    this.#putBack(service, rows);
  }

  #putBack(service: ServiceEntry, rows: readonly EndpointRow[]): void {
    const table = this.#table;
    const endpoint = table.putBack.bind(table);
    const split = table.split.bind(table);
    for (const { record, state } of rows) restoreEndpoint(record, state, service, { endpoint, split });
    table.reclaim(service);
    for (const one of table.roster.all()) if (one.service === service) table.roster.changed(one);
  }

  /** Endpoints, or those of a name, go to services at other addresses, all at once: two may have changed places. */
  move(
    moves: readonly { readonly from: ServiceEntry; readonly to: ServiceEntry; readonly move: Pick<Move, "leaving"> }[],
  ): void {
    const table = this.#table;
    const homes = new Map<ServiceEntry, EndpointRow[]>();
    const takeOut = (service: ServiceEntry): readonly EndpointRow[] => table.takeOut(service, this.#rowOf);
    const leaving = moves.map(({ from, to, move }) => {
      const all = takeOut(from);
      const rows = all.filter(({ record }) => move.leaving?.goes(record) ?? true);
      return { from, to, rows, staying: all.filter((row) => !rows.includes(row)) };
    });
    for (const { to } of leaving) homes.set(to, [...takeOut(to)]);
    for (const { from, to, rows, staying } of leaving) {
      for (const { record, state } of rows) homes.get(to)?.push({ record: placedAt(record, to), state });
      table.roster.remove(rows.map(({ record }) => movedAway(record, to)));
      homes.set(from, [...(homes.get(from) ?? []), ...staying]);
    }
    for (const [service, rows] of homes) {
      this.#pave(service);
      this.#putBack(service, rows);
    }
  }

  /** An empty tree of paths that knows rules and what is declared. */
  #pave(service: ServiceEntry): void {
    const { coverage } = service;
    const kept = coverage === undefined ? this.#literalSegments : [...this.#literalSegments, ...coverage.words()];
    service.paths = new PathTree<MethodSet>(this.#table, new Set(kept));
    layRules(service.paths.root, service.pathRules);
    if (coverage !== undefined) pinParameters(service.paths.root, coverage);
  }
}

function placedAt(record: EndpointRow["record"], { address, name }: ServiceEntry): EndpointRow["record"] {
  return { ...record, serverAddress: address, service: name };
}

function movedAway(record: EndpointRow["record"], { address, name }: ServiceEntry): RemovalRecord {
  const { serverAddress, serverPort, virtualNetwork, method, template } = record;
  const place = { serverAddress, serverPort, ...inNetwork(virtualNetwork), method, template };
  return { kind: "removal", ...place, mergedInto: template, mergedIntoAddress: address, mergedIntoService: name };
}
