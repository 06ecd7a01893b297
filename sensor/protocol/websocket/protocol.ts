import type { Side } from "../../flow/stream.js";
import type { Protocol, Recognition } from "../protocol.js";
import { COMPRESSED, MASKED } from "./frame.js";
import { BEGINS_BITS, frameEvidence, HEADER_BITS } from "./frame-search.js";
import { type WebsocketCounters, WebsocketStream } from "./websocket-stream.js";

/** Nothing but the bytes themselves says that it is one: they must be surer than where it is known to be one. */
const LATE_BITS = 40;
const WORTH_WAITING_BITS = BEGINS_BITS + HEADER_BITS;
/** A first byte with which a frame begins that is a message or asks for life; one in 40. */
const FIRST_BYTES: ReadonlySet<number> = new Set([0x81, 0x82, 0xc1, 0xc2, 0x89, 0x8a]);

/** WebSocket (RFC 6455) after what opened it, with permessage-deflate (RFC 7692), over HTTP/2 as well (RFC 8441). */
export function websocket(): Protocol {
  const counters: WebsocketCounters = {
    websocket_streams: 0,
    websocket_joined_late: 0,
    websocket_frames_lost: 0,
    websocket_frames_found: 0,
    websocket_given_up: 0,
  };
  return {
    name: "websocket",
    isCleartext: true,
    ownsContent: true,
    counters,
    recognise,
    continues: ({ stream }) => stream?.kind === "websocket",
    open: (context) => new WebsocketStream(context, counters),
  };
}

/** Only of connections that were joined late: none begins with it. Clients' frames are masked, which servers' must not be. */
function recognise(from: Side, bytes: Buffer, start: number, end: number): Recognition {
  if (!FIRST_BYTES.has(bytes[start])) return "no";
  if (end - start < 2) return "more";
  const isMasked = (bytes[start + 1] & MASKED) !== 0;
  const bits = BEGINS_BITS + frameEvidence(bytes, start, end, { isMasked, reserved: COMPRESSED });
  if (bits >= LATE_BITS) return isMasked === (from === "client") ? "match" : "reverse";
  return bits >= WORTH_WAITING_BITS ? "more" : "no";
}
