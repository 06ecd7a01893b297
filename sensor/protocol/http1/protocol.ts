import type { Side } from "../../flow/stream.js";
import type { BodyReader } from "../body/body-reader.js";
import type { Protocol, Recognition } from "../protocol.js";
import { HeadReader } from "./head-reader.js";
import { Http1Stream } from "./http1-stream.js";
import { isVersionName } from "./line-bytes.js";
import { looksLikeRequest, looksLikeStatus, skipEmptyLines } from "./recognition.js";
import type { Http1Settings } from "./settings.js";
import { StartLine } from "./start-line.js";

const LF = 10;
const CR = 13;
const VERSION_LENGTH = "HTTP/1.1".length;
const USUAL = new StartLine();

/** HTTP/0.9, 1.0 and 1.1. */
export function http1(settings: Http1Settings, bodies: BodyReader): Protocol {
  const heads = new HeadReader(bodies);
  return {
    name: "http1",
    isCleartext: true,
    counters: bodies.counters,
    recognise,
    isDoubtful,
    open: (context) => new Http1Stream(context, settings, heads, bodies.ofFlow(context.flow)),
    spareResponseBodies: (isSparing) => {
      bodies.sparesResponses = isSparing;
    },
  };
}

function recognise(from: Side, bytes: Buffer, start: number, end: number): Recognition {
  if (from === "client" && USUAL.readUsualRequest(bytes, start, end) >= 0) return "match";
  const request = looksLikeRequest(bytes, start, end);
  const status = looksLikeStatus(bytes, start, end);
  if (request === "match") return from === "client" ? "match" : "reverse";
  if (status === "match") return from === "server" ? "match" : "reverse";
  return request === "more" || status === "more" ? "more" : "no";
}

/** A request line without a version is HTTP/0.9's, or a command that other protocols write in the same way. */
function isDoubtful(_from: Side, bytes: Buffer, start: number, end: number): boolean {
  if (USUAL.readUsualRequest(bytes, start, end) >= 0) return false;
  const lineStart = skipEmptyLines(bytes, start, end);
  let at = lineStart;
  while (at < end && bytes[at] !== LF) at++;
  if (at === end) return false;
  const version = at - (bytes[at - 1] === CR ? 1 : 0) - VERSION_LENGTH;
  if (version >= lineStart && isVersionName(bytes, version, version + VERSION_LENGTH)) return false;
  return !/HTTP\//i.test(bytes.latin1Slice(lineStart, at));
}
