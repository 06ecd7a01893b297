import type { Side } from "../../flow/stream.js";
import type { AnomalyName } from "../anomaly-name.js";
import { StreamTally } from "../http/stream-exchange.js";
import { type CloseFrame, readClose } from "./close-frame.js";
import {
  COMPRESSED,
  FIN,
  type FrameRule,
  forbiddenBits,
  headerLength,
  isControl,
  isKnownOpcode,
  isMinimal,
  MASKED,
  MAX_CONTROL_BYTES,
  MAX_HEADER_BYTES,
  maskPosition,
  OPCODE,
  OPCODE_BITS,
  payloadLength,
} from "./frame.js";
import { FrameLooks } from "./frame-looks.js";
import { ENDS_BITS, findFrames, frameEvidence, SURE_BITS, TRUST_BITS, UNPROVEN_FRAMES } from "./frame-search.js";

/** More than any receiver takes by its default, and most senders can hold. */
const MAX_FRAME_BYTES = 1 << 30;
/** A frame whose header breaks the rules is followed by its length where that is likely one. */
const MAX_DOUBTED_BYTES = 1 << 24;
/** Headers one behind the other that break the rules: where we take them to stand is no place of headers. */
const MAX_BROKEN = 2;
/** Pieces in which frames are looked for. */
const MAX_SEARCHED = 256;

/** What one side's frames are told to. Bytes are borrowed. */
export interface FrameSink {
  fault(side: FrameSide, name: AnomalyName, atMicros: number): void;
  closes(side: FrameSide, close: CloseFrame, atMicros: number): void;
  /** A message of binary data, not compressed: it may carry what another protocol says. `mask`: of bytes[start]. */
  content(side: FrameSide, bytes: Buffer, start: number, end: number, atMicros: number): void;
  contentLost(side: FrameSide, length: number, atMicros: number): void;
  /** Other messages than those. */
  noContent(side: FrameSide): void;
  /** Where frames begin is no longer known, or was never. */
  framingLost(side: FrameSide): void;
  found(side: FrameSide): void;
  givenUp(side: FrameSide): void;
}

/**
 * `read` headers stand where we take them to stand · `tried` the same, not yet believed · `lost` looked for · `opaque` not looked for any
 * more.
 */
type FrameState = "read" | "tried" | "lost" | "opaque";

/** The frames of one side: headers are read, payloads are skipped by their length. */
export class FrameSide {
  readonly from: Side;
  readonly rule: { isMasked: boolean; reserved: number };
  /** Since it was taken last. */
  tally = new StreamTally();
  missingBytes = 0;
  isComplete = true;
  /** Of the frame under way, where the mask's next byte stands in it. */
  readonly mask = new Uint8Array(4);
  maskAt = 0;
  isMasked = false;
  hasClosed = false;
  /** Payloads of binary messages are wanted. */
  wantsContent = false;
  readonly #sink: FrameSink;
  #state: FrameState = "read";
  /** Nothing of it was seen yet, and of what there was before others tell. */
  #isLate = false;
  /** How much speaks for it that headers stand where we take them to. */
  #bits = Number.POSITIVE_INFINITY;
  /** Frames since they were found. */
  #framesFound = Number.POSITIVE_INFINITY;
  #searched = 0;
  #broken = 0;
  #trial: StreamTally | undefined = undefined;
  #trialBytes = 0;
  readonly #header = new Uint8Array(MAX_HEADER_BYTES);
  #headerBytes = 0;
  #looks: FrameLooks | undefined = undefined;
  #first = 0;
  #left = 0;
  #close: Buffer | undefined = undefined;
  #closeBytes = 0;
  /** Of the message under way; undefined where it can't be told whether there is one. */
  #isOpen: boolean | undefined = false;
  #isText = false;
  #isCompressed = false;
  #frames = 0;
  #messageBytes = 0;

  constructor(from: Side, sink: FrameSink, reserved: number) {
    this.from = from;
    this.#sink = sink;
    this.rule = { isMasked: from === "client", reserved } satisfies FrameRule;
  }

  /** Every frame of it was read, from its first on. */
  get isFollowed(): boolean {
    return this.#framesFound === Number.POSITIVE_INFINITY && this.#state === "read";
  }

  /** Its beginning was not seen. */
  joinLate(): void {
    this.#state = "lost";
    this.#isLate = true;
    this.#isOpen = undefined;
    this.isComplete = false;
  }

