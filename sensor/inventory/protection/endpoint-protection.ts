import type { EndpointRecord } from "../../../shared/event.js";
import { type ProtectionFacts, TOGETHER, type TokenSummary } from "../../../shared/protection.js";
import type { Call, Credential } from "../../protocol/message.js";
import { type Outcome, outcomeOf, outcomeOfStatus } from "../../protocol/outcome.js";
import type { Access, Safeguards } from "../../protocol/protection.js";
import { Tally } from "../count/tally.js";
import type { Protection } from "../observation.js";
import { AskedCount } from "./asked-count.js";
import { cookieWords } from "./cookie-words.js";
import { crossOriginOf, crossOriginWords, siteOf } from "./cross-origin.js";
import { isLetIn, isOfConnection, letIn } from "./let-in-connections.js";
import { clientProofOf, type OauthRole, oauthRole } from "./oauth-role.js";
import { TokenTally } from "./token-tally.js";

const MAX_NAMES = 16;
const MAX_COOKIES = 32;
const MAX_SITES = 8;
const UNSAID = "unsaid";
const NO_CREDENTIALS: readonly Credential[] = [];

/** Whether a call shows anything of how its endpoint is protected. One that does not carried nothing, and was answered as any. */
export function showsProtection(call: Call): boolean {
  const { credentials, safeguards, access, complete, flow } = call;
  if (credentials.length > 0 || safeguards !== undefined || access !== undefined || !complete) return true;
  if (isLetIn(flow)) return true;
  const outcome = outcomeOf(call);
  return outcome === "refused" || outcome !== outcomeOfStatus(call.status);
}

/**
 * How an endpoint is protected, counting. What calls have in common is compared as one object and counted when another comes: most
 * endpoints are called with the same kind of credential, and give the same answer's head, over and over.
 */
export class EndpointProtection implements Protection {
  readonly carried = new AskedCount();
  readonly cookieOnly = new AskedCount();
  readonly bare = new AskedCount();
  unsureCalls = 0;
  isTelling = false;
  wasLetIn = false;
  bareClient: string | undefined = undefined;
  echoedSites = 0;
  refusedOrigins = 0;
  #answers = 0;
  /** Of OAuth 2, which public clients send without a credential (RFC 6749 §2.1). */
  bareForms = 0;
  /** Some proved who they are once for their connection. Of a connection whose beginning was not seen it can't be told whether it did. */
  #ofConnections = false;
  /** Credentials stand in bodies: of those that were not looked at it can't be told. */
  #inBodies = false;
  /** Of an endpoint where people log in a password is what it is asked with, and no key to it. */
  #takesPasswords = false;
  #tokens: TokenTally | undefined = undefined;
  readonly #places = new Tally(MAX_NAMES);
  readonly #together = new Tally(MAX_NAMES);
  readonly #challenges = new Tally(MAX_NAMES);
  readonly #cookies = new Tally(MAX_COOKIES);
  readonly #crossOrigin = new Tally(MAX_NAMES);
  readonly #caching = new Tally(MAX_NAMES);
  readonly #safeguards = new Tally(MAX_NAMES);
  readonly #oauth = new Tally(MAX_NAMES);
  readonly #grants = new Tally(MAX_NAMES);
  readonly #clientProofs = new Tally(MAX_NAMES);
  /** Made with the first. */
  #sites: Set<string> | undefined = undefined;
  /** Seen last and not counted yet. */
  #credentials = NO_CREDENTIALS;
  #credentialTimes = 0;
  #areCookies = false;
  #hasToken = false;
  #areInBodies = false;
  #areOfConnection = false;
  /** The calls with them were answered with success; kept apart for tokens alone. */
  #areTaken = false;
  #guards: Safeguards | undefined = undefined;
  #guardTimes = 0;
  /** Of these: successful answers to calls that carried something. */
  #guardedTimes = 0;

