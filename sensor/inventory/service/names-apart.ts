import type { Call, CallStream } from "../../protocol/message.js";
import type { EndpointEntry } from "../endpoint/endpoint-entry.js";
import { EndpointTable } from "../endpoint/endpoint-table.js";
import { newCounters } from "../inventory-counters.js";
import type { InventorySettings } from "../settings.js";
import type { Leaving } from "./move.js";
import type { EndpointRow, ServiceBinding } from "./service-binding.js";
import { ServiceEntry } from "./service-entry.js";

/** One in so many of the inventory's endpoints and fields may be kept apart as well. */
const SHARE = 4;
/** Endpoints of a service that is told apart: to take down and put back each takes a quarter of a millisecond, in which nothing else is looked at. */
const MAX_ENDPOINTS = 2_000;
/** Packet time for which they are, as long as it is awaited where somebody went, and without that: whoever does not show stays. */
const AWAITED_MICROS = 86_400e6;
const MOST_MICROS = 3_600e6;
/** Addresses at which names are kept apart at the same time. */
const MAX_PLACES = 256;

/** What is called at one address by names of which it is not known whether they are of one service. */
export class Apart {
  readonly #names: NamesApart;
  readonly #service: ServiceEntry;
  /** What was called before, and goes on being called by names that are not told apart. */
  readonly #rest: ServiceEntry;
  readonly #byName = new Map<string, ServiceEntry>();
  readonly sinceMicros: number;
  /** Whoever was asked for last: what is called by address alone, such as a probe, is of whoever is there now. */
  #last: ServiceEntry;

  constructor(names: NamesApart, service: ServiceEntry, sinceMicros: number) {
    this.sinceMicros = sinceMicros;
    this.#names = names;
    this.#service = service;
    this.#rest = names.pot(service);
    this.#last = this.#rest;
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  add(name: string): void {
    if (!this.#byName.has(name)) this.#byName.set(name, this.#names.pot(this.#service));
  }

  call(call: Call, clientAddress: string, isBehindGateway: boolean): void {
    const pot = this.#potOf(call);
    this.#names.count(pot, call, (endpoint) => {
      endpoint.call(call, clientAddress);
      if (isBehindGateway) endpoint.isBehindGateway = true;
    });
    this.#names.checkRoom(this.#service);
  }

  goOn(call: Call, stream: CallStream): void {
    this.#names.goOn(this.#potOf(call), call, stream);
  }

  #potOf({ authority }: Call): ServiceEntry {
    const host = this.#service.naming.hostOf(authority);
    if (host !== undefined) this.#last = this.#byName.get(host) ?? this.#rest;
    return this.#last;
  }

  /** What others counted before at another address. */
  arrive(name: string, rows: readonly EndpointRow[]): void {
    this.#names.add(this.#byName.get(name) ?? this.#rest, rows);
    this.#names.checkRoom(this.#service);
  }

  /** Takes out what goes with a name; everything without one. */
  leave(leaving: Leaving | undefined): EndpointRow[] {
    if (leaving === undefined) return this.takeAll();
    const own = this.#byName.get(leaving.name);
    if (own !== undefined) {
      this.#byName.delete(leaving.name);
      if (this.#last === own) this.#last = this.#rest;
      return this.#names.takeOut(own);
    }
    const rows = this.#names.takeOut(this.#rest);
    const going = new Set(rows.filter(({ record }) => leaving.goes(record)));
    this.#names.add(
      this.#rest,
      rows.filter((row) => !going.has(row)),
    );
    return [...going];
  }

  /** Of all that is there. */
  rows(): EndpointRow[] {
    return this.#pots().flatMap((pot) => this.#names.rowsOf(pot));
  }

  /** Nothing is left to be told from anything else. */
  get isOne(): boolean {
    return this.#pots().filter((pot) => this.#names.isAny(pot)).length < 2;
  }

  takeAll(): EndpointRow[] {
    return this.#pots().flatMap((pot) => this.#names.takeOut(pot));
  }

  /** Nothing of it goes anywhere. */
  drop(): void {
    for (const pot of this.#pots()) this.#names.takeDown(pot);
  }

  #pots(): ServiceEntry[] {
    return [this.#rest, ...this.#byName.values()];
  }
}

