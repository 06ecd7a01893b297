import type { Side } from "../../flow/stream.js";
import type { Protocol, Recognition } from "../protocol.js";
import { socks4RequestLength } from "./message-length.js";
import { SocksStream } from "./socks-stream.js";

const MAX_METHODS = 8;

/** SOCKS 4, 4a and 5 (RFC 1928): what comes before the connection it asks for, which is read as if it stood alone. */
export const socks: Protocol = {
  name: "socks",
  isPreamble: true,
  recognise,
  open: (context) => new SocksStream(context),
};

/** A client's first message, to the last byte: the few bytes it begins with would fit too much else. */
function recognise(from: Side, bytes: Buffer, start: number, end: number): Recognition {
  if (from !== "client") return "no";
  const length = end - start;
  if (bytes[start] === 5) {
    if (length === 1) return "more";
    const methods = bytes[start + 1];
    if (methods === 0 || methods > MAX_METHODS || length > methods + 2) return "no";
    return length === methods + 2 ? "match" : "more";
  }
  if (bytes[start] !== 4 || (length > 1 && bytes[start + 1] !== 1)) return "no";
  const whole = socks4RequestLength(bytes.subarray(start, end));
  if (whole === undefined) return length > 512 ? "no" : "more";
  return whole === length ? "match" : "no";
}
