/**
 * Archives as POSIX.1-1988 has them (ustar), of regular files, without anything optional: of the same files there is one archive, so that
 * a byte that differs is a byte that was changed.
 */
export const BLOCK_BYTES = 512;
/** An archive ends with two blocks of zeros. */
export const END_BYTES = 2 * BLOCK_BYTES;

const CHECKSUM_AT = 148;
const MAX_NAME_BYTES = 100;

export interface TarEntry {
  readonly name: string;
  readonly sizeBytes: number;
}

export function tarHeader({ name, sizeBytes }: TarEntry, atSeconds: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) throw new RangeError(`"${name}" is too long for an archive`);
  block.write(name, 0);
  block.write("0000644\0", 100);
  block.write("0000000\0", 108);
  block.write("0000000\0", 116);
  block.write(`${octal(sizeBytes, 11)}\0`, 124);
  block.write(`${octal(atSeconds, 11)}\0`, 136);
  block.write("        ", CHECKSUM_AT);
  block.write("0", 156);
  block.write("ustar\0", 257);
  block.write("00", 263);
  block.write(`${octal(sumOf(block), 6)}\0 `, CHECKSUM_AT);
  return block;
}

/** Zeros behind a file of this size, up to the next block. */
export function paddingBytes(sizeBytes: number): number {
  return (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES;
}

/** Name and size as a header has them, whatever else is in it; undefined where it has none. */
export function readTarHeader(block: Buffer): TarEntry | undefined {
  const end = block.indexOf(0);
  const name = block.toString("utf8", 0, end < 0 ? MAX_NAME_BYTES : Math.min(end, MAX_NAME_BYTES));
  const size = block.toString("latin1", 124, 135);
  if (name === "" || !/^[0-7]{11}$/.test(size)) return undefined;
  return { name, sizeBytes: Number.parseInt(size, 8) };
}

function octal(value: number, digits: number): string {
  return Math.floor(value).toString(8).padStart(digits, "0");
}

function sumOf(block: Buffer): number {
  let sum = 0;
  for (const byte of block) sum += byte;
  return sum;
}