/**
 * Where an address begins to answer for a name that another one answered for, and somebody else was called there so far, each is counted
 * by itself as well, beside the rows that are told: should one turn out to have taken the other's address, each keeps its own. Nothing of
 * this is told. Bounded by a share of the inventory's bounds: what finds no room is counted, and not told apart.
 */
export class NamesApart {
  readonly #binding: ServiceBinding;
  readonly #counters: { moves_not_followed: number };
  readonly #table: EndpointTable;
  readonly #own = newCounters();
  readonly #open = new Set<ServiceEntry>();
  readonly #pots: ServiceBinding;

  constructor(settings: InventorySettings, binding: ServiceBinding, counters: { moves_not_followed: number }) {
    this.#binding = binding;
    this.#counters = counters;
    const { maxEndpoints, maxSchemaPlaces, ...others } = settings;
    const bounds = {
      ...others,
      maxEndpoints: Math.ceil(maxEndpoints / SHARE),
      maxSchemaPlaces: Math.ceil(maxSchemaPlaces / SHARE),
    };
    this.#table = new EndpointTable(bounds, this.#own, (service, name) => void service.addRpcService(name));
    this.#pots = binding.over(this.#table);
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  expire(nowMicros: number, isAwaited: (service: ServiceEntry) => boolean): void {
    for (const service of this.#open) {
      const micros = nowMicros - (service.apart?.sinceMicros ?? 0);
      if (micros > AWAITED_MICROS || (micros > MOST_MICROS && !isAwaited(service))) this.close(service);
    }
  }

  /** From now on what is called by this name there is counted for itself. */
  open(service: ServiceEntry, name: string): void {
    if (service.apart === undefined) {
      const { length } = this.#binding.endpointsOf(service);
      if (length === 0) return;
      if (this.#open.size >= MAX_PLACES || length > MAX_ENDPOINTS) {
        this.#counters.moves_not_followed++;
        return;
      }
      service.apart = new Apart(this, service, service.lastMicros);
      this.#open.add(service);
      service.apart.arrive("", this.#binding.rowsOf(service));
    }
    service.apart?.add(name);
  }

  close(service: ServiceEntry): void {
    service.apart?.drop();
    service.apart = undefined;
    this.#open.delete(service);
    this.#forgetTold();
  }

  /** A service of its own, never told, at the same address. */
  pot(service: ServiceEntry): ServiceEntry {
    const { address, port, virtualNetwork, host, firstMicros } = service;
    const pot = new ServiceEntry(address, port, virtualNetwork, host, firstMicros, this.#pots.newPaths());
    pot.coverage = service.coverage;
    pot.pathRules = service.pathRules;
    this.#pots.pave(pot);
    return pot;
  }

  count(pot: ServiceEntry, call: Call, note: (endpoint: EndpointEntry) => void): void {
    const table = this.#table;
    const endpoint = table.of(pot, call);
    if (endpoint === undefined) return;
    if (call.operations.length > 1) for (const other of table.others(pot, call, endpoint)) note(other);
    note(endpoint);
    table.countValue(endpoint, call);
  }

  goOn(pot: ServiceEntry, call: Call, stream: CallStream): void {
    this.#table.of(pot, call)?.goOn(call, stream);
  }

  add(pot: ServiceEntry, rows: readonly EndpointRow[]): void {
    this.#pots.putBack(pot, rows);
    this.#forgetTold();
  }

  rowsOf(pot: ServiceEntry): EndpointRow[] {
    return this.#pots.rowsOf(pot);
  }

  isAny(pot: ServiceEntry): boolean {
    return this.#pots.endpointsOf(pot).length > 0;
  }

  takeDown(pot: ServiceEntry): void {
    this.#pots.takeDown(pot);
  }

  takeOut(pot: ServiceEntry): EndpointRow[] {
    const rows = this.#pots.takeOut(pot);
    this.#pots.pave(pot);
    return rows;
  }

  /** What was counted of some alone is worth less than nothing. */
  checkRoom(service: ServiceEntry): void {
    if (this.#own.endpoints_refused + this.#table.budget.counters.schema_places_refused === 0) return;
    this.#own.endpoints_refused = 0;
    this.#table.budget.counters.schema_places_refused = 0;
    this.#counters.moves_not_followed++;
    this.close(service);
  }

  #forgetTold(): void {
    this.#table.roster.takeRemovals();
    this.#table.roster.takeChanged(Number.MAX_SAFE_INTEGER);
  }
}
