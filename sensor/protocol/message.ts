import type { Flow, Side } from "../flow/stream.js";
import type { AnomalyName } from "./anomaly-name.js";
import type { Access, Safeguards, TokenFacts } from "./protection.js";
import type { CallShapes } from "./shape.js";

/** What stands in a path where a secret stood. */
export const MASK = "***";
/** What stands there for a mail address, so that it still is known as one. */
export const EMAIL_MASK = "***@***";

export type CredentialKind =
  | "api-key"
  | "assertion"
  | "aws-sigv4"
  | "basic"
  | "bearer"
  | "client-assertion"
  | "client-certificate"
  | "client-secret"
  | "cookie"
  | "digest"
  | "dpop"
  | "hmac"
  | "http-signature"
  | "jwe"
  | "jwt"
  | "negotiate"
  | "ntlm"
  | "password"
  | "signature"
  | "ws-security"
  | "other";

/** Where in the request a credential stood. */
export type CredentialPlace = "header" | "cookie" | "query" | "path" | "userinfo" | "body";

export interface Credential {
  readonly kind: CredentialKind;
  readonly place: CredentialPlace;
  /** Header, query parameter or form's field that held it, in lower case; never the value. */
  readonly name: string;
  /** What it says of itself, where it is a JSON Web Token. */
  readonly token?: TokenFacts;
}

/** Path of a request whose path stands in a table whose filling was not seen. */
export const UNKNOWN_PATH = "<unknown-path>";

/**
 * `unary` to `bidirectional`: one message each way, or many, as seen, which for a stream of one message is no other than for a plain
 * call. GraphQL's are what the operation is; a `notification` is a call of JSON-RPC that wants no answer.
 */
export type RpcKind =
  | "unary"
  | "client-stream"
  | "server-stream"
  | "bidirectional"
  | "query"
  | "mutation"
  | "subscription"
  | "notification";

/** What a call is to those who call procedures of services; HTTP carries it. Of a batch it is what the first of them is. */
export interface Rpc {
  readonly system: "grpc" | "connect_rpc" | "twirp" | "graphql" | "jsonrpc" | "soap" | "aws-api";
  /** With its package; undefined, as the method, where it was not seen, has none, or what was sent does not look like a name. */
  readonly service: string | undefined;
  /** The procedure, operation or action. */
  readonly method: string | undefined;
  /**
   * gRPC's own status, from the trailers or an answer of trailers only. Of the others the one with the same meaning, as far as the
   * answer's body tells: 0 no error, 12 no such procedure, 16 and 7 the caller is refused, 2 another error.
   */
  readonly status: number | undefined;
  /** Undefined where messages were not counted or bytes of them were lost. */
  readonly kind: RpcKind | undefined;
  /** Fields within fields that a GraphQL operation asks for, fragments included. */
  readonly depth: number | undefined;
  /** Asks what there is to be called: GraphQL's introspection, gRPC's reflection and the like. */
  readonly isDiscovery: boolean;
  readonly requestMessages: number | undefined;
  readonly responseMessages: number | undefined;
  /** Bytes of the messages as sent, without what frames them. */
  readonly requestMessageBytes: number | undefined;
  readonly responseMessageBytes: number | undefined;
  /** Types of the messages, as the server told when it was asked by reflection. */
  readonly requestType: string | undefined;
  readonly responseType: string | undefined;
  /**
   * Fields of the first message each way, where it was looked at: number and how it is written, with the name where the server told it,
   * such as `1:string:email 2:message 2.1:varint`. What is text, a message or bytes is a guess where the server did not tell.
   */
  readonly requestFields: string | undefined;
  readonly responseFields: string | undefined;
  /** Compression of the request's messages, as sent. */
  readonly encoding: string | undefined;
  /** How long the client is willing to wait. */
  readonly timeoutMicros: number | undefined;
}

/** What an answer says of its own end: RFC 9745 (Deprecation) and RFC 8594 (Sunset). */
export interface WireDeprecation {
  /** From when on; 0 where the field names no time, undefined without the field. */
  readonly sinceMicros: number | undefined;
  readonly sunsetMicros: number | undefined;
}

/** `event-stream` server-sent events · `long-poll` an answer held back until there was something to tell. */
export type StreamKind = "websocket" | "event-stream" | "long-poll";

/** What was sent one way in a call that goes on. Where bytes were lost it was at least so much. */
export interface StreamCount {
  /** Messages whose last byte has passed, and their bytes as sent, without what frames them. */
  readonly messages: number;
  readonly messageBytes: number;
  /** Of these messages: sent in several frames; compressed. */
  readonly fragmented: number;
  readonly compressed: number;
  /** Frames that are no message's: ping, pong, close. */
  readonly controlFrames: number;
  /** Bytes in which no message could be found, because bytes before them were lost or broke the framing. */
  readonly unreadBytes: number;
}

/** How the two took leave of each other; nothing of the reason is kept but what it is. */
export interface StreamEnd {
  /** Undefined where nobody did: the connection was just over. */
  readonly from: Side | undefined;
  /** Undefined where none was given. */
  readonly code: number | undefined;
  readonly reason: "none" | "text" | "json" | "invalid";
}

