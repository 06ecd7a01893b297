import type { TokenTrait } from "../../shared/protection.js";
import { ENDLESS, spanWords } from "../../shared/protection-words.js";
import type { TokenFacts } from "./protection.js";

const NOTHING: readonly string[] = [];

/** What a token says of one trait, as changes and findings name it; nothing where it says nothing, or can't be read. */
export function traitNames(what: TokenTrait, token: TokenFacts): readonly string[] {
  if (what === "algorithm") return [token.algorithm];
  if (what === "issuer") return listOf(token.issuer);
  if (what === "key") return listOf(token.keyId);
  if (what === "audience") return token.audiences;
  if (what === "scope") return token.scopes;
  if (token.expires === undefined) return NOTHING;
  if (what === "binding") return [token.binding ?? UNBOUND];
  if (!token.expires) return [ENDLESS];
  return token.lifetimeSeconds === undefined ? NOTHING : [spanWords(token.lifetimeSeconds)];
}

/** Whoever has such a token may use it. */
export const UNBOUND = "none";

function listOf(name: string | undefined): readonly string[] {
  return name === undefined ? NOTHING : [name];
}
