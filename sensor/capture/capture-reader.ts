import { CaptureError } from "./capture-error.js";
import type { FrameSink } from "./frame.js";
import { PcapFormat } from "./pcap-format.js";
import { PcapngFormat, SECTION_HEADER } from "./pcapng-format.js";
import type { RecordFormat } from "./record-format.js";

/**
 * A capture as it comes in, in pieces of any size. Records are read where they lie; only one that straddles two pieces is copied.
 * Both methods throw CaptureError, after all that was whole has been handed on.
 */
export class CaptureReader {
  readonly #sink: FrameSink;
  #format: RecordFormat | undefined = undefined;
  #carry = Buffer.allocUnsafe(64 * 1024);
  #carried = 0;
  /** Place in the capture of the record that is read next. */
  #offset = 0;
  /** Size of the record in which the piece before has ended, 0 where that is not known. */
  recordBytes = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** `piece` is borrowed for the length of the call. */
  push(piece: Buffer): void {
    let at = this.#carried > 0 ? this.#complete(piece) : 0;
    const { length } = piece;
    this.recordBytes = 0;
    while (at < length) {
      const size = this.#sizeAt(piece, at, length - at);
      if (size === undefined || size > length - at) {
        this.recordBytes = size ?? 0;
        this.#keep(piece, at, length);
        return;
      }
      this.#take(piece, at, size);
      at += size;
    }
  }

  end(): void {
    if (this.#carried > 0) {
      const offset = this.#offset + this.#carried;
      throw new CaptureError(
        `is cut short at byte ${offset}: the record that begins at ${this.#offset} is not whole`,
        offset,
      );
    }
    if (this.#format === undefined) throw new CaptureError("is empty", 0);
  }

  /** Ends the record begun in pieces before; position after it in `piece`. */
  #complete(piece: Buffer): number {
    let at = 0;
    for (;;) {
      const size = this.#sizeAt(this.#carry, 0, this.#carried);
      const wanted = size ?? this.#format?.headBytes ?? 4;
      const taken = Math.min(wanted - this.#carried, piece.length - at);
      this.#keep(piece, at, at + taken);
      at += taken;
      if (this.#carried < wanted) return at;
      if (size === undefined) continue;
      this.#carried = 0;
      this.#take(this.#carry, 0, size);
      return at;
    }
  }

  #sizeAt(bytes: Buffer, start: number, available: number): number | undefined {
    if (this.#format === undefined) {
      if (available < 4) return undefined;
      this.#format = this.#recognise(bytes.readUInt32BE(start));
    }
    return available < this.#format.headBytes ? undefined : this.#format.sizeAt(bytes, start, this.#offset);
  }

  #recognise(magic: number): RecordFormat {
    if (magic === SECTION_HEADER) return new PcapngFormat(this.#sink);
    const pcap = PcapFormat.recognise(magic, this.#sink);
    if (pcap !== undefined) return pcap;
    const begin = magic.toString(16).padStart(8, "0");
    throw new CaptureError(`is no capture: it begins with ${begin}; pcap, pcapng and gzip of either are read`, 0);
  }

  #take(bytes: Buffer, start: number, size: number): void {
    this.#format?.take(bytes, start, size, this.#offset);
    this.#offset += size;
  }

  #keep(piece: Buffer, start: number, end: number): void {
    const needed = this.#carried + end - start;
    if (needed > this.#carry.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#carry.length * 2));
      this.#carry.copy(larger, 0, 0, this.#carried);
      this.#carry = larger;
    }
    piece.copy(this.#carry, this.#carried, start, end);
    this.#carried = needed;
  }
}