/** What makes a call more than a question and its answer. How long it lasted tells nothing of how fast it was answered. */
export interface CallStream {
  readonly kind: StreamKind;
  /** This is no other call, but what was sent in one that was told before, since it was told last; undefined fields are its own. */
  readonly isContinued: boolean;
  /** What both sides agreed on: one subprotocol, names of extensions. */
  readonly subprotocol: string | undefined;
  readonly extensions: readonly string[];
  /** Undefined where nothing was counted: not yet, or because it can't be. */
  readonly request: StreamCount | undefined;
  readonly response: StreamCount | undefined;
  /** Undefined where it goes on, or what was said last was not seen. */
  readonly end: StreamEnd | undefined;
  /** First byte of the request to the first of the answer; undefined where it was not seen, and where it tells nothing. */
  readonly answeredMicros: number | undefined;
  /** First byte of the request to the stream's last; undefined where it goes on, or its end was not seen. */
  readonly lastedMicros: number | undefined;
}

/** One HTTP request with the response that answered it. Strings are the flow's own: untrusted, UTF-8 where they are that, else Latin-1. */
export interface Call {
  readonly kind: "call";
  readonly flow: Flow;
  /** First byte of the request, or of the response where the request was not seen. */
  readonly atMicros: number;
  readonly version: "0.9" | "1.0" | "1.1" | "2";
  /** Undefined where the request was never seen. */
  readonly method: string | undefined;
  /** Path without query, secrets and personal data masked by `***`; "*" stands as sent, an authority form as authorities do. */
  readonly path: string | undefined;
  /** The endpoint where the protocol itself says what is called; undefined where its template is made out of the paths seen. */
  readonly template: string | undefined;
  /**
   * What is called at the path where that says not all: each is an endpoint of its own. A batch has several, each once; most calls none.
   * Names, and words of ours: bounded, and never a value.
   */
  readonly operations: readonly string[];
  readonly rpc: Rpc | undefined;
  /** Undefined for a question and its answer, which most calls are. */
  readonly stream: CallStream | undefined;
  /** Why fields of the heads could not be read: they stand in HPACK tables filled before the capture, or by bytes that were lost. */
  readonly unread: "joined-late" | "bytes-lost" | undefined;
  /** Host of the request (Host, :authority or the absolute form), port included as sent, secrets and data of persons in it masked. */
  readonly authority: string | undefined;
  readonly userAgent: string | undefined;
  readonly requestContentType: string | undefined;
  readonly credentials: readonly Credential[];
  /** 32-bit hash over the lower-case names of the request's header fields in the order sent. */
  readonly requestHeaderOrder: number;
  /** Bits of what a proxy wrote into the request's head (`forwarding.ts`); 0 where none did. */
  readonly forwarding: number;
  /** Hash of what goes unchanged from service to service with a call: `traceparent`, `X-Request-Id`; 0 without one. */
  readonly carriedId: number;
  /** Final status; undefined where no response was seen. */
  readonly status: number | undefined;
  /** Tells apart where redirects lead, by a hash (`redirect-place.ts`); 0 of what is none, and of one that only spells its path in another way. */
  readonly redirectPlace: number;
  /** The response's Server and X-Powered-By, as sent. */
  readonly serverSoftware: string | undefined;
  readonly poweredBy: string | undefined;
  /** Framework or product that a header field or a cookie's name gives away. */
  readonly framework: string | undefined;
  readonly responseContentType: string | undefined;
  readonly responseHeaderOrder: number;
  readonly deprecation: WireDeprecation | undefined;
  /** Undefined where the answer's head has no word of them. */
  readonly safeguards: Safeguards | undefined;
  readonly access: Access | undefined;
  /** Content bytes, transfer coding removed; undefined where it could not be told. */
  readonly requestBodySize: number | undefined;
  readonly responseBodySize: number | undefined;
  /** A POST, PUT or PATCH, of which content is expected (RFC 9110 §9.3), that was seen whole and has none. */
  readonly isBodiless: boolean;
  /**
   * Classes of data in target and body of the request, and in the response's body, sorted; never a value. Undefined where the body was
   * not looked at; what the target held is told all the same.
   */
  readonly requestClasses: readonly string[] | undefined;
  readonly responseClasses: readonly string[] | undefined;
  /** Whose body was looked at only in part, being longer than the bound or not whole; undefined where that is of neither. */
  readonly bodiesCut: "request" | "response" | "both" | undefined;
  /** What the bodies and the query are built of; undefined where there is no query and no body was looked at. */
  readonly shapes: CallShapes | undefined;
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
  /** Name of the protocol in the registry, or of one that is known by its first bytes and not read; undefined where none is. */
  readonly protocol: string | undefined;
  /** It is known that whoever is on the path can read it; false where it can't be read, and where that can't be told. */
  readonly isCleartext: boolean;
}

export type ClientAuthVerdict = "presented" | "declined" | "not-requested" | "unknown";

