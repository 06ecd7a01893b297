import type { FormerName } from "../../../shared/moved-service.js";
import type { NameGround } from "../../../shared/name-ground.js";
import type { Certificate } from "../../protocol/message.js";
import { MostUsed } from "../count/most-used.js";
import { CertificateName, type CertificateNameState } from "./certificate-name.js";
import { hostName } from "./host-name.js";
import type { GivenName } from "./identity-table.js";
import { HANDOVER_MICROS, MIN_CALLS, type NameSpan, NameSpans, QUIET_MICROS, type SpanState } from "./name-spans.js";

/** Those that are told, and those that are counted: whatever has the share below must be among these. */
const MAX_TOLD = 8;
const MAX_NAMES = 16;
/** One in so many must ask for a name before the service is called by it: whoever sends a request chooses its Host. */
const NAME_SHARE = 10;
/** Names that few ask for may take the share from the one it has: looked at once in so many. */
const ASKED_BETWEEN = 16;
/** What it is worth that all callers ask for the same name: in TLS the server may refuse it, in a Host field hardly one does. */
const SERVER_NAME_WORTH = 0.95;
const HOST_WORTH = 0.9;
/** Files of before did not say how sure a certificate's name is. */
const KEPT_CONFIDENCE = 0.8;

interface Named {
  readonly name: string;
  readonly ground: NameGround;
  readonly confidence: number;
}

/** A name that a service begins to be asked for, and the one that it is not known by any more for it. */
export interface BegunName {
  readonly name: string;
  readonly gone: string | undefined;
}

export interface NameState {
  readonly names: Readonly<Record<string, number>>;
  /** Files of before names needed a share do not have it. */
  readonly asked?: number | undefined;
  readonly serverNames?: Readonly<Record<string, number>> | undefined;
  /** Of each; files of before do not have them. */
  readonly spans?: Readonly<Record<string, SpanState>> | undefined;
  readonly certificate?: CertificateNameState | undefined;
  /** Files of before have the name alone. */
  readonly certificateName?: string | undefined;
}

/** What a service is called, and on what ground. */
export class ServiceName {
  /** Host names asked for, in a Host field or in TLS; and of them those in TLS. */
  readonly #names = new MostUsed(MAX_NAMES);
  readonly #serverNames = new MostUsed(MAX_NAMES);
  readonly #spans = new NameSpans();
  readonly #own: string;
  #given: GivenName | undefined = undefined;
  readonly #certificate = new CertificateName();
  #text: string;
  /** Calls and handshakes, by name or by address. */
  #asked = 0;
  #begun: BegunName | undefined = undefined;
  /** A name is asked for often enough by now to say something. For whoever looks at it to set back. */
  hasGrown = false;
  #lastAuthority: string | undefined = undefined;
  #lastHost: string | undefined = undefined;

  constructor(place: string, port: number) {
    this.#own = ownName(place, port);
    this.#text = this.#own;
  }

  get text(): string {
    return this.#text;
  }

  /** What files say of its address; undefined where they say nothing. Whether it has another name than before. */
  give(given: GivenName | undefined): boolean {
    this.#given = given;
    return this.#rename();
  }

  /** A call asks for it by an authority. */
  calledBy(authority: string | undefined, atMicros: number): void {
    this.#askedFor(this.hostOf(authority), atMicros);
  }

