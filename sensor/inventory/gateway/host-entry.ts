import type { GatewayFacts } from "../../../shared/gateway.js";
import { BY_ENVOY, BY_FORWARDED, BY_FORWARDED_FOR, BY_VIA, ON_BEHALF } from "../../protocol/forwarding.js";
import type { Call } from "../../protocol/message.js";
import { CarriedCalls } from "./carried-calls.js";

/** Calls from which on what they show is no accident. */
const MIN_CALLS = 3;
/** A gateway answers some calls itself: health checks, what it refuses, what it has in its cache. */
const CARRIED_SHARE = 1 / 3;
const FIELD_SHARE = 1 / 2;
/** What it is worth that calls are carried on, and each thing more that speaks for it. One alone may be a service that asks another. */
const CARRIED_WORTH = 0.7;
const MORE_WORTH = 0.09;
/** Whoever calls chooses what it writes; Via and Forwarded are written by hardly anything but proxies. */
const FORWARDED_FOR_WORTH = 0.6;
const STANDARD_WORTH = 0.75;

const FIELD_WORDS: readonly (readonly [number, string])[] = [
  [BY_VIA, "Via"],
  [BY_FORWARDED, "Forwarded"],
  [BY_FORWARDED_FOR, "X-Forwarded-For"],
  [BY_ENVOY, "X-Envoy-*"],
];

/** An edge from it. */
export interface CallingEdge {
  readonly client: HostEntry;
  readonly calls: number;
  callsOnBehalf: number;
  /** One of its ends is both called and calling, so that it may be a gateway: as it was when there were so many services and edges. */
  isWatched: boolean;
  endsThen: number;
}

/** An address as the end of calls, and what shows whether it hands on those of others. */
export class HostEntry {
  readonly place: string;
  isServer = false;
  isClient = false;
  /** Undefined where nothing shows that it is one, which does not say that it is none. */
  gateway: GatewayFacts | undefined = undefined;
  #received = 0;
  #receivedOnBehalf = 0;
  /** Of the edge that showed it last. */
  #issued = 0;
  #issuedOnBehalf = 0;
  #marks = 0;
  #carried: CarriedCalls | undefined = undefined;

  constructor(place: string) {
    this.place = place;
  }

  /** It made a call. Whether it may be known for a gateway now. */
  issues(call: Call, edge: CallingEdge): boolean {
    if (this.isServer) {
      this.#carried ??= new CarriedCalls();
      this.#carried.issue(call);
    }
    if (call.forwarding === 0) return false;
    this.#marks |= call.forwarding;
    if ((call.forwarding & ON_BEHALF) === 0) return false;
    if (!isTurn(edge.callsOnBehalf)) return false;
    this.#issued = edge.calls;
    this.#issuedOnBehalf = edge.callsOnBehalf;
    return true;
  }

  /** It was called. Whether it may be known for a gateway now. */
  receives(call: Call): boolean {
    this.#received++;
    if ((call.forwarding & ON_BEHALF) !== 0) this.#receivedOnBehalf++;
    return this.#carried?.receive(call) === true && isTurn(this.#carried.carried);
  }

  /** Judges anew. Whether something else is known than before. */
  judge(isConfigured: boolean): boolean {
    const before = this.gateway;
    if (isConfigured) this.gateway = CONFIGURED;
    else this.gateway = this.#byCarrying() ?? this.#byFields() ?? (before === CONFIGURED ? undefined : before);
    return this.gateway !== before;
  }

  /** What was known of it before a restart; a setting says its own. */
  restore(facts: GatewayFacts | undefined): void {
    if (facts !== undefined && facts.ground !== "configured") this.gateway ??= facts;
  }

  /** Somebody else has its address now. */
  forget(): void {
    this.gateway = this.#carried = undefined;
    this.#received = this.#receivedOnBehalf = this.#issued = this.#issuedOnBehalf = this.#marks = 0;
  }

  #byCarrying(): GatewayFacts | undefined {
    const carried = this.#carried;
    if (carried === undefined || carried.carried < MIN_CALLS || carried.carried < CARRIED_SHARE * carried.judged)
      return undefined;
    const more: string[] = [];
    if (carried.hasPaths) more.push("on several paths");
    if (carried.withId >= MIN_CALLS) more.push("with the same identifier");
    if ((this.#marks & ON_BEHALF) !== 0) more.push(`and writes ${this.#fields()}`);
    if (more.length === 0) return undefined;
    return {
      ground: "carried-on",
      confidence: Number((CARRIED_WORTH + more.length * MORE_WORTH).toFixed(2)),
      reason: `issues calls that it received while they wait for their answer: ${carried.carried} of ${carried.judged}, ${more.join(", ")}`,
    };
  }

  /** A service hands such fields on that it received itself: then they say nothing of it. */
  #byFields(): GatewayFacts | undefined {
    const isRelevant = this.#issuedOnBehalf >= MIN_CALLS && this.#issuedOnBehalf >= FIELD_SHARE * this.#issued;
    if (!isRelevant || (this.#receivedOnBehalf > 0 && this.#receivedOnBehalf >= FIELD_SHARE * this.#received))
      return undefined;
    const isStandard = (this.#marks & (BY_VIA | BY_FORWARDED)) !== 0;
    return {
      ground: "forwarding-fields",
      confidence: isStandard ? STANDARD_WORTH : FORWARDED_FOR_WORTH,
      reason: `its calls are made on behalf of others: ${this.#issuedOnBehalf} of ${this.#issued} have ${this.#fields()}, which any caller may write`,
    };
  }

  #fields(): string {
    return FIELD_WORDS.filter(([bit]) => (this.#marks & bit) !== 0)
      .map(([, word]) => word)
      .join(", ");
  }
}

const CONFIGURED: GatewayFacts = { ground: "configured", confidence: 1, reason: "named by identity.gateways" };

/** Seldom, however many there are. */
function isTurn(count: number): boolean {
  return count >= MIN_CALLS && (count === MIN_CALLS || (count & (count - 1)) === 0);
}
