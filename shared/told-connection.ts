import type { InVirtualNetwork } from "./event.js";

/**
 * A TCP connection with calls, as one sensor sees it up to now: what another sensor tells of the same one, from its other end, is told from
 * what is another's by ends and sequence numbers (RFC 9293 §3.4, unsigned). `First` is that of a side's first byte, or of the first one seen
 * where `isOpeningSeen` is false; `Next` the one after its last. Left out where nothing of that side was seen.
 */
export interface ToldConnection extends InVirtualNetwork {
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serverAddress: string;
  readonly serverPort: number;
  readonly clientFirst?: number;
  readonly clientNext?: number;
  readonly serverFirst?: number;
  readonly serverNext?: number;
  readonly isOpeningSeen: boolean;
  /** Since its first packet; a later telling has those of the ones before. */
  readonly calls: number;
  readonly firstMicros: number;
  readonly lastMicros: number;
}

/** Connections in which something was called since they were told last. */
export interface ConnectionsRecord {
  readonly kind: "connections";
  readonly connections: readonly ToldConnection[];
}
