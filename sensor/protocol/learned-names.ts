import { isDrawnName } from "./drawn-name.js";
import { AUTHORIZATION, FIELD_NAMES } from "./http/field-name.js";

/**
 * Fields that are no part of an API: OpenAPI 3.1.0 §4.8.12.2.1 leaves Accept, Content-Type and Authorization out; the others say how
 * messages are framed, cached and handed on, what sends them (RFC 9110, RFC 9111, W3C Trace Context, Fetch), and what browsers may do
 * with them. What tells whoever calls of the thing itself or of the next call (`ETag`, `Location`, `Retry-After`) is part of it.
 */
const STANDARD: ReadonlySet<string> = new Set(
  (
    "accept accept-charset accept-encoding accept-language content-type content-length content-encoding transfer-encoding host " +
    "user-agent connection keep-alive upgrade te trailer expect date from origin referer via forwarded max-forwards pragma " +
    "cache-control dnt priority upgrade-insecure-requests http2-settings soapaction x-amz-target connect-protocol-version " +
    "x-real-ip x-request-id traceparent tracestate baggage b3 uber-trace-id x-cloud-trace-context x-amzn-trace-id " +
    "server age vary expires alt-svc set-cookie server-timing timing-allow-origin x-powered-by x-aspnet-version " +
    "x-aspnetmvc-version x-runtime x-cache x-cache-hits x-served-by x-timer strict-transport-security " +
    "content-security-policy content-security-policy-report-only x-content-type-options x-frame-options x-xss-protection " +
    "x-permitted-cross-domain-policies x-download-options x-dns-prefetch-control referrer-policy permissions-policy " +
    "feature-policy expect-ct origin-agent-cluster nel report-to reporting-endpoints"
  ).split(" "),
);
/** Those of HTTP/2 that begin with a colon are none of an API either: they are its method, path and status. */
const STANDARD_BEGINNING =
  /^(:|sec-|proxy-|x-forwarded-|x-envoy-|x-b3-|access-control-|cross-origin-|cf-|x-amz-cf-|grpc-)/;
/** Names under which credentials stand that are of no scheme of their own: nothing is told of these. */
const SECRET_NAME = /token|secret|passw|pwd|api-?key|credential|sess|sid$|signature|auth|jwt|csrf|xsrf|remember/i;
/** Others may be made for one visitor, and be as much of a secret as the value. */
const COOKIE_NAME = /^[a-z_.-]+$/i;

export const MAX_NAME_BYTES = 64;

/** Whether HTTP, or what stands between client and service, has the field there whatever the API is; its name in lower case. */
export function isStandardField(name: string): boolean {
  return STANDARD.has(name) || STANDARD_BEGINNING.test(name);
}

/** Whether whoever hears of the field should hear no more than that it is there. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** The position of a field among FIELD_NAMES, by its name or by the words that it is made of; -1 where it has none. */
function positionOf(name: string): number {
  return FIELD_NAMES.indexOf(Buffer.from(name, "latin1"), 0, name.length);
}

/**
 * Whether anything is told of a field: neither of HTTP's own nor of credentials, known by whatever tells of them. Those who learn ask
 * here, and those who hold what was learned against a file: of what is left out nobody may say that it was missing. The name is in lower
 * case; `position` among FIELD_NAMES for whoever knows it already.
 */
export function isLearnedField(name: string, position = positionOf(name)): boolean {
  return mayBeKept(name) && position < AUTHORIZATION && !isStandardField(name);
}

/** Whether anything is told of a cookie. */
export function isLearnedCookie(name: string): boolean {
  return mayBeKept(name) && COOKIE_NAME.test(name);
}

function mayBeKept(name: string): boolean {
  return name.length <= MAX_NAME_BYTES && !isSecretName(name) && !isDrawnName(name, "named");
}

const CONTROL_INFORMATION =
  /^[^@]*@(?:odata\.[\w.]+|(?:context|metadataEtag|type|count|nextLink|deltaLink|id|editLink|readLink|etag|navigationLink|associationLink|mediaEditLink|mediaReadLink|mediaContentType|mediaEtag|removed|collectionAnnotations|bind))$/;

/**
 * Whether a property of JSON says something about the message or about the property whose name stands before the `@`, as OData has it
 * (OData JSON Format 4.01 §4.6, and §4.6.1 without the prefix): it is no property of what the message is about, and any may be there.
 */
export function isControlInformation(name: string): boolean {
  return name.includes("@") && CONTROL_INFORMATION.test(name);
}