  /** A handshake asks for it by SNI, and it may show its certificate: where nobody asks for a name, that tells who is there. */
  greetedBy(serverName: string | undefined, leaf: Certificate | undefined, atMicros: number): void {
    const host = this.hostOf(serverName);
    if (host !== undefined) this.#serverNames.add(host);
    const before = this.#certificate.text;
    const isShown = leaf !== undefined && this.#certificate.note(leaf, atMicros);
    this.#askedFor(host, atMicros, host ?? (isShown ? this.#certificate.text : undefined));
    if (this.#certificate.text !== before) this.#rename();
  }

  /** How often it was asked for by a name, and from when to when; undefined where it is not any more, or that is not known. */
  asked(name: string): NameSpan | undefined {
    const span = this.#spans.of(name);
    return span?.hasEnded ? undefined : span;
  }

  /** Names with such spans. */
  spanned(): Iterable<string> {
    return this.#spans.names();
  }

  get hasBegun(): boolean {
    return this.#begun !== undefined;
  }

  /** The name that began to be asked for last, once. */
  takeBegun(): BegunName | undefined {
    const begun = this.#begun;
    this.#begun = undefined;
    return begun;
  }

  /** Whether none but this name, and names that `isApart`, was asked for before it fell silent. */
  isOnlyUntil(name: string, lastMicros: number, isApart: (other: string) => boolean): boolean {
    return this.#names
      .texts()
      .every((other) => other === name || isApart(other) || (this.#spans.of(other)?.firstMicros ?? 0) > lastMicros);
  }

  /** It is elsewhere now, and nobody else is here: what it was called stands, and should it come back that is a beginning. */
  end(name: string): void {
    this.#spans.end(name);
  }

  /** The service of this name is elsewhere now. */
  forget(name: string): void {
    const count = this.#names.count(name);
    this.#names.delete(name);
    this.#serverNames.delete(name);
    this.#spans.delete(name);
    this.#certificate.forget(name);
    // What asked for no name before any of those that are left was of whoever went.
    const gone = Math.max(count, this.#spans.before(this.#names.texts()));
    this.#asked -= gone;
    this.#spans.forgetBefore(gone);
    this.#rename();
  }

  /** Host names asked for, the most frequent first. */
  texts(): string[] {
    return this.#names.texts().slice(0, MAX_TOLD);
  }

  /** Names of whom others took the place, the most frequent first; then those of certificates that are not shown any more. */
  former(): FormerName[] {
    const all = this.#names.texts();
    const asked = all.flatMap((name) => {
      const span = this.#spans.of(name);
      if (span === undefined || !this.#isTaken(name, all)) return [];
      return this.#names.count(name) < MIN_CALLS ? [] : [{ name, lastMicros: span.lastMicros }];
    });
    return [...asked, ...this.#certificate.former.filter(({ name }) => name !== this.#text && !all.includes(name))];
  }

  /** Names that a fair share asks for, and the one that files give. */
  inUse(): string[] {
    const { names, calls } = this.#live();
    const asked = names.filter((name) => this.#names.count(name) * NAME_SHARE >= calls);
    return this.#given === undefined || asked.includes(this.#given.name) ? asked : [...asked, this.#given.name];
  }

  /** Whether it is one of these. */
  isInUse(name: string): boolean {
    return (this.#names.has(name) || this.#given?.name === name) && this.inUse().includes(name);
  }

  state(): NameState {
    const serverNames = this.#serverNames.size > 0 ? this.#serverNames.record() : undefined;
    const facts = { names: this.#names.record(), asked: this.#asked, spans: this.#spans.state() };
    return { ...facts, serverNames, certificate: this.#certificate.state() };
  }

  restore({ names, asked, serverNames, certificate, certificateName, spans = {} }: NameState): void {
    this.#names.restore(countsOf(names));
    this.#spans.restore(spans, (name) => this.#names.count(name));
    if (serverNames !== undefined) this.#serverNames.restore(countsOf(serverNames));
    if (certificate !== undefined) this.#certificate.restore(certificate);
    else if (certificateName !== undefined)
      this.#certificate.restore({ name: certificateName, confidence: KEPT_CONFIDENCE, lastMicros: 0, former: [] });
    this.#asked = asked ?? Object.values(names).reduce((sum, count) => sum + count, 0);
    this.#rename();
  }

  /** The name, what it stands on, and how sure that is, from 0 to 1. */
  resolve(): Named {
    if (this.#given !== undefined && this.#given.ground !== "hosts-file") return this.#given;
    const asked = this.#mostAsked();
    if (asked !== undefined) return asked;
    const { text: name, confidence } = this.#certificate;
    if (name !== undefined) return { name, ground: "certificate", confidence };
    return this.#given ?? { name: this.#own, ground: "address", confidence: 1 };
  }

  #mostAsked(): Named | undefined {
    const { names, calls } = this.#live();
    const [name] = names;
    if (name === undefined) return undefined;
    const count = this.#names.count(name);
    if (count * NAME_SHARE < calls) return undefined;
    const isByTls = this.#serverNames.count(name) * 2 >= count;
    const confidence = (Math.min(1, count / calls) * (isByTls ? SERVER_NAME_WORTH : HOST_WORTH)).toFixed(2);
    return { name, ground: isByTls ? "server-name" : "host", confidence: Number(confidence) };
  }

  /** Names, the most frequent first, without those of whom another took the place: an address is given anew. How many calls these are without. */
  #live(): { readonly names: readonly string[]; readonly calls: number } {
    const all = this.#names.texts();
    const names = all.length < 2 ? all : all.filter((name) => !this.#isTaken(name, all));
    const gone = all.length - names.length;
    if (gone === 0) return { names, calls: this.#asked };
    const rest = all.reduce(
      (calls, name) => (names.includes(name) ? calls : calls - this.#names.count(name)),
      this.#asked,
    );
    // Nor without a name is what was asked of whoever was there before.
    return { names, calls: Math.min(rest, this.#asked - this.#spans.before(names)) };
  }

  /** Whether another name came to be asked for, often and for long, after it was asked for last. */
  #isTaken(name: string, all: readonly string[]): boolean {
    const span = this.#spans.of(name);
    if (span === undefined) return false;
    return all.some((other) => {
      const since = this.#spans.of(other);
      if (since === undefined || since.firstMicros <= span.firstMicros) return false;
      if (span.lastMicros - since.firstMicros > HANDOVER_MICROS || since.count < MIN_CALLS) return false;
      return since.lastMicros - span.lastMicros >= QUIET_MICROS;
    });
  }

  #rename(): boolean {
    const before = this.#text;
    this.#text = this.resolve().name;
    return this.#text !== before;
  }

  /** `met` is who is there: the host that is asked for, or, where none is, the one of the certificate that answers. */
  #askedFor(host: string | undefined, atMicros: number, met = host): void {
    this.#asked++;
    const gone = host === undefined ? this.#certificate.takeDropped() : this.#names.add(host);
    if (gone !== undefined) this.#spans.delete(gone);
    if (met !== undefined) {
      const times = this.#spans.note(met, atMicros, this.#asked - 1);
      if (times === 1) this.#begun = { name: met, gone };
      else if (times === MIN_CALLS) this.hasGrown = true;
    }
    if (met === this.#text || (met === undefined && this.#names.size === 0)) return;
    if (host !== undefined && this.#isRare(host)) return;
    if (this.#given === undefined || this.#given.ground === "hosts-file") this.#rename();
  }

  /** Too seldom to name the service: whoever asks for any name there is would have it looked up at each. */
  #isRare(host: string): boolean {
    return this.#asked % ASKED_BETWEEN !== 0 && this.#names.count(host) * NAME_SHARE < this.#asked;
  }

  /** The host name in an authority, in lower case; undefined where there is none but an address. */
  hostOf(authority: string | undefined): string | undefined {
    if (authority === this.#lastAuthority) return this.#lastHost;
    this.#lastAuthority = authority;
    this.#lastHost = authority === undefined ? undefined : hostName(authority);
    return this.#lastHost;
  }
}

function countsOf(record: Readonly<Record<string, number>>): [string, number, number][] {
  return Object.entries(record).map(([name, count]) => [name, count, 0]);
}

/** What a service is called before any name of it is seen: `10.0.0.2:80`, `10.0.0.2:80 (vxlan 5001)`. */
export function ownName(place: string, port: number): string {
  const space = place.indexOf(" ");
  const address = space < 0 ? place : place.slice(0, space);
  const ends = space < 0 ? "" : ` (${place.slice(space + 1)})`;
  return `${address.includes(":") ? `[${address}]` : address}:${port}${ends}`;
}
