import { ACK, type Packet, SYN } from "../decode/packet.js";
import type { Half } from "./half.js";
import type { TcpFlow } from "./tcp-flow.js";

/**
 * What a packet means for a flow on the same ports. A SYN with another sequence number than this direction began with opens another
 * connection where the old one is closed. RFC 5961 §4: a live one is not given up for it, anybody can send it: not before the other
 * end acknowledges it, or its own end goes on from it.
 */
export function judgeOffer(flow: TcpFlow, fromA: boolean, packet: Packet): "same" | "wait" | "reused" {
  const half = fromA ? flow.a : flow.b;
  const from = fromA ? "a" : "b";
  if ((packet.flags & SYN) !== 0) {
    if (isTaken(flow, from, packet)) return "reused";
    const first = (packet.sequence + 1) | 0;
    if (!half.started || half.first === first || answersOpening(fromA ? flow.b : flow.a, flow, packet)) return "same";
    if (flow.stream === undefined) return "reused";
    flow.offeredFirst = first;
    flow.offeredFrom = from;
    return "wait";
  }
  return isTaken(flow, from, packet) ? "reused" : "same";
}

/** The answer to the SYN that this connection began with, captured after packets that came later. */
function answersOpening(opened: Half, flow: TcpFlow, packet: Packet): boolean {
  return flow.rolesFrom === "handshake" && (packet.flags & ACK) !== 0 && packet.acknowledgment === opened.first;
}

function isTaken(flow: TcpFlow, from: "a" | "b", packet: Packet): boolean {
  if (flow.offeredFrom === undefined) return false;
  if (flow.offeredFrom !== from) return (packet.flags & ACK) !== 0 && packet.acknowledgment === flow.offeredFirst;
  return packet.payloadLength > 0 && (packet.flags & SYN) === 0 && packet.sequence === flow.offeredFirst;
}
