import { WordTable } from "../../bytes/word-table.js";

/** Field names somebody reads; all others are only hashed into the header order. Positions are the constants below. */
export const FIELD_NAMES = new WordTable([
  "host",
  "user-agent",
  "content-length",
  "transfer-encoding",
  "connection",
  "upgrade",
  "content-type",
  "server",
  "x-powered-by",
  "expect",
  "set-cookie",
  "x-aspnet-version",
  "x-runtime",
  "connect-protocol-version",
  "content-encoding",
  "deprecation",
  "sunset",
  "prefer",
  "origin",
  "access-control-allow-origin",
  "access-control-allow-credentials",
  "cache-control",
  "strict-transport-security",
  "x-content-type-options",
  "content-security-policy",
  "via",
  "forwarded",
  "x-forwarded-for",
  "x-envoy-external-address",
  "x-envoy-original-path",
  "x-envoy-expected-rq-timeout-ms",
  "x-envoy-attempt-count",
  "soapaction",
  "x-amz-target",
  "x-request-id",
  "traceparent",
  "www-authenticate",
  "authorization",
  "proxy-authorization",
  "cookie",
  "sec-websocket-protocol",
  "sec-websocket-extensions",
  "sec-websocket-location",
  "dpop",
  "x-api-key",
  "api-key",
  "apikey",
  "x-auth-token",
  "x-access-token",
  "x-amz-security-token",
  "x-goog-api-key",
  "ocp-apim-subscription-key",
  "private-token",
  "x-vault-token",
  "x-functions-key",
  "x-apikey",
  "x-auth-key",
  "x-session-token",
  "x-client-secret",
  "client-cert",
  "x-forwarded-client-cert",
  "x-amzn-mtls-clientcert",
  "x-amzn-mtls-clientcert-subject",
  "x-client-cert",
  "x-ssl-client-cert",
  "ssl-client-cert",
  "x-arr-clientcert",
  "ssl-client-subject-dn",
  "x-ssl-client-s-dn",
]);

export const HOST = 0;
export const USER_AGENT = 1;
export const CONTENT_LENGTH = 2;
export const TRANSFER_ENCODING = 3;
export const CONNECTION = 4;
export const UPGRADE = 5;
export const CONTENT_TYPE = 6;
export const SERVER = 7;
export const X_POWERED_BY = 8;
export const EXPECT = 9;
export const SET_COOKIE = 10;
export const X_ASPNET_VERSION = 11;
export const X_RUNTIME = 12;
export const CONNECT_VERSION = 13;
export const CONTENT_ENCODING = 14;
export const DEPRECATION = 15;
export const SUNSET = 16;
export const PREFER = 17;
export const ORIGIN = 18;
export const ALLOW_ORIGIN = 19;
export const ALLOW_CREDENTIALS = 20;
export const CACHE_CONTROL = 21;
export const TRANSPORT_SECURITY = 22;
export const CONTENT_TYPE_OPTIONS = 23;
/** Often with a number of its own in each answer: only that it is there is read. */
export const CONTENT_POLICY = 24;
/** What a proxy writes into what it hands on. Of this one and all after it up to SOAP_ACTION only that they are there is read. */
export const VIA = 25;
export const FORWARDED = 26;
export const FORWARDED_FOR = 27;
/** This one and all after it differ from head to head, or stand in few: they are read in each. */
export const SOAP_ACTION = 32;
export const AMZ_TARGET = 33;
/** What goes from service to service with a call, and stays the same. */
export const REQUEST_ID = 34;
export const TRACE_PARENT = 35;
export const WWW_AUTHENTICATE = 36;
export const AUTHORIZATION = 37;
export const PROXY_AUTHORIZATION = 38;
export const COOKIE = 39;
export const WEBSOCKET_PROTOCOL = 40;
export const WEBSOCKET_EXTENSIONS = 41;
/** Of drafts before RFC 6455, whose frames are others. */
export const WEBSOCKET_LOCATION = 42;
export const DPOP = 43;
/** This one and all after it, up to CLIENT_CERT, carry an API key or a token. */
export const FIRST_KEY_FIELD = 44;
/** RFC 9440 and its forerunners: this one and all after it are what a proxy tells of the certificate that its client proved to have. */
export const CLIENT_CERT = 59;
