import { FAILED, PERMISSION_DENIED, UNAUTHENTICATED } from "../outcome.js";

const MAX_LENGTH = 128;
const SEPARATORS = /[^a-z0-9]+/g;
/** Who the caller is was not said, or not believed: Apollo, Hot Chocolate, Hasura, AppSync, Connect and others. */
const NOT_KNOWN =
  /unauthenticated|not(logged|signed)in|notauthenticated|(authentication|login|authorization|credentials|apikey|(access|auth|bearer)token)(is|are|has)?(required|missing|failed|expired)|unauthori[sz]ed|(invalid|expired|missing)(jwt|credentials|apikey|(access|auth|bearer)?token|authorization)|(session|^token|jwt)expired|(failed|invalid)authentication|^401$/;
/** Who it is was believed, and is not enough. */
const NOT_ALLOWED =
  /forbidden|permissiondenied|access(is|was)?denied|notauthori[sz]ed|notpermitted|insufficient(scopes?|permissions?|privileges?)|^403$/;

/**
 * The status that an error's own code, name or message stands for: who is refused for who it is, or an error that says nothing closer.
 * Words are read without their case and what parts them.
 */
export function refusalOf(text: string): number {
  const words = text.slice(0, MAX_LENGTH).toLowerCase().replace(SEPARATORS, "");
  if (NOT_KNOWN.test(words)) return UNAUTHENTICATED;
  return NOT_ALLOWED.test(words) ? PERMISSION_DENIED : FAILED;
}

/** Of two of one answer: what refuses goes before what only failed. */
export function closerOf(one: number, other: number): number {
  return one === FAILED ? other : one;
}
