import type { Side } from "../../flow/stream.js";
import type { AnomalyName } from "../anomaly-name.js";
import type { ProtocolContext } from "../protocol.js";
import {
  DEFAULT_FRAME_BYTES,
  FLAG,
  frameLength,
  HEADER_BYTES,
  isAllowed,
  isPlausible,
  MAX_FRAME_BYTES,
  streamIdAt,
  TYPE,
} from "./frame.js";
import { findFrames } from "./frame-search.js";

/** Frames that must make sense before one that does not is the sender's fault, not that of where we took frames to begin. */
const FRAMES_TO_TRUST = 3;
/** Before anybody is accused: content may look like a few frames. */
const FRAMES_TO_ACCUSE = 16;

/** What one side's frames are told to. Bytes are borrowed. */
export interface FrameSink {
  /** A header was read: the side's fields have it. */
  begins(side: FrameSide, atMicros: number): void;
  /** The payload of a frame that is read as a whole, padding and all. */
  payload(side: FrameSide, bytes: Buffer, start: number, end: number, atMicros: number): void;
  /** Such a payload whose rest was lost, `lostBytes` so far. */
  payloadCut(side: FrameSide, bytes: Buffer, end: number, lostBytes: number, atMicros: number): void;
  content(side: FrameSide, bytes: Buffer, start: number, end: number, atMicros: number): void;
  contentLost(side: FrameSide, length: number, atMicros: number): void;
  /** The last byte of a DATA frame has passed; `atMicros` is undefined where it was lost. */
  contentEnds(side: FrameSide, atMicros: number | undefined): void;
  fault(side: FrameSide, name: AnomalyName, atMicros: number): void;
  /** Where frames begin is no longer known; so many bytes of none that was begun were lost. */
  synchronizationLost(side: FrameSide, lostBytes: number): void;
}

/** The frames of one side: their headers are read, the payloads of few are gathered, content is handed on, the rest is skipped. */
export class FrameSide {
  readonly from: Side;
  type = 0;
  flags = 0;
  streamId = 0;
  length = 0;
  /** Looking for the next header after bytes were lost. */
  isLost = false;
  /** Largest frame that the other side takes; undefined where some of its settings were not seen. */
  mostBytes: number | undefined = undefined;
  /** Highest stream seen, to know a header again. */
  highestId = 0;
  readonly #sink: FrameSink;
  readonly #maxHeldBytes: number;
  readonly #context: Pick<ProtocolContext, "passOver">;
  #sound = FRAMES_TO_ACCUSE;
  #header: Uint8Array | undefined = undefined;
  #headerBytes = 0;
  #left = 0;
  #padding = 0;
  #needsPadding = false;
  #isRead = false;
  #held: Buffer | undefined = undefined;
  #heldBytes = 0;

  constructor(from: Side, sink: FrameSink, maxHeldBytes: number, context: Pick<ProtocolContext, "passOver">) {
    this.from = from;
    this.#context = context;
    this.#sink = sink;
    this.#maxHeldBytes = maxHeldBytes;
  }

  /** The beginning was not seen: a frame begins at the first byte, or so it seems. */
  joinLate(): void {
    this.mostBytes = undefined;
    this.#sound = 0;
  }

  get isBeyondDoubt(): boolean {
    return this.#sound >= FRAMES_TO_ACCUSE;
  }

  /** Nothing that is sent now can go unseen: a frame that was none may hide others, and end where one of them does. */
  get isSure(): boolean {
    return !this.isLost && this.isBeyondDoubt;
  }

  get isTrusted(): boolean {
    return this.#sound >= FRAMES_TO_TRUST;
  }

