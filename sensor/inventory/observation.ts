import type { Quantiles, Scope } from "../../shared/event.js";
import type { GatewayFacts, ReachedFacts } from "../../shared/gateway.js";
import type { AskedCounts, TokenChange } from "../../shared/protection.js";
import type { Anomaly, Call, Connection, Handshake } from "../protocol/message.js";

/** A service, edge or endpoint of the inventory as rules see it: live, changing with each call. */
export interface Service {
  readonly address: string;
  readonly port: number;
  /** Undefined where it is in none that is known to be one. */
  readonly virtualNetwork: string | undefined;
  /** Its address, told apart from the same one in another virtual network. */
  readonly place: string;
  readonly name: string;
  /** Packet time at which it was known that it had come from another address, the latest; undefined where it did not. */
  readonly movedMicros: number | undefined;
  /** What is called there so may turn out to have been elsewhere before, with endpoints that are known: `settled` tells. */
  isArriving(authority: string | undefined): boolean;
}

export interface Edge {
  readonly clientAddress: string;
  /** Who is at the address, of all that it calls. */
  readonly client: { readonly gateway: GatewayFacts | undefined };
  readonly service: Service;
  readonly scope: Scope;
  readonly calls: number;
  /** For the rule that counts resumptions to keep its count; nobody else reads it. */
  resumptions: object | undefined;
}

/** What files say of an endpoint. */
export interface Declaration {
  /** False where files speak of its service, and none has it. */
  readonly isDeclared: boolean;
  /** The file that has it, or those that do not. */
  readonly file: string;
  /** What the file calls its API. */
  readonly title: string;
  /** `file:line`; undefined where it is not declared. */
  readonly place: string | undefined;
  readonly isDeprecated: boolean;
  readonly sunsetMicros: number | undefined;
  /** Statuses it is declared to answer with: `200`, `4XX`, `default`; empty where the file does not tell. */
  readonly statuses: readonly string[];
  allowsStatus(status: number): boolean;
}

/** That an endpoint is about to go away, by its file or by what it answers itself. */
export interface Deprecation {
  readonly marks: readonly ("file" | "header")[];
  /** From when on it is deprecated, as far as that is said; 0 where it is without a time, undefined where only its end is told. */
  readonly sinceMicros: number | undefined;
  /** Packet time from which on it should not be called, at the latest from its end on; 0 where no time is told. */
  readonly fromMicros: number;
  /** When it is to go away; undefined where nobody tells. */
  readonly sunsetMicros: number | undefined;
  /** When callers called last since it was marked; undefined of what was never called. `version` rises with one that is new or back. */
  readonly callers?: { readonly version: number; record(): Readonly<Record<string, number>> } | undefined;
}

/** One way in which what was seen differs from what is declared, in words without values. */
export interface Difference {
  readonly kind: "parameter" | "credential" | "schema";
  readonly text: string;
}

/** How calls of an endpoint were made and answered. */
export interface Protection {
  /** Something of it may have to be told as a finding: the call counted last has a token, speaks of origins or cookies, or none was needed. */
  readonly isTelling: boolean;
  /** The call counted last was answered with success without any credential, and is no form of OAuth 2. */
  readonly wasLetIn: boolean;
  readonly carried: AskedCounts;
  readonly bare: AskedCounts;
  /** Who was answered last with success without any credential; undefined where nobody was since the sensor started. */
  readonly bareClient: string | undefined;
  /** Sites whose pages were let read answers by naming the one that asked; at least so many. Requests of pages that were not named. */
  readonly echoedSites: number;
  readonly refusedOrigins: number;
  readonly tokenChanges: readonly TokenChange[];
  /** Of the calls without a credential that were answered with success: forms of OAuth 2, which public clients send so. */
  readonly bareForms: number;
  /** People log in there: a password is what it is asked with, and no key to it. */
  readonly takesPasswords: boolean;
}

/** What some rules are about alone, as bits: most endpoints have none of it. */
export const MARK = {
  /** Files speak of it, or something marks it. */
  judged: 1,
  /** Its protection may have to be told of. */
  protected: 2,
  /** A gateway called it. */
  behindGateway: 4,
} as const;

export interface Endpoint {
  readonly service: Service;
  readonly method: string;
  readonly template: string;
  readonly calls: number;
  /** When it came to be one; it may have been called before. */
  readonly foundMicros: number;
  /** An answer showed that it is there, which one such as 404 or 401 does not. */
  readonly isThere: boolean;
  /** Undefined where no file speaks of it. */
  readonly declaration: Declaration | undefined;
  /** Undefined where nothing marks it. */
  readonly deprecation: Deprecation | undefined;
  /** Undefined where its calls show nothing of it: none carried a credential. */
  readonly protection: Protection | undefined;
  /** Of MARK. */
  readonly marks: number;
  /** Clients seen; beyond those remembered an estimate. */
  readonly callerCount: number;
  /** Undefined where no gateway is known among its callers. */
  reached(): ReachedFacts | undefined;
  /** How its queries and bodies differ from those declared; the same list until something is learned. */
  differences(): readonly Difference[];
  durationMillis(): Quantiles | undefined;
}

/**
 * Takes each message together with the inventory rows it belongs to. `edge` and `endpoint` are undefined only where the
 * inventory is full or the request was never seen, and `endpoint` where nothing is called that is there; all are counted.
 */
export interface ObservationSink {
  call(call: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void;
  anomaly(anomaly: Anomaly, edge: Edge | undefined): void;
  connection(connection: Connection, edge: Edge | undefined): void;
  handshake(handshake: Handshake, edge: Edge | undefined): void;
  /** Whether a service was elsewhere before is known by now, or not to be known: these are its endpoints. */
  settled(service: Service, endpoints: readonly Endpoint[]): void;
}