  /** `before`: statuses of calls that came before the first that showed anything. */
  constructor(before: Iterable<readonly [number, number]>) {
    for (const [status, calls] of before) {
      this.bare.add(outcomeOfStatus(status), calls);
      if (status !== 0) this.#answers += calls;
    }
  }

  get tokenChanges(): Protection["tokenChanges"] {
    return this.#tokens?.changes ?? [];
  }

  get takesPasswords(): boolean {
    return this.#takesPasswords;
  }

  call(call: Call, clientAddress: string): void {
    const { credentials, safeguards, access, status = 0 } = call;
    const outcome = outcomeOf(call);
    const role = access?.oauth && oauthRole(access.oauth, call, this.#oauth.size > 0);
    this.wasLetIn = false;
    if (credentials.length > 0) this.#carried(call, outcome);
    else if (!call.complete || this.#isProvenElsewhere(call)) this.unsureCalls++;
    else this.#bare(outcome, role, clientAddress);
    this.isTelling =
      access !== undefined ||
      (credentials.length > 0 && this.#hasToken) ||
      this.bare.answered > this.bareForms ||
      safeguards?.allowsCredentials === true;
    if (status === 0) return;
    this.#answers++;
    if (safeguards !== this.#guards) {
      this.#settleGuards();
      this.#guards = safeguards;
    }
    this.#guardTimes++;
    if (credentials.length > 0 && outcome === "answered") this.#guardedTimes++;
    if (access !== undefined) this.#noteAccess(call, access, role);
    else if (safeguards?.allowsOrigin !== undefined) this.#noteOrigin(call);
  }

  #bare(outcome: Outcome, role: OauthRole | undefined, clientAddress: string): void {
    this.bare.add(outcome, 1);
    if (outcome !== "answered") return;
    this.wasLetIn = role === undefined;
    if (this.wasLetIn) this.bareClient = clientAddress;
    else this.bareForms++;
  }

  /**
   * Whether a call that carried nothing may be one of somebody's all the same: its connection was let in, or, where its beginning was
   * not seen, may have been; or the body, where others have their proof, was not looked at, for not every one is.
   */
  #isProvenElsewhere({ flow, requestBodySize, requestClasses, shapes }: Call): boolean {
    if (isLetIn(flow) || (this.#ofConnections && flow.rolesFrom !== "handshake")) return true;
    if (requestBodySize === 0 || !(this.#inBodies || this.#oauth.size > 0)) return false;
    // What the target held is told of a body that was not looked at, too.
    return requestClasses === undefined || (shapes?.hasQuery === true && shapes.request === undefined);
  }

  #carried({ credentials, flow, atMicros }: Call, outcome: Outcome): void {
    const areTaken = outcome === "answered";
    if (credentials !== this.#credentials || (this.#hasToken && areTaken !== this.#areTaken)) {
      this.#settleCredentials();
      this.#areTaken = areTaken;
      this.#meet(credentials, atMicros);
    }
    this.#credentialTimes++;
    if (this.#areCookies) this.cookieOnly.add(outcome, 1);
    else this.carried.add(outcome, 1);
    // Only a refusal shows that it proved nothing: of many a success is not read.
    if (outcome === "refused") return;
    if (this.#areInBodies) this.#inBodies = true;
    if (!this.#areOfConnection) return;
    this.#ofConnections = true;
    letIn(flow);
  }

  #meet(credentials: readonly Credential[], atMicros: number): void {
    this.#credentials = credentials;
    this.#hasToken = false;
    this.#areInBodies = credentials.some(({ place }) => place === "body");
    this.#areOfConnection = credentials.some(isOfConnection);
    this.#takesPasswords ||= credentials.some(({ kind }) => kind === "password");
    for (const { token } of credentials) {
      if (token === undefined) continue;
      this.#hasToken = true;
      this.#tokenTally().meet(token, this.#areTaken, atMicros);
    }
    this.#areCookies = credentials.every(({ kind }) => kind === "cookie");
  }

  #noteAccess(call: Call, { cookies, challenge, oauth }: Access, role: OauthRole | undefined): void {
    for (const cookie of cookies) this.#cookies.add(cookieWords(cookie));
    if (challenge !== undefined) this.#challenges.add(challenge);
    this.#noteOrigin(call);
    if (oauth === undefined || role === undefined) return;
    this.#oauth.add(role);
    if (oauth.grant !== undefined) this.#grants.add(oauth.grant);
    this.#clientProofs.add(clientProofOf(oauth, call.credentials));
  }

  #noteOrigin(call: Call): void {
    const what = crossOriginOf(call);
    if (what === undefined) return;
    this.#crossOrigin.add(crossOriginWords(what, call.safeguards));
    if (what === "unsaid" || what === "another") this.refusedOrigins++;
    const origin = call.access?.origin;
    if (what === "asking" && origin !== undefined && this.echoedSites < MAX_SITES) this.#echo(siteOf(origin));
  }

  #echo(site: string): void {
    this.#sites ??= new Set();
    this.#sites.add(site);
    this.echoedSites = Math.max(this.echoedSites, this.#sites.size);
  }

  #tokenTally(): TokenTally {
    this.#tokens ??= new TokenTally();
    return this.#tokens;
  }

  #settleCredentials(): void {
    const times = this.#credentialTimes;
    this.#credentialTimes = 0;
    if (times === 0) return;
    // Two of a class of names are in one place.
    const places = [...new Set(this.#credentials.map(placeWords))];
    for (const words of places) this.#places.add(words, times);
    if (places.length > 1) this.#together.add(places.sort().join(TOGETHER), times);
    // The same may stand in several places of one call.
    const tokens = new Set(this.#credentials.flatMap(({ token }) => token ?? []));
    for (const token of tokens) this.#tokenTally().add(token, times, this.#areTaken);
  }

  /** Calls by all that they carried, joined by TOGETHER; undefined where not all of that was kept apart. */
  carriedTogether(): ReadonlyMap<string, number> | undefined {
    this.#settleCredentials();
    if (this.#places.beyond + this.#together.beyond > 0) return undefined;
    const together = Object.entries(this.#together.record());
    const sets = new Map(Object.entries(this.#places.record()));
    for (const [text, calls] of together)
      for (const place of text.split(TOGETHER)) sets.set(place, (sets.get(place) ?? 0) - calls);
    return new Map([...sets, ...together].filter(([, calls]) => calls > 0));
  }

  #settleGuards(): void {
    const times = this.#guardTimes;
    const guardedTimes = this.#guardedTimes;
    this.#guardTimes = this.#guardedTimes = 0;
    const guards = this.#guards;
    if (guardedTimes > 0) this.#caching.add(guards?.caching ?? UNSAID, guardedTimes);
    if (guards === undefined || times === 0) return;
    if (guards.hasTransportSecurity) this.#safeguards.add("strict-transport-security", times);
    if (guards.hasNoSniff) this.#safeguards.add("x-content-type-options", times);
    if (guards.hasContentPolicy) this.#safeguards.add("content-security-policy", times);
    if (guards.hasFrameOptions) this.#safeguards.add("x-frame-options", times);
    if (guards.hasReferrerPolicy) this.#safeguards.add("referrer-policy", times);
    if (guards.hasPermissionsPolicy) this.#safeguards.add("permissions-policy", times);
    if (guards.caching === "pragma") this.#safeguards.add("pragma", times);
    else if (guards.caching !== undefined) this.#safeguards.add("cache-control", times);
  }

  merge(other: EndpointProtection): void {
    this.bareClient ??= other.bareClient;
    this.restore(other.record());
  }

  record(): ProtectionFacts {
    this.#settleCredentials();
    this.#settleGuards();
    return {
      carried: this.carried.record(),
      cookieOnly: this.cookieOnly.record(),
      bare: this.bare.record(),
      unsureCalls: this.unsureCalls,
      ...(this.bareForms === 0 ? {} : { bareForms: this.bareForms }),
      ...counts("places", this.#places),
      ...counts("together", this.#together),
      ...(this.#tokens === undefined ? {} : { tokens: this.#tokens.record() }),
      ...counts("challenges", this.#challenges),
      ...counts("cookies", this.#cookies),
      ...counts("crossOrigin", this.#crossOrigin),
      echoedSites: this.echoedSites,
      refusedOrigins: this.refusedOrigins,
      ...counts("caching", this.#caching),
      ...counts("safeguards", this.#safeguards),
      answers: this.#answers,
      ...counts("oauth", this.#oauth),
      ...counts("grants", this.#grants),
      ...counts("clientProofs", this.#clientProofs),
      beyond: this.#beyond(),
    };
  }

  #beyond(): number {
    const named = [this.#places, this.#together, this.#challenges, this.#cookies, this.#crossOrigin, this.#caching];
    const others = [this.#safeguards, this.#oauth, this.#grants, this.#clientProofs];
    return [...named, ...others].reduce((sum, tally) => sum + tally.beyond, this.#tokens?.beyond ?? 0);
  }

  /** Adds what a record tells to what was counted. */
  restore(record: ProtectionFacts): void {
    this.carried.merge(record.carried);
    this.cookieOnly.merge(record.cookieOnly);
    this.bare.merge(record.bare);
    this.unsureCalls += record.unsureCalls;
    this.bareForms += record.bareForms ?? 0;
    this.#ofConnections ||= Object.keys(record.places ?? {}).some((place) => /^(ntlm|negotiate) /.test(place));
    this.#takesPasswords ||= Object.keys(record.places ?? {}).some((place) => place.startsWith("password "));
    this.#inBodies ||= Object.keys(record.places ?? {}).some((place) => / in body( |$)/.test(place));
    this.#places.restore(record.places ?? {});
    this.#together.restore(record.together ?? {});
    if (record.tokens !== undefined) this.#tokenTally().restore(record.tokens);
    this.#challenges.restore(record.challenges ?? {});
    this.#cookies.restore(record.cookies ?? {});
    this.#crossOrigin.restore(record.crossOrigin ?? {});
    this.echoedSites = Math.max(this.echoedSites, record.echoedSites);
    this.refusedOrigins += record.refusedOrigins;
    this.#caching.restore(record.caching ?? {});
    this.#safeguards.restore(record.safeguards ?? {});
    this.#answers += record.answers;
    this.#oauth.restore(record.oauth ?? {});
    this.#grants.restore(record.grants ?? {});
    this.#clientProofs.restore(record.clientProofs ?? {});
    // What tokens had no room for came back with them.
    this.#places.beyond += record.beyond - goneWithTokens(record.tokens);
  }
}

function goneWithTokens(tokens: TokenSummary | undefined): number {
  return Object.values(tokens?.gone ?? {}).reduce((sum, { taken, untaken }) => sum + taken + untaken, 0);
}

function placeWords({ kind, place, name }: Credential): string {
  return place === name ? `${kind} in ${place}` : `${kind} in ${place} ${name}`;
}

type Counted =
  | "places"
  | "together"
  | "challenges"
  | "cookies"
  | "crossOrigin"
  | "caching"
  | "safeguards"
  | "oauth"
  | "grants"
  | "clientProofs";

function counts(name: Counted, tally: Tally): Pick<ProtectionFacts, Counted> {
  return tally.size === 0 ? {} : { [name]: tally.record() };
}

/** A version that did not count it kept which kinds there were, but not which calls carried none. */
export function restoredProtection({
  protection,
  credentials,
  calls,
  incompleteCalls,
}: Pick<EndpointRecord, "protection" | "credentials" | "calls" | "incompleteCalls">): EndpointProtection | undefined {
  if (protection === undefined && incompleteCalls === 0 && Object.keys(credentials).length === 0) return undefined;
  const made = new EndpointProtection([]);
  if (protection !== undefined) made.restore(protection);
  else made.unsureCalls = calls;
  return made;
}