  data(bytes: Buffer, start: number, end: number, atMicros: number): void {
    let at = this.isLost ? this.#find(bytes, start, end) : start;
    while (at < end) {
      if (this.isLost) {
        this.#context.passOver(end - at);
        return;
      }
      if (this.#left > 0) at = this.#payload(bytes, at, end, atMicros);
      else if (this.#headerBytes === 0 && end - at >= HEADER_BYTES) {
        this.#begin(bytes, at, atMicros);
        at += HEADER_BYTES;
      } else {
        this.#header ??= new Uint8Array(HEADER_BYTES);
        this.#header[this.#headerBytes++] = bytes[at++];
        if (this.#headerBytes < HEADER_BYTES) continue;
        this.#headerBytes = 0;
        this.#begin(this.#header, 0, atMicros);
      }
    }
  }

  gap(length: number, atMicros: number): void {
    if (this.isLost) return;
    const skipped = Math.min(this.#left, length);
    if (skipped > 0) this.#skip(skipped, atMicros);
    if (skipped < length) this.lose(length - skipped);
  }

  lose(lostBytes: number): void {
    this.isLost = true;
    this.#left = 0;
    this.#headerBytes = 0;
    this.#heldBytes = 0;
    this.#sink.synchronizationLost(this, lostBytes);
  }

  #begin(bytes: Uint8Array, at: number, atMicros: number): void {
    if (!this.isTrusted && !isPlausible(bytes, at, DEFAULT_FRAME_BYTES)) {
      this.lose(0);
      return;
    }
    this.#sound++;
    this.length = this.#left = frameLength(bytes, at);
    this.type = bytes[at + 3];
    this.flags = bytes[at + 4];
    this.streamId = streamIdAt(bytes, at + 5);
    if (this.length > (this.mostBytes ?? MAX_FRAME_BYTES)) {
      this.#sink.fault(this, "oversized-frame", atMicros);
      if (!isPlausible(bytes, at, MAX_FRAME_BYTES)) {
        this.lose(0);
        return;
      }
    }
    const isSound = isAllowed(this.type, this.flags, this.length, this.streamId);
    if (!isSound) this.#sink.fault(this, "invalid-frame", atMicros);
    if (this.streamId > this.highestId) this.highestId = this.streamId;
    this.#needsPadding = this.type === TYPE.data && (this.flags & FLAG.padded) !== 0 && this.length > 0;
    this.#padding = 0;
    this.#isRead = isSound && isGathered(this.type);
    this.#sink.begins(this, atMicros);
    if (this.#left === 0) this.#empty(atMicros);
  }

  #empty(atMicros: number): void {
    if (this.type === TYPE.data) this.#sink.contentEnds(this, atMicros);
    else if (this.#isRead) this.#sink.payload(this, NO_BYTES, 0, 0, atMicros);
  }

  #payload(bytes: Buffer, start: number, end: number, atMicros: number): number {
    if (this.type === TYPE.data) return this.#content(bytes, start, end, atMicros);
    const stop = Math.min(end, start + this.#left);
    this.#left -= stop - start;
    if (!this.#isRead) return stop;
    if (this.#left === 0 && this.#heldBytes === 0) this.#sink.payload(this, bytes, start, stop, atMicros);
    else this.#hold(bytes, start, stop, atMicros);
    return stop;
  }

  #content(bytes: Buffer, start: number, end: number, atMicros: number): number {
    if (this.#needsPadding) {
      this.#needsPadding = false;
      this.#left--;
      this.#padding = bytes[start];
      // RFC 9113 §6.1: no shorter than what is left of the frame.
      if (this.#padding > this.#left) {
        this.#sink.fault(this, "invalid-frame", atMicros);
        this.#padding = this.#left;
      }
      if (this.#left === 0) this.#sink.contentEnds(this, atMicros);
      return start + 1;
    }
    const stop = Math.min(end, start + this.#left);
    const contentEnd = Math.min(stop, start + this.#left - this.#padding);
    if (contentEnd > start) this.#sink.content(this, bytes, start, contentEnd, atMicros);
    this.#left -= stop - start;
    this.#padding = Math.min(this.#padding, this.#left);
    if (this.#left === 0) this.#sink.contentEnds(this, atMicros);
    return stop;
  }

  #hold(bytes: Buffer, start: number, end: number, atMicros: number): void {
    if (this.length > this.#maxHeldBytes) {
      this.#isRead = false;
      this.#sink.fault(this, "head-too-large", atMicros);
      this.#sink.payloadCut(this, bytes, 0, 0, atMicros);
      return;
    }
    if (this.#held === undefined || this.#held.length < this.length) this.#held = Buffer.allocUnsafe(this.length);
    bytes.copy(this.#held, this.#heldBytes, start, end);
    this.#heldBytes += end - start;
    if (this.#left > 0) return;
    const held: Buffer = this.#held;
    this.#held = undefined;
    this.#heldBytes = 0;
    this.#sink.payload(this, held, 0, this.length, atMicros);
  }

  /** Bytes of the frame under way that were lost. */
  #skip(length: number, atMicros: number): void {
    if (this.type === TYPE.data) {
      // Where the length of the padding was lost with it, what is left counts as content.
      this.#needsPadding = false;
      const content = Math.min(length, this.#left - this.#padding);
      if (content > 0) this.#sink.contentLost(this, content, atMicros);
      this.#left -= length;
      this.#padding = Math.min(this.#padding, this.#left);
      if (this.#left === 0) this.#sink.contentEnds(this, undefined);
      return;
    }
    this.#left -= length;
    if (!this.#isRead) return;
    const held = this.#heldBytes;
    this.#heldBytes = 0;
    this.#isRead = false;
    this.#sink.payloadCut(this, this.#held ?? NO_BYTES, held, length, atMicros);
  }

  #find(bytes: Buffer, start: number, end: number): number {
    const at = findFrames(bytes, start, end, this.highestId);
    this.#context.passOver((at < 0 ? end : at) - start);
    if (at < 0) return end;
    this.isLost = false;
    this.#sound = 0;
    return at;
  }
}

const NO_BYTES = Buffer.alloc(0);

function isGathered(type: number): boolean {
  return type === TYPE.headers || type === TYPE.continuation || type === TYPE.pushPromise || type === TYPE.settings;
}
