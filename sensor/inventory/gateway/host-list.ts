import { plainHost } from "../../../shared/host-name.js";
import type { Identities } from "../../identity/identities.js";
import { ON_BEHALF } from "../../protocol/forwarding.js";
import type { Call } from "../../protocol/message.js";
import { GatewaySetting } from "./gateway-setting.js";
import { type CallingEdge, HostEntry } from "./host-entry.js";

interface NamedService {
  readonly place: string;
  readonly name: string;
  readonly host: HostEntry;
}

const NOBODY: Identities = { named: [] };

/** Every address that services and edges have, and which of them are gateways. As many as those at most. */
export class HostList {
  readonly #hosts = new Map<string, HostEntry>();
  /** By which service's name. */
  readonly #byName = new Map<HostEntry, Set<NamedService>>();
  readonly #changed: (host: HostEntry) => void;
  #setting: GatewaySetting;
  /** Services and edges that there were so far. */
  #ends = 0;

  /** `changed`: another is known to be a gateway, or one no longer, or on another ground. */
  constructor(identities: Identities | undefined, changed: (host: HostEntry) => void) {
    this.#setting = new GatewaySetting(identities ?? NOBODY);
    this.#changed = changed;
  }

  /** The host of one more service or edge. */
  of(place: string): HostEntry {
    this.#ends++;
    const known = this.#hosts.get(place);
    if (known !== undefined) return known;
    const made = new HostEntry(place);
    if (made.judge(this.#setting.has(place))) this.#changed(made);
    this.#hosts.set(place, made);
    return made;
  }

  /**
   * Of most calls nothing is to be learned: their ends are not both called and calling, and they are made on nobody's behalf. Whether
   * they are is looked at again when there are more ends than before, for hosts lie far from edges.
   */
  watch(edge: CallingEdge, server: HostEntry, call: Call): void {
    if (edge.endsThen !== this.#ends) {
      edge.endsThen = this.#ends;
      edge.isWatched = edge.client.isServer || server.isClient;
    }
    if (edge.isWatched || call.forwarding !== 0) this.call(edge, server, call);
  }

  /** Of an end that is both, or on behalf of another. */
  call(edge: CallingEdge, server: HostEntry, call: Call): void {
    const { client } = edge;
    // Programs that share an address, as on loopback: what one asks of another is nothing that it was asked itself.
    if (client === server) return;
    if ((call.forwarding & ON_BEHALF) !== 0) edge.callsOnBehalf++;
    if (client.issues(call, edge)) this.#judge(client);
    if (server.receives(call)) this.#judge(server);
  }

  #judge(host: HostEntry): void {
    if (host.judge(this.#setting.has(host.place) || this.#byName.has(host))) this.#changed(host);
  }

  /** The service may have another name than before. */
  named(service: NamedService): void {
    const { host } = service;
    const services = this.#byName.get(host);
    const isNamed = this.#setting.names.size > 0 && this.#setting.names.has(plainHost(service.name));
    if (isNamed === (services?.has(service) === true)) return;
    if (isNamed) this.#byName.set(host, (services ?? new Set()).add(service));
    else if (services?.delete(service) === true && services.size === 0) this.#byName.delete(host);
    this.#judge(host);
  }

  /** Files or settings say something else. */
  identify(identities: Identities, services: Iterable<NamedService>): void {
    this.#setting = new GatewaySetting(identities);
    for (const host of this.#hosts.values()) this.#judge(host);
    for (const service of services) this.named(service);
  }
}
