import type { BodyKey } from "../body/body-keys.js";
import type { Credential } from "../message.js";
import type { OauthForm } from "../protection.js";

/** RFC 6749 §2.3.1 (`client_secret_post`); RFC 7521 §4.2 with RFC 7523 §2.2. */
const SECRET: Credential = { kind: "client-secret", place: "body", name: "client_secret" };
const ASSERTION: Credential = { kind: "client-assertion", place: "body", name: "client_assertion" };
/** The same object each time: who counts credentials compares lists, not what is in them. */
const SECRET_ALONE: readonly Credential[] = [SECRET];
const ASSERTION_ALONE: readonly Credential[] = [ASSERTION];

/**
 * With how the client proves in the request's form who it is. An authorization code, a refresh token and a code verifier (RFC 7636) are
 * what is asked with: whoever sends them alone is a public client, RFC 6749 §2.1.
 */
export function withBodyCredential(credentials: readonly Credential[], form: OauthForm): readonly Credential[] {
  const { clientProof } = form;
  if (clientProof === undefined) return credentials;
  if (credentials.length === 0) return clientProof === "secret" ? SECRET_ALONE : ASSERTION_ALONE;
  return [...withoutBodyCredential(credentials), clientProof === "secret" ? SECRET : ASSERTION];
}

const KEYS: Readonly<Record<BodyKey, readonly Credential[]>> = {
  "api-key": [{ kind: "api-key", place: "body", name: "body" }],
  bearer: [{ kind: "bearer", place: "body", name: "body" }],
  "ws-security": [{ kind: "ws-security", place: "body", name: "body" }],
};

/** With the key or token that stands in the request's body. */
export function withBodyKey(credentials: readonly Credential[], key: BodyKey): readonly Credential[] {
  return credentials.length === 0 ? KEYS[key] : [...withoutBodyCredential(credentials), ...KEYS[key]];
}

/** Those of the head, which other requests may have as well. */
export function withoutBodyCredential(credentials: readonly Credential[]): readonly Credential[] {
  return credentials.some(isInBody) ? credentials.filter((credential) => !isInBody(credential)) : credentials;
}

function isInBody({ place }: Credential): boolean {
  return place === "body";
}
