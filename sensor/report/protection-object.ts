import type { EndpointRecord } from "../../shared/event.js";
import type { TokenSummary } from "../../shared/protection.js";
import { accessOf, askedBy } from "../../shared/protection-words.js";
import { formatTime } from "../../shared/time.js";

/** How an endpoint is protected, under names of ours; nothing of one that was never called. */
export function protectionObject(endpoint: EndpointRecord): Record<string, unknown> {
  if (endpoint.calls === 0) return {};
  const { carried, cookieOnly, bare, unsureCalls, preflightCalls, bareForms } = askedBy(endpoint);
  const { protection } = endpoint;
  const by = (of: "calls" | "answered" | "refused"): Record<string, number> => ({
    with_credentials: carried[of],
    cookies_only: cookieOnly[of],
    without: bare[of],
  });
  return {
    "auth.access": accessOf(endpoint),
    "auth.calls": {
      ...by("calls"),
      not_seen_whole: unsureCalls,
      ...(preflightCalls > 0 ? { preflights: preflightCalls } : {}),
    },
    "auth.answered": by("answered"),
    "auth.refused": by("refused"),
    "auth.places": protection?.places,
    "auth.together": protection?.together,
    "auth.challenges": protection?.challenges,
    ...(protection?.tokens === undefined ? {} : tokenObject(protection.tokens)),
    cookies_set: protection?.cookies,
    cross_origin: protection?.crossOrigin,
    cross_origin_sites: protection?.crossOrigin && protection.echoedSites,
    cache_control: protection?.caching,
    security_headers: protection?.safeguards,
    "oauth.requests": protection?.oauth,
    "oauth.grants": protection?.grants,
    "oauth.answered_to_public_clients": bareForms > 0 ? bareForms : undefined,
    "oauth.client_proofs": protection?.clientProofs,
    "auth.not_counted": protection === undefined || protection.beyond === 0 ? undefined : protection.beyond,
  };
}

function tokenObject(tokens: TokenSummary): Record<string, unknown> {
  return {
    "token.algorithms": tokens.algorithms,
    "token.issuers": tokens.issuers,
    "token.audiences": tokens.audiences,
    "token.key_ids": tokens.keyIds,
    "token.scopes": tokens.scopes,
    "token.bindings": tokens.bindings,
    "token.shortest_seconds": tokens.shortestSeconds,
    "token.longest_seconds": tokens.longestSeconds,
    "token.endless_calls": tokens.endless,
    "token.key_hosts": tokens.keyHosts,
    "token.changes": tokens.changes.map(({ what, name, atMicros, untaken }) => ({
      what,
      name,
      since: formatTime(atMicros),
      never_answered: untaken,
    })),
    "token.never_answered": tokens.untaken,
    "token.not_counted": tokens.gone && goneCounts(tokens.gone),
  };
}

/** Calls whose names found no room, by what is named. */
function goneCounts(gone: NonNullable<TokenSummary["gone"]>): Record<string, number> {
  return Object.fromEntries(Object.entries(gone).map(([kind, { taken, untaken }]) => [kind, taken + untaken]));
}
