import type { EndpointRecord } from "../../shared/event.js";
import { askedBy } from "../../shared/protection-words.js";

/** How an endpoint answers who shows nothing of who they are, in calls. Where callers are to do without, there are none. */
export interface Unasked {
  readonly calls: number;
  /** Answered with success, without a credential of a known kind, and refused so. */
  readonly answered: number;
  readonly refused: number;
  /** Answered with success, with nothing but cookies of which none is known to be a session's. */
  readonly cookiesOnly: number;
  /** Of which it was not seen whether they carried one. */
  readonly untold: number;
}

const ANY_COOKIE = "cookie in cookie";

/**
 * RFC 9110 §9.3.7: browsers ask for what may be asked without credentials. RFC 6749 §2.1: public clients ask for tokens without one of
 * their own. And whoever logs in has none yet.
 */
export function unaskedOf(endpoint: EndpointRecord): Unasked {
  const { calls, method, credentials, protection } = endpoint;
  if (method === "OPTIONS" || credentials.password !== undefined)
    return { calls, answered: 0, refused: 0, cookiesOnly: 0, untold: 0 };
  const { bare, cookieOnly, unsureCalls, bareForms } = askedBy(endpoint);
  const anyCookie = protection?.places?.[ANY_COOKIE] ?? 0;
  return {
    calls,
    answered: Math.max(0, bare.answered - bareForms),
    refused: bare.refused,
    cookiesOnly: Math.min(cookieOnly.answered, anyCookie),
    untold: unsureCalls,
  };
}

/** The sum over endpoints. */
export function unaskedOfAll(endpoints: readonly EndpointRecord[]): Unasked {
  const sum = { calls: 0, answered: 0, refused: 0, cookiesOnly: 0, untold: 0 };
  for (const one of endpoints.map(unaskedOf))
    for (const name of ["calls", "answered", "refused", "cookiesOnly", "untold"] as const) sum[name] += one[name];
  return sum;
}
