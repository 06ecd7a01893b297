import type { EndpointRecord } from "../../../shared/event.js";
import { type Counts, TOGETHER } from "../../../shared/protection.js";
import { askedBy } from "../../../shared/protection-words.js";

type Scheme = Readonly<Record<string, string>>;

/** What a credential kind is in the words of OpenAPI 3.1.0 §4.8.27, where it is not known in which field it came. */
const KINDS: Readonly<Record<string, Scheme>> = {
  bearer: { type: "http", scheme: "bearer" },
  jwt: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
  jwe: { type: "http", scheme: "bearer", bearerFormat: "JWE" },
  basic: { type: "http", scheme: "basic" },
  digest: { type: "http", scheme: "digest" },
  negotiate: { type: "http", scheme: "negotiate" },
  ntlm: { type: "http", scheme: "ntlm" },
  hmac: { type: "apiKey", in: "header", name: "Authorization" },
  "http-signature": { type: "apiKey", in: "header", name: "Authorization" },
  signature: { type: "apiKey", in: "header", name: "signature" },
  "aws-sigv4": { type: "apiKey", in: "header", name: "Authorization" },
  "api-key": { type: "apiKey", in: "header", name: "api-key" },
  "client-certificate": { type: "mutualTLS" },
  other: { type: "apiKey", in: "header", name: "other" },
};

type NamedScheme = readonly [string, Scheme];

const COOKIE_SCHEME = "cookie-";
const PROOF = "dpop";
/** RFC 9449 §7.1: a token beside a proof of its sender's key stands behind a scheme of its own, which IANA's registry spells so. */
const BOUND = /^(bearer|jwt|jwe) in header authorization$/;
const BOUND_SCHEME: NamedScheme = ["dpop", { type: "http", scheme: "DPoP" }];
const PLACE = /^(\S+) in (\S+)(?: (\S+))?$/;

/** Every scheme that the endpoints are called with, by its name. */
export function schemesOf(endpoints: readonly EndpointRecord[]): Record<string, Scheme> {
  const all = endpoints.flatMap((endpoint) => [...alternatives(endpoint)].flat());
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** RFC 7591 §2; a form tells that a client sends an assertion, and not by which kind of key it is signed. */
const BODY_METHODS: Readonly<Record<string, string>> = {
  "client-secret": "client_secret_post",
  "client-assertion": "client_assertion",
  assertion: "assertion",
  password: "password",
  "ws-security": "ws_security",
};

/**
 * §4.8.30: what came on the same calls is one requirement, what came on others another. OpenAPI has no scheme for what stands in a body, nor
 * for a cookie whose name is not known.
 */
export function securityOf(endpoints: readonly EndpointRecord[]): {
  security?: readonly Requirement[];
  "x-credentials-in-body"?: unknown;
  "x-credentials-in-cookies"?: unknown;
} {
  const inBody = bodyCredentials(endpoints);
  const inCookies = cookieCredentials(endpoints);
  const told = {
    ...(inBody === undefined ? {} : { "x-credentials-in-body": inBody }),
    ...(inCookies === undefined ? {} : { "x-credentials-in-cookies": inCookies }),
  };
  const list = requirementsOf(endpoints);
  if (list.length === 0) return told;
  return { security: isAnsweredWithout(endpoints, told) ? [...list, {}] : list, ...told };
}

/**
 * §4.8.10: an empty requirement says that anybody is let in. That is said where calls without any of the schemes were answered with success,
 * not where nobody tried: what is not known is told in `x-observed`.
 */
function isAnsweredWithout(endpoints: readonly EndpointRecord[], withoutScheme: object): boolean {
  const asked = endpoints.map(askedBy);
  if (asked.some(({ bare }) => bare.answered > 0)) return true;
  const isUnnamed = Object.keys(withoutScheme).length > 0;
  return isUnnamed && asked.some(({ carried, cookieOnly }) => carried.answered + cookieOnly.answered > 0);
}

function bodyCredentials(endpoints: readonly EndpointRecord[]): Record<string, number> | undefined {
  const methods: Record<string, number> = {};
  const add = (method: string, calls: number): void => {
    methods[method] = (methods[method] ?? 0) + calls;
  };
  for (const { credentials, protection } of endpoints) {
    for (const [kind, calls] of Object.entries(credentials)) if (kind in BODY_METHODS) add(BODY_METHODS[kind], calls);
    for (const [text, calls] of Object.entries(protection?.places ?? {})) {
      const [, kind = "", place] = PLACE.exec(text) ?? [];
      if (place === "body" && kind in KINDS) add(kind, calls);
    }
  }
  return Object.keys(methods).length === 0 ? undefined : methods;
}

/** Kinds of what stood in cookies whose names are not known → calls. */
function cookieCredentials(endpoints: readonly EndpointRecord[]): Record<string, number> | undefined {
  const kinds: Record<string, number> = {};
  for (const { credentials, protection } of endpoints) {
    const places = protection?.places ?? {};
    for (const [text, calls] of Object.entries(places)) {
      const [, kind = "", place, name] = PLACE.exec(text) ?? [];
      if (place === "cookie" && name === undefined) kinds[kind] = (kinds[kind] ?? 0) + calls;
    }
    if (credentials.cookie !== undefined && protection?.places === undefined)
      kinds.cookie = (kinds.cookie ?? 0) + credentials.cookie;
  }
  return Object.keys(kinds).length === 0 ? undefined : kinds;
}

type Requirement = Readonly<Record<string, readonly string[]>>;

function requirementsOf(endpoints: readonly EndpointRecord[]): Requirement[] {
  const found = new Map<string, Requirement>();
  for (const endpoint of endpoints)
    for (const together of alternatives(endpoint)) {
      const sorted = [...new Set(together.map(([name]) => name))].sort();
      found.set(sorted.join(" "), Object.fromEntries(sorted.map((name) => [name, []])));
    }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, requirement]) => requirement);
}

