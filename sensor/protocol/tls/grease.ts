/** RFC 8701: values without a meaning (0x0A0A, 0x1A1A … 0xFAFA) that clients sprinkle in to keep servers tolerant. */
export function isGrease(code: number): boolean {
  return (code & 0x0f0f) === 0x0a0a && code >> 8 === (code & 0xff);
}