  data(bytes: Buffer, start: number, end: number, atMicros: number): void {
    this.#isLate = false;
    if (this.#state === "opaque") {
      this.tally.unreadBytes += end - start;
      return;
    }
    if (this.#state !== "lost" && this.#bits < SURE_BITS) this.#weigh(bytes, start, end);
    let at = this.#state === "lost" ? start : this.#read(bytes, start, end, atMicros);
    let from = start;
    if (this.#state === "lost") {
      // One search a piece: what is found and breaks off again is not looked for in the same one.
      from = this.#search(bytes, at, end, at === start);
      at = this.#read(bytes, from, end, atMicros);
      if (this.#state === "lost") this.tally.unreadBytes += end - at;
    }
    if (this.#state === "tried") this.#trialBytes += end - from;
  }

  gap(length: number, atMicros: number): void {
    this.isComplete = false;
    if (!this.#isLate) this.missingBytes += length;
    if (this.#state === "opaque" || this.#state === "lost") return;
    if (length > this.#left) {
      this.lose();
      return;
    }
    if (this.#close !== undefined) this.#closeBytes = -1;
    this.maskAt += length;
    if (this.#carries()) this.#sink.contentLost(this, length, atMicros);
    this.#advance(length, atMicros);
  }

  /** Where frames begin is no longer known. */
  lose(): void {
    if (this.#state === "opaque") return;
    if (this.#state === "tried") this.tally.unreadBytes += this.#trialBytes;
    this.#trial = undefined;
    this.#state = "lost";
    this.isComplete = false;
    this.#left = 0;
    this.#headerBytes = 0;
    this.#close = undefined;
    this.#isOpen = undefined;
    // A frame that goes on with a message is not its first.
    this.#frames = 1;
    this.#messageBytes = 0;
    this.#isCompressed = false;
    this.#broken = 0;
    this.#sink.framingLost(this);
  }

  #read(bytes: Buffer, start: number, end: number, atMicros: number): number {
    let at = start;
    while (at < end && (this.#state === "read" || this.#state === "tried"))
      at = this.#left > 0 ? this.#payload(bytes, at, end, atMicros) : this.#headerByte(bytes, at, atMicros);
    return at;
  }

  /** What a further piece says for or against frames that are not yet believed. */
  #weigh(bytes: Buffer, start: number, end: number): void {
    const next = start + this.#left;
    if (this.#headerBytes > 0 || next > end) return;
    this.#looks ??= new FrameLooks();
    this.#bits += next === end ? ENDS_BITS : frameEvidence(bytes, next, end, this.rule, this.#looks);
    if (this.#bits < 0) this.lose();
    else if (this.#bits >= TRUST_BITS && this.#state === "tried") this.#believe();
  }

  /** Where frames begin, `end` where they don't. */
  #search(bytes: Buffer, start: number, end: number, isPiece: boolean): number {
    const found = findFrames(bytes, start, end, this.rule, isPiece);
    this.tally.unreadBytes += (found?.at ?? end) - start;
    if (found !== undefined) {
      this.#state = "tried";
      this.#trial = new StreamTally();
      this.#trialBytes = 0;
      this.#bits = found.bits;
      this.#looks ??= new FrameLooks();
      this.#looks.clear();
      frameEvidence(bytes, found.at, end, this.rule, this.#looks);
      this.#framesFound = 0;
      if (found.bits >= TRUST_BITS) this.#believe();
      return found.at;
    }
    if (++this.#searched < MAX_SEARCHED) return end;
    this.#state = "opaque";
    this.#sink.givenUp(this);
    return end;
  }

  #believe(): void {
    this.#state = "read";
    this.#searched = 0;
    this.tally.add(this.#counted());
    this.#trial = undefined;
    this.#sink.found(this);
  }

  /** What frames say is the sender's word, and not what we take for one by a wrong guess of where they begin. */
  get #isSure(): boolean {
    return this.#state === "read" && this.#bits >= SURE_BITS && this.#framesFound > UNPROVEN_FRAMES;
  }

  #counted(): StreamTally {
    return this.#trial ?? this.tally;
  }

  #headerByte(bytes: Buffer, at: number, atMicros: number): number {
    const header = this.#header;
    header[this.#headerBytes++] = bytes[at];
    if (this.#headerBytes < 2 || this.#headerBytes < headerLength(header[1])) return at + 1;
    const length = this.#headerBytes;
    this.#headerBytes = 0;
    this.isMasked = (header[1] & MASKED) !== 0;
    this.maskAt = 0;
    if (this.isMasked) for (let byte = 0; byte < 4; byte++) this.mask[byte] = header[maskPosition(length) + byte];
    this.#begin(header[0], header[1], payloadLength(header, 0), atMicros);
    return at + 1;
  }

  #begin(first: number, second: number, length: number, atMicros: number): void {
    const opcode = first & OPCODE_BITS;
    const fault = this.#faultOf(first, second, length);
    if (fault !== undefined && !this.#goOnAfter(fault, length, atMicros)) return;
    if (fault === undefined) this.#broken = 0;
    this.#framesFound++;
    this.#first = first;
    this.#left = length;
    if (isControl(opcode)) {
      this.#counted().controlFrames++;
      if (opcode === OPCODE.close && length <= MAX_CONTROL_BYTES) {
        this.#close = Buffer.allocUnsafe(length);
        this.#closeBytes = 0;
      }
    } else if (isKnownOpcode(opcode)) this.#beginData(first, opcode, atMicros);
    if (this.#left === 0) this.#frameOver(atMicros);
  }

  #beginData(first: number, opcode: number, atMicros: number): void {
    if (this.hasClosed && this.#isSure) this.#sink.fault(this, "websocket-message-after-close", atMicros);
    if (opcode !== OPCODE.continuation || this.#isOpen === false) {
      this.#frames = 0;
      this.#messageBytes = 0;
      this.#isText = opcode === OPCODE.text;
      this.#isCompressed = (first & COMPRESSED) !== 0;
      if (this.wantsContent && (this.#isText || this.#isCompressed)) this.#sink.noContent(this);
    }
    this.#isOpen = true;
    this.#frames++;
  }

  /** The first rule that a header breaks. */
  #faultOf(first: number, second: number, length: number): AnomalyName | undefined {
    const opcode = first & OPCODE_BITS;
    if (forbiddenBits(first, this.rule.reserved) !== 0) return "websocket-reserved-bits";
    if (!isKnownOpcode(opcode)) return "websocket-reserved-opcode";
    if (length === Number.POSITIVE_INFINITY || !isMinimal(second, length)) return "websocket-invalid-length";
    if (isControl(opcode) && ((first & FIN) === 0 || length > MAX_CONTROL_BYTES))
      return "websocket-invalid-control-frame";
    if (length > MAX_FRAME_BYTES) return "websocket-oversized-frame";
    if (((second & MASKED) !== 0) !== this.rule.isMasked) return "websocket-masking";
    const goesOn = opcode === OPCODE.continuation;
    const isOutOfPlace = !isControl(opcode) && this.#isOpen !== undefined && this.#isOpen !== goesOn;
    return isOutOfPlace ? "websocket-interrupted-message" : undefined;
  }

  /** Whether what follows such a header can be followed by its length. */
  #goOnAfter(fault: AnomalyName, length: number, atMicros: number): boolean {
    // It is our guess that is broken, not a rule.
    if (!this.#isSure) {
      this.lose();
      return false;
    }
    this.#sink.fault(this, fault, atMicros);
    // Wrong masks and messages in pieces leave frames where they are.
    if (fault === "websocket-masking" || fault === "websocket-interrupted-message") return true;
    if (++this.#broken < MAX_BROKEN && length <= MAX_DOUBTED_BYTES) return true;
    this.lose();
    return false;
  }

  #payload(bytes: Buffer, start: number, end: number, atMicros: number): number {
    const stop = Math.min(end, start + this.#left);
    if (this.#close !== undefined) this.#gatherClose(bytes, start, stop);
    else if (this.#carries()) this.#sink.content(this, bytes, start, stop, atMicros);
    this.maskAt += stop - start;
    this.#advance(stop - start, atMicros);
    return stop;
  }

  #carries(): boolean {
    return this.wantsContent && this.#state === "read" && !isControl(this.#first & OPCODE_BITS);
  }

  #gatherClose(bytes: Buffer, start: number, end: number): void {
    if (this.#close === undefined || this.#closeBytes < 0) return;
    for (let at = start; at < end; at++) {
      const mask = this.isMasked ? this.mask[(this.maskAt + at - start) & 3] : 0;
      this.#close[this.#closeBytes++] = bytes[at] ^ mask;
    }
  }

  #advance(length: number, atMicros: number): void {
    this.#left -= length;
    if (!isControl(this.#first & OPCODE_BITS)) this.#messageBytes += length;
    if (this.#left === 0 && length > 0) this.#frameOver(atMicros);
  }

  #frameOver(atMicros: number): void {
    const opcode = this.#first & OPCODE_BITS;
    if (opcode === OPCODE.close) this.#closeOver(atMicros);
    if (isControl(opcode) || !isKnownOpcode(opcode) || (this.#first & FIN) === 0) return;
    const tally = this.#counted();
    tally.messages++;
    tally.messageBytes += this.#messageBytes;
    if (this.#frames > 1) tally.fragmented++;
    if (this.#isCompressed) tally.compressed++;
    this.#isOpen = false;
    this.#frames = 0;
    this.#messageBytes = 0;
    this.#isCompressed = false;
  }

  #closeOver(atMicros: number): void {
    const close = this.#close;
    this.#close = undefined;
    if (!this.#isSure || close === undefined) return;
    this.hasClosed = true;
    const isWhole = this.#closeBytes === close.length;
    this.#sink.closes(this, isWhole ? readClose(close) : LOST_CLOSE, atMicros);
  }
}

/** Some of its bytes were lost. */
const LOST_CLOSE: CloseFrame = { code: undefined, reason: "none", isValid: true };
