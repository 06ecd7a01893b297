import type { CloseReason, Side, Stream } from "../../flow/stream.js";
import type { Protocol, ProtocolContext, Recognition } from "../protocol.js";

/** HAProxy's PROXY protocol, versions 1 and 2: a header that a balancer puts before the client's first byte. */
export const proxyProtocol: Protocol = {
  name: "proxy-protocol",
  isPreamble: true,
  recognise,
  open: (context) => new ProxyHeaderStream(context),
};

const VERSION_1 = Buffer.from("PROXY ");
const VERSION_2 = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
const VERSION_2_HEAD = 16;
/** Section 2.1: the longest header of version 1, CRLF included. */
const MAX_VERSION_1 = 107;

function recognise(from: Side, bytes: Buffer, start: number, end: number): Recognition {
  if (from !== "client") return "no";
  const recognitions = [VERSION_1, VERSION_2].map((prefix) => startsWith(bytes, start, end, prefix));
  return recognitions.find((found) => found !== "no") ?? "no";
}

function startsWith(bytes: Buffer, start: number, end: number, prefix: Buffer): Recognition {
  const length = Math.min(prefix.length, end - start);
  if (bytes.compare(prefix, 0, length, start, start + length) !== 0) return "no";
  return length === prefix.length ? "match" : "more";
}

/** Undefined while more bytes are needed; 0 where they are no header. */
function headerLength(bytes: Buffer): number | undefined {
  if (bytes[0] === VERSION_1[0]) {
    const newline = bytes.indexOf("\r\n");
    if (newline < 0) return bytes.length > MAX_VERSION_1 ? 0 : undefined;
    return newline + 2 > MAX_VERSION_1 ? 0 : newline + 2;
  }
  return bytes.length < VERSION_2_HEAD ? undefined : VERSION_2_HEAD + bytes.readUInt16BE(14);
}

class ProxyHeaderStream implements Stream {
  readonly #next: Stream;
  #held: Buffer | undefined = Buffer.alloc(0);

  constructor(context: ProtocolContext) {
    this.#next = context.handOver();
  }

  data(from: Side, bytes: Buffer, start: number, end: number, atMicros: number): void {
    if (from === "server" || this.#held === undefined) {
      this.#next.data(from, bytes, start, end, atMicros);
      return;
    }
    this.#held = Buffer.concat([this.#held, bytes.subarray(start, end)]);
    const length = headerLength(this.#held);
    if (length === undefined || this.#held.length < length) return;
    const rest = this.#held.subarray(length);
    this.#held = undefined;
    if (rest.length > 0) this.#next.data(from, rest, 0, rest.length, atMicros);
  }

  gap(from: Side, length: number, atMicros: number): void {
    if (from === "client") this.#held = undefined;
    this.#next.gap(from, length, atMicros);
  }

  finished(from: Side, atMicros: number): void {
    this.#next.finished(from, atMicros);
  }

  close(reason: CloseReason, atMicros: number): void {
    this.#next.close(reason, atMicros);
  }
}
