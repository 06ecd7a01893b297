import type { EndpointRecord } from "./event.js";
import { type Counts, NO_ORIGIN_NAMED, type ProtectionFacts } from "./protection.js";
import { ENDLESS, GUARDING_HEADERS } from "./protection-words.js";
import { bodiesOf, namesOf } from "./schema-fields.js";

/**
 * What is compared of how an endpoint is protected and what it takes and gives, beside what has its own words in a review: each a list of
 * which one more is a change. Ids of keys are left out, for keys are changed often and on purpose.
 */
export const TRAITS = [
  "token issuers",
  "token algorithms",
  "token audiences",
  "token scopes",
  "token bindings",
  "token key hosts",
  "token lifetimes",
  "places of credentials",
  "schemes asked for",
  "cookies set",
  "access of other origins",
  "caching of answers",
  "OAuth 2 requests",
  "grants",
  "proofs of clients",
  "request content types",
  "content types",
  "streams",
  "request header fields",
  "request cookies",
  "answer header fields",
  "bodies",
] as const;

export type Trait = (typeof TRAITS)[number];

export type TraitLists = Readonly<Partial<Record<Trait, readonly string[]>>>;

/** What a record without its schemas does not tell. */
const OF_SCHEMAS = ["request header fields", "request cookies", "answer header fields", "bodies"] as const;
/** Of these not all found room where the sensor says so. */
const BOUNDED: readonly Trait[] = [
  "token issuers",
  "token algorithms",
  "token audiences",
  "token scopes",
  "places of credentials",
  "cookies set",
];
/** The shortest of the sensor's lists is full with so many. */
const FULL = 16;

/** Lists of nothing are left out. Values have no commas, which part them in comparisons. */
export function traitsOf(endpoint: EndpointRecord): TraitLists {
  const { protection, schemas, requestContentTypes, responseContentTypes, streams } = endpoint;
  const lists: Readonly<Record<Trait, readonly string[]>> = {
    ...protectionTraits(protection),
    "request content types": requestContentTypes,
    "content types": responseContentTypes,
    streams: Object.keys(streams?.kinds ?? {}),
    "request header fields": namesOf(schemas?.header),
    "request cookies": namesOf(schemas?.cookie),
    "answer header fields": Object.entries(schemas?.responseHeaders ?? {}).flatMap(([status, head]) =>
      namesOf(head).map((name) => `${status} ${name}`),
    ),
    bodies: bodiesOf(endpoint),
  };
  const told = TRAITS.flatMap((trait) => {
    const list = lists[trait].map((value) => value.replaceAll(", ", "; ")).sort();
    return list.length === 0 ? [] : [[trait, list] as const];
  });
  return Object.fromEntries(told);
}

type OfProtection = Exclude<Trait, (typeof OF_SCHEMAS)[number] | "request content types" | "content types" | "streams">;

function protectionTraits(facts: ProtectionFacts | undefined): Record<OfProtection, readonly string[]> {
  const tokens = facts?.tokens;
  const origins = names(facts?.crossOrigin).filter((words) => words !== NO_ORIGIN_NAMED);
  return {
    "token issuers": names(tokens?.issuers),
    "token algorithms": names(tokens?.algorithms),
    "token audiences": names(tokens?.audiences),
    "token scopes": names(tokens?.scopes),
    "token bindings": names(tokens?.bindings),
    "token key hosts": names(tokens?.keyHosts),
    "token lifetimes": tokens !== undefined && tokens.endless > 0 ? [ENDLESS] : [],
    "places of credentials": names(facts?.places),
    "schemes asked for": names(facts?.challenges),
    // A cookie that is taken away protects nothing.
    "cookies set": names(facts?.cookies).filter((words) => !words.endsWith(", deleted")),
    "access of other origins":
      origins.length > 0 && (facts?.echoedSites ?? 0) > 1 ? [...origins, "each of several sites that ask"] : origins,
    "caching of answers": names(facts?.caching),
    "OAuth 2 requests": names(facts?.oauth),
    grants: names(facts?.grants),
    "proofs of clients": names(facts?.clientProofs),
  };
}

function names(counts: Counts = {}): string[] {
  return Object.keys(counts);
}

/** Header fields that protect and that all its answers had, as far as they were seen. */
export function alwaysSentOf({ protection }: EndpointRecord): string[] {
  if (protection === undefined || protection.answers === 0) return [];
  const { safeguards = {}, answers } = protection;
  return GUARDING_HEADERS.filter((name) => (safeguards[name] ?? 0) >= answers);
}

/** Of a record whose schemas were left out nothing is known of these. */
export function withoutSchemaTraits(lists: TraitLists): TraitLists {
  const left = new Set<string>(OF_SCHEMAS);
  return Object.fromEntries(Object.entries(lists).filter(([trait]) => !left.has(trait)));
}

/** Whether something may have found no room in a list. */
export function isAnyFull(lists: TraitLists): boolean {
  return BOUNDED.some((trait) => (lists[trait]?.length ?? 0) >= FULL);
}
