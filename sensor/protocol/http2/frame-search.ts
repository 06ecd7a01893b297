import { LAST_PSEUDO, LAST_REQUEST_PSEUDO } from "../hpack/static-table.js";
import { DEFAULT_FRAME_BYTES, FLAG, frameLength, HEADER_BYTES, isPlausible, streamIdAt, TYPE } from "./frame.js";

/** Streams that may have been opened by bytes that were lost. */
const MAX_STREAMS_MISSED = 20_000;
const SIZE_UPDATE = 0x20;
const INDEXED = 0x80;
const INDEXING = 0x40;

/** What frames say of who sent them. */
export type Direction = "request" | "response" | undefined;

/** Frames that lie one behind the other. */
export interface FrameRun {
  /** Headers that could be read. */
  readonly frames: number;
  /** Bytes behind the last frame that are too few for another header; 0 where it ends with the last byte, below where beyond. */
  readonly leftBytes: number;
  readonly direction: Direction;
}

/** Reads headers from `start` on; undefined where one is none. */
export function readRun(bytes: Buffer, start: number, end: number): FrameRun | undefined {
  let at = start;
  let frames = 0;
  let direction: Direction;
  while (at + HEADER_BYTES <= end) {
    if (!isPlausible(bytes, at, DEFAULT_FRAME_BYTES)) return undefined;
    if (bytes[at + 3] === TYPE.headers) direction ??= directionOf(bytes, at, end);
    at += HEADER_BYTES + frameLength(bytes, at);
    frames++;
  }
  return frames === 0 ? undefined : { frames, leftBytes: end - at, direction };
}

/** Chance makes one header now and then, but not two in their places; a lone frame must fill the bytes to the last. */
export function isBelievable({ frames, leftBytes, direction }: FrameRun): boolean {
  return frames > 1 || leftBytes === 0 || direction !== undefined;
}

/** Whose header block it is: pseudo-header fields come first (RFC 9113 §8.3), and most of them by a number of the static table. */
function directionOf(bytes: Buffer, frame: number, end: number): Direction {
  const flags = bytes[frame + 4];
  let at = frame + HEADER_BYTES;
  if ((flags & FLAG.padded) !== 0) at++;
  if ((flags & FLAG.priority) !== 0) at += 5;
  const stop = Math.min(end, frame + HEADER_BYTES + frameLength(bytes, frame));
  while (at < stop) {
    const first = bytes[at++];
    if (first >= SIZE_UPDATE && first < INDEXING) {
      if (first === INDEXING - 1) while (at < stop && bytes[at++] >= INDEXED);
      continue;
    }
    const index = first >= INDEXED ? first & 0x7f : first >= INDEXING ? first & 0x3f : first & 0x0f;
    if (index >= 1 && index <= LAST_REQUEST_PSEUDO) return "request";
    if (index > LAST_REQUEST_PSEUDO && index <= LAST_PSEUDO) return "response";
    // What a number of the other table means is not known; after a literal it would have to be read.
    if (first < INDEXED || index <= LAST_PSEUDO) return undefined;
    if (first === 0xff) while (at < stop && bytes[at++] >= INDEXED);
  }
  return undefined;
}

/**
 * Where in bytes[start, end) frames begin again, -1 where that can't be told. A connection's streams are known as far as
 * `highestId`; 0 where none was seen.
 */
export function findFrames(bytes: Buffer, start: number, end: number, highestId: number): number {
  for (let at = start; at + HEADER_BYTES <= end; at++) {
    // Nearly every byte is told by this: frames above 64 KiB and types above 9 are rare.
    if (bytes[at] !== 0 || bytes[at + 3] > TYPE.continuation) continue;
    if (isLikely(bytes, at, highestId) && isConfirmed(bytes, at, end, highestId, at === start)) return at;
  }
  return -1;
}

function isLikely(bytes: Buffer, at: number, highestId: number): boolean {
  if (!isPlausible(bytes, at, DEFAULT_FRAME_BYTES)) return false;
  const streamId = streamIdAt(bytes, at + 5);
  if (streamId === 0) return true;
  return (streamId & 1) === 1 && (highestId === 0 || streamId <= highestId + MAX_STREAMS_MISSED);
}

/** By a second header in its place, or by an end in the place of the bytes' own. At a segment's beginning a frame often begins. */
function isConfirmed(bytes: Buffer, at: number, end: number, highestId: number, isFirst: boolean): boolean {
  const next = at + HEADER_BYTES + frameLength(bytes, at);
  if (next === end) return true;
  if (next + HEADER_BYTES <= end) return isLikely(bytes, next, highestId);
  return isFirst && highestId > 0 && next > end;
}
