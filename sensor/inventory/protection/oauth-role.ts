import type { Call, Credential } from "../../protocol/message.js";
import { outcomeOf } from "../../protocol/outcome.js";
import type { OauthForm } from "../../protocol/protection.js";
import { BOOLEAN, STRING } from "../../protocol/shape.js";

export type OauthRole = "token" | "introspection" | "revocation";

const INTROSPECTION = /introspect|tokeninfo|check_token/i;
const REVOCATION = /revoke|revocation/i;

/**
 * Where an OAuth 2 server takes such a form; undefined where a form has a token for another reason. Anybody may send a grant to
 * anything: what was answered says whether it is taken for one. `isKnown`: it was before.
 */
export function oauthRole(form: OauthForm, call: Call, isKnown: boolean): OauthRole | undefined {
  const { path, shapes } = call;
  if (form.grant !== undefined) return isKnown || isTokenAnswer(call) ? "token" : undefined;
  if (!form.hasToken) return undefined;
  if (INTROSPECTION.test(path ?? "")) return "introspection";
  if (REVOCATION.test(path ?? "")) return "revocation";
  // RFC 7662 §2.2: the one thing that its answer must have.
  const active = shapes?.response?.properties?.get("active");
  return active !== undefined && (active.kinds & BOOLEAN) !== 0 ? "introspection" : undefined;
}

/** RFC 6749 §5.1: the one thing that each success has, and §5.2: the one that each error has. One that was not read may be either. */
function isTokenAnswer(call: Call): boolean {
  const properties = call.shapes?.response?.properties;
  const kinds = (name: string): number => properties?.get(name)?.kinds ?? 0;
  if (outcomeOf(call) !== "answered") return (kinds("error") & STRING) !== 0;
  return call.shapes?.response === undefined || (kinds("access_token") & STRING) !== 0;
}

/** RFC 6749 §2.3 and RFC 7523 §2.2. */
export function clientProofOf({ clientProof, hasVerifier }: OauthForm, credentials: readonly Credential[]): string {
  if (clientProof === "secret") return "secret in body";
  if (clientProof === "assertion") return "assertion";
  if (credentials.some(({ kind }) => kind === "basic")) return "secret in header";
  return hasVerifier ? "none seen, code verifier (PKCE)" : "none seen";
}
