import { type FileHandle, open } from "node:fs/promises";
import { makeFolder } from "../../shared/make-folder.js";
import type { Frame } from "./frame.js";
import { PcapngWriter } from "./pcapng-writer.js";
import { deleteSegment, type RingSegment, ringSegments, segmentPath } from "./ring-segments.js";

export interface RingSettings {
  readonly folder: string;
  readonly maxBytes: number;
  readonly segmentBytes: number;
  readonly maxWaitingBytes: number;
}

/** Blocks on their way to the disk, all of one segment and whole. */
interface Piece {
  readonly segment: number;
  readonly bytes: Buffer;
  readonly frames: number;
}

interface RingInterface {
  readonly name: string;
  readonly linkType: number;
}

/** A frame's block beside its bytes, padding included. */
const BLOCK_BYTES = 36;
/** What a segment begins with: a bound for the blocks that describe it and its interfaces. */
const BEGINNING_BYTES = 64 * 1024;
const MAX_INTERFACES = 256;
const SNAP_LENGTH = 262_144;
const RETRY_MILLIS = 2_000;
const NO_ROOM: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/**
 * Keeps the latest packets on disk, in files of bounded size of which the oldest is deleted. Whoever hands frames over never waits for the
 * disk: what it does not take in time, or can't, is not kept and counted. A file is only ever written by the process that began it, and
 * holds whole blocks but for its end.
 */
export class PacketRing {
  readonly counters = { ring_frames: 0, ring_frames_dropped: 0, ring_bytes: 0, ring_segments_deleted: 0 };
  readonly #settings: RingSettings;
  readonly #tell: (level: "info" | "warn", text: string) => void;
  readonly #interfaces: RingInterface[] = [];
  readonly #waiting: Piece[] = [];
  #waitingBytes = 0;
  #segments: RingSegment[] = [];
  #writer: PcapngWriter | undefined = undefined;
  /** Number of the segment that frames go to; bytes and frames handed to its writer. */
  #number = 0;
  #segmentBytes = 0;
  #bufferedFrames = 0;
  #file: { readonly number: number; readonly handle: FileHandle; bytes: number } | undefined = undefined;
  #writing: Promise<void> | undefined = undefined;
  #pausedUntilMillis = 0;
  #trouble = "";

  constructor(settings: RingSettings, tell: (level: "info" | "warn", text: string) => void) {
    this.#settings = settings;
    this.#tell = tell;
    this.#attempt(() => this.#look());
  }

  /** A capture's way in. */
  capture(name: string): (frame: Frame) => void {
    const ids: number[] = [];
    return (frame) => {
      const id = ids[frame.interfaceId];
      if (id !== undefined && this.#interfaces[id].linkType === frame.linkType) this.#keep(frame, id);
      else {
        const added = this.#interfaceOf(name, frame.linkType);
        if (added !== undefined) ids[frame.interfaceId] = added;
        this.#keep(frame, added);
      }
    };
  }

  /** What was kept so far goes to the disk. */
  flush(): void {
    this.#writer?.flush();
  }

  /** Resolves once the disk has everything. */
  async close(): Promise<void> {
    this.flush();
    this.#writer = undefined;
    this.#pausedUntilMillis = Number.POSITIVE_INFINITY;
    await this.#writing;
    await this.#closeFile();
  }

  #keep(frame: Frame, id: number | undefined): void {
    const size = frame.end - frame.start + BLOCK_BYTES;
    if (id === undefined || this.#waitingBytes > this.#settings.maxWaitingBytes || !this.#hasRoom(size)) {
      this.counters.ring_frames_dropped++;
      return;
    }
    this.#writer?.frame(frame, id);
    this.#bufferedFrames++;
    this.#segmentBytes += size;
    this.counters.ring_frames++;
  }

