import type { SetCookie, TokenFacts } from "../../sensor/protocol/protection.js";

/** A JSON Web Token of a header and claims; its signature is none. */
export function token(header: object, claims: object, signature = "c2lnbmF0dXJlLXNpZ25hdHVyZQ"): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part(header)}.${part(claims)}.${signature}`;
}

export function bearer(header: object, claims: object): string {
  return `Authorization: Bearer ${token(header, claims)}\r\n`;
}

const NOTHING: TokenFacts = {
  isEncrypted: false,
  algorithm: "RS256",
  issuer: undefined,
  audiences: [],
  keyId: undefined,
  keyHosts: [],
  scopes: [],
  lifetimeSeconds: undefined,
  expires: false,
  binding: undefined,
};
const RS256 = { alg: "RS256", typ: "JWT" };
const HEX = /^sha256:[0-9a-f]{12}$/;

export const TOKEN_CASES: readonly (readonly [object, object, { readonly [K in keyof TokenFacts]: unknown }])[] = [
  [RS256, {}, NOTHING],
  [{ alg: "NoNe" }, {}, { ...NOTHING, algorithm: "none" }],
  [{ alg: "rot13" }, {}, { ...NOTHING, algorithm: "other" }],
  [
    { alg: "ES256", kid: "signing-2026-01" },
    { iss: "https://idp.internal/realms/shop?debug=1", aud: "orders", exp: 1_700_003_600, iat: 1_700_000_000 },
    {
      ...NOTHING,
      algorithm: "ES256",
      keyId: "signing-2026-01",
      issuer: "https://idp.internal/realms/shop",
      audiences: ["orders"],
      lifetimeSeconds: 3_600,
      expires: true,
    },
  ],
  [
    RS256,
    {
      aud: ["a", 7, "b"],
      nbf: 100,
      exp: 400,
      scope: "orders:write orders:read",
      cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJ" },
    },
    {
      ...NOTHING,
      audiences: ["a", "b"],
      lifetimeSeconds: 300,
      expires: true,
      scopes: ["orders:read", "orders:write"],
      binding: "dpop",
    },
  ],
  [
    RS256,
    { scp: ["b", "a", "b"], cnf: { "x5t#S256": "x" } },
    { ...NOTHING, scopes: ["a", "b"], binding: "certificate" },
  ],
  [RS256, { cnf: { jwk: {} } }, { ...NOTHING, binding: "key" }],
  [RS256, { exp: "tomorrow", iat: 1 }, { ...NOTHING, expires: true }],
  [RS256, { exp: Number.MAX_VALUE, iat: -Number.MAX_VALUE, iss: "", aud: [] }, { ...NOTHING, expires: true }],
  // What a token calls things may be personal, or a secret.
  [
    { ...RS256, kid: "0zX9kQ2pV7rT4mB8nL1sD6wY3cF5hJ0gKqWeRtYu" },
    { iss: "ada@example.com", aud: ["https://user:hunter2@idp.internal/", "AKIACANARY7F3A7F3A7F", "a\nb"] },
    { ...NOTHING, keyId: HEX, issuer: "***", audiences: ["***", "***", "***"] },
  ],
  [
    RS256,
    { iss: "https://10.0.0.9:8443/auth", scope: "user:12345678 patient/*.read mail:ada@example.com" },
    { ...NOTHING, issuer: "https://10.0.0.9:8443/auth", scopes: ["***", "patient/*.read", "***"] },
  ],
  [RS256, { iss: "x".repeat(400) }, { ...NOTHING, issuer: "***" }],
];

const PLAIN: SetCookie = {
  purpose: "session",
  name: undefined,
  isSecure: false,
  isHttpOnly: false,
  sameSite: undefined,
  hasDomain: false,
  lifetime: "session",
};

/** At one second past the year 2023-11-14T22:13:20Z. */
export const COOKIE_CASES: readonly (readonly [string, SetCookie])[] = [
  ["sid=abc", PLAIN],
  ["JSESSIONID=1; Path=/; HttpOnly", { ...PLAIN, name: "JSESSIONID", isHttpOnly: true }],
  [
    "__Host-auth_token=1; SECURE; httponly ; SameSite=Strict",
    { ...PLAIN, isSecure: true, isHttpOnly: true, sameSite: "strict" },
  ],
  ["theme=dark; Max-Age=86400; SameSite=None", { ...PLAIN, purpose: "other", sameSite: "none", lifetime: "day" }],
  ["residue=eyJ0aGVtZSI6ImRhcmsifQ; Max-Age=86401", { ...PLAIN, purpose: "other", lifetime: "month" }],
  ["XSRF-TOKEN=1; SameSite=Lax", { ...PLAIN, purpose: "csrf", sameSite: "lax" }],
  [".AspNetCore.CookiesC12=1; Secure", { ...PLAIN, name: ".AspNetCore.Cookies", isSecure: true }],
  [".AspNet.ApplicationCookie=1", { ...PLAIN, name: ".AspNet.ApplicationCookie" }],
  ["CFTOKEN=1", { ...PLAIN, name: "CFTOKEN" }],
  ["iPlanetDirectoryPro=1", { ...PLAIN, name: "iPlanetDirectoryPro" }],
  ["__RequestVerificationToken_L2=1; HttpOnly", { ...PLAIN, purpose: "csrf", isHttpOnly: true }],
  ["a=eyJhbGciOiJub25lIn0.e30.; Domain=.example.com", { ...PLAIN, hasDomain: true }],
  ["sid=; Max-Age=0; Expires=Wed, 01 Jan 2031 00:00:00 GMT", { ...PLAIN, lifetime: "deleted" }],
  ["sid=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", { ...PLAIN, lifetime: "deleted" }],
  ["sid=1; Expires=Wed, 01 Jan 2031 00:00:00 GMT; Max-Age=never", { ...PLAIN, lifetime: "longer" }],
  ["sid=1; Expires=soon; SameSite=Sometimes; Domain", PLAIN],
];

/** The marked secrets of tokens, cookies and forms. */
export const PROTECTION_CANARIES: readonly string[] = [
  "canary-subject-7f3a",
  "canary7f3a@example.com",
  "canary-signature-7f3a7f3a",
  "canary-cookie-7f3a7f3a",
  "canary-named-cookie-7f3a",
  "canary-key-7f3a7f3a7f3a",
  "canary-proof-7f3a7f3a",
  "canary-secret-7f3a7f3a",
  "canary-user-7f3a",
  "canary-hunter2-7f3a",
  "canary-nonce-7f3a7f3a",
  "canary-realm-7f3a",
  "canary-domain-7f3a.example",
  "AKIACANARY7F3A7F3A7F",
];

/** A secret that says nothing of itself. */
export const OPAQUE = "0a1b2c3d4e5f60718293";

/** An encrypted token, of which the header alone can be read. */
export const JWE = `${Buffer.from('{"alg":"RSA-OAEP-256","enc":"A256GCM","iss":"https://idp.internal"}').toString("base64url")}.a1b2c3.d4e5f6.g7h8i9.j0k1l2`;
