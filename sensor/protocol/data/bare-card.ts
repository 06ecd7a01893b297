import { MASK } from "../message.js";
import { paymentCard } from "./check-digit.js";

/** ISO/IEC 7812-1: 12 digits and fewer, or with 1 first, mostly are something else: counters, times. */
const MIN_DIGITS = 13;
const MAX_DIGITS = 19;
const BARE_NUMBERS = /(?<![A-Za-z\d])[2-9]\d{12,18}(?![A-Za-z\d])/g;
const NINE = 0x39;
const ONE = 0x31;
const ZERO = 0x30;

/**
 * Whether a run of digits in bytes[start, end) that stands for itself can be a card's number, by issuer range and check digit. That is too
 * little to tell a class of data, one in ten such numbers passes, and enough not to keep it.
 */
export function mayHoldCard(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const from = at;
    while (at < end && bytes[at] >= ZERO && bytes[at] <= NINE) at++;
    const length = at - from;
    if (length < MIN_DIGITS || length > MAX_DIGITS || bytes[from] <= ONE) continue;
    const isAlone = !(from > start && isLetter(bytes[from - 1])) && !(at < end && isLetter(bytes[at]));
    if (isAlone && paymentCard(bytes.latin1Slice(from, at))) return true;
  }
  return false;
}

/** The same in free text: as such numbers, replaced. */
export function maskCards(text: string): string {
  return text.replace(BARE_NUMBERS, (number) => (paymentCard(number) ? MASK : number));
}

function isLetter(byte: number): boolean {
  const small = byte | 0x20;
  return small >= 0x61 && small <= 0x7a;
}
