import type { EdgeRecord, EndpointRecord, EndpointState, ServiceRecord } from "../../../shared/event.js";
import { placeOf } from "../../../shared/virtual-network.js";
import type { EdgeEntry } from "../connection/edge-entry.js";
import type { BlindTimes } from "../count/blind-times.js";
import type { EndpointEntry } from "../endpoint/endpoint-entry.js";
import { type Span, type StateSettings, stateOf } from "../endpoint/endpoint-state.js";
import type { ServiceEntry } from "../service/service-entry.js";
import type { ServiceList } from "../service/service-list.js";

/** Makes the records of entries: what is told of one follows from others as well. */
export class RowMaker {
  /** There is a gateway, or was. */
  hasGateways = false;
  readonly #services: ServiceList;
  readonly #blindTimes: BlindTimes;
  readonly #settings: StateSettings;
  readonly #span: () => Span;

  constructor(services: ServiceList, blindTimes: BlindTimes, settings: StateSettings, span: () => Span) {
    this.#services = services;
    this.#blindTimes = blindTimes;
    this.#settings = settings;
    this.#span = span;
  }

  service(service: ServiceEntry): ServiceRecord {
    return service.record(this.#blindTimes);
  }

  edge(edge: EdgeEntry): EdgeRecord {
    return edge.record(this.#services.callerOf(edge.service, edge.clientAddress), this.#blindTimes);
  }

  endpoint(endpoint: EndpointEntry): EndpointRecord {
    const record = endpoint.record(this.stateOf(endpoint), this.#blindTimes);
    const reached = this.hasGateways ? endpoint.reached((address) => this.#serviceAt(address, endpoint)) : undefined;
    return reached === undefined ? record : { ...record, reached };
  }

  stateOf(endpoint: EndpointEntry): EndpointState {
    return stateOf(endpoint, this.#span(), this.#settings, this.#blindTimes);
  }

  #serviceAt(address: string, { service }: EndpointEntry): string | undefined {
    return this.#services.only(placeOf(address, service.virtualNetwork))?.name;
  }
}
