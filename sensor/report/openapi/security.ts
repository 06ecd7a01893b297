import type { EndpointRecord } from "../../../shared/event.js";
import { askedBy } from "../../../shared/protection-words.js";

type Scheme = Readonly<Record<string, string>>;

/** What a credential kind is in the words of OpenAPI 3.1.0 §4.8.27, where it is not known in which field it came. */
const KINDS: Readonly<Record<string, Scheme>> = {
  bearer: { type: "http", scheme: "bearer" },
  jwt: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
  basic: { type: "http", scheme: "basic" },
  digest: { type: "http", scheme: "digest" },
  negotiate: { type: "http", scheme: "negotiate" },
  ntlm: { type: "http", scheme: "ntlm" },
  hmac: { type: "apiKey", in: "header", name: "Authorization" },
  "aws-sigv4": { type: "apiKey", in: "header", name: "Authorization" },
  "api-key": { type: "apiKey", in: "header", name: "api-key" },
  cookie: { type: "apiKey", in: "cookie", name: "session" },
  "client-certificate": { type: "mutualTLS" },
  other: { type: "apiKey", in: "header", name: "other" },
};

const PLACE = /^(\S+) in (\S+)(?: (\S+))?$/;

/** Every scheme that the endpoints are called with, by its name. */
export function schemesOf(endpoints: readonly EndpointRecord[]): Record<string, Scheme> {
  const all = endpoints.flatMap((endpoint) => [...schemes(endpoint)]);
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** RFC 7591 §2; a form tells that a client sends an assertion, and not by which kind of key it is signed. */
const BODY_METHODS: Readonly<Record<string, string>> = {
  "client-secret": "client_secret_post",
  "client-assertion": "client_assertion",
};

/** Optional where some calls carried none, or it was not seen whether they did. OpenAPI has no scheme for what stands in a body. */
export function securityOf(endpoints: readonly EndpointRecord[]): {
  security?: unknown;
  "x-credentials-in-body"?: unknown;
} {
  const names = Object.keys(schemesOf(endpoints));
  const inBody = bodyCredentials(endpoints);
  const told = inBody === undefined ? {} : { "x-credentials-in-body": inBody };
  if (names.length === 0) return told;
  const isAlways = endpoints.map(askedBy).every(({ bare, unsureCalls }) => bare.calls + unsureCalls === 0);
  const list: Record<string, string[]>[] = names.map((name) => ({ [name]: [] }));
  return { security: isAlways && inBody === undefined ? list : [...list, {}], ...told };
}

function bodyCredentials(endpoints: readonly EndpointRecord[]): Record<string, number> | undefined {
  const methods: Record<string, number> = {};
  for (const { credentials } of endpoints)
    for (const [kind, calls] of Object.entries(credentials)) {
      const method = BODY_METHODS[kind];
      if (method !== undefined) methods[method] = (methods[method] ?? 0) + calls;
    }
  return Object.keys(methods).length === 0 ? undefined : methods;
}

/** A key is named by where it stands; what stands in Authorization by its kind. */
function* schemes({ credentials, protection }: EndpointRecord): Iterable<[string, Scheme]> {
  const found = Object.keys(protection?.places ?? {}).flatMap((text) => {
    const [, kind, place, name] = PLACE.exec(text) ?? [];
    return kind in KINDS ? [{ kind, place, name }] : [];
  });
  for (const { kind, place, name } of found) {
    const isOwn = (place === "header" && name !== "authorization") || place === "query" || kind === "api-key";
    if (kind === "client-certificate") yield [kind, KINDS[kind]];
    else if (isOwn && name !== undefined) yield [`${kind}-${place}-${name}`, { type: "apiKey", in: place, name }];
    else if (place === "cookie") yield ["cookie", KINDS.cookie];
    else yield [kind, KINDS[kind]];
  }
  const placed = new Set(found.map(({ kind }) => kind));
  for (const kind of Object.keys(credentials)) if (kind in KINDS && !placed.has(kind)) yield [kind, KINDS[kind]];
}
