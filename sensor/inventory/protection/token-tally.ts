import type { TokenChange, TokenSummary, TokenTrait } from "../../../shared/protection.js";
import { MUCH_LONGER } from "../../../shared/protection-words.js";
import type { TokenFacts } from "../../protocol/protection.js";
import { traitNames } from "../../protocol/token-trait.js";
import { Tally } from "../count/tally.js";

const MAX_ALGORITHMS = 16;
const MAX_NAMES = 16;
const MAX_SCOPES = 64;
const MAX_BINDINGS = 4;
/** Of each trait. */
const MAX_CHANGES = 16;
const TRAITS = 7;

/** What the tokens of one endpoint's calls say, counting. */
export class TokenTally {
  readonly #algorithms = new Tally(MAX_ALGORITHMS);
  readonly #issuers = new Tally(MAX_NAMES);
  readonly #audiences = new Tally(MAX_NAMES);
  readonly #keyIds = new Tally(MAX_NAMES);
  readonly #keyHosts = new Tally(MAX_NAMES);
  readonly #scopes = new Tally(MAX_SCOPES);
  readonly #bindings = new Tally(MAX_BINDINGS);
  #shortestSeconds: number | undefined = undefined;
  #longestSeconds: number | undefined = undefined;
  #endless = 0;
  #changes: TokenChange[] = [];
  readonly #known: readonly (readonly [TokenTrait, Tally])[] = [
    ["algorithm", this.#algorithms],
    ["issuer", this.#issuers],
    ["audience", this.#audiences],
    ["key", this.#keyIds],
    ["binding", this.#bindings],
    ["scope", this.#scopes],
  ];

  get changes(): readonly TokenChange[] {
    return this.#changes;
  }

  /** What found no room. */
  get beyond(): number {
    const all = [this.#algorithms, this.#issuers, this.#audiences, this.#keyIds, this.#scopes];
    return all.reduce((sum, tally) => sum + tally.beyond, 0);
  }

  /** A token that says something else than the one before it comes with a call; that one was added. */
  meet(token: TokenFacts, atMicros: number): void {
    for (const [what, known] of this.#known)
      for (const name of traitNames(what, token))
        if (known.size > 0 && !known.has(name)) this.#change(what, name, atMicros);
    if (this.#isMuchLonger(token))
      for (const name of traitNames("lifetime", token)) this.#change("lifetime", name, atMicros);
  }

  #isMuchLonger({ lifetimeSeconds = 0, expires }: TokenFacts): boolean {
    const before = this.#longestSeconds;
    if (before === undefined || expires === undefined) return false;
    return expires ? lifetimeSeconds >= MUCH_LONGER * Math.max(before, 1) : this.#endless === 0;
  }

  /** One beyond the bound would be a change with each call. Each trait has its own: keys must not drive out issuers. */
  #change(what: TokenTrait, name: string, atMicros: number): void {
    const before = this.#changes.filter((change) => change.what === what);
    if (before.length < MAX_CHANGES && !this.#isChange(what, name)) this.#changes.push({ what, name, atMicros });
  }

  #isChange(what: string, name: string): boolean {
    return this.#changes.some((change) => change.what === what && change.name === name);
  }

  add(facts: TokenFacts, times: number): void {
    this.#algorithms.add(facts.algorithm, times);
    if (facts.issuer !== undefined) this.#issuers.add(facts.issuer, times);
    for (const audience of facts.audiences) this.#audiences.add(audience, times);
    if (facts.keyId !== undefined) this.#keyIds.add(facts.keyId, times);
    for (const host of facts.keyHosts) this.#keyHosts.add(host, times);
    for (const scope of facts.scopes) this.#scopes.add(scope, times);
    for (const binding of traitNames("binding", facts)) this.#bindings.add(binding, times);
    if (facts.expires === false) this.#endless += times;
    this.#lasts(facts.lifetimeSeconds, facts.lifetimeSeconds);
  }

  #lasts(shortest: number | undefined, longest: number | undefined): void {
    if (shortest !== undefined) this.#shortestSeconds = Math.min(shortest, this.#shortestSeconds ?? shortest);
    if (longest !== undefined) this.#longestSeconds = Math.max(longest, this.#longestSeconds ?? longest);
  }

  merge(other: TokenTally): void {
    this.restore(other.record());
  }

  record(): TokenSummary {
    return {
      algorithms: this.#algorithms.record(),
      issuers: this.#issuers.record(),
      audiences: this.#audiences.record(),
      keyIds: this.#keyIds.record(),
      ...(this.#keyHosts.size === 0 ? {} : { keyHosts: this.#keyHosts.record() }),
      scopes: this.#scopes.record(),
      bindings: this.#bindings.record(),
      ...(this.#shortestSeconds === undefined ? {} : { shortestSeconds: this.#shortestSeconds }),
      ...(this.#longestSeconds === undefined ? {} : { longestSeconds: this.#longestSeconds }),
      endless: this.#endless,
      changes: [...this.#changes],
    };
  }

  restore(record: TokenSummary): void {
    this.#algorithms.restore(record.algorithms);
    this.#issuers.restore(record.issuers);
    this.#audiences.restore(record.audiences);
    this.#keyIds.restore(record.keyIds);
    this.#keyHosts.restore(record.keyHosts ?? {});
    this.#scopes.restore(record.scopes);
    this.#bindings.restore(record.bindings);
    this.#lasts(record.shortestSeconds, record.longestSeconds);
    this.#endless += record.endless;
    const more = record.changes.filter(({ what, name }) => !this.#isChange(what, name));
    this.#changes = [...this.#changes, ...more].sort((a, b) => a.atMicros - b.atMicros).slice(0, MAX_CHANGES * TRAITS);
  }
}
