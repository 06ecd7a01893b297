import type { BlindTimes } from "../../../shared/blind-times.js";
import type { BlindBound, CertificateRecord } from "../../../shared/event.js";
import { MAX_PRESENTERS } from "../../../shared/max-presenters.js";
import { CallerSet } from "../count/caller-set.js";
import { compare } from "../count/tally.js";

/** Name of the service at a place and port. */
export type ServiceNaming = (place: string, port: number) => string;

/** What of a record never changes. */
export type CertificateIdentity = Omit<
  CertificateRecord,
  | "services"
  | "serviceCount"
  | "clients"
  | "clientCount"
  | "handshakes"
  | "firstMicros"
  | "lastMicros"
  | keyof BlindBound
>;

interface StoredState {
  readonly serviceKeys?: readonly string[];
  readonly services?: string | undefined;
  readonly clients?: string | undefined;
}

/** A leaf certificate and who presents it. */
export class CertificateEntry {
  readonly #identity: CertificateIdentity;
  /** By address and port: what a service is called changes with the names seen, and it would be counted once for each. */
  readonly #services = new CallerSet(MAX_PRESENTERS);
  readonly #clients = new CallerSet(MAX_PRESENTERS);
  #handshakes = 0;
  #firstMicros: number;
  #lastMicros: number;
  #lastPlace = "";
  #lastPort = 0;
  isChanged = false;

  constructor(identity: CertificateIdentity, atMicros: number) {
    this.#identity = identity;
    this.#firstMicros = atMicros;
    this.#lastMicros = atMicros;
  }

  byService(place: string, port: number, atMicros: number): void {
    // The same service again, as a rule: no key is made for it.
    if (place !== this.#lastPlace || port !== this.#lastPort) {
      this.#lastPlace = place;
      this.#lastPort = port;
      this.#services.add(`${place} ${port}`);
    }
    this.#seen(atMicros);
  }

  byClient(place: string, atMicros: number): void {
    this.#clients.add(place);
    this.#seen(atMicros);
  }

  #seen(atMicros: number): void {
    this.#handshakes++;
    if (atMicros > this.#lastMicros) this.#lastMicros = atMicros;
    else if (atMicros < this.#firstMicros) this.#firstMicros = atMicros;
  }

  record(nameOf: ServiceNaming, blindTimes: BlindTimes): CertificateRecord {
    const names = this.#services.list().map((key) => {
      const space = key.lastIndexOf(" ");
      return nameOf(key.slice(0, space), Number(key.slice(space + 1)));
    });
    return {
      ...this.#identity,
      services: [...new Set(names)].sort(compare),
      serviceCount: this.#services.size,
      clients: this.#clients.list(),
      clientCount: this.#clients.size,
      handshakes: this.#handshakes,
      firstMicros: this.#firstMicros,
      lastMicros: this.#lastMicros,
      ...blindTimes.within(this.#firstMicros, this.#lastMicros),
    };
  }

  state(): string {
    const state: StoredState = {
      serviceKeys: this.#services.list(),
      services: this.#services.state(),
      clients: this.#clients.state(),
    };
    return JSON.stringify(state);
  }

  restore(record: CertificateRecord, text: string): void {
    const { serviceKeys = [], services, clients } = JSON.parse(text) as StoredState;
    this.#services.restore(serviceKeys, services);
    this.#clients.restore(record.clients, clients);
    this.#handshakes = record.handshakes;
    this.#firstMicros = record.firstMicros;
    this.#lastMicros = record.lastMicros;
  }
}
