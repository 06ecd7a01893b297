import * as zlib from "node:zlib";

/** RFC 9110 §8.4.1 and RFC 8878. */
export type ContentCoding = "identity" | "gzip" | "deflate" | "br" | "zstd";

/** So many coded bytes are tried first: what they grow to tells how many more are worth it. */
const FIRST_BYTES = 8_192;
/** Where even so few grow beyond the bound it is no text but an attack: RFC 1951 allows 1,032 bytes for one. */
const MIN_BYTES = 512;
const TOO_LARGE = "ERR_BUFFER_TOO_LARGE";

type Options = zlib.ZlibOptions & { readonly maxOutputLength: number };
type Decoder = (bytes: Buffer, options: Options) => Buffer;

/** Node has it from 22.15 on; its type declarations for Node 20 leave it out. */
const decodeZstd = (zlib as unknown as { readonly zstdDecompressSync?: Decoder }).zstdDecompressSync;
const ZSTD_FLUSH = 1;

/** The coding a Content-Encoding names; undefined where it is unknown here, or where there are several. */
export function codingOf(contentEncoding: string | undefined): ContentCoding | undefined {
  switch (contentEncoding?.trim().toLowerCase()) {
    case undefined:
    case "":
    case "identity":
      return "identity";
    case "gzip":
    case "x-gzip":
      return "gzip";
    case "deflate":
      return "deflate";
    case "br":
      return "br";
    case "zstd":
      return decodeZstd === undefined ? undefined : "zstd";
    default:
      return undefined;
  }
}

/**
 * The first `maxBytes`, roughly, of what coded bytes stand for; they may break off anywhere. Work and memory are bounded whatever they
 * are: a piece is decoded first, and more only where it does not grow too much. Undefined where they are broken or a bomb.
 */
export function decodeContent(coding: ContentCoding, bytes: Buffer, maxBytes: number): Buffer | undefined {
  const most = maxBytes * 2;
  for (let length = Math.min(bytes.length, FIRST_BYTES); length > 0; length = length > MIN_BYTES ? length >> 2 : 0) {
    const decoded = tryDecode(coding, bytes.subarray(0, length), most);
    if (decoded === "broken") return undefined;
    if (decoded === "too-large") continue;
    if (decoded.length >= maxBytes || length === bytes.length) return decoded;
    const growth = Math.max(1, decoded.length / length);
    const more = Math.min(bytes.length, Math.ceil(maxBytes / growth));
    const rest = more <= length ? "too-large" : tryDecode(coding, bytes.subarray(0, more), most);
    return typeof rest === "string" ? decoded : rest;
  }
  return undefined;
}

function tryDecode(coding: ContentCoding, bytes: Buffer, maxOutputLength: number): Buffer | "broken" | "too-large" {
  try {
    return decoderOf(coding, bytes)(bytes, optionsOf(coding, maxOutputLength));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === TOO_LARGE ? "too-large" : "broken";
  }
}

function decoderOf(coding: ContentCoding, bytes: Buffer): Decoder {
  if (coding === "gzip") return zlib.gunzipSync as Decoder;
  if (coding === "br") return zlib.brotliDecompressSync as Decoder;
  if (coding === "zstd" && decodeZstd !== undefined) return decodeZstd;
  // RFC 9110 §8.4.1.2 means zlib's format; some send the raw one. RFC 1950 §2.2 tells them apart.
  const isZlib = (bytes[0] & 0x0f) === 8 && ((bytes[0] << 8) | bytes[1]) % 31 === 0;
  return (isZlib ? zlib.inflateSync : zlib.inflateRawSync) as Decoder;
}

/** What was cut off still gives what it holds. */
function optionsOf(coding: ContentCoding, maxOutputLength: number): Options {
  if (coding === "br") return { finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH, maxOutputLength };
  return { finishFlush: coding === "zstd" ? ZSTD_FLUSH : zlib.constants.Z_SYNC_FLUSH, maxOutputLength };
}
