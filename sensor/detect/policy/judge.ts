import { plainHost } from "../../../shared/host-name.js";
import { placeOf } from "../../../shared/virtual-network.js";
import type { Edge, Service } from "../../inventory/observation.js";
import type { BoundedMap } from "../bounded-map.js";
import { allOf, anyOf, clientMatcher, type Ends, type Matcher, serverMatcher } from "./matcher.js";
import type { Expectation, Policy, PolicyException } from "./policy.js";

/** What the policy says of one edge's connections by one name. */
export interface Standing {
  /** The first that fits; undefined where none does. */
  readonly expectation: Expectation | undefined;
  readonly exceptions: readonly PolicyException[];
}

interface Memo extends Standing {
  readonly asked: string | undefined;
  readonly service: string;
  readonly clientService: string | undefined;
}

interface Compiled<T> {
  readonly matches: Matcher;
  readonly entry: T;
}

/** Services at one place, on its ports. */
export interface Placed {
  readonly services: Service[];
}

/** With more than so many it is not looked whether all of them have one name. */
const MAX_PORTS = 8;

/** Finds what is expected of a connection. What was found for an edge is kept until a name in it changes. */
export class Judge {
  readonly policy: Policy;
  readonly #expectations: readonly Compiled<Expectation>[];
  readonly #exceptions: readonly Compiled<PolicyException>[];
  readonly #memos = new WeakMap<Edge, Memo>();
  readonly #noted = new WeakSet<Service>();
  readonly #services: BoundedMap<Placed>;

  constructor(policy: Policy, services: BoundedMap<Placed>) {
    this.policy = policy;
    this.#services = services;
    this.#expectations = policy.expectations.map((entry) => ({
      matches: allOf([anyOf(entry.servers.map(serverMatcher)), clientMatcher(entry.client)]),
      entry,
    }));
    this.#exceptions = policy.exceptions.map((entry) => ({
      matches: allOf([serverMatcher(entry.server), clientMatcher(entry.client)]),
      entry,
    }));
  }

  /** `asked` is the name of the server as the client sent it, by SNI or Host. */
  standing(edge: Edge, asked: string | undefined): Standing {
    const { service } = edge;
    if (!this.#noted.has(service)) this.#note(service);
    const clientService = nameAt(this.#services.get(placeOf(edge.clientAddress, service.virtualNetwork)));
    const memo = this.#memos.get(edge);
    if (memo !== undefined && memo.asked === asked && memo.service === service.name) {
      if (memo.clientService === clientService) return memo;
    }
    const made = this.#find(edge, asked, clientService);
    this.#memos.set(edge, made);
    return made;
  }

  #find(edge: Edge, asked: string | undefined, clientService: string | undefined): Memo {
    const { service, clientAddress } = edge;
    const ends: Ends = {
      serverAddress: service.address,
      serverPort: service.port,
      service: plainHost(service.name),
      name: hostOf(asked ?? service.name),
      clientAddress,
      clientService: clientService === undefined ? undefined : plainHost(clientService),
    };
    return {
      asked,
      service: service.name,
      clientService,
      expectation: this.#expectations.find(({ matches }) => matches(ends))?.entry,
      exceptions: this.#exceptions.filter(({ matches }) => matches(ends)).map(({ entry }) => entry),
    };
  }

  #note(service: Service): void {
    this.#noted.add(service);
    const there = this.#services.get(service.place);
    if (there === undefined) this.#services.set(service.place, { services: [service] });
    else if (there.services.length <= MAX_PORTS) there.services.push(service);
  }
}

/** The name of all services at a place, as a gateway has one for HTTP and TLS; undefined where they have several, or none is known. */
function nameAt(there: Placed | undefined): string | undefined {
  if (there === undefined || there.services.length > MAX_PORTS) return undefined;
  const { name } = there.services[0];
  for (const other of there.services) if (other.name !== name) return undefined;
  return name;
}

/** True where one of the exceptions still holds. */
export function isExcused({ exceptions }: Standing, atMicros: number): boolean {
  for (const { untilMicros } of exceptions) if (atMicros <= untilMicros) return true;
  return false;
}

/** Without port and brackets, as names are compared. */
function hostOf(authority: string): string {
  return plainHost(authority.replace(/:\d*$/, "").replace(/^\[(.*)\]$/, "$1"));
}
