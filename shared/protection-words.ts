import type { EndpointRecord } from "./event.js";
import type { AskedCounts, Counts, ProtectionFacts, TokenSummary } from "./protection.js";
import { formatTime } from "./time.js";

/** Who is let in, as far as it shows. `unseen`: every call carried a credential, or may have, or none was seen whole. */
export type Access = "open" | "mixed" | "refusing" | "unseen";

export const ACCESS_WORDS: Readonly<Record<Access, string>> = {
  open: "answers calls without a credential of a known kind, and was never seen to refuse a call",
  mixed:
    "answers some calls without a credential of a known kind, and refuses others or is called with credentials too",
  refusing: "refuses calls without a credential of a known kind",
  unseen: "whether it answers without a credential was not seen",
};

/** Calls by what they carried; `unsure` where it was not seen whole. */
export interface AskedBy {
  readonly carried: AskedCounts;
  readonly cookieOnly: AskedCounts;
  readonly bare: AskedCounts;
  readonly unsureCalls: number;
  /** Preflights, and what else may be asked before a call: without a credential, as ever. */
  readonly preflightCalls: number;
  /** Of `bare.answered`: forms of OAuth 2, which public clients send without a credential of their own. */
  readonly bareForms: number;
}

const NONE: AskedCounts = { calls: 0, answered: 0, refused: 0 };

/**
 * Also of a row without the counts: nothing of its calls showed a credential, or a version wrote it that did not count. How OPTIONS is
 * answered without one says nothing of who is let in: Fetch §4.8 (CORS-preflight fetch), browsers never send one with it, and RFC 9110
 * §9.3.7, what may be asked of a resource is no secret of its own.
 */
export function askedBy(endpoint: EndpointRecord): AskedBy {
  const counts = answersOf(endpoint);
  const { bareForms = 0 } = endpoint.protection ?? {};
  if (endpoint.method !== "OPTIONS") return { ...counts, preflightCalls: 0, bareForms };
  return { ...counts, bare: NONE, preflightCalls: counts.bare.calls, bareForms: 0 };
}

/** The same as it was counted. */
export function answersOf(endpoint: EndpointRecord): Pick<AskedBy, "carried" | "cookieOnly" | "bare" | "unsureCalls"> {
  const { protection, calls, credentials, incompleteCalls, statuses } = endpoint;
  if (protection !== undefined) {
    const { carried, cookieOnly, bare, unsureCalls } = protection;
    return { carried, cookieOnly, bare, unsureCalls };
  }
  if (incompleteCalls > 0 || Object.keys(credentials).length > 0) return bounds(calls, Object.values(credentials));
  const counts = Object.entries(statuses);
  const sum = (pattern: RegExp): number =>
    counts.reduce((total, [status, count]) => total + (pattern.test(status) ? count : 0), 0);
  const bare = { calls, answered: sum(/^2/), refused: sum(/^40[137]$/) };
  return { carried: NONE, cookieOnly: NONE, bare, unsureCalls: 0 };
}

/** Of a version that counted kinds of credentials only, of which a call may carry several: what is certain of it. */
function bounds(calls: number, kinds: readonly number[]): ReturnType<typeof answersOf> {
  const carried = Math.min(calls, Math.max(0, ...kinds));
  const bare = kinds.length === 0 ? 0 : Math.max(0, calls - kinds.reduce((sum, count) => sum + count, 0));
  return {
    carried: { ...NONE, calls: carried },
    cookieOnly: NONE,
    bare: { ...NONE, calls: bare },
    unsureCalls: calls - carried - bare,
  };
}

/**
 * Who answers a form of OAuth 2 without a client's credential may have answered to what stood in it: an authorization code and a refresh
 * token are credentials themselves (RFC 6749 §1.3 and §1.5).
 */
export function accessOf(endpoint: EndpointRecord): Access {
  const { carried, cookieOnly, bare, bareForms } = askedBy(endpoint);
  if (bare.answered > bareForms) return bare.refused + carried.calls + cookieOnly.calls > 0 ? "mixed" : "open";
  if (bare.refused > 0) return "refusing";
  // Cookies that never were enough, where a credential was, are nobody's: what comes with them alone comes without a credential.
  const areNobodys = cookieOnly.answered === 0 && carried.answered > 0;
  return cookieOnly.refused > 0 && areNobodys ? "refusing" : "unseen";
}

/** `75 % with a credential (3), 25 % without one of a known kind (1)`. */
export function shareWords(endpoint: EndpointRecord): string {
  const { carried, cookieOnly, bare, unsureCalls, preflightCalls } = askedBy(endpoint);
  const all = carried.calls + cookieOnly.calls + bare.calls + unsureCalls + preflightCalls;
  const parts: readonly (readonly [number, string])[] = [
    [carried.calls, "with a credential"],
    [cookieOnly.calls, "with cookies only"],
    [bare.calls, "without one of a known kind"],
    [preflightCalls, "preflights, which have none"],
    [unsureCalls, "not seen whole"],
  ];
  return parts
    .filter(([calls]) => calls > 0)
    .map(([calls, words]) => `${percent(calls, all)} ${words} (${calls.toLocaleString("en")})`)
    .join(", ");
}

/** No share of something is told as nothing, nor as all. */
function percent(part: number, all: number): string {
  const share = (100 * part) / all;
  if (share < 1) return "under 1 %";
  return `${share > 99 && part < all ? "over 99" : Math.round(share)} %`;
}

