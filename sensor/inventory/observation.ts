import type { Quantiles, Scope } from "../../shared/event.js";
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
}

export interface Edge {
  readonly clientAddress: string;
  readonly service: Service;
  readonly scope: Scope;
  readonly calls: number;
  /** For the rule that counts resumptions to keep its count; nobody else reads it. */
  resumptions: object | undefined;
}

export interface Endpoint {
  readonly service: Service;
  readonly method: string;
  readonly template: string;
  readonly calls: number;
  readonly firstMicros: number;
  durationMillis(): Quantiles | undefined;
}

/**
 * Takes each message together with the inventory rows it belongs to. `edge` and `endpoint` are undefined only where the
 * inventory is full or the request was never seen; both are counted.
 */
export interface ObservationSink {
  call(call: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void;
  anomaly(anomaly: Anomaly, edge: Edge | undefined): void;
  connection(connection: Connection, edge: Edge | undefined): void;
  handshake(handshake: Handshake, edge: Edge | undefined): void;
}
