const MIN_BYTES = 16;

/** Whether bytes[start, end) are long, and of letters and digits: a word or a number is no secret. */
export function isRandom(bytes: Buffer, start: number, end: number): boolean {
  let digits = 0;
  let letters = 0;
  for (let at = start; at < end; at++) {
    if (bytes[at] >= 0x30 && bytes[at] <= 0x39) digits++;
    else if ((bytes[at] | 0x20) >= 0x61 && (bytes[at] | 0x20) <= 0x7a) letters++;
  }
  return end - start >= MIN_BYTES && digits >= 2 && letters >= 2;
}
