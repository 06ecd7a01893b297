import { commonName } from "../../../shared/distinguished-name.js";
import type { FormerName } from "../../../shared/moved-service.js";
import type { Certificate } from "../../protocol/message.js";
import { hostName } from "./host-name.js";
import { MIN_CALLS, QUIET_MICROS } from "./name-spans.js";

/** A certificate for one name may be for many services; of several names it is for it can't be said which is this service's. */
const ONLY_CONFIDENCE = 0.8;
const ONE_OF_SEVERAL_CONFIDENCE = 0.5;
const MAX_FORMER = 8;

/** Whom a certificate is for. */
interface Subjects {
  /** The one to call a service by; undefined where it is for no host by name. */
  readonly first: string | undefined;
  readonly confidence: number;
  /** Every host, and wildcards as they are written. */
  readonly all: ReadonlySet<string>;
}

/** Of certificates since the name was shown last, all for the same other name: undefined where they are for no host by name. */
interface Next {
  readonly name?: string | undefined;
  readonly count: number;
}

export interface CertificateNameState {
  readonly name?: string | undefined;
  readonly confidence: number;
  readonly lastMicros: number;
  readonly next?: Next | undefined;
  readonly former: readonly FormerName[];
}

/**
 * What a service is called by the certificates that it shows. It keeps its name as long as these are for it, whatever else they are for:
 * renewed with other names beside it, it is the same service. Only where another name alone is shown, often and for long, was the service
 * renamed, or its address given to another one.
 */
export class CertificateName {
  #text: string | undefined = undefined;
  #confidence = ONLY_CONFIDENCE;
  #lastMicros = 0;
  #next: Next | undefined = undefined;
  #former: FormerName[] = [];
  #dropped: string | undefined = undefined;
  /** The same object for the same certificate, nearly always. */
  #last: Certificate | undefined = undefined;
  #lastSubjects: Subjects = NOBODY;

  get text(): string | undefined {
    return this.#text;
  }

  get confidence(): number {
    return this.#confidence;
  }

  /** Names that certificates showed before, the last one last. */
  get former(): readonly FormerName[] {
    return this.#former;
  }

  /** Whether the certificate is for the name that the service has by now. */
  note(leaf: Certificate, atMicros: number): boolean {
    const subjects = this.#subjectsOf(leaf);
    if (this.#text === undefined) this.#text = subjects.first;
    else if (!isFor(subjects, this.#text) && !this.#takes(subjects, atMicros)) return false;
    this.#confidence = subjects.confidence;
    this.#lastMicros = Math.max(this.#lastMicros, atMicros);
    this.#next = undefined;
    return this.#text !== undefined;
  }

  /** Whether the service is called otherwise now. */
  #takes({ first }: Subjects, atMicros: number): boolean {
    const count = this.#next !== undefined && this.#next.name === first ? this.#next.count + 1 : 1;
    this.#next = { name: first, count };
    if (count < MIN_CALLS || atMicros - this.#lastMicros < QUIET_MICROS) return false;
    const gone = { name: this.#text as string, lastMicros: this.#lastMicros };
    this.#former = [...this.#former.filter(({ name }) => name !== gone.name && name !== first), gone];
    if (this.#former.length > MAX_FORMER) this.#dropped = this.#former.shift()?.name;
    this.#text = first;
    return true;
  }

  /** The name that is not known any more for the one that it has now, once. */
  takeDropped(): string | undefined {
    const dropped = this.#dropped;
    this.#dropped = undefined;
    return dropped;
  }

  #subjectsOf(leaf: Certificate): Subjects {
    if (leaf !== this.#last) {
      this.#last = leaf;
      this.#lastSubjects = subjectsOf(leaf);
    }
    return this.#lastSubjects;
  }

  /** The service of this name is elsewhere now. */
  forget(gone: string): void {
    this.#former = this.#former.filter(({ name }) => name !== gone);
  }

  /** Undefined while no certificate was seen that names anybody. */
  state(): CertificateNameState | undefined {
    if (this.#text === undefined && this.#former.length === 0) return undefined;
    const { text: name, confidence } = this;
    return { name, confidence, lastMicros: this.#lastMicros, next: this.#next, former: this.#former };
  }

  restore({ name, confidence, lastMicros, next, former }: CertificateNameState): void {
    this.#text = name;
    this.#confidence = confidence;
    this.#lastMicros = lastMicros;
    this.#next = next;
    this.#former = [...former];
  }
}

const NOBODY: Subjects = { first: undefined, confidence: ONE_OF_SEVERAL_CONFIDENCE, all: new Set() };

/** RFC 9525 §6.3: a wildcard is the whole left-most label and stands for exactly one. */
function isFor({ all }: Subjects, name: string): boolean {
  return all.has(name) || all.has(`*${name.slice(name.indexOf("."))}`);
}

/**
 * A SPIFFE identity goes before hosts (X.509-SVID §2): there is one. Of several hosts the common name is the first, as whoever asked for
 * the certificate has it (CA/Browser Forum BR §7.1.4.3: it is one of the alternative names), then the one that stands first.
 */
function subjectsOf({ san, subject }: Certificate): Subjects {
  const hosts = new Set<string>();
  for (const name of san) {
    const account = /^spiffe:\/\/[^/]+\/ns\/([a-z0-9-]+)\/sa\/([a-z0-9-]+)$/.exec(name);
    if (account !== null) {
      const identity = `${account[2]}.${account[1]}`;
      return { first: identity, confidence: ONLY_CONFIDENCE, all: new Set([identity]) };
    }
    const host = certifiedHost(name);
    if (host !== undefined) hosts.add(host);
  }
  const whole = [...hosts].filter((host) => ![...hosts].some((other) => other.startsWith(`${host}.`)));
  const own = certifiedHost(commonName(subject ?? "") ?? "");
  const named = whole.filter((host) => !host.startsWith("*."));
  const first = own !== undefined && named.includes(own) ? own : named[0];
  return {
    first,
    confidence: whole.length === 1 && first !== undefined ? ONLY_CONFIDENCE : ONE_OF_SEVERAL_CONFIDENCE,
    all: hosts,
  };
}

/** `www.pay.example` is `pay.example`, and a wildcard stays one; undefined where it is no host with a domain. */
function certifiedHost(name: string): string | undefined {
  const isWildcard = name.startsWith("*.");
  const host = hostName(isWildcard ? name.slice(2) : name.replace(/^www\./, ""));
  if (host === undefined || (!isWildcard && !host.includes("."))) return undefined;
  return isWildcard ? `*.${host}` : host;
}
