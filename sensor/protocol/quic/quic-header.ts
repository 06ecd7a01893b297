/** RFC 9000 §15, RFC 9369 §3; below it the drafts that became them, §22.1.2 of each: 0xff0000 and the draft's number. */
const VERSIONS: ReadonlySet<number> = new Set([1, 0x6b3343cf]);
const DRAFTS = 0xff0000;
const MAX_ID_BYTES = 20;
/** RFC 9000 §17.2: form and fixed bit, version, length of the destination's identifier. */
const FIXED_BYTES = 6;

/** Whether a datagram begins with QUIC's long header, RFC 9000 §17.2; short ones have nothing that tells them. */
export function isQuicLongHeader(bytes: Buffer, start: number, end: number): boolean {
  if ((bytes[start] & 0xc0) !== 0xc0 || start + FIXED_BYTES >= end) return false;
  const version = bytes.readUInt32BE(start + 1);
  if (!VERSIONS.has(version) && version >>> 8 !== DRAFTS) return false;
  const destinationBytes = bytes[start + FIXED_BYTES - 1];
  const sourceAt = start + FIXED_BYTES + destinationBytes;
  return destinationBytes <= MAX_ID_BYTES && sourceAt < end && bytes[sourceAt] <= MAX_ID_BYTES;
}
