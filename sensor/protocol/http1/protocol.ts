import type { Side } from "../../flow/stream.js";
import type { BodyReader } from "../body/body-reader.js";
import type { Protocol, Recognition } from "../protocol.js";
import { HeadReader } from "./head-reader.js";
import { type Http1Settings, Http1Stream } from "./http1-stream.js";
import { looksLikeRequest, looksLikeStatus } from "./start-line.js";

/** HTTP/0.9, 1.0 and 1.1. */
export function http1(settings: Http1Settings, bodies: BodyReader): Protocol {
  const heads = new HeadReader(bodies.fields);
  return {
    name: "http1",
    counters: bodies.counters,
    recognise,
    open: (context) => new Http1Stream(context, settings, heads, bodies.ofFlow(context.flow)),
  };
}

function recognise(from: Side, bytes: Buffer, start: number, end: number): Recognition {
  const request = looksLikeRequest(bytes, start, end);
  const status = looksLikeStatus(bytes, start, end);
  if (request === "match") return from === "client" ? "match" : "reverse";
  if (status === "match") return from === "server" ? "match" : "reverse";
  return request === "more" || status === "more" ? "more" : "no";
}
