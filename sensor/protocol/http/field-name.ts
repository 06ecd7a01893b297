import { WordTable } from "../../bytes/word-table.js";
import {
  DOUBTFUL_KEY_CLASS,
  HMAC_CLASS,
  KEY_CLASSES,
  keyClassOf,
  SCHEME_CLASS,
  SIGNATURE_CLASS,
  TOKEN_CLASS,
} from "./key-name.js";

/** Field names somebody reads, by name or by the words it is made of; all others are only hashed into the header order. */
const NAMES: readonly string[] = [
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
  "grpc-encoding",
  "connect-content-encoding",
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
  "x-frame-options",
  "referrer-policy",
  "permissions-policy",
  "pragma",
  "via",
  "forwarded",
  "x-forwarded-for",
  "x-envoy-external-address",
  "x-envoy-original-path",
  "x-envoy-expected-rq-timeout-ms",
  "x-envoy-attempt-count",
  "docker-distribution-api-version",
  "x-consul-index",
  "x-etcd-index",
  "x-amz-request-id",
  "soapaction",
  "x-amz-target",
  "grpc-timeout",
  "connect-timeout-ms",
  "x-request-id",
  "traceparent",
  "www-authenticate",
  "location",
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
  "x-access-key",
  "x-consul-token",
  "x-nomad-token",
  "x-shopify-access-token",
  "x-github-token",
  "x-figma-token",
  "x-id-token",
  "x-algolia-api-key",
  "dd-api-key",
  "dd-application-key",
  "x-forwarded-access-token",
  "x-ms-client-principal",
  "x-ms-token-aad-id-token",
  "x-ms-token-aad-access-token",
  "x-goog-iap-jwt-assertion",
  "cf-access-jwt-assertion",
  "x-amzn-oidc-accesstoken",
  "x-amzn-oidc-data",
  "x-insert-key",
  "x-query-key",
  "x-honeycomb-team",
  "x-jfrog-art-api",
  "x-apikeys",
  "x-ibm-client-id",
  "x-rh-identity",
  "x-ovh-consumer",
  "x-clickhouse-key",
  "x-store-key",
  "x-filesapi-key",
  "x-chkp-sid",
  "x-ftl-sid",
  "x-restsvcsessionid",
  "x-ha-access",
  "vtexidclientautcookie",
  "uptrace-dsn",
  ...KEY_CLASSES,
  DOUBTFUL_KEY_CLASS,
  TOKEN_CLASS,
  "signature",
  "x-hub-signature",
  "x-hub-signature-256",
  "x-slack-signature",
  "x-twilio-signature",
  "stripe-signature",
  SIGNATURE_CLASS,
  HMAC_CLASS,
  "grpc-metadata-authorization",
  "x-sentry-auth",
  SCHEME_CLASS,
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
];
/** Positions are the constants below. */
export const FIELD_NAMES = new WordTable(NAMES, [], keyClassOf);

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
/** Compression of messages framed in the content. */
export const GRPC_ENCODING = 15;
export const CONNECT_ENCODING = 16;
export const DEPRECATION = 17;
export const SUNSET = 18;
export const PREFER = 19;
export const ORIGIN = 20;
export const ALLOW_ORIGIN = 21;
export const ALLOW_CREDENTIALS = 22;
export const CACHE_CONTROL = 23;
export const TRANSPORT_SECURITY = 24;
export const CONTENT_TYPE_OPTIONS = 25;
/** Often with a number of its own in each answer: only that it is there is read. */
export const CONTENT_POLICY = 26;
export const FRAME_OPTIONS = 27;
export const REFERRER_POLICY = 28;
export const PERMISSIONS_POLICY = 29;
export const PRAGMA = 30;
/** What a proxy writes into what it hands on. Of this one and all after it up to SOAP_ACTION only that they are there is read. */
export const VIA = 31;
export const FORWARDED = 32;
export const FORWARDED_FOR = 33;
/** What one product alone answers with. */
export const FIRST_PRODUCT_FIELD = 38;
/** This one and all after it differ from head to head, or stand in few: they are read in each. */
export const SOAP_ACTION = 42;
export const AMZ_TARGET = 43;
/** How long the client is willing to wait. */
export const GRPC_TIMEOUT = 44;
export const CONNECT_TIMEOUT = 45;
/** What goes from service to service with a call, and stays the same. */
export const REQUEST_ID = 46;
export const TRACE_PARENT = 47;
export const WWW_AUTHENTICATE = 48;
export const LOCATION = 49;
export const AUTHORIZATION = 50;
export const PROXY_AUTHORIZATION = 51;
export const COOKIE = 52;
export const WEBSOCKET_PROTOCOL = 53;
export const WEBSOCKET_EXTENSIONS = 54;
/** Of drafts before RFC 6455, whose frames are others. */
export const WEBSOCKET_LOCATION = 55;
export const DPOP = 56;
/** This one and all after it, up to FIRST_SIGNATURE, carry an API key or a token. */
export const FIRST_KEY_FIELD = 57;
/** The value says whether it is one of those. */
export const DOUBTFUL_KEY_FIELD = NAMES.indexOf(DOUBTFUL_KEY_CLASS);
/** Whatever its name is, the value looks like a token. */
export const TOKEN_FIELD = NAMES.indexOf(TOKEN_CLASS);
/** RFC 9421 §4.2, its drafts, and what webhooks are signed with. */
export const FIRST_SIGNATURE = NAMES.indexOf("signature");
export const SIGNATURE_FIELD_CLASS = NAMES.indexOf(SIGNATURE_CLASS);
/** What is written as in Authorization, under other names. */
export const FIRST_SCHEME_FIELD = NAMES.indexOf("grpc-metadata-authorization");
/** RFC 9440 and its forerunners: this one and all after it are what a proxy tells of the certificate that its client proved to have. */
export const CLIENT_CERT = NAMES.indexOf("client-cert");
