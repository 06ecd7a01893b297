import { credentialMissingText } from "../../../shared/drift-text.js";
import { TOGETHER } from "../../../shared/protection.js";
import type { DeclaredOperation, DeclaredRequirement, DeclaredScheme } from "../../declared/declared-api.js";
import { isToldCookie, keyNameIn, kindOfScheme } from "../../protocol/credential-names.js";
import { outcomeOfStatus } from "../../protocol/outcome.js";
import type { Difference } from "../observation.js";
import type { EndpointProtection } from "../protection/endpoint-protection.js";
import type { OperationDeclaration } from "./declared-operation.js";

/** What calls of an endpoint carried. */
export interface Carried {
  readonly method: string;
  /** Undefined where none of them carried anything. */
  readonly protection: EndpointProtection | undefined;
  /** Calls by status. */
  readonly statuses: Iterable<readonly [number, number]>;
}

interface Seen {
  readonly kind: string;
  readonly place: string;
  readonly name: string;
}

const NONE: readonly Difference[] = [];
const PLACE = /^(\S+) in (\S+)(?: (\S+))?$/;
const TOKENS: ReadonlySet<string> = new Set(["bearer", "jwt", "jwe"]);

/** How credentials that were seen differ from those that a file asks for. Only success shows that nothing more was asked for. */
export function credentialDrift({ operation }: OperationDeclaration, carried: Carried): readonly Difference[] {
  const { security } = operation;
  // RFC 9110 §9.3.7: browsers ask without credentials what may be asked of a resource.
  if (security === undefined || carried.method === "OPTIONS" || isFulfilled(security, [])) return NONE;
  return [...missing(security, carried), ...others(security, carried.protection)];
}

/** Names of keys that the operation takes in a place, needed or not: they are no parameters that nobody declared. */
export function keyNames({ security = [] }: DeclaredOperation, place: "query" | "header"): string[] {
  return security.flat().flatMap((one) => (one.type === "apiKey" && one.in === place ? one.name : []));
}

function* missing(security: readonly DeclaredRequirement[], { protection, statuses }: Carried): Iterable<Difference> {
  const bare = protection === undefined ? answeredOf(statuses) : protection.bare.answered - protection.bareForms;
  if (bare <= 0) return;
  const others = protection === undefined ? 0 : protection.carried.answered + protection.cookieOnly.answered;
  yield { kind: "credential", text: credentialMissingText(alternativesWords(security), bare, bare + others) };
}

function answeredOf(statuses: Carried["statuses"]): number {
  let answered = 0;
  for (const [status, calls] of statuses) if (outcomeOfStatus(status) === "answered") answered += calls;
  return answered;
}

/** Which calls with credentials succeeded is counted of all together: told is what more calls carried than did not succeed. */
function* others(
  security: readonly DeclaredRequirement[],
  protection: EndpointProtection | undefined,
): Iterable<Difference> {
  if (protection === undefined) return;
  const { carried, cookieOnly } = protection;
  const failed = carried.calls + cookieOnly.calls - carried.answered - cookieOnly.answered;
  const seen = [...(protection.carriedTogether() ?? [])]
    .filter(([text, calls]) => calls > failed && !isFulfilled(security, text.split(TOGETHER).flatMap(seenIn)))
    .map(([text]) => text.replaceAll("cookie in cookie", "cookie").replaceAll(TOGETHER, " and "));
  if (seen.length === 0) return;
  yield {
    kind: "credential",
    text: `credential is ${seen.sort().join(" or ")}, declared ${alternativesWords(security)}`,
  };
}

function seenIn(text: string): Seen[] {
  const [, kind, place, name = place] = PLACE.exec(text) ?? [];
  return kind === undefined ? [] : [{ kind, place, name }];
}

/** Whether a call that carried these has, or may have, what is asked for. */
function isFulfilled(security: readonly DeclaredRequirement[], seen: readonly Seen[]): boolean {
  return (
    security.length === 0 || security.some((schemes) => schemes.every((one) => !isTold(one) || seen.some(fits(one))))
  );
}

/** Whether a call that carries it is told to. Whoever stands before the service may have seen the client's certificate. */
function isTold(scheme: DeclaredScheme): boolean {
  if (scheme.type !== "apiKey") return scheme.type === "http";
  if (isOfCookies(scheme)) return isToldCookie(scheme.name);
  return nameOfKey(scheme) !== undefined;
}

function fits(scheme: DeclaredScheme): (seen: Seen) => boolean {
  if (scheme.type === "http") return (seen) => isOfScheme(scheme.scheme, seen);
  if (scheme.type !== "apiKey") return () => true;
  // Names of cookies are kept only of those that are known, and any may be a session's.
  if (isOfCookies(scheme)) return ({ place }) => place === "cookie";
  const name = nameOfKey(scheme);
  return (seen) => seen.place === scheme.in && seen.name === name;
}

/** What stands in Authorization without a scheme that is known may be of any, and a scheme that is not known may hold whatever does. */
function isOfScheme(scheme: string, { kind, place, name }: Seen): boolean {
  const declared = kindOfScheme(scheme);
  if (kind === "other" || declared === "other") return place === "header" && name.endsWith("authorization");
  // RFC 4559 §4.1: Negotiate may hold NTLM.
  if (declared === "negotiate") return kind === "negotiate" || kind === "ntlm";
  return declared === "bearer" ? TOKENS.has(kind) : kind === declared;
}

type Key = Extract<DeclaredScheme, { readonly type: "apiKey" }>;

function nameOfKey({ in: place, name }: Key): string | undefined {
  return place === "cookie" ? undefined : keyNameIn(place, name);
}

function isOfCookies({ in: place, name }: Key): boolean {
  return place === "cookie" || (place === "header" && name.toLowerCase() === "cookie");
}

function alternativesWords(security: readonly DeclaredRequirement[]): string {
  const words = security.map((schemes) => schemes.map(schemeWords).join(" and "));
  return [...new Set(words)].join(" or ");
}

function schemeWords(scheme: DeclaredScheme): string {
  if (scheme.type === "http") return scheme.scheme;
  if (scheme.type !== "apiKey") return scheme.type === "mutualTLS" ? "client-certificate" : "another";
  const name = scheme.in === "header" ? scheme.name.toLowerCase() : scheme.name;
  // What stands there may be of any kind.
  return name === "authorization" ? "in header authorization" : `api-key in ${scheme.in} ${name}`;
}
