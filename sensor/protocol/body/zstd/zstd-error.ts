/** Bytes that are no Zstandard, as `node:zlib` tells it of the codings that it has. */
export class ZstdError extends Error {
  readonly code: string;

  constructor(what: string, code = "ERR_ZSTD") {
    super(`zstd: ${what}`);
    this.code = code;
  }
}
