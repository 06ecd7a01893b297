import { type Fragment, redactFields } from "./redact-fields.js";
import type { SideBytes } from "./side-bytes.js";

export const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const FRAME_HEADER = 9;
/** RFC 9113 §6. */
const DATA = 0;
const HEADERS = 1;
const PRIORITY = 2;
const RST_STREAM = 3;
const SETTINGS = 4;
const PUSH_PROMISE = 5;
const PING = 6;
const GOAWAY = 7;
const WINDOW_UPDATE = 8;
const CONTINUATION = 9;
/** ALTSVC, ORIGIN, PRIORITY_UPDATE: known, and their content is text. */
const OTHERS: ReadonlySet<number> = new Set([10, 12, 16]);
const END_HEADERS = 0x04;
const PADDED = 0x08;
const WITH_PRIORITY = 0x20;

interface FrameHeader {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly start: number;
  readonly end: number;
}

/** Fragments of one block; more is an attack. */
const MAX_FRAGMENTS = 1_024;

/** Shows the frames of one side of an HTTP/2 connection, which begins at `start`, but for their content and the values of their fields. */
export function redactHttp2(side: SideBytes, start: number, isClient: boolean): void {
  let at = start;
  if (isClient) {
    if (side.text(at, at + PREFACE.length) !== PREFACE) return;
    side.show(at, at + PREFACE.length);
    at += PREFACE.length;
  }
  let block: Fragment[] = [];
  // RFC 9113 §3.4: both prefaces end with, or are, SETTINGS.
  for (let isFirst = true; ; isFirst = false) {
    const frame = frameAt(side, at);
    if (frame === undefined || !isSound(frame) || (isFirst && frame.type !== SETTINGS)) return;
    // RFC 9113 §6.10: nothing may come between the fragments of a block.
    if (block.length > 0 !== (frame.type === CONTINUATION) || block.length > MAX_FRAGMENTS) return;
    side.show(at, frame.start);
    const fragment = showContent(side, frame);
    if (fragment !== undefined) block.push(fragment);
    if (fragment !== undefined && (frame.flags & END_HEADERS) !== 0) {
      if (!block.every(({ start, end }) => side.isThere(start, end))) return;
      redactFields(side, block);
      block = [];
    }
    at = frame.end;
  }
}

function frameAt(side: SideBytes, at: number): FrameHeader | undefined {
  if (!side.isThere(at, at + FRAME_HEADER)) return undefined;
  const [length, type, flags, stream] = [uint(side, at, 3), side.at(at + 3), side.at(at + 4), uint(side, at + 5, 4)];
  return { type, flags, stream, start: at + FRAME_HEADER, end: at + FRAME_HEADER + length };
}

function uint(side: SideBytes, start: number, length: number): number {
  let value = 0;
  for (let at = start; at < start + length; at++) value = value * 256 + side.at(at);
  return value;
}

/** Sizes and streams that RFC 9113 §6 asks for: what breaks it may be anything. */
function isSound({ type, stream, start, end }: FrameHeader): boolean {
  const length = end - start;
  if (stream >= 2 ** 31) return false;
  switch (type) {
    case DATA:
    case HEADERS:
    case PUSH_PROMISE:
    case CONTINUATION:
      return stream !== 0;
    case PRIORITY:
      return stream !== 0 && length === 5;
    case RST_STREAM:
      return stream !== 0 && length === 4;
    case SETTINGS:
      return stream === 0 && length % 6 === 0;
    case PING:
      return stream === 0 && length === 8;
    case GOAWAY:
      return stream === 0 && length >= 8;
    case WINDOW_UPDATE:
      return length === 4;
    default:
      return OTHERS.has(type);
  }
}

/** The fragment of a block of fields that the frame holds. */
function showContent(side: SideBytes, { type, flags, start, end }: FrameHeader): Fragment | undefined {
  if (type === PRIORITY || type === RST_STREAM || type === SETTINGS || type === WINDOW_UPDATE) side.show(start, end);
  else if (type === GOAWAY) side.show(start, start + 8);
  else if (type === CONTINUATION) return { start, end };
  if (type !== DATA && type !== HEADERS && type !== PUSH_PROMISE) return undefined;
  const isPadded = (flags & PADDED) !== 0;
  const padding = isPadded ? side.at(start) : 0;
  const at = start + (isPadded ? 1 : 0);
  side.show(start, Math.min(at, end));
  if (type === DATA) return undefined;
  const fixed = type === PUSH_PROMISE ? 4 : (flags & WITH_PRIORITY) !== 0 ? 5 : 0;
  side.show(at, Math.min(at + fixed, end));
  return { start: Math.min(at + fixed, end), end: Math.max(at + fixed, end - Math.max(0, padding)) };
}
