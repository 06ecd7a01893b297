import { viewOf } from "../bytes/word-view.js";
import { placeOf, SEGMENT_SLOTS, slotOf } from "./segment-place.js";

/** Of each: a hash of where it stands, its length, its first word, and a hash of two more. */
const WORDS_A_SLOT = 4;
const WORD_BYTES = 4;
/** Of longer segments the first word is read alone: what follows is a body mostly, which nobody else fetches from memory. */
const SHORT_BYTES = 512;

/**
 * What the segments handed over last began and ended with: a copy with other bytes is how one end is made to read what another does not
 * (Ptacek and Newsham 1998, §5.4). The bytes are borrowed, and keeping or hashing all of them would cost each packet for what hardly one
 * has; three words are read of a short segment, the first of a longer one. So a copy may differ and not show: by other bytes alone, under four
 * of them, beginning elsewhere, or after 16,384 more segments. What shows does differ.
 */
export class RecentSegments {
  readonly #slots = new Int32Array(WORDS_A_SLOT * SEGMENT_SLOTS);

  /** bytes[start, end) were handed over; `direction` tells the connection and its end from others. */
  note(direction: number, sequence: number, bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    if (length < WORD_BYTES) return;
    const place = placeOf(direction, sequence);
    const at = slotOf(place) * WORDS_A_SLOT;
    const slots = this.#slots;
    const view = viewOf(bytes);
    slots[at] = place;
    slots[at + 1] = length;
    slots[at + 2] = view.getInt32(start, true);
    slots[at + 3] = restOf(view, start, length);
  }

  /** Whether what was handed over for the same place, as far as that is known, is not what stands in bytes[start, end). */
  differs(direction: number, sequence: number, bytes: Buffer, start: number, end: number): boolean {
    const length = end - start;
    const place = placeOf(direction, sequence);
    const at = slotOf(place) * WORDS_A_SLOT;
    const slots = this.#slots;
    if (length < WORD_BYTES || slots[at] !== place || slots[at + 1] === 0) return false;
    const view = viewOf(bytes);
    if (slots[at + 2] !== view.getInt32(start, true)) return true;
    return slots[at + 1] === length && slots[at + 3] !== restOf(view, start, length);
  }
}

/** Of the words in the middle and at the end. */
function restOf(view: DataView, start: number, length: number): number {
  if (length > SHORT_BYTES) return 0;
  const middle = view.getInt32(start + ((length - WORD_BYTES) >> 1), true);
  return Math.imul(middle, 0x85ebca6b) ^ view.getInt32(start + length - WORD_BYTES, true);
}
