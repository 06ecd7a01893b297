/**
 * Why a host counts as a gateway: an operator says so · it receives calls and issues the same ones while they wait · its own calls say
 * that they are made on behalf of others.
 */
export type GatewayGround = "configured" | "carried-on" | "forwarding-fields";

/** A host that hands on calls for others. */
export interface GatewayFacts {
  readonly ground: GatewayGround;
  /** 0 to 1. */
  readonly confidence: number;
  /** The ground in words, with what was counted. */
  readonly reason: string;
}

/** A gateway among the callers of an endpoint. */
export interface CallingGateway extends GatewayFacts {
  readonly address: string;
  /** Name of the service known at its address, where all its ports have one name. */
  readonly service?: string;
}

/** How an endpoint is reached of which a gateway is one of the callers. */
export interface ReachedFacts {
  readonly gateways: readonly CallingGateway[];
  /** Callers that are not known to be gateways: they reach it around those that are. */
  readonly around: readonly string[];
  /** Callers beyond those remembered, of which it is not known. */
  readonly untoldCallers: number;
}

/** `api-gw (10.0.0.5), 88 % sure: issues calls that …`. */
export function gatewayWords({ address, service, confidence, reason }: CallingGateway): string {
  const name = service === undefined ? address : `${service} (${address})`;
  return `${name}, ${Math.round(confidence * 100)} % sure: ${reason}`;
}

/** Who goes around; where some callers are not remembered it may be more. */
export function aroundWords({ around, untoldCallers }: ReachedFacts): string {
  const rest = untoldCallers === 0 ? "" : `${untoldCallers.toLocaleString("en")} callers not remembered`;
  if (around.length === 0) return rest === "" ? "nobody seen" : `nobody of those remembered; ${rest}`;
  return rest === "" ? around.join(", ") : `${around.join(", ")}; ${rest}`;
}
