import * as zlib from "node:zlib";
import { decodeZstd } from "../../sensor/protocol/body/zstd/decode-zstd.js";
import { ZSTD_FRAMES } from "../support/zstd-frames.js";

const MAGIC = Buffer.from("28b52ffd", "hex");
const SKIPPABLE = Buffer.from("5a2a4d18030000006d6f72", "hex");
const MOST_BYTES = 1 << 20;
/** RFC 8878 §3.1.1.2.2. */
const RAW = 0;
const RUN = 1;

/** Of Node versions that have it. */
const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer };

/** The bytes as Zstandard (RFC 8878): by Node where it can, else as blocks that are stored; or something else that the reference tool made. */
export function zstdOf(bytes: Buffer, random: () => number): Buffer {
  if (random() % 2 === 0) return Buffer.from(ZSTD_FRAMES[random() % ZSTD_FRAMES.length][1], "base64");
  const coded = random() % 2 === 0 && zstdCompressSync !== undefined ? zstdCompressSync(bytes) : stored(bytes, random);
  const made = decodeZstd(coded, MOST_BYTES);
  if (!made.equals(bytes)) throw new Error(`${coded.toString("hex")} became ${made.toString("hex")}`);
  return random() % 4 === 0 ? Buffer.concat([SKIPPABLE, coded]) : coded;
}

function stored(bytes: Buffer, random: () => number): Buffer {
  const parts: Buffer[] = [];
  const frames = 1 + (random() % 2);
  for (let at = 0, frame = 1; frame <= frames; frame++) {
    parts.push(MAGIC, Buffer.from([0, 0x58]));
    const end = frame === frames ? bytes.length : random() % (bytes.length + 1);
    for (let isLast = false; !isLast; ) {
      const stop = Math.max(at, Math.min(end, at + (random() % 600)));
      const run = runAt(bytes, at, stop);
      const isRun = run > 1 && random() % 2 === 0;
      const next = isRun ? at + run : stop;
      isLast = next >= end;
      const head = Buffer.alloc(3);
      head.writeUIntLE(((next - at) << 3) | ((isRun ? RUN : RAW) << 1) | (isLast ? 1 : 0), 0, 3);
      parts.push(head, isRun ? bytes.subarray(at, at + 1) : bytes.subarray(at, next));
      at = next;
    }
  }
  return Buffer.concat(parts);
}

/** How many bytes there are the same. */
function runAt(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] === bytes[start]) at++;
  return at - start;
}
