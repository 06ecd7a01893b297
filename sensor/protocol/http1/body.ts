import type { AnomalyName } from "../anomaly-name.js";
import type { ContentLook, Found } from "../body/body-look.js";

const LF = 10;
const CR = 13;
const SEMICOLON = 0x3b;
const MAX_LINE_BYTES = 16_384;

const BARE_CR = 1;
const BARE_LF = 2;
const INVALID_CHUNK = 4;
const OBS_FOLD = 8;
const FAULTS: readonly (readonly [number, AnomalyName])[] = [
  [BARE_CR, "bare-cr"],
  [BARE_LF, "bare-lf"],
  [INVALID_CHUNK, "invalid-chunk"],
  [OBS_FOLD, "obs-fold"],
];

type ChunkState = "size" | "extension" | "data" | "data-end" | "trailer";

/**
 * Where one body ends. Content of known length is skipped by arithmetic; only chunk heads are read, RFC 9112 §7.1. One object is
 * used again for every message of a side.
 */
export class Body {
  mode: "none" | "length" | "chunked" | "until-close" = "none";
  /** Content bytes so far, transfer coding removed, lost ones included. */
  size = 0;
  isDone = true;
  /** The chunks' framing broke: what follows can't be told apart. */
  isBroken = false;
  /** Is shown the content; undefined where nobody looks at it. */
  look: ContentLook | undefined = undefined;
  #remaining = 0;
  #chunk: ChunkState = "size";
  #digits = 0;
  #lineBytes = 0;
  #lineIsEmpty = true;
  #sawCr = false;
  /** What the lines of the chunks' framing break, and what of it was told: bits of FAULTS. */
  #faults = 0;
  #told = 0;

  begin(mode: Body["mode"], length: number): void {
    this.mode = mode;
    this.look = undefined;
    this.size = 0;
    this.isBroken = false;
    this.#faults = 0;
    this.#told = 0;
    this.#remaining = length;
    this.isDone = mode === "none" || (mode === "length" && length === 0);
    if (mode === "chunked") this.#beginSize();
  }

  /**
   * What is wrong with the chunks' framing, one after the other and each once a message. RFC 9112 §2.2 tolerates LF alone in heads; in §7.1 there is no such leave, and
   * where one recipient takes it, or CR alone, for the end of a line and the next does not, they see different messages.
   */
  takeFault(): AnomalyName | undefined {
    if (this.isBroken) this.#faults |= INVALID_CHUNK;
    const untold = this.#faults & ~this.#told;
    if (untold === 0) return undefined;
    const [bit, name] = FAULTS.find(([fault]) => (untold & fault) !== 0) ?? [INVALID_CHUNK, "invalid-chunk"];
    this.#told |= bit;
    return name;
  }

  /** Takes what belongs to the body; the position after it. */
  take(bytes: Buffer, start: number, end: number): number {
    if (this.mode === "length") {
      const stop = this.#takeLength(end - start) + start;
      this.look?.take(bytes, start, stop);
      return stop;
    }
    if (this.mode === "chunked") return this.#takeChunked(bytes, start, end);
    if (this.mode === "until-close") {
      this.size += end - start;
      this.look?.take(bytes, start, end);
      return end;
    }
    return start;
  }

  /** Bytes that were lost: how many of them belong to this body for certain; fewer than `length` where framing is lost too. */
  skip(length: number): number {
    const skipped = this.#skip(length);
    this.look?.gap(skipped);
    return skipped;
  }

  /** What the content holds, as far as it came; undefined where nobody looked at it. */
  endLook(): Readonly<Found> | undefined {
    const { look } = this;
    this.look = undefined;
    return look?.end(this.isDone || this.mode === "until-close" ? "whole" : "cut");
  }

  #skip(length: number): number {
    if (this.mode === "until-close") {
      this.size += length;
      return length;
    }
    if (this.mode === "length") return this.#takeLength(length);
    if (this.mode !== "chunked" || this.#chunk !== "data" || length > this.#remaining) return 0;
    this.size += length;
    this.#advance(length);
    return length;
  }

