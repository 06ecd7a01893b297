import type { Side } from "../../flow/stream.js";
import type { BodyReader } from "../body/body-reader.js";
import type { Protocol, Recognition } from "../protocol.js";
import { beginsPreface, FLAG, HEADER_BYTES, PREFACE, TYPE } from "./frame.js";
import { isBelievable, readRun } from "./frame-search.js";
import { HeadReader } from "./head-reader.js";
import { type Http2Settings, Http2Stream } from "./http2-stream.js";
import { LearnedConnections } from "./learned-connections.js";
import { StreamBudget } from "./stream-budget.js";

/** Frames alone, of which none says who sends requests, must fill so many bytes before the ports are believed. */
const MIN_UNDIRECTED_BYTES = 1_024;
/** The first SETTINGS of a connection are no longer. */
const MAX_SETTINGS_BYTES = 256;
/** Frames in the middle of what was something else. */
const MIN_LATE_FRAMES = 3;

/** HTTP/2 without TLS: by prior knowledge, after an upgrade, in a tunnel, or joined late. */
export function http2(settings: Http2Settings, bodies: BodyReader): Protocol {
  const heads = new HeadReader(settings.maxHeadBytes, bodies);
  const budget = new StreamBudget(settings.maxStreams);
  const learned = new LearnedConnections();
  return {
    name: "http2",
    isCleartext: true,
    counters: budget.counters,
    recognise,
    beginsLate,
    open: (context) => new Http2Stream(context, settings, heads, budget, learned),
    spareResponseBodies: (isSparing) => {
      bodies.sparesResponses = isSparing;
    },
  };
}

function recognise(from: Side, bytes: Buffer, start: number, end: number): Recognition {
  if (bytes[start] === PREFACE[0]) {
    const preface = recognisePreface(bytes, start, end);
    return preface === "match" && from === "server" ? "reverse" : preface;
  }
  if (bytes[start] !== 0) return "no";
  if (end - start < HEADER_BYTES) return "more";
  const run = readRun(bytes, start, end);
  if (run === undefined) return "no";
  // RFC 9113 §3.4: what a server says first. A client says it after its preface.
  const isFirst = bytes[start + 3] === TYPE.settings && (bytes[start + 4] & FLAG.ack) === 0;
  if (!isBelievable(run)) return run.leftBytes > 0 || (isFirst && run.leftBytes > -MAX_SETTINGS_BYTES) ? "more" : "no";
  if (run.direction !== undefined) return (run.direction === "request") === (from === "client") ? "match" : "reverse";
  if (isFirst && from === "server") return "match";
  return end - start < MIN_UNDIRECTED_BYTES ? "more" : "match";
}

function recognisePreface(bytes: Buffer, start: number, end: number): Recognition {
  if (!beginsPreface(bytes, start, end)) return "no";
  return end - start < PREFACE.length ? "more" : "match";
}

function beginsLate(from: Side, bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start] === PREFACE[0]) return from === "client" && recognisePreface(bytes, start, end) === "match";
  if (bytes[start] !== 0) return false;
  const run = readRun(bytes, start, end);
  if (run === undefined || run.frames < MIN_LATE_FRAMES) return false;
  return run.direction === undefined || (run.direction === "request") === (from === "client");
}
