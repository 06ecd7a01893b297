import type { BodyKey } from "../body/body-keys.js";
import type { Credential, CredentialKind } from "../message.js";
import type { OauthForm, TokenFacts } from "../protection.js";
import { join, ofToken, one } from "./credential-list.js";

/** A user's name and password: RFC 6749 §4.3, and whatever a service's own way to log in is. */
const PASSWORD: Credential = { kind: "password", place: "body", name: "body" };
const PASSWORD_GRANT = "password";
/** Where who sends a name and a password may be choosing them: nothing is proved by that. */
const CHOSEN =
  /sign-?_?up|regist|enrol|invit|reset|change|creat|\/(users?|accounts?|members?|customers?|profiles?)\/?$/i;
const PASSWORD_ALONE: readonly Credential[] = [PASSWORD];
const NONE: readonly Credential[] = [];

/**
 * With how the client proves in the request's form who it is, and whom it asks for. An authorization code, a refresh token and a code verifier (RFC 7636) are
 * what is asked with: whoever sends them alone is a public client, RFC 6749 §2.1. A user's password, an assertion and a
 * subject's token are proofs of who that is.
 */
export function withBodyCredential(credentials: readonly Credential[], form: OauthForm): readonly Credential[] {
  const proofs = proofsIn(form);
  if (proofs.length === 0) return credentials;
  return credentials.length === 0 ? proofs : [...withoutBodyCredential(credentials), ...proofs];
}

function proofsIn(form: OauthForm): readonly Credential[] {
  const ofClient = clientProofIn(form);
  const ofGrant = grantProofIn(form);
  return ofGrant.length === 0 ? ofClient : join(ofClient, ofGrant);
}

/** RFC 6749 §2.3.1 (`client_secret_post`); RFC 7521 §4.2 with RFC 7523 §2.2. */
function clientProofIn({ clientProof, clientToken }: OauthForm): readonly Credential[] {
  if (clientProof === "secret") return one("client-secret", "body", "client_secret");
  return clientProof === "assertion" ? proof("client-assertion", "client_assertion", clientToken) : NONE;
}

/** RFC 7521 §4.1 with RFC 7523 §2.1 and RFC 7522 §2.1; RFC 8693 §2.1. */
function grantProofIn({ grant, grantProof, grantToken }: OauthForm): readonly Credential[] {
  if (grantProof === "assertion") return proof("assertion", "assertion", grantToken);
  if (grantProof === "subject-token")
    return grantToken === undefined
      ? one("bearer", "body", "subject_token")
      : ofToken(grantToken, "body", "subject_token");
  return grant === PASSWORD_GRANT ? PASSWORD_ALONE : NONE;
}

function proof(kind: CredentialKind, name: string, token: TokenFacts | undefined): readonly Credential[] {
  return token === undefined ? one(kind, "body", name) : ofToken(token, "body", name, kind);
}

const KEYS: Readonly<Record<BodyKey, readonly Credential[]>> = {
  "api-key": [{ kind: "api-key", place: "body", name: "body" }],
  bearer: [{ kind: "bearer", place: "body", name: "body" }],
  password: PASSWORD_ALONE,
  "ws-security": [{ kind: "ws-security", place: "body", name: "body" }],
};

/** With the key, token or password that stands in the request's body; `token`: what that says of itself. */
export function withBodyKey(
  credentials: readonly Credential[],
  key: BodyKey,
  path: string | undefined,
  token: TokenFacts | undefined,
): readonly Credential[] {
  if (key === "password" && path !== undefined && CHOSEN.test(path)) return credentials;
  const proofs = token === undefined ? KEYS[key] : ofToken(token, "body", "body");
  return credentials.length === 0 ? proofs : [...withoutBodyCredential(credentials), ...proofs];
}

/** Those of the head, which other requests may have as well. */
export function withoutBodyCredential(credentials: readonly Credential[]): readonly Credential[] {
  return credentials.some(isInBody) ? credentials.filter((credential) => !isInBody(credential)) : credentials;
}

function isInBody({ place }: Credential): boolean {
  return place === "body";
}