  #takeLength(available: number): number {
    const taken = Math.min(available, this.#remaining);
    this.#remaining -= taken;
    this.size += taken;
    this.isDone = this.#remaining === 0;
    return taken;
  }

  #takeChunked(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && !this.isDone && !this.isBroken) {
      if (this.#chunk === "data") {
        const taken = Math.min(end - at, this.#remaining);
        this.size += taken;
        this.look?.take(bytes, at, at + taken);
        this.#advance(taken);
        at += taken;
      } else {
        this.#byte(bytes[at]);
        at++;
      }
    }
    return at;
  }

  #advance(taken: number): void {
    this.#remaining -= taken;
    if (this.#remaining === 0) {
      this.#chunk = "data-end";
      this.#sawCr = false;
    }
  }

  #byte(byte: number): void {
    switch (this.#chunk) {
      case "size":
        this.#sizeByte(byte);
        break;
      case "extension":
        this.#extensionByte(byte);
        break;
      case "data-end":
        this.#dataEndByte(byte);
        break;
      default:
        this.#trailerByte(byte);
    }
  }

  #sizeByte(byte: number): void {
    const digit = hexValue(byte);
    if (digit >= 0 && !this.#sawCr && this.#lineIsEmpty) {
      this.#remaining = this.#remaining * 16 + digit;
      this.#digits++;
      if (this.#remaining > Number.MAX_SAFE_INTEGER || this.#digits > 32) this.isBroken = true;
    } else if (this.#digits === 0) this.isBroken = true;
    else if (byte === LF) {
      this.#endLine();
      this.#endSize();
    } else if (this.#sawCr) this.isBroken = true;
    else if (byte === CR) this.#sawCr = true;
    else if (byte === SEMICOLON) {
      this.#chunk = "extension";
      this.#lineBytes = 0;
    } else if (byte === 0x20 || byte === 9) this.#lineIsEmpty = false;
    else this.isBroken = true;
  }

  #extensionByte(byte: number): void {
    if (byte === LF) {
      this.#endLine();
      this.#endSize();
    } else {
      if (this.#sawCr) this.#faults |= BARE_CR;
      if (++this.#lineBytes > MAX_LINE_BYTES) this.isBroken = true;
    }
    this.#sawCr = byte === CR;
  }

  #endLine(): void {
    if (!this.#sawCr) this.#faults |= BARE_LF;
    this.#sawCr = false;
  }

  #endSize(): void {
    if (this.#remaining > 0) this.#chunk = "data";
    else {
      this.#chunk = "trailer";
      this.#lineIsEmpty = true;
      this.#lineBytes = 0;
    }
  }

  #dataEndByte(byte: number): void {
    if (byte === LF) {
      this.#endLine();
      this.#beginSize();
    } else if (byte === CR && !this.#sawCr) this.#sawCr = true;
    else this.isBroken = true;
  }

  #beginSize(): void {
    this.#chunk = "size";
    this.#remaining = 0;
    this.#digits = 0;
    this.#sawCr = false;
    this.#lineIsEmpty = true;
  }

  #trailerByte(byte: number): void {
    if (byte === LF) {
      this.#endLine();
      if (this.#lineIsEmpty) this.isDone = true;
      this.#lineIsEmpty = true;
      return;
    }
    if (this.#sawCr) this.#faults |= BARE_CR;
    // RFC 9112 §5.2, which §7.1.2 has hold for trailers too.
    else if (this.#lineIsEmpty && (byte === 0x20 || byte === 9)) this.#faults |= OBS_FOLD;
    this.#sawCr = byte === CR;
    if (byte !== CR) {
      this.#lineIsEmpty = false;
      if (++this.#lineBytes > MAX_LINE_BYTES) this.isBroken = true;
    }
  }
}

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
