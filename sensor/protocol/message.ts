import type { Flow, Side } from "../flow/stream.js";
import type { AnomalyName } from "./anomaly-name.js";

/** What stands in a path where a secret stood. */
export const MASK = "***";

export type CredentialKind =
  | "api-key"
  | "aws-sigv4"
  | "basic"
  | "bearer"
  | "cookie"
  | "digest"
  | "hmac"
  | "jwt"
  | "negotiate"
  | "ntlm"
  | "other";

/** Where in the request a credential stood. */
export type CredentialPlace = "header" | "cookie" | "query" | "path" | "userinfo";

export interface Credential {
  readonly kind: CredentialKind;
  readonly place: CredentialPlace;
  /** Header or query parameter that held it, in lower case; never the value. */
  readonly name: string;
}

/** One HTTP request with the response that answered it. Strings are the flow's own bytes: untrusted, read as Latin-1. */
export interface Call {
  readonly kind: "call";
  readonly flow: Flow;
  /** First byte of the request, or of the response where the request was not seen. */
  readonly atMicros: number;
  readonly version: "0.9" | "1.0" | "1.1" | "2";
  /** Undefined where the request was never seen. */
  readonly method: string | undefined;
  /** Path without query, secrets masked by `***`; "*" and authority forms stand as sent. */
  readonly path: string | undefined;
  /** Host of the request (Host, :authority or the absolute form), port included as sent. */
  readonly authority: string | undefined;
  readonly userAgent: string | undefined;
  readonly requestContentType: string | undefined;
  readonly credentials: readonly Credential[];
  /** 32-bit hash over the lower-case names of the request's header fields in the order sent. */
  readonly requestHeaderOrder: number;
  /** Final status; undefined where no response was seen. */
  readonly status: number | undefined;
  /** The response's Server and X-Powered-By, as sent. */
  readonly serverSoftware: string | undefined;
  readonly poweredBy: string | undefined;
  /** Framework that a header field or a cookie's name gives away. */
  readonly framework: string | undefined;
  readonly responseContentType: string | undefined;
  readonly responseHeaderOrder: number;
  /** Content bytes, transfer coding removed; undefined where it could not be told. */
  readonly requestBodySize: number | undefined;
  readonly responseBodySize: number | undefined;
  /** First byte of the request to last byte of the response; undefined where either was not seen. */
  readonly durationMicros: number | undefined;
  /** False where bytes were lost or the capture began or ended inside. */
  readonly complete: boolean;
  /** Bytes of this call that were sent but never captured. */
  readonly missingBytes: number;
  /** The request whose answer never came, or the answer whose request was never seen. */
  readonly unpaired: "no-response" | "no-request" | undefined;
}

/** Traffic that breaks its protocol's rules: data, not an exception. */
export interface Anomaly {
  readonly kind: "anomaly";
  readonly flow: Flow;
  readonly atMicros: number;
  readonly from: Side;
  readonly name: AnomalyName;
  /** What exactly broke, without any value from the traffic. */
  readonly detail: string | undefined;
}

/** Told once for each flow that carried data, when it is known what it speaks or that it can't be told. */
export interface Connection {
  readonly kind: "connection";
  readonly flow: Flow;
  readonly atMicros: number;
  /** Name of the protocol in the registry; undefined where none recognised the bytes. */
  readonly protocol: string | undefined;
}

export type Message = Call | Anomaly | Connection;

export interface MessageSink {
  message(message: Message): void;
}
