import type { DataGroup } from "./data-class.js";
import type {
  AnswerFacts,
  DeclarationFacts,
  DeprecationFacts,
  EndpointSchemas,
  PathParameter,
  StreamRecord,
} from "./endpoint-facts.js";
import type { GatewayFacts, ReachedFacts } from "./gateway.js";
import type { BlindInterval, HealthRecord } from "./health.js";
import type { FormerName, MovedService } from "./moved-service.js";
import type { NameGround } from "./name-ground.js";
import type { ProtectionFacts } from "./protection.js";
import type { ConnectionsRecord } from "./told-connection.js";
import type { UnknownPathsRecord } from "./unknown-paths-record.js";

/**
 * What a sensor tells: the records of its inventory, its findings, samples of calls and its own health. Plain data, the same in
 * the sensor's store, on the wire and in the console. Times are microseconds since 1970-01-01 UTC, of packets unless told
 * otherwise. A field is left out where its value was not seen. Strings from traffic are untrusted.
 */
export type Severity = "info" | "low" | "medium" | "high" | "critical";

export const SEVERITIES: readonly Severity[] = ["info", "low", "medium", "high", "critical"];

export type Scope = "east-west" | "north-south";

export type Posture = "cleartext" | "tls" | "mtls" | "mixed" | "unknown";

export type EndpointState = "active" | "new" | "shadow" | "deprecated" | "zombie" | "dormant";

/** Quantiles of what was seen so far, each within 2 % of a value really seen. */
export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * Times between a row's first and last seen in which an interface was not captured: more may have been then. Left out in rows of a
 * version that did not tell them.
 */
export interface BlindBound {
  readonly blindIntervals?: number;
  readonly blindMillis?: number;
}

/** Rows, calls, handshakes and findings of a virtual network, whose addresses may stand for others elsewhere. */
export interface InVirtualNetwork {
  /** `vxlan 5001`, `geneve 7`; left out where there is none, or it is the sensor's host's own. */
  readonly virtualNetwork?: string;
}

/** One listening address and port. Identity: `address`, `port`, `virtualNetwork`. */
export interface ServiceRecord extends BlindBound, InVirtualNetwork {
  readonly kind: "service";
  readonly address: string;
  readonly port: number;
  /** What files give, else the host name its callers use, else that of its certificate, else `address:port`. */
  readonly name: string;
  /** What the name stands on, and how sure it is, from 0 to 1; absent in rows of a version that did not tell it. */
  readonly nameGround?: NameGround;
  readonly nameConfidence?: number;
  /** Every host name seen for it, most used first, bounded. */
  readonly names: readonly string[];
  /** Server and X-Powered-By values seen, bounded. */
  readonly software: readonly string[];
  /** Frameworks that give themselves away by a header field or a cookie's name, bounded. */
  readonly frameworks: readonly string[];
  /** Fingerprints of the order of the responses' header fields, 8 hexadecimal digits each, bounded. */
  readonly headerOrders: readonly string[];
  /** Protocols of the registry seen there. */
  readonly protocols: readonly string[];
  readonly connections: number;
  readonly calls: number;
  /**
   * What became of the bytes that its connections carried. These four together are what was seen of them; told when a connection ends,
   * and about every half minute while it lasts. Encrypted are all bytes of TLS connections, their handshakes included.
   */
  readonly parsedBytes: number;
  readonly encryptedBytes: number;
  /** Protocol by its first bytes → bytes; `unknown` where they tell none. One that is read stands for what could not be followed. */
  readonly notUnderstood: Readonly<Record<string, number>>;
  /** Of connections whose beginning was not seen, before anything in them was recognised. */
  readonly joinedLateBytes: number;
  /** Sent and never captured. */
  readonly missingBytes: number;
  /** Left out where there is none. */
  readonly unknownPaths?: UnknownPathsRecord;
  /** Left out where its address is not known to be a gateway's. */
  readonly gateway?: GatewayFacts;
  /** Where its endpoints went, and where they came from; left out where it was seen at no other address. */
  readonly movedTo?: MovedService;
  readonly movedFrom?: readonly MovedService[];
  /** Names that it was asked for by until another took their place: its address was given anew. Left out where there are none. */
  readonly formerNames?: readonly FormerName[];
  readonly firstMicros: number;
  readonly lastMicros: number;
}