/** Schemes that came together on calls, and those that came alone on others, each with its name. */
function* alternatives({ credentials, protection }: EndpointRecord): Iterable<NamedScheme[]> {
  const { places = {}, together = {} } = protection ?? {};
  const alone = new Map(Object.entries(places));
  for (const [text, calls] of Object.entries(together)) {
    const parts = text.split(TOGETHER);
    for (const part of parts) alone.set(part, (alone.get(part) ?? 0) - calls);
    const isProven = parts.some((part) => part.startsWith(`${PROOF} `));
    const named = parts.flatMap((part): NamedScheme[] => {
      const scheme = schemeAt(part);
      if (scheme === undefined) return [];
      return [isProven && BOUND.test(part) ? BOUND_SCHEME : scheme];
    });
    if (named.length > 0) yield named;
  }
  for (const [text, calls] of alone) {
    const scheme = calls > 0 ? schemeAt(text) : undefined;
    if (scheme !== undefined) yield [scheme];
  }
  for (const kind of unplaced(credentials, places)) yield [[kind, KINDS[kind]]];
}

/** A key is named by where it stands; what stands in Authorization by its kind. Undefined for what OpenAPI has no scheme for. */
function schemeAt(text: string): NamedScheme | undefined {
  const [, kind = "", place = "", name] = PLACE.exec(text) ?? [];
  if (place === "cookie" && kind !== "api-key") {
    if (name === undefined) return undefined;
    return [`${COOKIE_SCHEME}${name.replace("*", "any")}`, { type: "apiKey", in: "cookie", name }];
  }
  if (!(kind in KINDS) || place === "body") return undefined;
  if (kind === "client-certificate") return [kind, KINDS[kind]];
  const isOwn = (place === "header" && name !== "authorization") || place === "query" || kind === "api-key";
  if (isOwn && name !== undefined)
    return [`${kind}-${place}-${name.replace("*", "any")}`, { type: "apiKey", in: place, name }];
  return [kind, KINDS[kind]];
}

/** Kinds of which a version that did not note places told no more. */
function unplaced(credentials: EndpointRecord["credentials"], places: Counts): string[] {
  const placed = new Set(Object.keys(places).map((text) => PLACE.exec(text)?.[1]));
  return Object.keys(credentials).filter((kind) => kind in KINDS && !placed.has(kind));
}
