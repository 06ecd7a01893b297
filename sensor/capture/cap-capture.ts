import cap from "cap";
import type { CaptureRequest } from "./capture-request.js";
import type { Frame } from "./frame.js";
import { PcapngWriter } from "./pcapng-writer.js";

/** Snap length of the package, which does not tell where it cut. */
const SNAP_LENGTH = 65_535;
const FLUSH_BYTES = 64 * 1024;
/** What is not handed on yet is lost where the package aborts. */
const FLUSH_MILLIS = 5;
const STATISTICS_MILLIS = 500;
/** Bytes waiting for a reader that is too slow, beyond which frames are dropped and counted. */
const MAX_BACKLOG_BYTES = 64 * 1024 * 1024;

const LINK_TYPES: Readonly<Record<string, number>> = {
  NULL: 0,
  ETHERNET: 1,
  RAW: 101,
  LINKTYPE_LINUX_SLL: 113,
};

/** Captures by the npm package `cap`: a call a frame, and nothing known of what the kernel dropped. */
export class CapCapture {
  readonly #capture = new cap.Cap();
  /** The package keeps a pointer to it: it must live as long as the capture. */
  readonly #buffer = Buffer.allocUnsafe(SNAP_LENGTH + 1);
  readonly #writer: PcapngWriter;
  readonly #frame: Frame;
  #received = 0;
  #dropped = 0;
  #lastMicros = 0;
  #lastFlushMillis = performance.now();

  /** `why` tells for what reason it is not the binding of our own. Throws libpcap's words where it can't be opened. */
  constructor({ interface: name, filter, bufferBytes }: CaptureRequest, why: string) {
    const linkName = this.#capture.open(name, filter, bufferBytes, this.#buffer);
    const linkType = linkName === undefined ? undefined : LINK_TYPES[linkName];
    if (linkType === undefined) throw new Error(`its link type ${linkName ?? ""} is not supported`);
    this.#capture.setMinBytes?.(0);
    this.#frame = { bytes: this.#buffer, start: 0, end: 0, atMicros: 0, originalLength: 0, linkType, interfaceId: 0 };
    this.#writer = new PcapngWriter(`eastwatch cap, ${why}`, (bytes) => process.stdout.write(bytes));
    this.#writer.describeInterface(name, linkType, SNAP_LENGTH);
    this.#writer.flush();
    this.#capture.on("packet", (bytes: number) => this.#packet(bytes));
    setInterval(() => this.#flush(performance.now()), FLUSH_MILLIS);
    setInterval(() => this.#tellStatistics(), STATISTICS_MILLIS);
  }

  /** Hands on what is left. */
  finish(): void {
    this.#tellStatistics();
  }

  #packet(length: number): void {
    const nowMillis = performance.now();
    this.#received++;
    if (process.stdout.writableLength > MAX_BACKLOG_BYTES) {
      this.#dropped++;
      return;
    }
    this.#advance(nowMillis);
    const frame = this.#frame;
    frame.end = length;
    frame.atMicros = this.#lastMicros;
    // Cut at the snap length: how much is missing the package does not say, so that at least one byte is.
    frame.originalLength = length >= SNAP_LENGTH ? length + 1 : length;
    this.#writer.frame(frame);
    // Under load the package never returns to the event loop: the timer alone would come too late.
    if (this.#writer.bufferedBytes >= FLUSH_BYTES || nowMillis - this.#lastFlushMillis >= FLUSH_MILLIS)
      this.#flush(nowMillis);
  }

  #flush(nowMillis: number): void {
    this.#lastFlushMillis = nowMillis;
    this.#writer.flush();
  }

  /** Frames and counts stay in their order whatever the host's clock does. */
  #advance(nowMillis: number): void {
    this.#lastMicros = Math.max(this.#lastMicros, Math.floor((performance.timeOrigin + nowMillis) * 1_000));
  }

  /** Of what the kernel dropped nothing is known, and nothing is told: only what was dropped here. */
  #tellStatistics(): void {
    const told = { interfaceId: 0, received: this.#received, droppedByProcess: this.#dropped };
    const nowMillis = performance.now();
    this.#advance(nowMillis);
    this.#writer.statistics(told, this.#lastMicros);
    this.#flush(nowMillis);
  }
}

/** The package tells a filter that can't be compiled by nothing but libpcap's words for it. */
export function opensWithoutFilter({ interface: name, bufferBytes }: CaptureRequest): boolean {
  try {
    new cap.Cap().open(name, "", bufferBytes, Buffer.allocUnsafe(SNAP_LENGTH + 1));
    return true;
  } catch {
    return false;
  }
}