  /** Begins the next segment where this one is full. */
  #hasRoom(bytes: number): boolean {
    if (this.#writer !== undefined && this.#segmentBytes + bytes <= this.#settings.segmentBytes) return true;
    if (this.#pausedUntilMillis > 0 && performance.now() < this.#pausedUntilMillis) return false;
    this.#pausedUntilMillis = 0;
    this.flush();
    const number = ++this.#number;
    this.#segmentBytes = BEGINNING_BYTES;
    this.#writer = new PcapngWriter("eastwatch packet ring", (piece) => this.#take(number, piece));
    for (const { name, linkType } of this.#interfaces) this.#writer.describeInterface(name, linkType, SNAP_LENGTH);
    return true;
  }

  #interfaceOf(name: string, linkType: number): number | undefined {
    const known = this.#interfaces.findIndex((one) => one.name === name && one.linkType === linkType);
    if (known >= 0) return known;
    if (this.#interfaces.length === MAX_INTERFACES) return undefined;
    this.#writer?.describeInterface(name, linkType, SNAP_LENGTH);
    return this.#interfaces.push({ name, linkType }) - 1;
  }

  #take(segment: number, bytes: Buffer): void {
    this.#waiting.push({ segment, bytes, frames: this.#bufferedFrames });
    this.#waitingBytes += bytes.length;
    this.#bufferedFrames = 0;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    for (let piece = this.#waiting.shift(); piece !== undefined; piece = this.#waiting.shift()) {
      try {
        await this.#write(piece);
        if (this.#trouble !== "") this.#tell("info", `ring.folder "${this.#settings.folder}" keeps packets again`);
        this.#trouble = "";
      } catch (error) {
        await this.#failed(piece, error as NodeJS.ErrnoException);
      }
      this.#waitingBytes -= piece.bytes.length;
    }
  }

  async #write({ segment, bytes }: Piece): Promise<void> {
    if (this.#file?.number !== segment) {
      await this.#closeFile();
      this.#makeRoom();
      const handle = await open(segmentPath(this.#settings.folder, segment), "wx", 0o600);
      this.#file = { number: segment, handle, bytes: 0 };
    }
    const file = this.#file;
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await file.handle.write(bytes, at, bytes.length - at, file.bytes + at);
      at += bytesWritten;
    }
    file.bytes += bytes.length;
    this.counters.ring_bytes += bytes.length;
  }

  /** Whole blocks stay, the rest of the segment is given up; what frames come next begin another. */
  async #failed(piece: Piece, error: NodeJS.ErrnoException): Promise<void> {
    const lost = [piece, ...this.#waiting.splice(0)];
    for (const { frames, bytes } of lost.slice(1)) {
      this.#waitingBytes -= bytes.length;
      this.#notKept(frames);
    }
    this.#notKept(piece.frames + this.#bufferedFrames);
    this.#bufferedFrames = 0;
    this.#writer = undefined;
    this.#pausedUntilMillis = performance.now() + RETRY_MILLIS;
    await this.#closeFile();
    const isFull = NO_ROOM.has(error.code ?? "");
    // The newest packets are worth more than the oldest, and the disk may be needed by others still more.
    if (isFull) this.#attempt(() => this.#deleteOldest());
    this.#complain(`${error.message}${isFull ? "; deletes its oldest packets" : ""}`);
    this.#attempt(() => this.#look());
  }

  #notKept(frames: number): void {
    this.counters.ring_frames -= frames;
    this.counters.ring_frames_dropped += frames;
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    try {
      await file.handle.truncate(file.bytes);
    } catch {
      // Then its end is broken, which readers of rings know.
    }
    await file.handle.close();
    const path = segmentPath(this.#settings.folder, file.number);
    this.#segments.push({ number: file.number, path, bytes: file.bytes });
  }

  #makeRoom(): void {
    const { maxBytes, segmentBytes } = this.#settings;
    let total = this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
    while (this.#segments.length > 0 && total + segmentBytes > maxBytes) total -= this.#deleteOldest();
  }

  #deleteOldest(): number {
    const [oldest] = this.#segments;
    if (oldest === undefined) return 0;
    deleteSegment(oldest);
    this.#segments.shift();
    this.counters.ring_segments_deleted++;
    return oldest.bytes;
  }

  /** What is there, also from before, counts; its numbers are not used again. */
  #look(): void {
    makeFolder(this.#settings.folder, 0o700);
    this.#segments = ringSegments(this.#settings.folder);
    this.#number = Math.max(this.#number, this.#segments.at(-1)?.number ?? 0);
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#complain((error as Error).message);
    }
  }

  #complain(reason: string): void {
    const isNew = this.#trouble === "";
    this.#trouble = reason;
    if (!isNew) return;
    const { folder } = this.#settings;
    this.#tell("warn", `ring.folder "${folder}" can't be written: ${reason}; packets are not kept until it can`);
  }
}
