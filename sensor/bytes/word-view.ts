const TOP_BITS = 0x80808080;
let viewed: Buffer | undefined;
let view: DataView = new DataView(new ArrayBuffer(0));
let viewedBefore: Buffer | undefined;
let viewBefore = view;

/**
 * A view that reads four bytes of a buffer at once, least significant first, at any position. Those of the two buffers asked for last are
 * kept: frames of one piece of a capture share theirs, what is decoded lies in another one, and making one costs as much as reading a
 * short head.
 */
export function viewOf(bytes: Buffer): DataView {
  return bytes === viewed ? view : otherView(bytes);
}

function otherView(bytes: Buffer): DataView {
  const isBefore = bytes === viewedBefore;
  const other = isBefore ? viewBefore : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  viewedBefore = viewed;
  viewBefore = view;
  viewed = bytes;
  view = other;
  return view;
}

/** Bit 7 of each of four bytes that is below `least` (1 to 128, repeated in all four); above the lowest bit set it may err. */
export function bytesBelow(word: number, least: number): number {
  return (word - least) & ~word & TOP_BITS;
}

/** Which of four bytes, 0 to 3, the lowest bit of `bytesBelow` stands for. */
export function lowestByte(bits: number): number {
  return (31 - Math.clz32(bits & -bits)) >> 3;
}

/** Four letters as `getInt32` reads them, little-endian. */
export function wordOf(text: string): number {
  return Buffer.from(text, "latin1").readInt32LE(0);
}
