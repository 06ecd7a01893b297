/** RFC 6455 §5.2. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
export const FIN = 0x80;
export const RESERVED = 0x70;
/** RFC 7692 §6: the message is compressed. */
export const COMPRESSED = 0x40;
export const OPCODE_BITS = 0x0f;
export const MASKED = 0x80;
const LENGTH_BITS = 0x7f;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MASK_BYTES = 4;
export const MAX_HEADER_BYTES = 14;
/** RFC 6455 §5.5. */
export const MAX_CONTROL_BYTES = 125;

/** What one side's frames have in common. */
export interface FrameRule {
  readonly isMasked: boolean;
  /** Reserved bits that an extension may set. */
  readonly reserved: number;
}

export function isControl(opcode: number): boolean {
  return opcode >= OPCODE.close;
}

export function isKnownOpcode(opcode: number): boolean {
  return opcode <= OPCODE.binary || (opcode >= OPCODE.close && opcode <= OPCODE.pong);
}

/** Bytes of the header whose second byte this is. */
export function headerLength(second: number): number {
  const length = second & LENGTH_BITS;
  return 2 + (length === LENGTH_16 ? 2 : length === LENGTH_64 ? 8 : 0) + ((second & MASKED) !== 0 ? MASK_BYTES : 0);
}

/** Bytes of the payload whose whole header stands at `at`; infinite beyond what can be counted. */
export function payloadLength(bytes: Uint8Array, at: number): number {
  const length = bytes[at + 1] & LENGTH_BITS;
  if (length < LENGTH_16) return length;
  if (length === LENGTH_16) return (bytes[at + 2] << 8) | bytes[at + 3];
  let value = 0;
  for (let position = 2; position < 10; position++) value = value * 256 + bytes[at + position];
  return value > Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : value;
}

/** RFC 6455 §5.2: a length takes as few bytes as it can. */
export function isMinimal(second: number, length: number): boolean {
  const form = second & LENGTH_BITS;
  return form === LENGTH_16 ? length >= LENGTH_16 : form !== LENGTH_64 || length > 0xffff;
}

/** Where in a header of so many bytes its mask stands. */
export function maskPosition(headerBytes: number): number {
  return headerBytes - MASK_BYTES;
}

/** Reserved bits that must not be set in this first byte: what compresses a message is said once, where it begins. */
export function forbiddenBits(first: number, reserved: number): number {
  const opcode = first & OPCODE_BITS;
  const begins = opcode === OPCODE.text || opcode === OPCODE.binary;
  const allowed = reserved === COMPRESSED && !begins ? 0 : reserved;
  return first & RESERVED & ~allowed;
}
