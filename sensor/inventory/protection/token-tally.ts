import type { TokenChange, TokenNameKind, TokenSummary, TokenTrait } from "../../../shared/protection.js";
import type { TokenFacts } from "../../protocol/protection.js";
import { traitNames } from "../../protocol/token-trait.js";
import { TokenLifetimes } from "./token-lifetimes.js";
import { type GoneCalls, TokenNames } from "./token-names.js";

const MAX_ALGORITHMS = 16;
const MAX_NAMES = 32;
const MAX_SCOPES = 64;
const MAX_BINDINGS = 4;
/** Of each trait. */
const MAX_CHANGES = 16;

/** What the tokens of one endpoint's calls say, counting. `isTaken`: of calls that were answered with success. */
export class TokenTally {
  readonly #algorithms = new TokenNames(MAX_ALGORITHMS);
  readonly #issuers = new TokenNames(MAX_NAMES);
  readonly #audiences = new TokenNames(MAX_NAMES);
  readonly #keyIds = new TokenNames(MAX_NAMES);
  readonly #keyHosts = new TokenNames(MAX_NAMES);
  readonly #scopes = new TokenNames(MAX_SCOPES);
  readonly #bindings = new TokenNames(MAX_BINDINGS);
  readonly #lifetimes = new TokenLifetimes();
  #changes: TokenChange[] = [];
  readonly #known: readonly (readonly [TokenTrait & TokenNameKind, TokenNames])[] = [
    ["algorithm", this.#algorithms],
    ["issuer", this.#issuers],
    ["audience", this.#audiences],
    ["key", this.#keyIds],
    ["binding", this.#bindings],
    ["scope", this.#scopes],
  ];
  readonly #all: readonly (readonly [TokenNameKind, TokenNames])[] = [...this.#known, ["key host", this.#keyHosts]];

  get changes(): readonly TokenChange[] {
    return this.#changes;
  }

  /** What found no room. */
  get beyond(): number {
    return this.#all.reduce((sum, [, { gone }]) => sum + gone.taken + gone.untaken, 0);
  }

  /** A token that says something else than the one before it comes with a call, or is answered otherwise; that one was added. */
  meet(token: TokenFacts, isTaken: boolean, atMicros: number): void {
    for (const [what, known] of this.#known)
      for (const name of traitNames(what, token))
        if (known.isNews(name, isTaken)) this.#change({ what, name, atMicros }, isTaken);
    if (this.#lifetimes.isMuchLonger(token, isTaken))
      for (const name of traitNames("lifetime", token)) this.#change({ what: "lifetime", name, atMicros }, isTaken);
  }

  /** One that was only refused so far is a change anew once it is taken: what nobody lets in weakens nothing. */
  #change(change: TokenChange, isTaken: boolean): void {
    const known = this.#changes.find(isSame(change));
    if (known !== undefined && !(isTaken && known.untaken)) return;
    this.#changes = roomy([
      ...this.#changes.filter((one) => one !== known),
      isTaken ? change : { ...change, untaken: true },
    ]);
  }

  add(facts: TokenFacts, times: number, isTaken: boolean): void {
    for (const [what, known] of this.#known)
      for (const name of traitNames(what, facts)) known.add(name, times, isTaken);
    for (const host of facts.keyHosts) this.#keyHosts.add(host, times, isTaken);
    this.#lifetimes.add(facts, times, isTaken);
  }

  merge(other: TokenTally): void {
    this.restore(other.record());
  }

  record(): TokenSummary {
    const untaken = this.#of((names) => (names.untaken.length === 0 ? undefined : names.untaken));
    const gone = this.#of((names): GoneCalls | undefined =>
      names.gone.taken + names.gone.untaken === 0 ? undefined : names.gone,
    );
    return {
      algorithms: this.#algorithms.record(),
      issuers: this.#issuers.record(),
      audiences: this.#audiences.record(),
      keyIds: this.#keyIds.record(),
      ...(this.#keyHosts.size === 0 ? {} : { keyHosts: this.#keyHosts.record() }),
      scopes: this.#scopes.record(),
      bindings: this.#bindings.record(),
      ...this.#lifetimes.record(),
      changes: [...this.#changes],
      ...(untaken === undefined ? {} : { untaken }),
      ...(gone === undefined ? {} : { gone }),
    };
  }

  #of<T>(told: (names: TokenNames) => T | undefined): Partial<Record<TokenNameKind, T>> | undefined {
    const entries = this.#all.flatMap(([kind, names]) => {
      const one = told(names);
      return one === undefined ? [] : [[kind, one] as const];
    });
    return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Partial<Record<TokenNameKind, T>>);
  }

  restore(record: TokenSummary): void {
    const counts: Record<TokenNameKind, TokenSummary["issuers"] | undefined> = {
      algorithm: record.algorithms,
      issuer: record.issuers,
      audience: record.audiences,
      key: record.keyIds,
      "key host": record.keyHosts,
      scope: record.scopes,
      binding: record.bindings,
    };
    for (const [kind, names] of this.#all)
      names.restore(counts[kind] ?? {}, record.untaken?.[kind], record.gone?.[kind]);
    this.#lifetimes.restore(record);
    const more = record.changes.filter((change) => !this.#changes.some(isSame(change)));
    this.#changes = roomy([...this.#changes, ...more].sort((a, b) => a.atMicros - b.atMicros));
  }
}

function isSame({ what, name }: TokenChange): (other: TokenChange) => boolean {
  return (other) => other.what === what && other.name === name;
}

/** Each trait has its own room: keys must not drive out issuers. Those that were never taken go first, then the oldest. */
function roomy(changes: readonly TokenChange[]): TokenChange[] {
  const kept = [...changes];
  for (const what of new Set(changes.map((change) => change.what)))
    for (let over = kept.filter((change) => change.what === what).length - MAX_CHANGES; over > 0; over--) {
      const untaken = kept.findIndex((change) => change.what === what && change.untaken === true);
      kept.splice(untaken < 0 ? kept.findIndex((change) => change.what === what) : untaken, 1);
    }
  return kept;
}
