import { viewOf } from "../bytes/word-view.js";
import { CaptureError } from "./capture-error.js";
import type { Frame, FrameSink } from "./frame.js";
import { MAX_RECORD_BYTES, type RecordFormat } from "./record-format.js";

const FILE_HEADER_BYTES = 24;
/** Upper bits of the link type tell of a frame check sequence. */
const LINK_TYPE_MASK = 0x03ff_ffff;

interface Magic {
  readonly littleEndian: boolean;
  readonly nanoseconds: boolean;
  readonly recordHeaderBytes: number;
}

/** First four bytes, read as big-endian, and what they tell; the last two are the form with longer record headers. */
const MAGICS: ReadonlyMap<number, Magic> = new Map([
  [0xa1b2c3d4, { littleEndian: false, nanoseconds: false, recordHeaderBytes: 16 }],
  [0xd4c3b2a1, { littleEndian: true, nanoseconds: false, recordHeaderBytes: 16 }],
  [0xa1b23c4d, { littleEndian: false, nanoseconds: true, recordHeaderBytes: 16 }],
  [0x4d3cb2a1, { littleEndian: true, nanoseconds: true, recordHeaderBytes: 16 }],
  [0xa1b2cd34, { littleEndian: false, nanoseconds: false, recordHeaderBytes: 24 }],
  [0x34cdb2a1, { littleEndian: true, nanoseconds: false, recordHeaderBytes: 24 }],
]);

/** The classic format, draft-ietf-opsawg-pcap: both byte orders, micro- and nanoseconds. */
export class PcapFormat implements RecordFormat {
  readonly headBytes = 16;
  readonly #sink: FrameSink;
  readonly #magic: Magic;
  #sawFileHeader = false;
  /** Before version 2.3 the length on the wire stood first, in 2.3 with some writers. */
  #areLengthsSwapped = false;
  readonly #frame: Frame;

  private constructor(magic: Magic, sink: FrameSink) {
    this.#magic = magic;
    this.#sink = sink;
    this.#frame = {
      bytes: Buffer.alloc(0),
      start: 0,
      end: 0,
      atMicros: 0,
      originalLength: 0,
      linkType: 0,
      interfaceId: 0,
    };
  }

  /** Undefined where the first four bytes are not this format's. */
  static recognise(magicNumber: number, sink: FrameSink): PcapFormat | undefined {
    const magic = MAGICS.get(magicNumber);
    return magic && new PcapFormat(magic, sink);
  }

  sizeAt(bytes: Buffer, start: number, offset: number): number {
    if (!this.#sawFileHeader) return FILE_HEADER_BYTES;
    const captured = this.#captured(bytes, start);
    if (captured > MAX_RECORD_BYTES)
      throw new CaptureError(`is damaged at byte ${offset}: a frame of ${captured} bytes`, offset);
    return this.#magic.recordHeaderBytes + captured;
  }

  take(bytes: Buffer, start: number, size: number): void {
    const { littleEndian, nanoseconds, recordHeaderBytes } = this.#magic;
    const frame = this.#frame;
    const view = viewOf(bytes);
    if (!this.#sawFileHeader) {
      this.#sawFileHeader = true;
      frame.linkType = view.getUint32(start + 20, littleEndian) & LINK_TYPE_MASK;
      this.#areLengthsSwapped = view.getUint16(start + 6, littleEndian) < 4;
      return;
    }
    const fraction = view.getUint32(start + 4, littleEndian);
    // Storing an object in an older one costs the collector work, and nearly every frame lies in the buffer of the one before.
    if (frame.bytes !== bytes) frame.bytes = bytes;
    frame.start = start + recordHeaderBytes;
    frame.end = start + size;
    frame.atMicros =
      view.getUint32(start, littleEndian) * 1e6 + (nanoseconds ? Math.floor(fraction / 1_000) : fraction);
    frame.originalLength = Math.max(view.getUint32(start + 12, littleEndian), size - recordHeaderBytes);
    if (this.#areLengthsSwapped)
      frame.originalLength = Math.max(view.getUint32(start + 8, littleEndian), frame.originalLength);
    this.#sink.frame(frame);
  }

  /** Never more than was on the wire. */
  #captured(bytes: Buffer, start: number): number {
    const view = viewOf(bytes);
    const first = view.getUint32(start + 8, this.#magic.littleEndian);
    return this.#areLengthsSwapped ? Math.min(first, view.getUint32(start + 12, this.#magic.littleEndian)) : first;
  }
}
