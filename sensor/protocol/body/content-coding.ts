import * as zlib from "node:zlib";
import { decodeZstd } from "./zstd/decode-zstd.js";

type Coding = "gzip" | "deflate" | "br" | "zstd";
/** RFC 9110 §8.4.1 and RFC 8878: what was done to a content, first to last. */
export type ContentCoding = readonly Coding[];

/** Nothing was done. */
export const IDENTITY: ContentCoding = [];
/** More on top of each other nobody sends; each grows what the one before made. */
const MAX_CODINGS = 3;
const MAX_REMEMBERED = 64;
/** RFC 9110 §12.5.3 has the first; servers send the others so that nobody between compresses, or for what they take it to be. */
const NO_CODINGS: ReadonlySet<string> = new Set(["identity", "none", "utf-8", "utf8", ""]);

/** So many coded bytes are tried first: what they grow to tells how many more are worth it. */
const FIRST_BYTES = 8_192;
/** Where even so few grow beyond the bound it is no text but an attack: RFC 1951 allows 1,032 bytes for one. */
const MIN_BYTES = 512;
/** As long as any coding of an empty content is at most, under as many codings as there may be. */
const MAX_EMPTY_BYTES = 128;
const TOO_LARGE = "ERR_BUFFER_TOO_LARGE";

type Options = zlib.ZlibOptions & { readonly maxOutputLength: number };
type Decoder = (bytes: Buffer, options: Options) => Buffer;

/** Node has it from 22.15 on; its type declarations for Node 20 leave it out. */
const decodeNodesZstd = (zlib as unknown as { readonly zstdDecompressSync?: Decoder }).zstdDecompressSync;
const ZSTD_FLUSH = 1;

const known = new Map<string, ContentCoding | undefined>();

/** The codings a Content-Encoding names; undefined where one is unknown here, or there are too many. */
export function codingOf(contentEncoding: string | undefined): ContentCoding | undefined {
  if (contentEncoding === undefined) return IDENTITY;
  const before = known.get(contentEncoding);
  if (before !== undefined || known.has(contentEncoding)) return before;
  const names = contentEncoding.split(",").map((name) => name.trim().toLowerCase());
  const done = names.filter((name) => !NO_CODINGS.has(name)).map(nameOf);
  const isKnown = done.length <= MAX_CODINGS && !done.includes(undefined);
  const coding = done.length === 0 ? IDENTITY : isKnown ? (done as ContentCoding) : undefined;
  if (known.size >= MAX_REMEMBERED) known.clear();
  known.set(contentEncoding, coding);
  return coding;
}

function nameOf(name: string): Coding | undefined {
  if (name === "gzip" || name === "x-gzip") return "gzip";
  return name === "deflate" || name === "br" || name === "zstd" ? name : undefined;
}

/** What coded bytes stand for, or the beginning of it. */
export interface Decoded {
  readonly bytes: Buffer;
  /** All coded bytes were decoded; whether more of them were sent is not known here. */
  readonly isWhole: boolean;
}

/** The first `maxBytes`, roughly, of what coded bytes stand for: the coding that was done last is undone first. */
export function decodeContent(codings: ContentCoding, bytes: Buffer, maxBytes: number): Decoded | undefined {
  let decoded: Decoded = { bytes, isWhole: true };
  for (let at = codings.length - 1; at >= 0; at--) {
    const undone = undo(codings[at], decoded.bytes, maxBytes);
    if (undone === undefined) return undefined;
    decoded = { bytes: undone.bytes, isWhole: undone.isWhole && decoded.isWhole };
  }
  // So many bytes are none of an empty content: their first block did not come whole, and what it holds is not known.
  return decoded.bytes.length === 0 && bytes.length > MAX_EMPTY_BYTES ? undefined : decoded;
}

/**
 * The first `maxBytes`, roughly, of what coded bytes stand for; they may break off anywhere. Work and memory are bounded whatever they
 * are: a piece is decoded first, and more only where it does not grow too much. Undefined where they are broken or a bomb.
 */
function undo(coding: Coding, bytes: Buffer, maxBytes: number): Decoded | undefined {
  const most = maxBytes * 2;
  for (let length = Math.min(bytes.length, FIRST_BYTES); length > 0; length = length > MIN_BYTES ? length >> 2 : 0) {
    const decoded = tryDecode(coding, bytes.subarray(0, length), most);
    if (decoded === "broken") return undefined;
    if (decoded === "too-large") continue;
    const isWhole = length === bytes.length;
    if (decoded.length >= maxBytes || isWhole) return { bytes: decoded, isWhole };
    const growth = Math.max(1, decoded.length / length);
    const more = Math.min(bytes.length, Math.ceil(maxBytes / growth));
    const rest = more <= length ? "too-large" : tryDecode(coding, bytes.subarray(0, more), most);
    return typeof rest === "string" ? { bytes: decoded, isWhole } : { bytes: rest, isWhole: more === bytes.length };
  }
  return undefined;
}

function tryDecode(coding: Coding, bytes: Buffer, maxOutputLength: number): Buffer | "broken" | "too-large" {
  try {
    return decoderOf(coding, bytes)(bytes, optionsOf(coding, maxOutputLength));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === TOO_LARGE ? "too-large" : "broken";
  }
}

function decoderOf(coding: Coding, bytes: Buffer): Decoder {
  if (coding === "gzip") return zlib.gunzipSync as Decoder;
  if (coding === "br") return zlib.brotliDecompressSync as Decoder;
  if (coding === "zstd") return decodeNodesZstd ?? ((coded, { maxOutputLength }) => decodeZstd(coded, maxOutputLength));
  // RFC 9110 §8.4.1.2 means zlib's format; some send the raw one. RFC 1950 §2.2 tells them apart.
  const isZlib = (bytes[0] & 0x0f) === 8 && ((bytes[0] << 8) | bytes[1]) % 31 === 0;
  return (isZlib ? zlib.inflateSync : zlib.inflateRawSync) as Decoder;
}

/** What was cut off still gives what it holds. */
function optionsOf(coding: Coding, maxOutputLength: number): Options {
  if (coding === "br") return { finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH, maxOutputLength };
  return { finishFlush: coding === "zstd" ? ZSTD_FLUSH : zlib.constants.Z_SYNC_FLUSH, maxOutputLength };
}
