import type { Credential, CredentialKind, CredentialPlace } from "../message.js";
import type { TokenFacts } from "../protection.js";

export const MAX_CREDENTIALS = 16;

const shared = new Map<string, Map<CredentialKind, readonly Credential[]>>();

/** The list of one credential: made once for each kind and name of ours, so that a call allocates none. */
export function one(kind: CredentialKind, place: CredentialPlace, name: string): readonly Credential[] {
  const kinds = shared.get(name) ?? new Map<CredentialKind, readonly Credential[]>();
  const known = kinds.get(kind);
  if (known?.[0].place === place) return known;
  const list = [{ kind, place, name }];
  shared.set(name, kinds.set(kind, list));
  return list;
}

export function join(list: readonly Credential[], more: readonly Credential[]): readonly Credential[] {
  return list.length === 0 ? more : [...list, ...more];
}

/** Adds a credential found elsewhere than in a header field or the query. */
export function withCredential(
  list: readonly Credential[],
  kind: CredentialKind,
  place: CredentialPlace,
): readonly Credential[] {
  return join(list, one(kind, place, place));
}

const tokenLists = new WeakMap<TokenFacts, (readonly Credential[])[]>();

/** The same of a token: one for all tokens that say the same. `kind`: of one that is told by what it is sent for. */
export function ofToken(
  token: TokenFacts,
  place: CredentialPlace,
  name: string,
  kind: CredentialKind = token.isEncrypted ? "jwe" : "jwt",
): readonly Credential[] {
  const lists = tokenLists.get(token) ?? [];
  for (const list of lists) if (list[0].place === place && list[0].name === name) return list;
  const list = [{ kind, place, name, token }] as const;
  lists.push(list);
  tokenLists.set(token, lists);
  return list;
}
