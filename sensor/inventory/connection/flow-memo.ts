import type { Flow } from "../../flow/stream.js";
import type { ServiceEntry } from "../service/service-entry.js";
import type { EdgeEntry } from "./edge-entry.js";
import type { CountedFlow } from "./told-connections.js";

/** What was looked up once for a flow, and what is counted of it. */
export interface FlowMemo extends CountedFlow {
  readonly service: ServiceEntry | undefined;
  readonly edge: EdgeEntry | undefined;
  readonly clientAddress: string;
}

export function memoOf(flow: Flow, service: ServiceEntry | undefined, edge: EdgeEntry | undefined): FlowMemo {
  const { clientAddress } = flow;
  return { service, edge, clientAddress, flow, calls: 0, lastCallMicros: 0, isWaiting: false };
}