/** `messages` read in the clear · `record-sizes` inferred, TLS 1.3 · `resumption` inherited from the session resumed. */
export type ClientAuthBasis = "messages" | "record-sizes" | "resumption" | "none";

/** Whether the client proved who it is by a certificate. `unknown` wherever it could not be seen. */
export interface ClientAuth {
  readonly verdict: ClientAuthVerdict;
  readonly basis: ClientAuthBasis;
  /** 0 to 1. */
  readonly confidence: number;
  /** The ground in words for a person, without any value from the traffic. */
  readonly reason: string;
}

/** An X.509 certificate (RFC 5280) as far as it could be read. Strings are untrusted. */
export interface Certificate {
  /** SHA-256 of the DER, lower-case hexadecimal. */
  readonly fingerprint: string;
  /** Distinguished names as RFC 4514 writes them; empty where there is none or it can't be read. */
  readonly subject: string;
  readonly issuer: string;
  /** DNS names, addresses, URIs and mail addresses. */
  readonly san: readonly string[];
  /** Attributes of the subject, and `subjectAltName`, in which a number stood that is nobody's business, and whose; it is masked in them. */
  readonly numbersIn?: readonly { readonly attribute: string; readonly of: "account" | "payment card" | "person" }[];
  /** Upper-case hexadecimal. */
  readonly serialNumber: string;
  /** Seconds since 1970-01-01 UTC (the year 9999 is beyond what microseconds can count); undefined where it can't be read. */
  readonly notBeforeSeconds: number | undefined;
  readonly notAfterSeconds: number | undefined;
  /** Kind and size or curve of the key: `RSA 2048`, `EC P-256`, `Ed25519`. */
  readonly key: string;
  /** Size of the key in bits; undefined where the kind has none or it can't be read. */
  readonly keyBits: number | undefined;
  readonly signatureAlgorithm: string;
  /** Names of the purposes (`serverAuth`, `clientAuth`, else the OID); undefined without the extension. */
  readonly extendedKeyUsages: readonly string[] | undefined;
  readonly isAuthority: boolean;
  /** Subject and issuer are the same name. */
  readonly isSelfIssued: boolean;
  /** The DER broke off or is none; the fields before that place are filled. */
  readonly isMalformed: boolean;
}

/**
 * One TLS connection's handshake. Names are IANA's; a field is undefined where it was not seen. Told once: when the verdict and
 * its outcome are known, or at the latest when the connection ends.
 */
export interface Handshake {
  readonly kind: "handshake";
  readonly flow: Flow;
  /** First byte of the ClientHello, or of the first record seen. */
  readonly atMicros: number;
  /** `1.0` … `1.3`; `2` and `3` stand for SSL 2.0 and 3.0. */
  readonly version: string | undefined;
  readonly cipher: string | undefined;
  /** Group of the key exchange. */
  readonly curve: string | undefined;
  readonly serverName: string | undefined;
  readonly nextProtocol: string | undefined;
  /** Undefined where the end of the handshake was not seen. */
  readonly established: boolean | undefined;
  readonly resumed: boolean | undefined;
  readonly ja3: string | undefined;
  readonly ja3s: string | undefined;
  readonly ja4: string | undefined;
  readonly clientAuth: ClientAuth;
  /** Leaf first; empty where none was sent in the clear. A resumed session brings those of its full handshake. */
  readonly serverChain: readonly Certificate[];
  readonly clientChain: readonly Certificate[];
  /** Name of the alert that ended the handshake, `encrypted` where only its record was seen, and who sent it. */
  readonly alert: string | undefined;
  readonly alertFrom: Side | undefined;
  /** The ClientHello offered Encrypted Client Hello, early data, authentication after the handshake (RFC 8446 §4.2.6). */
  readonly offersEncryptedHello: boolean;
  readonly offersEarlyData: boolean;
  readonly offersPostHandshakeAuth: boolean;
  /** Whether the server took the early data; undefined where none was offered or it can't be told. */
  readonly tookEarlyData: boolean | undefined;
  /** The key exchange resists a quantum computer. */
  readonly isPostQuantum: boolean;
  /** False where bytes were lost or the capture began or ended inside the handshake. */
  readonly complete: boolean;
}

export type Message = Call | Anomaly | Connection | Handshake;

export interface MessageSink {
  message(message: Message): void;
}

/**
 * What became of a flow's bytes. `encrypted`: of a connection that is, its handshake included · `not-understood`: of a protocol that is
 * not read, or that broke off · `joined-late`: of a connection whose beginning was not seen, before anything in it was recognised ·
 * `lost`: never captured, the only ones that were not seen.
 */
export type ByteFate = "parsed" | "encrypted" | "not-understood" | "joined-late" | "lost";

/** Every byte of every flow is told once, when the flow ends and now and then while it lasts. */
export interface VisibilitySink {
  /**
   * `bytes` is below 0 where bytes told before turned out to be of what the flow carries. `protocol` is the name of what was not
   * understood, and `unknown` where it has none; for the other fates it says nothing.
   */
  bytes(flow: Flow, fate: ByteFate, bytes: number, protocol: string): void;
}