/** Everything that is known of how an endpoint is protected, each with what it is of. */
export function protectionRows(endpoint: EndpointRecord): readonly (readonly [string, string])[] {
  if (endpoint.calls === 0) return [];
  const { carried, cookieOnly, bare, bareForms } = askedBy(endpoint);
  const rows: (readonly [string, string])[] = [
    ["access", ACCESS_WORDS[accessOf(endpoint)]],
    ["calls", shareWords(endpoint)],
    ["with credentials", answerWords(carried)],
    ["with cookies only", answerWords(cookieOnly)],
    ["without one of a known kind", answerWords(bare)],
    ["of these, answers to OAuth 2 forms of public clients", bareForms > 0 ? bareForms.toLocaleString("en") : ""],
    ...(endpoint.protection === undefined ? [] : factRows(endpoint.protection)),
  ];
  return rows.filter(([, words]) => words !== "");
}

function answerWords({ calls, answered, refused }: AskedCounts): string {
  if (calls === 0) return "";
  const other = calls - answered - refused;
  const parts = [`${answered.toLocaleString("en")} answered with success`, `${refused.toLocaleString("en")} refused`];
  return [...parts, ...(other > 0 ? [`${other.toLocaleString("en")} otherwise`] : [])].join(", ");
}

function factRows(facts: ProtectionFacts): (readonly [string, string])[] {
  const isAsked = facts.crossOrigin !== undefined;
  return [
    ["credentials", countWords(facts.places)],
    ...(facts.tokens === undefined ? [] : tokenRows(facts.tokens)),
    ["asks refused callers for", countWords(facts.challenges)],
    ["sets", countWords(facts.cookies)],
    ["pages of other origins", countWords(facts.crossOrigin)],
    ["sites named because they asked", isAsked && facts.echoedSites > 0 ? `at least ${facts.echoedSites}` : ""],
    ["caching of answers to calls with credentials", countWords(facts.caching)],
    ["header fields of answers", headerWords(facts)],
    ["OAuth 2 requests looked at", countWords(facts.oauth)],
    ["grants", countWords(facts.grants)],
    ["clients prove themselves by", countWords(facts.clientProofs)],
    ["not counted for want of room", facts.beyond > 0 ? facts.beyond.toLocaleString("en") : ""],
  ];
}

function tokenRows(tokens: TokenSummary): (readonly [string, string])[] {
  return [
    ["token algorithms", countWords(tokens.algorithms)],
    ["token issuers", countWords(tokens.issuers)],
    ["token audiences", countWords(tokens.audiences)],
    ["token keys", countWords(tokens.keyIds)],
    ["token keys to be fetched from", countWords(tokens.keyHosts)],
    ["token scopes", countWords(tokens.scopes)],
    ["tokens bound to", countWords(tokens.bindings)],
    ["token lifetime", lifetimeWords(tokens)],
    ["new in tokens", tokens.changes.map(changeWords).join(", ")],
    ["only in tokens that were never answered with success", untakenWords(tokens)],
    ["not counted in tokens for want of room", goneWords(tokens)],
  ];
}

/** `issuer https://a.test, https://b.test; key k2`. */
function untakenWords({ untaken = {} }: TokenSummary): string {
  return Object.entries(untaken)
    .map(([kind, names]) => `${kind} ${names.join(", ")}`)
    .join("; ");
}

/** Calls whose names found no room, or gave it to later ones: `issuer ×4, key ×12`. */
export function goneWords({ gone = {} }: TokenSummary): string {
  return countWords(Object.fromEntries(Object.entries(gone).map(([kind, of]) => [kind, of.taken + of.untaken])));
}

function changeWords({ what, name, atMicros }: TokenSummary["changes"][number]): string {
  return `${what} ${name} since ${formatTime(atMicros).slice(0, 16).replace("T", " ")}`;
}

export const ENDLESS = "without an end";

export function lifetimeWords({ shortestSeconds, longestSeconds, endless }: TokenSummary): string {
  const parts: string[] = [];
  if (shortestSeconds !== undefined && longestSeconds !== undefined) {
    const [shortest, longest] = [spanWords(shortestSeconds), spanWords(longestSeconds)];
    parts.push(shortest === longest ? longest : `${shortest} to ${longest}`);
  }
  if (endless > 0) parts.push(`${ENDLESS} ×${endless.toLocaleString("en")}`);
  return parts.join(", ");
}

/** A lifetime of tokens is told as a change from so many times the longest before on. */
export const MUCH_LONGER = 4;

/** The longest lifetime in steps, each less than MUCH_LONGER times the one before: seconds more or less are no difference. */
const STEPS_SECONDS: readonly number[] = [
  ...[60, 180, 300, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400],
  ...[3, 7, 14, 30, 90, 180, 365, 1_095, 3_650, 10_950, 36_500].map((days) => days * 86_400),
];

/** How long the tokens of an endpoint are good for at most, wherever two times are compared: `up to 5 min`, `up to 365 days`. */
export function longestWords(seconds: number): string {
  const step = STEPS_SECONDS.find((one) => seconds <= one);
  return step === undefined ? `longer than ${spanWords(STEPS_SECONDS.at(-1) ?? 0)}` : `up to ${spanWords(step)}`;
}

export function spanWords(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}

export const GUARDING_HEADERS: readonly string[] = [
  "strict-transport-security",
  "x-content-type-options",
  "content-security-policy",
  "x-frame-options",
  "referrer-policy",
  "permissions-policy",
  "cache-control",
  "pragma",
];

export function headerWords({ safeguards = {}, answers }: ProtectionFacts): string {
  if (answers === 0) return "";
  const all = answers.toLocaleString("en");
  return GUARDING_HEADERS.map((name) => `${name} in ${(safeguards[name] ?? 0).toLocaleString("en")} of ${all}`).join(
    ", ",
  );
}

/** `RS256 ×5, none ×1`, most often first. */
function countWords(counts: Counts = {}): string {
  return Object.entries(counts)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([name, count]) => `${name} ×${count.toLocaleString("en")}`)
    .join(", ");
}
