import { describe, type FeedOptions, feed, type Step } from "./dialog.js";
import { type Field, HELLO, Http2Peers, headers, settings } from "./http2-builder.js";

/** What is told of a connection seen from its preface. */
export function told(speak: (peers: Http2Peers) => readonly Step[], options: FeedOptions = {}): string[] {
  return describe(feed([["client", HELLO], ["server", settings()], ...speak(new Http2Peers())], options));
}

/** What is told of a connection that was joined when both sides had sent the heads of `before`. */
export function joined(
  before: (peers: Http2Peers) => unknown,
  after: (peers: Http2Peers) => readonly Step[],
  options: FeedOptions = {},
): string[] {
  const peers = new Http2Peers();
  before(peers);
  return describe(feed(after(peers), { rolesFrom: "ports", ...options }));
}

/** A request whose authority stands in no table. */
export function spelt(p: Http2Peers, stream: number, path: string, more: readonly Field[] = []): Buffer {
  const head = p.client.block([
    [":method", "GET"],
    [":scheme", "http"],
    [":path", path],
  ]);
  const block = Buffer.concat([head, p.client.literal(":authority", "h"), p.client.block(more)]);
  return headers(stream, block, { ends: true });
}
