import type { BlindTimes } from "../../../shared/blind-times.js";
import type { EndpointRecord, EndpointState } from "../../../shared/event.js";
import { compare } from "../count/tally.js";
import type { Declaration, Deprecation } from "../observation.js";

/** What of an endpoint makes its state. */
export interface Lived {
  readonly foundMicros: number;
  readonly lastMicros: number;
  readonly isThere: boolean;
  readonly declaration: Declaration | undefined;
  readonly deprecation: Deprecation | undefined;
}

export interface StateSettings {
  /** Packet time without a call after which an endpoint is dormant; when the sensor was blind does not count. */
  readonly dormantSeconds: number;
  /** How long an endpoint first seen after the inventory was learned counts as new; also the time of learning, in which something was seen. */
  readonly learningSeconds: number;
}

/** Packet times between which the inventory was learned. */
export interface Span {
  readonly firstMicros: number;
  readonly lastMicros: number;
}

/** An endpoint that was called has one state: of what is true of it, what asks most for somebody to act. */
export function stateOf(endpoint: Lived, span: Span, settings: StateSettings, blindTimes: BlindTimes): EndpointState {
  const { deprecation, declaration } = endpoint;
  const isCalled = !blindTimes.isSilent(endpoint.lastMicros, span.lastMicros, settings.dormantSeconds * 1e6);
  if (deprecation !== undefined && isCalled && endpoint.lastMicros >= deprecation.fromMicros) return "zombie";
  if (declaration?.isDeclared === false && endpoint.isThere) return "shadow";
  if (deprecation !== undefined) return "deprecated";
  if (!isCalled) return "dormant";
  const learningMicros = settings.learningSeconds * 1e6;
  const isLate = endpoint.foundMicros > blindTimes.seenBy(span.firstMicros, learningMicros);
  return isLate && span.lastMicros - endpoint.foundMicros < learningMicros ? "new" : "active";
}

/** By where they are called, then by what. */
export function byPlace(a: EndpointRecord, b: EndpointRecord): number {
  return (
    compare(a.serverAddress, b.serverAddress) ||
    compare(a.virtualNetwork ?? "", b.virtualNetwork ?? "") ||
    a.serverPort - b.serverPort ||
    compare(a.template, b.template) ||
    compare(a.method, b.method)
  );
}
