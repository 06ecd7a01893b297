/** Numbers as the network has them, where the caller has looked that they are there. Four bytes as a signed integer stay off the heap. */
export function readUint16(bytes: Buffer, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

export function readInt32(bytes: Buffer, at: number): number {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}