/** Who talks to whom. Identity: `clientAddress`, `serverAddress`, `serverPort`, `virtualNetwork`. */
export interface EdgeRecord extends BlindBound, InVirtualNetwork {
  readonly kind: "edge";
  readonly clientAddress: string;
  readonly serverAddress: string;
  readonly serverPort: number;
  /** Name of the service known at the client's address, where all its ports have one name. */
  readonly clientService?: string;
  /** Left out where the client is not known to be a gateway. */
  readonly clientGateway?: GatewayFacts;
  readonly serverService: string;
  readonly scope: Scope;
  readonly posture: Posture;
  /** Protocols of the registry → connections that spoke them; `unknown` where none was recognised. */
  readonly protocols: Readonly<Record<string, number>>;
  /**
   * What the connections behind `posture` were: `cleartext` `mtls` `tls` (no client certificate) `tls-unknown` (TLS, client
   * authentication can't be told) `failed` (handshake not completed) `unknown` (nothing recognised) → connections.
   */
  readonly postureCounts: Readonly<Record<string, number>>;
  /** Grounds of the client authentication verdicts, in words → handshakes, bounded. */
  readonly clientAuthReasons: Readonly<Record<string, number>>;
  /** Groups of the key exchanges by IANA's names → handshakes, bounded. */
  readonly keyExchangeGroups: Readonly<Record<string, number>>;
  /** How handshakes failed → handshakes, bounded: the alert's name and its sender, or that there was none. */
  readonly handshakeFailures: Readonly<Record<string, number>>;
  /** HandshakeTrait → handshakes. */
  readonly handshakeTraits: Readonly<Record<string, number>>;
  /** Certificates that the client showed, by identity or subject and the fingerprint's first digits → handshakes, bounded; left out without. */
  readonly clientCertificates?: Readonly<Record<string, number>>;
  readonly connections: number;
  readonly calls: number;
  readonly handshakes: number;
  /** User agents seen, bounded. */
  readonly clientSoftware: readonly string[];
  /** Fingerprints of the order of the requests' header fields, 8 hexadecimal digits each, bounded. */
  readonly clientHeaderOrders: readonly string[];
  /** Credential kinds seen → calls. */
  readonly credentials: Readonly<Record<string, number>>;
  /** Of its connections: sent and never captured. */
  readonly missingBytes: number;
  readonly firstMicros: number;
  readonly lastMicros: number;
}

/**
 * One operation of a service; one that is declared and was never seen has no calls, and no times. Identity: `serverAddress`,
 * `serverPort`, `virtualNetwork`, `method`, `template`.
 */
export interface EndpointRecord extends BlindBound, InVirtualNetwork, AnswerFacts {
  readonly kind: "endpoint";
  readonly serverAddress: string;
  readonly serverPort: number;
  readonly service: string;
  readonly method: string;
  readonly template: string;
  /** Why each parameter of the template is one, in the template's order. */
  readonly parameters: readonly PathParameter[];
  readonly calls: number;
  /** Addresses of clients, bounded; `callerCount` goes on counting. */
  readonly callers: readonly string[];
  readonly callerCount: number;
  /** Host names by which it was called and answered, most used first, bounded; left out where it was called by address alone. */
  readonly hosts?: readonly string[];
  /** About how many there were beside these; left out where there were none. */
  readonly moreHosts?: number;
  /** Status code → calls; `0` counts calls without a response. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly credentials: Readonly<Record<string, number>>;
  /** Classes of data seen in requests or responses. */
  readonly dataClasses: readonly string[];
  /** Of those the operator's own, with the group that each was given; left out where there are none, and by versions that did not tell them. */
  readonly ownClasses?: Readonly<Record<string, DataGroup>>;
  /** The same by direction → calls whose request or response held it. */
  readonly requestClasses: Readonly<Record<string, number>>;
  readonly responseClasses: Readonly<Record<string, number>>;
  /** Calls of which the request's or the response's body was looked at: without, no class means nothing. */
  readonly requestBodiesRead: number;
  readonly responseBodiesRead: number;
  /** Of these, so many were looked at only in part, being longer than the bound or not whole; absent in rows of a version that did not tell them. */
  readonly requestBodiesCut?: number;
  readonly responseBodiesCut?: number;
  readonly requestContentTypes: readonly string[];
  readonly durationMillis?: Quantiles;
  readonly requestBytes?: Quantiles;
  readonly responseBytes?: Quantiles;
  /** Left out where every call was a question and its answer. */
  readonly streams?: StreamRecord;
  readonly state: EndpointState;
  /** Left out where no file speaks of it. */
  readonly declaration?: DeclarationFacts;
  /** Left out where nothing marks it. */
  readonly deprecation?: DeprecationFacts;
  /** How what was seen differs from what is declared, each in words, bounded; left out where it does not. */
  readonly drift?: readonly string[];
  /** Left out where nothing was learned of them. */
  readonly schemas?: EndpointSchemas;
  /** Left out where calls show nothing of it: none of them carried a credential. */
  readonly protection?: ProtectionFacts;
  /** Left out where no gateway is known among its callers. */
  readonly reached?: ReachedFacts;
  readonly incompleteCalls: number;
  /** Of its calls: sent and never captured. */
  readonly missingBytes: number;
  readonly firstMicros: number;
  readonly lastMicros: number;
  /** When something first answered there but that nothing is; left out where that was when it was first seen. */
  readonly foundMicros?: number;
}

