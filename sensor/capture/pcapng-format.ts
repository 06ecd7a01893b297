import { CaptureError } from "./capture-error.js";
import type { Frame, FrameSink, InterfaceStatistics } from "./frame.js";
import { MAX_RECORD_BYTES, type RecordFormat, uint16, uint32 } from "./record-format.js";

export const SECTION_HEADER = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
export const INTERFACE_STATISTICS = 5;
export const ENHANCED_PACKET = 6;
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const PACKET_DROP_COUNT = 4;
const UNKNOWN_DROP_COUNT = 0xffff;
const MICROSECONDS = 6;
const NANOSECONDS = 9;

interface CaptureInterface {
  readonly id: number;
  readonly name: string | undefined;
  readonly linkType: number;
  readonly snapLength: number;
  /** Power of ten below a second, or of two with the highest bit set. */
  readonly resolution: number;
  readonly offsetSeconds: number;
  /** The total of what its packets say was lost before each of them; undefined where none says. */
  lostBetween: number | undefined;
  /** What its statistics said last. */
  told: InterfaceStatistics;
}

/** The block format, draft-ietf-opsawg-pcapng: several sections and interfaces, both byte orders, interface statistics. */
export class PcapngFormat implements RecordFormat {
  readonly headBytes = 12;
  readonly #sink: FrameSink;
  #littleEndian = true;
  #interfaces: CaptureInterface[] = [];
  #nextInterfaceId = 0;
  readonly #frame: Frame;

  constructor(sink: FrameSink) {
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

  sizeAt(bytes: Buffer, start: number, offset: number): number {
    if (uint32(bytes, start, true) === SECTION_HEADER) this.#readByteOrder(bytes, start, offset);
    const size = uint32(bytes, start + 4, this.#littleEndian);
    if (size < 12 || size % 4 !== 0 || size > MAX_RECORD_BYTES) {
      throw new CaptureError(`is damaged at byte ${offset}: a block of ${size} bytes`, offset);
    }
    return size;
  }

  take(bytes: Buffer, start: number, size: number, offset: number): void {
    const end = start + size - 4;
    if (uint32(bytes, end, this.#littleEndian) !== size) {
      throw new CaptureError(`is damaged at byte ${offset}: the two lengths of a block differ`, offset);
    }
    const body = start + 8;
    switch (uint32(bytes, start, this.#littleEndian)) {
      case ENHANCED_PACKET:
        this.#packet(bytes, body, end, offset, uint32(bytes, body, this.#littleEndian));
        break;
      case SECTION_HEADER:
        mustHold(body + 16, end, offset);
        this.#interfaces = [];
        this.#section(bytes, body, end);
        break;
      case INTERFACE_DESCRIPTION:
        mustHold(body + 8, end, offset);
        this.#describe(bytes, body, end);
        break;
      case INTERFACE_STATISTICS:
        mustHold(body + 12, end, offset);
        this.#statistics(bytes, body, end);
        break;
      case SIMPLE_PACKET:
        mustHold(body + 4, end, offset);
        this.#simplePacket(bytes, body, end, offset);
        break;
      case OBSOLETE_PACKET:
        this.#obsoletePacket(bytes, body, end, offset);
        break;
      default: // Names, secrets and whatever else a block may hold is of no use here.
    }
  }

  #section(bytes: Buffer, start: number, end: number): void {
    this.#options(bytes, start + 16, end, (code, at, length) => {
      if (code === 4) this.#sink.application?.(bytes.toString("utf8", at, at + length));
    });
  }

  #readByteOrder(bytes: Buffer, start: number, offset: number): void {
    const magic = uint32(bytes, start + 8, true);
    if (magic === BYTE_ORDER_MAGIC) this.#littleEndian = true;
    else if (magic === 0x4d3c2b1a) this.#littleEndian = false;
    else throw new CaptureError(`is damaged at byte ${offset}: no byte order in the section header`, offset);
  }

