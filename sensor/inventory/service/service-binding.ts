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
import type { ServiceEntry } from "./service-entry.js";

/** What is kept of an endpoint while it is nowhere. */
export interface EndpointRow extends InventoryRow {
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
  readonly #settings: BindingSettings;
  readonly #literalSegments: ReadonlySet<string>;
  readonly #rowOf: (endpoint: EndpointEntry) => EndpointRow;

  constructor(
    settings: BindingSettings,
    declarations: Declarations,
    table: EndpointTable,
    rowOf: (endpoint: EndpointEntry) => EndpointRow,
  ) {
    const { literalSegments, pathRules = [] } = settings;
    this.#settings = settings;
    this.#declarations = declarations;
    this.#rules = new RuleBook(pathRules);
    this.#table = table;
    this.#literalSegments = new Set(literalSegments);
    this.#rowOf = rowOf;
  }

  /** The same for endpoints of another table. */
  over(table: EndpointTable): ServiceBinding {
    return new ServiceBinding(this.#settings, this.#declarations, table, this.#rowOf);
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
    if (this.#isBoundAnew(service)) this.pave(service);
  }

  #isBoundAnew(service: ServiceEntry): boolean {
    const isRuled = this.#rules.rebind(service);
    return (!this.#declarations.isEmpty && this.#declarations.rebind(service)) || isRuled;
  }

  /** Counts go on under the templates that now hold. */
  rehome(service: ServiceEntry): void {
    this.settle(service, this.takeOut(service));
  }

  /** A service has these endpoints, and no others. */
  settle(service: ServiceEntry, rows: readonly EndpointRow[]): void {
    this.pave(service);
    this.putBack(service, rows);
  }

  putBack(service: ServiceEntry, rows: readonly EndpointRow[]): void {
    const table = this.#table;
    const endpoint = table.putBack.bind(table);
    const split = table.split.bind(table);
    for (const { record, state } of rows) restoreEndpoint(record, state, service, { endpoint, split });
    table.reclaim(service);
    for (const one of this.endpointsOf(service)) table.roster.changed(one);
  }

  takeOut(service: ServiceEntry): EndpointRow[] {
    return this.#table.takeOut(service, this.#rowOf);
  }

  /** The same where what is to be put back is counted elsewhere: where its rows were told, for to make them takes most of the time. */
  takeDown(service: ServiceEntry): RemovalRecord[] {
    return this.#table.takeOut(service, placeOfEndpoint);
  }

  /** Rows of a service that stays as it is: none of them is told by this. */
  rowsOf(service: ServiceEntry): EndpointRow[] {
    return this.endpointsOf(service).map((endpoint) => {
      const { toldState } = endpoint;
      const row = this.#rowOf(endpoint);
      endpoint.toldState = toldState;
      return row;
    });
  }

  endpointsOf(service: ServiceEntry): EndpointEntry[] {
    return [...this.#table.roster.all()].filter((endpoint) => endpoint.service === service);
  }

  /** Rows are gone from where they were told. */
  remove(removals: readonly RemovalRecord[]): void {
    this.#table.roster.remove(removals);
  }

  /** An empty tree of paths that knows rules and what is declared. */
  pave(service: ServiceEntry): void {
    const { coverage } = service;
    const kept = coverage === undefined ? this.#literalSegments : [...this.#literalSegments, ...coverage.words()];
    service.paths = new PathTree<MethodSet>(this.#table, new Set(kept));
    layRules(service.paths.root, service.pathRules);
    if (coverage !== undefined) pinParameters(service.paths.root, coverage);
  }
}

function placeOfEndpoint({ service, method, template }: EndpointEntry): RemovalRecord {
  const { address, port, virtualNetwork } = service;
  return {
    kind: "removal",
    serverAddress: address,
    serverPort: port,
    ...inNetwork(virtualNetwork),
    method,
    template,
  };
}
