/** Calls of one kind, and how they were answered. */
export interface AskedCounts {
  readonly calls: number;
  /** With success: 2xx, and no error in the answer of a protocol that tells of its errors there. */
  readonly answered: number;
  /** With 401, 403 or 407, or with what says the same in the answer: gRPC's status 16 or 7, and what other protocols have for them. */
  readonly refused: number;
}

export const TOGETHER = " + ";
/** In `crossOrigin`: a page of another origin asked, and no answer let it read anything. */
export const NO_ORIGIN_NAMED = "no origin named";

/** Text → calls; bounded, and what found no room is counted in `beyond`. */
export type Counts = Readonly<Record<string, number>>;

/**
 * How an endpoint is protected, as far as its calls show. Left out of rows whose calls show nothing: none of them carried a credential.
 * Counts of nothing are left out.
 */
export interface ProtectionFacts {
  /** Calls by what they carried: a credential, nothing but cookies (which may be a session's or nobody's), none. */
  readonly carried: AskedCounts;
  readonly cookieOnly: AskedCounts;
  readonly bare: AskedCounts;
  /** Calls that carried none as far as they were seen, which was not all of them. */
  readonly unsureCalls: number;
  /** Of `bare.answered`: forms and JSON of OAuth 2, which public clients send without a credential. Left out without any. */
  readonly bareForms?: number;
  /** `api-key in header x-api-key`, `jwt in header authorization`, `jwt in cookie`. */
  readonly places?: Counts;
  /** What stood on the same calls, parted by TOGETHER; those of calls that had one alone are left out. */
  readonly together?: Counts;
  /** Left out without tokens. */
  readonly tokens?: TokenSummary;
  /** Schemes that refused callers were asked for. */
  readonly challenges?: Counts;
  /** Cookies set, each in words: `session cookie connect.sid without Secure, HttpOnly, SameSite=Lax`. */
  readonly cookies?: Counts;
  /** To what the answers let other origins, in words. */
  readonly crossOrigin?: Counts;
  /** Sites whose pages were let read answers by naming the one that asked; at least so many. Requests of pages that were not named. */
  readonly echoedSites: number;
  readonly refusedOrigins: number;
  /** Of successful answers to calls with credentials or cookies: what may be done with a copy, `unsaid` where nothing stands there. */
  readonly caching?: Counts;
  /** Answers with these header fields, and answers at all. */
  readonly safeguards?: Counts;
  readonly answers: number;
  /** What an OAuth 2 server is asked for there: `token`, `introspection`, `revocation` → requests that were looked at. */
  readonly oauth?: Counts;
  readonly grants?: Counts;
  /** How clients prove themselves to it: `secret in header`, `secret in body`, `assertion`, `none seen`, `none seen, code
   * verifier (PKCE)`. */
  readonly clientProofs?: Counts;
  /** What found no room in the counts above. */
  readonly beyond: number;
}

/** What the tokens of an endpoint's calls said; each is counted with the calls that it came with. Nothing of it is verified. */
export interface TokenSummary {
  readonly algorithms: Counts;
  readonly issuers: Counts;
  readonly audiences: Counts;
  readonly keyIds: Counts;
  /** Hosts that tokens name for their keys to be fetched from (`jku`, `x5u`). */
  readonly keyHosts?: Counts;
  readonly scopes: Counts;
  /** `dpop` `certificate` `key`: only who proves to have that may use the token. `none` for those that whoever has them may. */
  readonly bindings: Counts;
  readonly shortestSeconds?: number;
  readonly longestSeconds?: number;
  /** Calls with tokens that name no end. */
  readonly endless: number;
  /** What came after tokens that said something else there, the oldest first. */
  readonly changes: readonly TokenChange[];
  /** Names above that no call answered with success came with; left out where there are none. */
  readonly untaken?: Partial<Readonly<Record<TokenNameKind, readonly string[]>>>;
  /** Lifetimes of tokens on calls that were answered with success, where those are others than the ones above. */
  readonly taken?: { readonly longestSeconds?: number | undefined; readonly endless: number };
  /** Calls whose names found no room, or gave it to ones seen later; by whether one answered with success came with the name. */
  readonly gone?: Partial<Readonly<Record<TokenNameKind, { readonly taken: number; readonly untaken: number }>>>;
}

/** What names are counted of. */
export type TokenNameKind = "algorithm" | "issuer" | "audience" | "key" | "key host" | "scope" | "binding";

/** `lifetime`: at least four times as long as the longest before. Keys are changed often, and on purpose. */
export type TokenTrait = "issuer" | "algorithm" | "audience" | "key" | "binding" | "lifetime" | "scope";

export interface TokenChange {
  readonly what: TokenTrait;
  /** As the token has it; `none` for one bound to nobody, a span of time or `without an end` for a lifetime. */
  readonly name: string;
  /** Of its first call; once one was answered with success, of the first of these. */
  readonly atMicros: number;
  /** No call answered with success came with it yet. */
  readonly untaken?: true;
}
