import type { Frame, InterfaceStatistics } from "./frame.js";
import {
  BYTE_ORDER_MAGIC,
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  SECTION_HEADER,
} from "./pcapng-format.js";

const PACKET_OVERHEAD = 32;

/** Writes a pcapng stream, little-endian, in microseconds; what is written is handed on by `flush`. */
export class PcapngWriter {
  readonly #write: (bytes: Buffer) => void;
  #buffer = Buffer.allocUnsafe(256 * 1024);
  #length = 0;

  /** `application` is what the stream says it was written by, `comment` what else there is to say of all of it. */
  constructor(application: string, write: (bytes: Buffer) => void, comment?: string) {
    this.#write = write;
    const section = Buffer.alloc(16);
    section.writeUInt32LE(BYTE_ORDER_MAGIC, 0);
    section.writeUInt16LE(1, 4);
    section.fill(0xff, 8, 16);
    this.#block(
      SECTION_HEADER,
      Buffer.concat([section, commentOption(comment), option(4, Buffer.from(application)), END]),
    );
  }

  get bufferedBytes(): number {
    return this.#length;
  }

  describeInterface(name: string, linkType: number, snapLength: number): void {
    const body = Buffer.alloc(8);
    body.writeUInt16LE(linkType, 0);
    body.writeUInt32LE(snapLength, 4);
    this.#block(
      INTERFACE_DESCRIPTION,
      Buffer.concat([body, option(2, Buffer.from(name)), option(9, Buffer.from([6])), END]),
    );
  }

  /** Under another interface's number, where one is given. */
  frame(frame: Frame, interfaceId = frame.interfaceId, comment?: string): void {
    const captured = frame.end - frame.start;
    const options = comment === undefined ? NOTHING : Buffer.concat([commentOption(comment), END]);
    const size = PACKET_OVERHEAD + captured + padding(captured) + options.length;
    this.#reserve(size);
    const buffer = this.#buffer;
    const at = this.#length;
    buffer.writeUInt32LE(ENHANCED_PACKET, at);
    buffer.writeUInt32LE(size, at + 4);
    buffer.writeUInt32LE(interfaceId, at + 8);
    buffer.writeUInt32LE(Math.floor(frame.atMicros / 2 ** 32), at + 12);
    buffer.writeUInt32LE(frame.atMicros % 2 ** 32, at + 16);
    buffer.writeUInt32LE(captured, at + 20);
    buffer.writeUInt32LE(frame.originalLength, at + 24);
    frame.bytes.copy(buffer, at + 28, frame.start, frame.end);
    buffer.fill(0, at + 28 + captured, at + size - 4);
    options.copy(buffer, at + size - 4 - options.length);
    buffer.writeUInt32LE(size, at + size - 4);
    this.#length += size;
  }

  statistics(statistics: InterfaceStatistics, atMicros: number): void {
    const body = Buffer.alloc(12);
    body.writeUInt32LE(statistics.interfaceId, 0);
    body.writeUInt32LE(Math.floor(atMicros / 2 ** 32), 4);
    body.writeUInt32LE(atMicros % 2 ** 32, 8);
    const { received, droppedByInterface, droppedByKernel, droppedByProcess } = statistics;
    const accepted = droppedByProcess === undefined ? undefined : received;
    const delivered = accepted === undefined ? undefined : accepted - (droppedByKernel ?? 0) - (droppedByProcess ?? 0);
    const options = [
      count(4, received),
      count(5, droppedByInterface),
      count(6, accepted),
      count(7, droppedByKernel),
      count(8, delivered),
    ];
    this.#block(INTERFACE_STATISTICS, Buffer.concat([body, ...options, END]));
  }

  flush(): void {
    if (this.#length === 0) return;
    const bytes = Buffer.from(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    this.#write(bytes);
  }

  #block(type: number, body: Buffer): void {
    const size = 12 + body.length + padding(body.length);
    this.#reserve(size);
    const at = this.#length;
    this.#buffer.fill(0, at, at + size);
    this.#buffer.writeUInt32LE(type, at);
    this.#buffer.writeUInt32LE(size, at + 4);
    body.copy(this.#buffer, at + 8);
    this.#buffer.writeUInt32LE(size, at + size - 4);
    this.#length += size;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes > this.#buffer.length) this.flush();
    if (bytes > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(bytes);
  }
}

const END = Buffer.alloc(4);
const NOTHING = Buffer.alloc(0);

function commentOption(text: string | undefined): Buffer {
  return text === undefined ? NOTHING : option(1, Buffer.from(text));
}

function option(code: number, value: Buffer): Buffer {
  const made = Buffer.alloc(4 + value.length + padding(value.length));
  made.writeUInt16LE(code, 0);
  made.writeUInt16LE(value.length, 2);
  value.copy(made, 4);
  return made;
}

function count(code: number, value: number | undefined): Buffer {
  if (value === undefined) return NOTHING;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return option(code, bytes);
}

function padding(length: number): number {
  return (4 - (length % 4)) % 4;
}