/** One call as the live feed and calls.ndjson show it. Never a header value beyond these, never a body. */
export interface CallRecord extends InVirtualNetwork {
  readonly kind: "call";
  readonly atMicros: number;
  readonly flowId: string;
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serverAddress: string;
  readonly serverPort: number;
  readonly service: string;
  readonly version: string;
  readonly method?: string;
  readonly path?: string;
  readonly template?: string;
  readonly authority?: string;
  readonly status?: number;
  readonly requestBodySize?: number;
  readonly responseBodySize?: number;
  /** Classes of data they held; left out where the body was not looked at. */
  readonly requestClasses?: readonly string[];
  readonly responseClasses?: readonly string[];
  /** Whose body was looked at only in part: its classes are those of that part. */
  readonly bodiesCut?: "request" | "response" | "both";
  readonly durationMillis?: number;
  readonly userAgent?: string;
  readonly credentials: readonly string[];
  readonly complete: boolean;
  readonly missingBytes: number;
  readonly unpaired?: "no-response" | "no-request";
  /** Why fields could not be read: HTTP/2 sends them by numbers of a table, and its filling was not seen. */
  readonly unread?: "joined-late" | "bytes-lost";
  /** `grpc` `connect_rpc` `twirp` `graphql` `jsonrpc` `soap` `aws-api`; the fields that begin so only with it. */
  readonly rpcSystem?: string;
  readonly rpcService?: string;
  readonly rpcMethod?: string;
  /** gRPC's own status; of the others the one of the same meaning, as far as the answer tells: 0, 12 no such procedure, 2. */
  readonly rpcStatus?: number;
  /** `unary` `client-stream` `server-stream` `bidirectional`, from the messages seen; `query` `mutation` `subscription` `notification`. */
  readonly rpcKind?: string;
  /** Fields within fields that a GraphQL operation asks for. */
  readonly rpcDepth?: number;
  /** Asks what there is to be called: introspection, reflection. */
  readonly rpcDiscovery?: true;
  /** Types of gRPC's messages as the server told by reflection, and fields of the first one each way: `1:string:email 2:varint`. */
  readonly rpcRequestType?: string;
  readonly rpcResponseType?: string;
  readonly rpcRequestFields?: string;
  readonly rpcResponseFields?: string;
  readonly requestMessages?: number;
  readonly responseMessages?: number;
  readonly requestMessageBytes?: number;
  readonly responseMessageBytes?: number;
  readonly rpcEncoding?: string;
  readonly rpcTimeoutMillis?: number;
  /** `websocket` `event-stream` `long-poll`; of the latter two the messages seen are told as of `rpcSystem`. */
  readonly streamKind?: string;
  /** What a WebSocket's two sides agreed on. */
  readonly subprotocol?: string;
}

