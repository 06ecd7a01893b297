/** ContentType, RFC 8446 §5.1. */
export const CONTENT = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23, heartbeat: 24 } as const;

export const HEADER_BYTES = 5;
/** RFC 5246 §6.2.3 allows 2^14 + 2048 bytes; some old stacks go a little beyond. */
const MAX_RECORD_BYTES = 18_432 + 256;

/** What one side's records are told to. */
export interface RecordSink {
  /** A record's header was read. False: its bytes are skipped, not handed on. */
  record(side: RecordSide, type: number, version: number, length: number, atMicros: number): boolean;
  /** Bytes of a record that was asked for, in order; borrowed. */
  content(side: RecordSide, type: number, bytes: Buffer, start: number, end: number, atMicros: number): void;
  /** Bytes of a record that was asked for were lost. */
  contentLost(side: RecordSide, type: number): void;
  /** Where records begin is no longer known, or records may have been lost. */
  synchronizationLost(side: RecordSide): void;
}

/** The record layer of one side: finds headers, hands on what is asked for and skips the rest without looking at it. */
export class RecordSide {
  readonly from: "client" | "server";
  readonly #sink: RecordSink;
  /** A header that came in pieces; made when first needed. */
  #header: Uint8Array | undefined = undefined;
  #headerBytes = 0;
  #left = 0;
  #type = 0;
  #isWanted = false;
  /** Looking for the next header after bytes were lost. */
  isLost = false;

  constructor(from: "client" | "server", sink: RecordSink) {
    this.from = from;
    this.#sink = sink;
  }

  data(bytes: Buffer, start: number, end: number, atMicros: number): void {
    if (this.isLost && !this.#finds(bytes, start, end)) return;
    let at = start;
    while (at < end) {
      if (this.#left > 0) at = this.#body(bytes, at, end, atMicros);
      else if (this.#headerBytes === 0 && end - at >= HEADER_BYTES) {
        if (!this.#begin(bytes, at, atMicros)) return;
        at += HEADER_BYTES;
      } else {
        this.#header ??= new Uint8Array(HEADER_BYTES);
        const header: Uint8Array = this.#header;
        header[this.#headerBytes++] = bytes[at++];
        if (this.#headerBytes < HEADER_BYTES) continue;
        this.#headerBytes = 0;
        if (!this.#begin(header, 0, atMicros)) return;
      }
    }
  }

  gap(length: number): void {
    if (this.isLost) return;
    const skipped = Math.min(this.#left, length);
    this.#left -= skipped;
    if (skipped > 0 && this.#isWanted) this.#sink.contentLost(this, this.#type);
    if (skipped < length) this.#lose();
  }

  #body(bytes: Buffer, start: number, end: number, atMicros: number): number {
    const stop = Math.min(end, start + this.#left);
    this.#left -= stop - start;
    if (this.#isWanted) this.#sink.content(this, this.#type, bytes, start, stop, atMicros);
    return stop;
  }

  /** False where the bytes are no header. */
  #begin(bytes: Uint8Array, at: number, atMicros: number): boolean {
    if (!isHeader(bytes, at)) {
      this.#lose();
      return false;
    }
    this.#type = bytes[at];
    this.#left = recordLength(bytes, at);
    this.#isWanted = this.#sink.record(this, this.#type, (bytes[at + 1] << 8) | bytes[at + 2], this.#left, atMicros);
    return true;
  }

  #lose(): void {
    this.isLost = true;
    this.#left = 0;
    this.#headerBytes = 0;
    this.#sink.synchronizationLost(this);
  }

  #finds(bytes: Buffer, start: number, end: number): boolean {
    if (!beginsWithRecords(bytes, start, end)) return false;
    this.isLost = false;
    return true;
  }
}

/** Whether a record header may stand there. */
export function isHeader(bytes: Uint8Array, at: number): boolean {
  const type = bytes[at];
  return (
    type >= 20 && type <= 24 && bytes[at + 1] === 3 && bytes[at + 2] <= 4 && recordLength(bytes, at) <= MAX_RECORD_BYTES
  );
}

export function recordLength(bytes: Uint8Array, at: number): number {
  return (bytes[at + 3] << 8) | bytes[at + 4];
}

/**
 * Whether whole records lie there, one behind the other, up to the end or to the beginning of one more: chance makes one header now
 * and then, but not two in their places. A lone record must fill the bytes to the last.
 */
export function beginsWithRecords(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  for (let records = 0; at + HEADER_BYTES <= end; records++) {
    if (!isHeader(bytes, at) || recordLength(bytes, at) === 0) return false;
    at += HEADER_BYTES + recordLength(bytes, at);
    if (at === end || records === 1) return true;
  }
  return false;
}
