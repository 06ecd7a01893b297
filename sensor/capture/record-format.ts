/** One file format made of records that tell their length first. */
export interface RecordFormat {
  /** Bytes of a record from which its length can be told; no record is shorter. */
  readonly headBytes: number;
  /** Bytes of the record at `start`, of which `headBytes` are there. Throws CaptureError on a length that can't be. */
  sizeAt(bytes: Buffer, start: number, offset: number): number;
  /** Takes the whole record in bytes[start, start + size). `offset` is its place in the capture. */
  take(bytes: Buffer, start: number, size: number, offset: number): void;
}

/** Larger than any record seen in the wild; a length beyond it is damage. */
export const MAX_RECORD_BYTES = 256 * 1024 * 1024;

export function uint32(bytes: Buffer, at: number, littleEndian: boolean): number {
  return littleEndian
    ? (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0
    : ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

export function uint16(bytes: Buffer, at: number, littleEndian: boolean): number {
  return littleEndian ? bytes[at] | (bytes[at + 1] << 8) : (bytes[at] << 8) | bytes[at + 1];
}
