import type { EndpointRecord } from "../../shared/event.js";
import type { AskedCounts, Counts, ProtectionFacts, TokenNameKind, TokenSummary } from "../../shared/protection.js";
import { askedBy } from "../../shared/protection-words.js";
import { atLeast, atLeastOfEach } from "./counted-once.js";

const COUNTS = [
  ...(["places", "challenges", "cookies", "crossOrigin", "caching", "safeguards"] as const),
  ...(["oauth", "grants", "clientProofs", "together"] as const),
];

/**
 * What the calls of all show, of which `repeated` are counted more than once in their sum. Calls of a row that has none of it carried
 * nothing, and count among those that did not.
 */
export function joinedProtection(endpoints: readonly EndpointRecord[], repeated: number): ProtectionFacts | undefined {
  if (endpoints.every(({ protection }) => protection === undefined)) return undefined;
  const all = endpoints.map(factsOf);
  const tokens = joinedTokens(
    all.flatMap(({ tokens }) => tokens ?? []),
    repeated,
  );
  const count = (of: (facts: ProtectionFacts) => number): number => atLeast(all.map(of), repeated);
  const asked = (of: (facts: ProtectionFacts) => AskedCounts): AskedCounts => ({
    calls: count((facts) => of(facts).calls),
    answered: count((facts) => of(facts).answered),
    refused: count((facts) => of(facts).refused),
  });
  return {
    carried: asked(({ carried }) => carried),
    cookieOnly: asked(({ cookieOnly }) => cookieOnly),
    bare: asked(({ bare }) => bare),
    unsureCalls: count(({ unsureCalls }) => unsureCalls),
    // Sites may be the same ones.
    echoedSites: Math.max(...all.map(({ echoedSites }) => echoedSites)),
    refusedOrigins: count(({ refusedOrigins }) => refusedOrigins),
    answers: count(({ answers }) => answers),
    beyond: count(({ beyond }) => beyond),
    ...Object.fromEntries(
      COUNTS.flatMap((name) => {
        const told = all.flatMap((facts): Counts[] => (facts[name] === undefined ? [] : [facts[name]]));
        return told.length === 0 ? [] : [[name, atLeastOfEach(told, repeated)]];
      }),
    ),
    ...(tokens === undefined ? {} : { tokens }),
  };
}

function factsOf(endpoint: EndpointRecord): ProtectionFacts {
  return endpoint.protection ?? { ...askedBy(endpoint), echoedSites: 0, refusedOrigins: 0, answers: 0, beyond: 0 };
}

function joinedTokens(all: readonly TokenSummary[], repeated: number): TokenSummary | undefined {
  if (all.length < 2) return all[0];
  const lifetimes = (of: "shortestSeconds" | "longestSeconds"): number[] => all.flatMap((one) => one[of] ?? []);
  const named = (of: (typeof NAMED)[number]): Counts => {
    return atLeastOfEach(
      all.map((one) => one[of] ?? {}),
      repeated,
    );
  };
  const [shortest, longest] = [lifetimes("shortestSeconds"), lifetimes("longestSeconds")];
  return {
    algorithms: named("algorithms"),
    issuers: named("issuers"),
    audiences: named("audiences"),
    keyIds: named("keyIds"),
    scopes: named("scopes"),
    bindings: named("bindings"),
    ...(all.every(({ keyHosts }) => keyHosts === undefined) ? {} : { keyHosts: named("keyHosts") }),
    ...(shortest.length === 0 ? {} : { shortestSeconds: Math.min(...shortest) }),
    ...(longest.length === 0 ? {} : { longestSeconds: Math.max(...longest) }),
    endless: atLeast(
      all.map(({ endless }) => endless),
      repeated,
    ),
    changes: all.flatMap(({ changes }) => changes).sort((one, other) => one.atMicros - other.atMicros),
    ...joinedTaken(all, repeated),
    ...joinedNames(all, repeated),
  };
}

/** Of a sensor that tells nothing else, tokens on calls answered with success are as all are. */
function joinedTaken(all: readonly TokenSummary[], repeated: number): Pick<TokenSummary, "taken"> {
  if (all.every(({ taken }) => taken === undefined)) return {};
  const each = all.map((one) => one.taken ?? one);
  const longest = each.flatMap(({ longestSeconds }) => longestSeconds ?? []);
  const endless = atLeast(
    each.map((one) => one.endless),
    repeated,
  );
  return { taken: { ...(longest.length === 0 ? {} : { longestSeconds: Math.max(...longest) }), endless } };
}

const NAMED = ["algorithms", "issuers", "audiences", "keyIds", "keyHosts", "scopes", "bindings"] as const;
const KINDS: Readonly<Record<(typeof NAMED)[number], TokenNameKind>> = {
  ...{ algorithms: "algorithm", issuers: "issuer", audiences: "audience", keyIds: "key", keyHosts: "key host" },
  ...{ scopes: "scope", bindings: "binding" },
};

/** A name is untaken where no sensor saw it taken. */
function joinedNames(all: readonly TokenSummary[], repeated: number): Pick<TokenSummary, "untaken" | "gone"> {
  const untaken = NAMED.flatMap((counts) => {
    const kind = KINDS[counts];
    const isTaken = (of: TokenSummary, name: string): boolean =>
      Object.hasOwn(of[counts] ?? {}, name) && of.untaken?.[kind]?.includes(name) !== true;
    const names = new Set(all.flatMap((one) => one.untaken?.[kind] ?? []));
    const left = [...names].filter((name) => !all.some((one) => isTaken(one, name)));
    return left.length === 0 ? [] : [[kind, left.sort()] as const];
  });
  const gone = Object.values(KINDS).flatMap((kind) => {
    const told = all.flatMap((one) => one.gone?.[kind] ?? []);
    const count = (of: "taken" | "untaken"): number => {
      return atLeast(
        told.map((one) => one[of]),
        repeated,
      );
    };
    return told.length === 0 ? [] : [[kind, { taken: count("taken"), untaken: count("untaken") }]];
  });
  return {
    ...(untaken.length === 0 ? {} : { untaken: Object.fromEntries(untaken) }),
    ...(gone.length === 0 ? {} : { gone: Object.fromEntries(gone) }),
  };
}