/** A certificate as a handshake or the inventory tells it. Strings are untrusted. */
export interface CertificateFacts {
  /** SHA-256, lower-case hexadecimal. */
  readonly fingerprint: string;
  /** RFC 4514. */
  readonly subject: string;
  readonly issuer: string;
  readonly san: readonly string[];
  readonly serialNumber: string;
  readonly notBeforeSeconds?: number;
  readonly notAfterSeconds?: number;
  /** `RSA 2048`, `EC P-256`, `Ed25519`. */
  readonly key: string;
  readonly signatureAlgorithm: string;
  /** Certificates sent together with this leaf, itself included. */
  readonly chainLength: number;
}

/**
 * What else a handshake shows. `encrypted-hello-offered` is Encrypted Client Hello, which some clients only pretend to offer;
 * `late-auth-offered` is authentication after a TLS 1.3 handshake, which would be invisible.
 */
export type HandshakeTrait =
  | "post-quantum"
  | "encrypted-hello-offered"
  | "early-data-offered"
  | "early-data-taken"
  | "early-data-refused"
  | "late-auth-offered";

/** One TLS connection's handshake, as the live feed and handshakes.ndjson show it. */
export interface HandshakeRecord extends InVirtualNetwork {
  readonly kind: "handshake";
  readonly atMicros: number;
  readonly flowId: string;
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serverAddress: string;
  readonly serverPort: number;
  readonly service: string;
  readonly version?: string;
  readonly cipher?: string;
  readonly curve?: string;
  readonly serverName?: string;
  readonly nextProtocol?: string;
  readonly established?: boolean;
  readonly resumed?: boolean;
  readonly ja3?: string;
  readonly ja3s?: string;
  readonly ja4?: string;
  readonly verdict: string;
  readonly basis: string;
  readonly confidence: number;
  /** The ground of the verdict in words. */
  readonly reason: string;
  readonly alert?: string;
  readonly alertFrom?: "client" | "server";
  readonly traits: readonly HandshakeTrait[];
  readonly serverCertificate?: CertificateFacts;
  readonly clientCertificate?: CertificateFacts;
}

/** A leaf certificate and where it was presented. Identity: `fingerprint`. */
export interface CertificateRecord extends CertificateFacts, BlindBound {
  readonly kind: "certificate";
  readonly extendedKeyUsages: readonly string[];
  readonly isSelfIssued: boolean;
  /** Names of the services that present it, bounded; the count goes on, and is of addresses with port. */
  readonly services: readonly string[];
  readonly serviceCount: number;
  /** Addresses of clients that present it, bounded; the count goes on. */
  readonly clients: readonly string[];
  readonly clientCount: number;
  readonly handshakes: number;
  readonly firstMicros: number;
  readonly lastMicros: number;
}

/** One finding; repeats are merged into `count`. Identity: `id`. */
export interface FindingRecord extends InVirtualNetwork {
  readonly kind: "finding";
  /** Stable over runs: from the rule and its subject. */
  readonly id: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly title: string;
  readonly summary: string;
  readonly clientAddress?: string;
  readonly serverAddress?: string;
  readonly serverPort?: number;
  readonly method?: string;
  readonly template?: string;
  readonly count: number;
  readonly firstMicros: number;
  readonly lastMicros: number;
  readonly evidence: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  readonly references: readonly string[];
}

/** An endpoint that was merged into another when the evidence for a path parameter came in. */
export interface RemovalRecord extends InVirtualNetwork {
  readonly kind: "removal";
  readonly serverAddress: string;
  readonly serverPort: number;
  readonly method: string;
  readonly template: string;
  /** The endpoint that took over its counts; left out where it was evicted for space. */
  readonly mergedInto?: string;
  /** Where that is at another address. */
  readonly mergedIntoAddress?: string;
  /** What the service is called there. */
  readonly mergedIntoService?: string;
}

/** Everything that travels from sensor to console. */
export type SensorEvent =
  | ConnectionsRecord
  | ServiceRecord
  | EdgeRecord
  | EndpointRecord
  | CertificateRecord
  | RemovalRecord
  | CallRecord
  | HandshakeRecord
  | FindingRecord
  | BlindInterval
  | HealthRecord;
