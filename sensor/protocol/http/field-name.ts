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
  "soapaction",
  "x-amz-target",
  "authorization",
  "proxy-authorization",
  "cookie",
  "sec-websocket-protocol",
  "sec-websocket-extensions",
  "sec-websocket-location",
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
/** This one and all after it differ from head to head, or stand in few: they are read in each. */
export const SOAP_ACTION = 18;
export const AMZ_TARGET = 19;
export const AUTHORIZATION = 20;
export const PROXY_AUTHORIZATION = 21;
export const COOKIE = 22;
export const WEBSOCKET_PROTOCOL = 23;
export const WEBSOCKET_EXTENSIONS = 24;
/** Of drafts before RFC 6455, whose frames are others. */
export const WEBSOCKET_LOCATION = 25;
/** This one and all after it carry an API key or a token. */
export const FIRST_KEY_FIELD = 26;
