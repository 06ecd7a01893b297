import type { BodyKey } from "../body/body-keys.js";
import type { Credential } from "../message.js";
import type { OauthForm } from "../protection.js";

/** RFC 6749 §2.3.1 (`client_secret_post`); RFC 7521 §4.2 with RFC 7523 §2.2. */
const SECRET: Credential = { kind: "client-secret", place: "body", name: "client_secret" };
const ASSERTION: Credential = { kind: "client-assertion", place: "body", name: "client_assertion" };
/** A user's name and password: RFC 6749 §4.3, and whatever a service's own way to log in is. */
const PASSWORD: Credential = { kind: "password", place: "body", name: "body" };
const PASSWORD_GRANT = "password";
/** Where who sends a name and a password may be choosing them: nothing is proved by that. */
const CHOSEN =
  /sign-?_?up|regist|enrol|invit|reset|change|creat|\/(users?|accounts?|members?|customers?|profiles?)\/?$/i;
/** The same object each time: who counts credentials compares lists, not what is in them. */
const SECRET_ALONE: readonly Credential[] = [SECRET];
const ASSERTION_ALONE: readonly Credential[] = [ASSERTION];
const SECRET_AND_PASSWORD: readonly Credential[] = [SECRET, PASSWORD];
const ASSERTION_AND_PASSWORD: readonly Credential[] = [ASSERTION, PASSWORD];
const PASSWORD_ALONE: readonly Credential[] = [PASSWORD];
const NONE: readonly Credential[] = [];

/**
 * With how the client proves in the request's form who it is. An authorization code, a refresh token and a code verifier (RFC 7636) are
 * what is asked with: whoever sends them alone is a public client, RFC 6749 §2.1. A user's password proves who the user is.
 */
export function withBodyCredential(credentials: readonly Credential[], form: OauthForm): readonly Credential[] {
  const proofs = proofsIn(form);
  if (proofs.length === 0) return credentials;
  return credentials.length === 0 ? proofs : [...withoutBodyCredential(credentials), ...proofs];
}

function proofsIn({ clientProof, grant }: OauthForm): readonly Credential[] {
  const hasPassword = grant === PASSWORD_GRANT;
  if (clientProof === "secret") return hasPassword ? SECRET_AND_PASSWORD : SECRET_ALONE;
  if (clientProof === "assertion") return hasPassword ? ASSERTION_AND_PASSWORD : ASSERTION_ALONE;
  return hasPassword ? PASSWORD_ALONE : NONE;
}

const KEYS: Readonly<Record<BodyKey, readonly Credential[]>> = {
  "api-key": [{ kind: "api-key", place: "body", name: "body" }],
  bearer: [{ kind: "bearer", place: "body", name: "body" }],
  password: PASSWORD_ALONE,
  "ws-security": [{ kind: "ws-security", place: "body", name: "body" }],
};

/** With the key, token or password that stands in the request's body. */
export function withBodyKey(
  credentials: readonly Credential[],
  key: BodyKey,
  path: string | undefined,
): readonly Credential[] {
  if (key === "password" && path !== undefined && CHOSEN.test(path)) return credentials;
  return credentials.length === 0 ? KEYS[key] : [...withoutBodyCredential(credentials), ...KEYS[key]];
}

/** Those of the head, which other requests may have as well. */
export function withoutBodyCredential(credentials: readonly Credential[]): readonly Credential[] {
  return credentials.some(isInBody) ? credentials.filter((credential) => !isInBody(credential)) : credentials;
}

function isInBody({ place }: Credential): boolean {
  return place === "body";
}
