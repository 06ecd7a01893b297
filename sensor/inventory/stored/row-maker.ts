import type { BlindTimes } from "../../../shared/blind-times.js";
import { type DataGroup, ownGroups } from "../../../shared/data-class.js";
import type { EdgeRecord, EndpointRecord, EndpointState, ServiceRecord } from "../../../shared/event.js";
import { placeOf } from "../../../shared/virtual-network.js";
import type { EdgeEntry } from "../connection/edge-entry.js";
import type { EndpointEntry } from "../endpoint/endpoint-entry.js";
import { type Span, type StateSettings, stateOf } from "../endpoint/endpoint-state.js";
import type { ServiceEntry } from "../service/service-entry.js";
import type { ServiceList } from "../service/service-list.js";
import type { InventorySettings } from "../settings.js";

type RowSettings = StateSettings & Pick<InventorySettings, "dataRules">;

/** Makes the records of entries: what is told of one follows from others as well. */
export class RowMaker {
  /** There is a gateway, or was. */
  hasGateways = false;
  readonly #services: ServiceList;
  readonly #blindTimes: BlindTimes;
  readonly #settings: StateSettings;
  readonly #ownGroups: ReadonlyMap<string, DataGroup>;
  readonly #span: () => Span;

  constructor(services: ServiceList, blindTimes: BlindTimes, settings: RowSettings, span: () => Span) {
    this.#services = services;
    this.#blindTimes = blindTimes;
    this.#settings = settings;
    this.#ownGroups = ownGroups(settings.dataRules ?? []);
    this.#span = span;
  }

  service(service: ServiceEntry): ServiceRecord {
    return service.record(this.#blindTimes);
  }

  edge(edge: EdgeEntry): EdgeRecord {
    return edge.record(this.#services.callerOf(edge.service, edge.clientAddress), this.#blindTimes);
  }

  endpoint(endpoint: EndpointEntry): EndpointRecord {
    const record = this.#withOwnClasses(endpoint.record(this.stateOf(endpoint), this.#blindTimes));
    const reached = this.hasGateways ? endpoint.reached((address) => this.#serviceAt(address, endpoint)) : undefined;
    return reached === undefined ? record : { ...record, reached };
  }

  #withOwnClasses(record: EndpointRecord): EndpointRecord {
    if (this.#ownGroups.size === 0) return record;
    const own = record.dataClasses.flatMap((name) => {
      const group = this.#ownGroups.get(name);
      return group === undefined ? [] : [[name, group] as const];
    });
    return own.length === 0 ? record : { ...record, ownClasses: Object.fromEntries(own) };
  }

  stateOf(endpoint: EndpointEntry): EndpointState {
    return stateOf(endpoint, this.#span(), this.#settings, this.#blindTimes);
  }

  #serviceAt(address: string, { service }: EndpointEntry): string | undefined {
    return this.#services.nameAt(placeOf(address, service.virtualNetwork));
  }
}
