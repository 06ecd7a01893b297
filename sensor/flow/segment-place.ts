/** For 16,384 segments of all connections together. */
const SLOT_BITS = 14;
export const SEGMENT_SLOTS = 1 << SLOT_BITS;

/** A hash of where a segment stands; `direction` tells the connection and its end from others. */
export function placeOf(direction: number, sequence: number): number {
  return Math.imul(direction ^ sequence, 0x9e3779b1);
}

/** Which of the slots it has. */
export function slotOf(place: number): number {
  return place >>> (32 - SLOT_BITS);
}