  #packet(bytes: Buffer, start: number, end: number, offset: number, index: number): void {
    const from = this.#interfaces[index];
    if (from === undefined || start + 20 > end) {
      throw new CaptureError(
        `is damaged at byte ${offset}: a packet of interface ${index}, which is not described`,
        offset,
      );
    }
    const captured = uint32(bytes, start + 12, this.#littleEndian);
    if (start + 20 + captured > end)
      throw new CaptureError(`is damaged at byte ${offset}: a packet beyond its block`, offset);
    const frame = this.#frame;
    const optionsStart = start + 20 + captured + ((4 - (captured % 4)) % 4);
    if (optionsStart < end) {
      this.#options(bytes, optionsStart, end, (code, at, length) => {
        if (code === PACKET_DROP_COUNT && length >= 8) this.#lost(from, Number(this.#uint64(bytes, at)));
      });
    }
    frame.atMicros = this.#micros(bytes, start + 4, from);
    this.#emit(bytes, start + 20, captured, uint32(bytes, start + 16, this.#littleEndian), from);
  }

  /** The block that went before the enhanced one: its number of the interface and its count have 16 bits each. */
  #obsoletePacket(bytes: Buffer, start: number, end: number, offset: number): void {
    const index = uint16(bytes, start, this.#littleEndian);
    const lost = uint16(bytes, start + 2, this.#littleEndian);
    const from = this.#interfaces[index];
    if (from !== undefined && start + 20 <= end && lost !== UNKNOWN_DROP_COUNT) this.#lost(from, lost);
    this.#packet(bytes, start, end, offset, index);
  }

  /** Between a packet and the one before it on the same interface. */
  #lost(from: CaptureInterface, count: number): void {
    if (count === 0 && from.lostBetween !== undefined) return;
    from.lostBetween = (from.lostBetween ?? 0) + count;
    this.#sink.statistics(withLostBetween(from));
  }

  /** It has no time of its own: that of the packet before it stands. */
  #simplePacket(bytes: Buffer, start: number, end: number, offset: number): void {
    const from = this.#interfaces[0];
    if (from === undefined)
      throw new CaptureError(`is damaged at byte ${offset}: a packet before any interface`, offset);
    const original = uint32(bytes, start, this.#littleEndian);
    const snapLength = from.snapLength === 0 ? original : from.snapLength;
    this.#emit(bytes, start + 4, Math.min(original, snapLength, end - start - 4), original, from);
  }

  #emit(bytes: Buffer, start: number, captured: number, original: number, from: CaptureInterface): void {
    const frame = this.#frame;
    frame.bytes = bytes;
    frame.start = start;
    frame.end = start + captured;
    frame.originalLength = Math.max(original, captured);
    frame.linkType = from.linkType;
    frame.interfaceId = from.id;
    this.#sink.frame(frame);
  }

  #micros(bytes: Buffer, at: number, from: CaptureInterface): number {
    const high = uint32(bytes, at, this.#littleEndian);
    const low = uint32(bytes, at + 4, this.#littleEndian);
    const { resolution, offsetSeconds } = from;
    if (resolution === MICROSECONDS) return high * 2 ** 32 + low + offsetSeconds * 1e6;
    // 2^32 is 4,294,967 thousands and 296: nanoseconds beyond 2^53 without losing any.
    if (resolution === NANOSECONDS)
      return high * 4_294_967 + Math.floor((high * 296 + low) / 1_000) + offsetSeconds * 1e6;
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    const perSecond = resolution & 0x80 ? 1n << BigInt(resolution & 0x7f) : 10n ** BigInt(resolution);
    return Number((ticks * 1_000_000n) / perSecond) + offsetSeconds * 1e6;
  }

  #describe(bytes: Buffer, start: number, end: number): void {
    let name: string | undefined;
    let resolution = MICROSECONDS;
    let offsetSeconds = 0;
    this.#options(bytes, start + 8, end, (code, at, length) => {
      if (code === 2) name = bytes.toString("utf8", at, at + length);
      else if (code === 9 && length >= 1) resolution = bytes[at];
      else if (code === 14 && length >= 8) offsetSeconds = Number(BigInt.asIntN(64, this.#uint64(bytes, at)));
    });
    const id = this.#nextInterfaceId++;
    if (name !== undefined) this.#sink.interfaceNamed?.(id, name);
    this.#interfaces.push({
      id,
      name,
      linkType: uint16(bytes, start, this.#littleEndian),
      snapLength: uint32(bytes, start + 4, this.#littleEndian),
      resolution,
      offsetSeconds,
      lostBetween: undefined,
      told: name === undefined ? { interfaceId: id } : { interfaceId: id, interfaceName: name },
    });
  }

  #statistics(bytes: Buffer, start: number, end: number): void {
    const from = this.#interfaces[uint32(bytes, start, this.#littleEndian)];
    if (from === undefined) return;
    const told: { -readonly [K in keyof InterfaceStatistics]: InterfaceStatistics[K] } = { interfaceId: from.id };
    if (from.name !== undefined) told.interfaceName = from.name;
    let accepted: number | undefined;
    let delivered: number | undefined;
    this.#options(bytes, start + 12, end, (code, at, length) => {
      if (length < 8) return;
      const count = Number(this.#uint64(bytes, at));
      if (code === 4) told.received = count;
      else if (code === 5) told.droppedByInterface = count;
      else if (code === 6) accepted = count;
      else if (code === 7) told.droppedByKernel = count;
      else if (code === 8) delivered = count;
    });
    if (accepted !== undefined && delivered !== undefined)
      told.droppedByProcess = Math.max(0, accepted - (told.droppedByKernel ?? 0) - delivered);
    from.told = told;
    this.#sink.statistics(withLostBetween(from), this.#micros(bytes, start + 4, from));
  }

  #options(bytes: Buffer, start: number, end: number, take: (code: number, at: number, length: number) => void): void {
    let at = start;
    while (at + 4 <= end) {
      const code = uint16(bytes, at, this.#littleEndian);
      const length = uint16(bytes, at + 2, this.#littleEndian);
      if (code === 0 || at + 4 + length > end) return;
      take(code, at + 4, length);
      at += 4 + length + ((4 - (length % 4)) % 4);
    }
  }

  #uint64(bytes: Buffer, at: number): bigint {
    return this.#littleEndian ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at);
  }
}

/** Packets and statistics count the same losses: the greater of the two totals is told. Packets do not say who dropped. */
function withLostBetween({ lostBetween, told }: CaptureInterface): InterfaceStatistics {
  if (lostBetween === undefined) return told;
  const elsewhere = (told.droppedByInterface ?? 0) + (told.droppedByProcess ?? 0);
  return { ...told, droppedByKernel: Math.max(told.droppedByKernel ?? 0, lostBetween - elsewhere) };
}

/** What stands beyond a block's end is another's. */
function mustHold(wanted: number, end: number, offset: number): void {
  if (wanted > end) throw new CaptureError(`is damaged at byte ${offset}: a block is shorter than its kind`, offset);
}
