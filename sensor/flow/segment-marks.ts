import { viewOf } from "../bytes/word-view.js";
import { placeOf, SEGMENT_SLOTS, slotOf } from "./segment-place.js";

/** Of each: a hash of where it stands, its captured length, hashes of its first bytes and of all, and when it was captured. */
const WORDS_A_SLOT = 5;
const WORD_BYTES = 4;
/** Sessions cut packets at different lengths, and taps put them together: what begins alike is told by so many bytes. */
const HEAD_BYTES = 32;
/** All of what a segment begins with is hashed, and so many words of what follows. */
const WHOLE_BYTES = 512;
const SAMPLED_WORDS = 64;
/** What two mirror sessions show of one packet is no farther apart. */
export const COPY_MICROS = 300_000;

/** What tells a segment from any other. */
export interface SegmentMark {
  readonly place: number;
  readonly length: number;
  readonly head: number;
  readonly whole: number;
  readonly millis: number;
}

/**
 * What was handed over last of connections in virtual networks: the same bytes at the same sequence numbers between the same ends at the
 * same time in two networks are one packet seen twice. Two tenants' begin with random numbers (RFC 9293 §3.4.1).
 */
export class SegmentMarks {
  readonly #slots = new Int32Array(WORDS_A_SLOT * SEGMENT_SLOTS);

  /** bytes[start, end) were handed over; `direction` tells who sent them to whom, in whichever network. */
  note(direction: number, sequence: number, bytes: Buffer, start: number, end: number, atMicros: number): void {
    if (end === start) return;
    const place = placeOf(direction, sequence);
    const at = slotOf(place) * WORDS_A_SLOT;
    const slots = this.#slots;
    slots[at] = place;
    slots[at + 1] = end - start;
    slots[at + 2] = headOf(bytes, start, end);
    slots[at + 3] = hashOf(bytes, start, end);
    slots[at + 4] = millisOf(atMicros);
  }

  /** Whether what was handed over for the same place about then is the same, as far as that is known. */
  compare({ place, length, head, whole, millis }: SegmentMark): "same" | "other" | "unknown" {
    const at = slotOf(place) * WORDS_A_SLOT;
    const slots = this.#slots;
    if (slots[at] !== place || Math.abs((slots[at + 4] - millis) | 0) * 1_000 > COPY_MICROS) return "unknown";
    if (slots[at + 1] === length) return slots[at + 3] === whole ? "same" : "other";
    if (Math.min(slots[at + 1], length) < HEAD_BYTES) return "unknown";
    return slots[at + 2] === head ? "same" : "other";
  }
}

export function markOf(
  direction: number,
  sequence: number,
  bytes: Buffer,
  start: number,
  end: number,
  atMicros: number,
): SegmentMark {
  return {
    place: placeOf(direction, sequence),
    length: end - start,
    head: headOf(bytes, start, end),
    whole: hashOf(bytes, start, end),
    millis: millisOf(atMicros),
  };
}

function millisOf(atMicros: number): number {
  return Math.floor(atMicros / 1_000) | 0;
}

function headOf(bytes: Buffer, start: number, end: number): number {
  return hashOf(bytes, start, Math.min(end, start + HEAD_BYTES));
}

function hashOf(bytes: Buffer, start: number, end: number): number {
  const view = viewOf(bytes);
  const whole = Math.min(end, start + WHOLE_BYTES);
  let hash = end - start;
  let at = start;
  for (; at + WORD_BYTES <= whole; at += WORD_BYTES) hash = mix(hash, view.getInt32(at, true));
  if (end > whole) {
    const step = Math.max(WORD_BYTES, Math.ceil((end - whole) / SAMPLED_WORDS));
    for (; at + WORD_BYTES <= end; at += step) hash = mix(hash, view.getInt32(at, true));
    return mix(hash, view.getInt32(end - WORD_BYTES, true));
  }
  for (; at < end; at++) hash = mix(hash, bytes[at]);
  return hash;
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x85eb_ca6b);
  return mixed ^ (mixed >>> 15);
}
