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
  maskPosition,
  OPCODE,
  OPCODE_BITS,
  payloadLength,
} from "./frame.js";
import { FrameLooks } from "./frame-looks.js";

/**
 * How sure it is that frames begin somewhere, in bits: a header of two bytes is one that chance makes in one of some 60 places, so it
 * takes more than one, or what stands around it.
 */
export const HEADER_BITS = 6;
/** Frames that may be told apart from a run of zeros less well: in pieces, or empty. */
const WEAK_BITS = 3;
/** A length that needs eight bytes, most of them zero. */
const LONG_BITS = 20;
/** A frame that ends with the last byte of a piece, or begins with its first: whoever writes frames writes them whole. */
export const ENDS_BITS = 6;
export const BEGINS_BITS = 8;
/** One for each character of a text, which random bytes are not. */
const MAX_TEXT_BITS = 24;
/** Beyond it frames are believed; where many places are tried, each time their number doubles takes one more. */
export const TRUST_BITS = 26;
/** Beyond it what breaks the rules is the sender's fault, and not that of where we took frames to begin. */
export const SURE_BITS = 60;
/** A piece's first byte is worth following. */
const TRIAL_BITS = BEGINS_BITS + HEADER_BITS;
/** Frames in which a chance hit runs out. */
export const UNPROVEN_FRAMES = 2;
/** What a text of some length says for itself. */
const OWN_BITS = HEADER_BITS + ENDS_BITS + 12;
/** Frames that are looked for, rather than read. */
const MAX_LENGTH = 1 << 24;
const LEAD_BYTE = 0xc0;

export interface Found {
  readonly at: number;
  readonly bits: number;
}

/**
 * Where in bytes[start, end) frames begin, as far as that can be told; undefined where it can't. `isPiece`: they begin with what was sent
 * together.
 */
export function findFrames(
  bytes: Buffer,
  start: number,
  end: number,
  rule: FrameRule,
  isPiece: boolean,
): Found | undefined {
  const bits = isPiece ? frameEvidence(bytes, start, end, rule) + BEGINS_BITS : 0;
  if (bits >= TRIAL_BITS) return { at: start, bits };
  const enough = TRUST_BITS + Math.log2(end - start + 1);
  for (let at = isPiece ? start + 1 : start; at + 2 <= end; at++) {
    // A first frame without FIN is worth too little to look for. Of all places this leaves one in some 60.
    if ((bytes[at] & FIN) === 0 || !isLikely(bytes[at], bytes[at + 1], rule)) continue;
    if (frameEvidence(bytes, at, end, rule) < enough) continue;
    const proven = provenFrom(bytes, at, end, rule);
    const proof = frameEvidence(bytes, proven, end, rule);
    if (proof >= enough) return { at: proven, bits: proof };
  }
  return undefined;
}

/**
 * The first of the frames at `at` that is no chance hit: what looks like a header and ends by chance where a frame begins is proven by all
 * the frames behind it, unless it says something itself.
 */
function provenFrom(bytes: Buffer, start: number, end: number, rule: FrameRule): number {
  let at = start;
  for (let frame = 0; frame < UNPROVEN_FRAMES; frame++) {
    const next = at + headerLength(bytes[at + 1]) + payloadLength(bytes, at);
    if (next >= end || frameEvidence(bytes, at, next, rule) >= OWN_BITS) return at;
    at = next;
  }
  return at;
}

/**
 * How much speaks for it that frames lie one behind the other from `start` on; -Infinity where one is none. `looks` are those of the frames
 * before them.
 */
export function frameEvidence(bytes: Buffer, start: number, end: number, rule: FrameRule, looks = forgotten()): number {
  let bits = 0;
  let at = start;
  let isOpen: boolean | undefined;
  while (at + 2 <= end) {
    const [first, second] = [bytes[at], bytes[at + 1]];
    const opcode = first & OPCODE_BITS;
    if (!isLikely(first, second, rule)) return Number.NEGATIVE_INFINITY;
    const payload = at + headerLength(second);
    if (payload > end) break;
    const length = payloadLength(bytes, at);
    if (length > MAX_LENGTH || !isMinimal(second, length)) return Number.NEGATIVE_INFINITY;
    if (!isControl(opcode)) {
      // RFC 6455 §5.4: a message goes on only where one was begun, and none begins before it is over.
      if (isOpen !== undefined && isOpen !== (opcode === OPCODE.continuation)) return Number.NEGATIVE_INFINITY;
      isOpen = (first & FIN) === 0;
      // Nobody sends a message in pieces of nothing; zeros look like it.
      if (isOpen && length === 0) return Number.NEGATIVE_INFINITY;
    }
    const weight = frameWeight(bytes, at, payload, payload + length, end, looks);
    if (weight < 0) return weight;
    bits += weight;
    at = payload + length;
  }
  return at === end && bits > 0 ? bits + ENDS_BITS : bits;
}

/** What one frame says for its being one. */
function frameWeight(bytes: Buffer, at: number, payload: number, stop: number, end: number, looks: FrameLooks): number {
  const first = bytes[at];
  const look = looks.note(bytes, at, payload, Math.min(end, stop));
  if (look === "impossible") return Number.NEGATIVE_INFINITY;
  let text = 0;
  if ((first & OPCODE_BITS) === OPCODE.text && (first & COMPRESSED) === 0) {
    text = textBits(bytes, at, payload, Math.min(end, stop), (first & FIN) !== 0 && stop);
    if (text < 0) return Number.NEGATIVE_INFINITY;
  }
  return look === "new" ? weightOf(first, stop - payload) + text : 0;
}

const scratch = new FrameLooks();

function forgotten(): FrameLooks {
  scratch.clear();
  return scratch;
}

function isLikely(first: number, second: number, { isMasked, reserved }: FrameRule): boolean {
  const opcode = first & OPCODE_BITS;
  if (!isKnownOpcode(opcode) || forbiddenBits(first, reserved) !== 0 || ((second & MASKED) !== 0) !== isMasked)
    return false;
  return !isControl(opcode) || ((first & FIN) !== 0 && (second & ~MASKED) <= MAX_CONTROL_BYTES);
}

function weightOf(first: number, length: number): number {
  if (length > 0xffff) return HEADER_BITS + LONG_BITS;
  const isWhole = (first & FIN) !== 0 && (first & OPCODE_BITS) !== OPCODE.continuation;
  return isWhole && length > 0 ? HEADER_BITS : WEAK_BITS;
}

/** Characters at the beginning of a text that are ASCII; -1 where it is no UTF-8. `last`: where it ends, if that was seen. */
function textBits(bytes: Buffer, header: number, start: number, end: number, last: number | false): number {
  const isMasked = (bytes[header + 1] & MASKED) !== 0;
  const mask = maskPosition(start);
  const byteAt = (at: number): number => bytes[at] ^ (isMasked ? bytes[mask + ((at - start) & 3)] : 0);
  if (start >= end) return 0;
  const first = byteAt(start);
  if (first >= 0x80 && first < LEAD_BYTE) return -1;
  if (last === end && byteAt(end - 1) >= LEAD_BYTE) return -1;
  let at = start;
  while (at < end && at - start < MAX_TEXT_BITS && isPrintable(byteAt(at))) at++;
  return at - start;
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13;
}
