import type { CertificateRecord } from "../../shared/event.js";
import { CallerSet } from "./caller-set.js";

const MAX_PRESENTERS = 100;

/** What of a record never changes. */
export type CertificateIdentity = Omit<
  CertificateRecord,
  "services" | "serviceCount" | "clients" | "clientCount" | "handshakes" | "firstMicros" | "lastMicros"
>;

interface StoredState {
  readonly services?: string;
  readonly clients?: string;
}

/** A leaf certificate and who presents it. */
export class CertificateEntry {
  readonly #identity: CertificateIdentity;
  readonly #services = new CallerSet(MAX_PRESENTERS);
  readonly #clients = new CallerSet(MAX_PRESENTERS);
  #handshakes = 0;
  #firstMicros: number;
  #lastMicros: number;
  isChanged = false;

  constructor(identity: CertificateIdentity, atMicros: number) {
    this.#identity = identity;
    this.#firstMicros = atMicros;
    this.#lastMicros = atMicros;
  }

  /** `presenter` is a service's name where a server presents it, else the client's address. */
  presented(by: "service" | "client", presenter: string, atMicros: number): void {
    this.#handshakes++;
    if (atMicros > this.#lastMicros) this.#lastMicros = atMicros;
    else if (atMicros < this.#firstMicros) this.#firstMicros = atMicros;
    if (by === "service") this.#services.add(presenter);
    else this.#clients.add(presenter);
  }

  record(): CertificateRecord {
    return {
      ...this.#identity,
      services: this.#services.list(),
      serviceCount: this.#services.size,
      clients: this.#clients.list(),
      clientCount: this.#clients.size,
      handshakes: this.#handshakes,
      firstMicros: this.#firstMicros,
      lastMicros: this.#lastMicros,
    };
  }

  state(): string {
    return JSON.stringify({ services: this.#services.state(), clients: this.#clients.state() });
  }

  restore(record: CertificateRecord, text: string): void {
    const { services, clients } = JSON.parse(text) as StoredState;
    this.#services.restore(record.services, services);
    this.#clients.restore(record.clients, clients);
    this.#handshakes = record.handshakes;
    this.#firstMicros = record.firstMicros;
    this.#lastMicros = record.lastMicros;
  }
}
