import type { Call, Credential } from "../../protocol/message.js";
import type { OauthForm } from "../../protocol/protection.js";
import { BOOLEAN } from "../../protocol/shape.js";

export type OauthRole = "token" | "introspection" | "revocation";

const INTROSPECTION = /introspect|tokeninfo|check_token/i;
const REVOCATION = /revoke|revocation/i;

/** Where an OAuth 2 server takes such a form; undefined where a form has a token for another reason. */
export function oauthRole(form: OauthForm, { path, shapes }: Call): OauthRole | undefined {
  if (form.grant !== undefined) return "token";
  if (!form.hasToken) return undefined;
  if (INTROSPECTION.test(path ?? "")) return "introspection";
  if (REVOCATION.test(path ?? "")) return "revocation";
  // RFC 7662 §2.2: the one thing that its answer must have.
  const active = shapes?.response?.properties?.get("active");
  return active !== undefined && (active.kinds & BOOLEAN) !== 0 ? "introspection" : undefined;
}

/** RFC 6749 §2.3 and RFC 7523 §2.2. */
export function clientProofOf({ clientProof, hasVerifier }: OauthForm, credentials: readonly Credential[]): string {
  if (clientProof === "secret") return "secret in body";
  if (clientProof === "assertion") return "assertion";
  if (credentials.some(({ kind }) => kind === "basic")) return "secret in header";
  return hasVerifier ? "none seen, code verifier (PKCE)" : "none seen";
}
