/**
 * What a JSON Web Token says of itself (RFC 7519), not verified; of its subject, its other claims and its bytes nothing is kept. Tokens
 * that say the same share one object.
 */
export interface TokenFacts {
  /** RFC 7516 §3.1: five parts, of which only the header can be read. It may repeat claims, RFC 7519 §5.3. */
  readonly isEncrypted: boolean;
  /** RFC 7518 §3.1; `none` however written, `other` for what is no registered name. */
  readonly algorithm: string;
  readonly issuer: string | undefined;
  readonly audiences: readonly string[];
  readonly keyId: string | undefined;
  /** Hosts of `jku` and `x5u` (RFC 7515 §4.1.2, §4.1.5), where whoever checks the token is told to fetch its key. */
  readonly keyHosts: readonly string[];
  readonly scopes: readonly string[];
  /** From its issue, or from when it is valid, to its end; undefined where it names no end, or no beginning. */
  readonly lifetimeSeconds: number | undefined;
  /** It names an end at all; undefined where the claims can't be read. */
  readonly expires: boolean | undefined;
  /** To whose proof it is bound (RFC 7800 §3): a key by DPoP (RFC 9449 §6), a certificate (RFC 8705 §3.1), another key. */
  readonly binding: "dpop" | "certificate" | "key" | undefined;
}

/**
 * What may be done with a copy of the answer, RFC 9111 §5.2.2: the strictest word that stands there. `pragma`: nothing but Pragma's
 * `no-cache` does, which §5.4 gives no meaning in answers.
 */
export type Caching = "pragma" | "no-store" | "private" | "no-cache" | "public" | "max-age" | "other";

/** What the answer's head says to protect who reads it. Answers that say the same share one object. */
export interface Safeguards {
  /** Who may read the answer from another origin: `*`, `null` or an origin; undefined where nobody is named. */
  readonly allowsOrigin: string | undefined;
  readonly allowsCredentials: boolean;
  readonly caching: Caching | undefined;
  readonly hasTransportSecurity: boolean;
  readonly hasNoSniff: boolean;
  readonly hasContentPolicy: boolean;
  readonly hasFrameOptions: boolean;
  readonly hasReferrerPolicy: boolean;
  readonly hasPermissionsPolicy: boolean;
}

/** A cookie that an answer sets, RFC 6265 §4.1; its value and a name of the service's own are not kept. */
export interface SetCookie {
  /** By its name and the form of its value: `session` whoever sends it is taken for somebody, `csrf` is read by scripts on purpose. */
  readonly purpose: "session" | "csrf" | "other";
  /** Where it is one that a framework gives by default. */
  readonly name: string | undefined;
  readonly isSecure: boolean;
  readonly isHttpOnly: boolean;
  readonly sameSite: "strict" | "lax" | "none" | undefined;
  readonly hasDomain: boolean;
  /** The name's prefix, by which browsers hold it to attributes: RFC 6265bis §4.1.3. */
  readonly prefix: "__Host-" | "__Secure-" | undefined;
  /** CHIPS: kept apart for each site that embeds the one which sets it. */
  readonly isPartitioned: boolean;
  /** RFC 6265 §5.1.4: for every path; `narrower` than that where another is named, undefined where the request's own says it. */
  readonly path: "/" | "narrower" | undefined;
  /** How long it is kept: until the browser is closed, or so long at most. `deleted`: it is taken back. */
  readonly lifetime: "session" | "day" | "month" | "longer" | "deleted";
}

/** What a form, or JSON with the same names, says that is sent to an OAuth 2 server: RFC 6749 §4, RFC 7662 §2.1, RFC 7009 §2.1. */
export interface OauthForm {
  /** Last word of the grant's type; `other` for one that is in no specification. */
  readonly grant: string | undefined;
  /** A token is sent to be judged or revoked. */
  readonly hasToken: boolean;
  /** How the client proves in it who it is. */
  readonly clientProof: "secret" | "assertion" | undefined;
  /** What the client's assertion says of itself, where it is a JSON Web Token. */
  readonly clientToken: TokenFacts | undefined;
  /** RFC 7636: it proves that it is who asked for the code, which is no proof of who that is. */
  readonly hasVerifier: boolean;
  /** What is sent with a grant as the proof of who it is for: an assertion (RFC 7521 §4.1), a subject's token (RFC 8693 §2.1). */
  readonly grantProof: "assertion" | "subject-token" | undefined;
  readonly grantToken: TokenFacts | undefined;
}

/** What else a call shows of who may make it, where there is any of it: most calls have no such object. */
export interface Access {
  /** Of the page that made the request. */
  readonly origin: string | undefined;
  readonly cookies: readonly SetCookie[];
  /** Scheme that a refused caller is asked for, RFC 9110 §11.6.1. */
  readonly challenge: string | undefined;
  readonly oauth: OauthForm | undefined;
}
