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
  /** Name of the one service known at its address. */
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

export const GATEWAY_GROUND_WORDS: Readonly<Record<GatewayGround, string>> = {
  configured: "a setting",
  "carried-on": "calls that it carries on",
  "forwarding-fields": "what it writes into its calls",
};
