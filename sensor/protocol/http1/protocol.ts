import type { Side } from "../../flow/stream.js";
import type { BodyReader } from "../body/body-reader.js";
import type { Protocol, Recognition } from "../protocol.js";
import { HeadReader } from "./head-reader.js";
import { Http1Stream } from "./http1-stream.js";
import type { Http1Settings } from "./settings.js";
import { looksLikeRequest, looksLikeStatus, skipEmptyLines } from "./start-line.js";

/** HTTP/0.9, 1.0 and 1.1. */
export function http1(settings: Http1Settings, bodies: BodyReader): Protocol {
  const heads = new HeadReader(bodies.fields);
  return {
    name: "http1",
    isCleartext: true,
    counters: bodies.counters,
    recognise,
    isDoubtful,
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

/** A request line without a version is HTTP/0.9's, or a command that other protocols write in the same way. */
function isDoubtful(_from: Side, bytes: Buffer, start: number, end: number): boolean {
  const lineStart = skipEmptyLines(bytes, start, end);
  const lineEnd = bytes.indexOf("\n", lineStart);
  return lineEnd >= 0 && lineEnd < end && !/HTTP\//i.test(bytes.latin1Slice(lineStart, lineEnd));
}
