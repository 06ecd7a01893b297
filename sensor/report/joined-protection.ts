import type { EndpointRecord } from "../../shared/event.js";
import type { AskedCounts, Counts, ProtectionFacts, TokenNameKind, TokenSummary } from "../../shared/protection.js";
import { answersOf } from "../../shared/protection-words.js";

const COUNTS = [
  ...(["places", "challenges", "cookies", "crossOrigin", "caching", "safeguards"] as const),
  ...(["oauth", "grants", "clientProofs", "together"] as const),
];

/** What the calls of both show. Calls of a row that has none of it carried nothing, and count among those that did not. */
export function joinedProtection(a: EndpointRecord, b: EndpointRecord): ProtectionFacts | undefined {
  if (a.protection === undefined && b.protection === undefined) return undefined;
  const [one, other] = [factsOf(a), factsOf(b)];
  const bareForms = (one.bareForms ?? 0) + (other.bareForms ?? 0);
  const tokens = joinedTokens(one.tokens, other.tokens);
  return {
    carried: addedAsked(one.carried, other.carried),
    cookieOnly: addedAsked(one.cookieOnly, other.cookieOnly),
    bare: addedAsked(one.bare, other.bare),
    unsureCalls: one.unsureCalls + other.unsureCalls,
    ...(bareForms > 0 ? { bareForms } : {}),
    // Sites may be the same ones.
    echoedSites: Math.max(one.echoedSites, other.echoedSites),
    refusedOrigins: one.refusedOrigins + other.refusedOrigins,
    answers: one.answers + other.answers,
    beyond: one.beyond + other.beyond,
    ...Object.fromEntries(
      COUNTS.flatMap((name) => {
        const counts = added(one[name], other[name]);
        return counts === undefined ? [] : [[name, counts]];
      }),
    ),
    ...(tokens === undefined ? {} : { tokens }),
  };
}

function factsOf(endpoint: EndpointRecord): ProtectionFacts {
  return endpoint.protection ?? { ...answersOf(endpoint), echoedSites: 0, refusedOrigins: 0, answers: 0, beyond: 0 };
}

function joinedTokens(a: TokenSummary | undefined, b: TokenSummary | undefined): TokenSummary | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const lifetimes = (of: "shortestSeconds" | "longestSeconds"): number[] => [a, b].flatMap((one) => one[of] ?? []);
  const keyHosts = added(a.keyHosts, b.keyHosts);
  const [shortest, longest] = [lifetimes("shortestSeconds"), lifetimes("longestSeconds")];
  return {
    algorithms: added(a.algorithms, b.algorithms) ?? {},
    issuers: added(a.issuers, b.issuers) ?? {},
    audiences: added(a.audiences, b.audiences) ?? {},
    keyIds: added(a.keyIds, b.keyIds) ?? {},
    scopes: added(a.scopes, b.scopes) ?? {},
    bindings: added(a.bindings, b.bindings) ?? {},
    ...(keyHosts === undefined ? {} : { keyHosts }),
    ...(shortest.length === 0 ? {} : { shortestSeconds: Math.min(...shortest) }),
    ...(longest.length === 0 ? {} : { longestSeconds: Math.max(...longest) }),
    endless: a.endless + b.endless,
    changes: [...a.changes, ...b.changes].sort((one, other) => one.atMicros - other.atMicros),
    ...joinedNames(a, b),
  };
}

const NAMED = ["algorithms", "issuers", "audiences", "keyIds", "keyHosts", "scopes", "bindings"] as const;
const KINDS: Readonly<Record<(typeof NAMED)[number], TokenNameKind>> = {
  ...{ algorithms: "algorithm", issuers: "issuer", audiences: "audience", keyIds: "key", keyHosts: "key host" },
  ...{ scopes: "scope", bindings: "binding" },
};

/** A name is untaken where no sensor saw it taken. */
function joinedNames(a: TokenSummary, b: TokenSummary): Pick<TokenSummary, "untaken" | "gone"> {
  const untaken = NAMED.flatMap((counts) => {
    const kind = KINDS[counts];
    const isTaken = (of: TokenSummary, name: string): boolean =>
      Object.hasOwn(of[counts] ?? {}, name) && of.untaken?.[kind]?.includes(name) !== true;
    const names = new Set([...(a.untaken?.[kind] ?? []), ...(b.untaken?.[kind] ?? [])]);
    const left = [...names].filter((name) => !isTaken(a, name) && !isTaken(b, name));
    return left.length === 0 ? [] : [[kind, left.sort()] as const];
  });
  const gone = Object.values(KINDS).flatMap((kind) => {
    const [one, other] = [a.gone?.[kind], b.gone?.[kind]];
    const of = (which: "taken" | "untaken"): number => (one?.[which] ?? 0) + (other?.[which] ?? 0);
    return one === undefined && other === undefined ? [] : [[kind, { taken: of("taken"), untaken: of("untaken") }]];
  });
  return {
    ...(untaken.length === 0 ? {} : { untaken: Object.fromEntries(untaken) }),
    ...(gone.length === 0 ? {} : { gone: Object.fromEntries(gone) }),
  };
}

function addedAsked(a: AskedCounts, b: AskedCounts): AskedCounts {
  return { calls: a.calls + b.calls, answered: a.answered + b.answered, refused: a.refused + b.refused };
}

function added(a: Counts | undefined, b: Counts | undefined): Counts | undefined {
  return a === undefined || b === undefined ? (a ?? b) : addedCounts(a, b);
}

/** Names come from the wire: `constructor` is one that every object has. */
export function addedCounts(a: Counts, b: Counts): Counts {
  const counts = new Map(Object.entries(a));
  for (const [name, count] of Object.entries(b)) counts.set(name, (counts.get(name) ?? 0) + count);
  return Object.fromEntries(counts);
}
