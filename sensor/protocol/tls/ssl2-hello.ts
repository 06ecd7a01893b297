/**
 * Bytes that a hello in SSL 2.0's form takes, its two bytes of length included (RFC 5246 §E.2); undefined where these bytes do not
 * begin one. Eleven bytes are needed to tell.
 */
export function ssl2HelloLength(bytes: Buffer, start: number, end: number): number | undefined {
  if (end - start < SSL2_HEAD_BYTES || (bytes[start] & 0x80) === 0 || bytes[start + 2] !== CLIENT_HELLO)
    return undefined;
  const length = ((bytes[start] & 0x7f) << 8) | bytes[start + 1];
  const major = bytes[start + 3];
  const minor = bytes[start + 4];
  if (!(major === 3 && minor <= 4) && !(major === 0 && minor === 2)) return undefined;
  const ciphers = (bytes[start + 5] << 8) | bytes[start + 6];
  const sessionId = (bytes[start + 7] << 8) | bytes[start + 8];
  const challenge = (bytes[start + 9] << 8) | bytes[start + 10];
  const isPlausible = ciphers % 3 === 0 && (sessionId === 0 || sessionId === 16) && challenge >= 16 && challenge <= 32;
  return isPlausible && length === SSL2_HEAD_BYTES - 2 + ciphers + sessionId + challenge ? length + 2 : undefined;
}

/** Fewer bytes than are needed to tell, none of them against it. */
export function mayBeginSsl2Hello(bytes: Buffer, start: number, end: number): boolean {
  return end - start < SSL2_HEAD_BYTES && (end - start < 3 || bytes[start + 2] === CLIENT_HELLO);
}

/** Before the ciphers; the session id follows them. */
export const SSL2_HEAD_BYTES = 11;
const CLIENT_HELLO = 1;
/** Where the body that `readSsl2ClientHello` reads begins. */
export const SSL2_BODY_OFFSET = 3;
