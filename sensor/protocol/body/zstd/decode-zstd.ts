import { Literals, MAX_BLOCK_BYTES } from "./literals.js";
import { Sequences } from "./sequences.js";
import { ZstdError } from "./zstd-error.js";

const MAGIC = 0xfd2fb528;
/** RFC 8878 §3.1.2: frames of any such number are passed over. */
const SKIPPABLE = 0x184d2a50;
const BLOCK_HEAD_BYTES = 3;
const CHECKSUM_BYTES = 4;
const DICTIONARY_BYTES = [0, 1, 2, 4];

/** Only made where somebody sends such a body. */
let frameLiterals: Literals | undefined;
let frameSequences: Sequences | undefined;
let made: Buffer = Buffer.alloc(0);
let length = 0;
let most = 0;

/**
 * Zstandard (RFC 8878) of Node versions that have none of their own: whole blocks as far as the bytes go. Work is bounded by them and by
 * `maxBytes`, beyond which it throws, and no window is kept but what was made. Checksums are not compared.
 */
export function decodeZstd(bytes: Buffer, maxBytes: number): Buffer {
  made = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(1_024, bytes.length * 4)));
  length = 0;
  most = maxBytes;
  try {
    for (let at = 0; at < bytes.length; ) at = frame(bytes, at);
    return made.subarray(0, length);
  } finally {
    made = Buffer.alloc(0);
  }
}

/** Where the frame at `start` ends, or the bytes do. */
function frame(bytes: Buffer, start: number): number {
  if (start + 5 > bytes.length) return bytes.length;
  const magic = bytes.readUInt32LE(start);
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) return skipped(bytes, start);
  if (magic !== MAGIC) throw new ZstdError("no frame");
  const descriptor = bytes[start + 4];
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeBytes = descriptor >> 6 === 0 ? (isSingle ? 1 : 0) : 1 << (descriptor >> 6);
  const dictionaryBytes = DICTIONARY_BYTES[descriptor & 3];
  const dictionary = start + 5 + (isSingle ? 0 : 1);
  if ((descriptor & 8) !== 0) throw new ZstdError("a frame of a later version");
  for (let at = dictionary; at < dictionary + dictionaryBytes; at++)
    if (bytes[at] !== 0) throw new ZstdError("a dictionary that did not come");
  frameLiterals ??= new Literals();
  frameSequences ??= new Sequences();
  const [literals, sequences] = [frameLiterals, frameSequences];
  literals.clear();
  sequences.clear();
  const begun = length;
  for (let at = dictionary + dictionaryBytes + sizeBytes; at + BLOCK_HEAD_BYTES <= bytes.length; ) {
    const head = bytes.readUIntLE(at, BLOCK_HEAD_BYTES);
    const type = (head >> 1) & 3;
    const size = head >> 3;
    const from = at + BLOCK_HEAD_BYTES;
    at = from + (type === 1 ? 1 : size);
    if (size > MAX_BLOCK_BYTES || type === 3) throw new ZstdError("no block");
    if (at > bytes.length) break;
    if (type === 0) put(bytes, from, at);
    else if (type === 1) fill(bytes[from], size);
    else block(literals, sequences, bytes, from, at, begun);
    if ((head & 1) === 1) return at + ((descriptor & 4) === 0 ? 0 : CHECKSUM_BYTES);
  }
  return bytes.length;
}

function skipped(bytes: Buffer, start: number): number {
  return start + 8 > bytes.length ? bytes.length : start + 8 + bytes.readUInt32LE(start + 4);
}

function block(
  literals: Literals,
  sequences: Sequences,
  bytes: Buffer,
  start: number,
  end: number,
  begun: number,
): void {
  if (start >= end) throw new ZstdError("no block");
  sequences.begin(bytes, literals.read(bytes, start, end), end);
  let used = 0;
  for (let left = sequences.count; left > 0; left--) {
    sequences.next(left);
    const { match, offset } = sequences;
    const until = used + sequences.literals;
    if (until > literals.length) throw new ZstdError("more literals than came");
    put(literals.bytes, used, until);
    used = until;
    if (offset < 1 || offset > length - begun) throw new ZstdError("a match before the beginning");
    makeRoom(match);
    for (let at = length; at < length + match; at++) made[at] = made[at - offset];
    length += match;
  }
  put(literals.bytes, used, literals.length);
}

function put(bytes: Buffer, start: number, end: number): void {
  makeRoom(end - start);
  bytes.copy(made, length, start, end);
  length += end - start;
}

function fill(byte: number, size: number): void {
  makeRoom(size);
  made.fill(byte, length, length + size);
  length += size;
}

function makeRoom(more: number): void {
  const needed = length + more;
  if (needed > most) throw new ZstdError("more than was asked for", "ERR_BUFFER_TOO_LARGE");
  if (needed <= made.length) return;
  const larger = Buffer.allocUnsafe(Math.min(most, needed * 2));
  made.copy(larger, 0, 0, length);
  made = larger;
}
