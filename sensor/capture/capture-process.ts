// Captures one interface and writes pcapng to standard output: `capture-process INTERFACE FILTER BUFFER_BYTES`. Ends when its
// standard input does, so that it never outlives the sensor. A fault in native code ends this process, not the sensor.
import cap from "cap";
import { FILTER_REFUSED } from "./filter-refused.js";
import type { Frame } from "./frame.js";
import { PcapngWriter } from "./pcapng-writer.js";

/** Snap length of the binding, which does not tell where it cut. */
const SNAP_LENGTH = 65_535;
const FLUSH_BYTES = 64 * 1024;
/** What is not handed on yet is lost where the binding aborts. */
const FLUSH_MILLIS = 5;
const STATISTICS_MILLIS = 1_000;
/** Bytes waiting for a reader that is too slow, beyond which frames are dropped and counted. */
const MAX_BACKLOG_BYTES = 64 * 1024 * 1024;

const LINK_TYPES: Readonly<Record<string, number>> = {
  NULL: 0,
  ETHERNET: 1,
  RAW: 101,
  LINKTYPE_LINUX_SLL: 113,
};

class CaptureProcess {
  readonly #capture = new cap.Cap();
  /** The binding keeps a pointer to it: it must live as long as the capture. */
  readonly #buffer = Buffer.allocUnsafe(SNAP_LENGTH + 1);
  readonly #writer = new PcapngWriter((bytes) => process.stdout.write(bytes));
  readonly #frame: Frame;
  #received = 0;
  #dropped = 0;
  #lastMicros = 0;
  #lastFlushMillis = performance.now();

  constructor(interfaceName: string, filter: string, bufferBytes: number) {
    const name = this.#capture.open(interfaceName, filter, bufferBytes, this.#buffer);
    const linkType = name === undefined ? undefined : LINK_TYPES[name];
    if (linkType === undefined) throw new Error(`its link type ${name ?? ""} is not supported`);
    this.#capture.setMinBytes?.(0);
    this.#frame = { bytes: this.#buffer, start: 0, end: 0, atMicros: 0, originalLength: 0, linkType, interfaceId: 0 };
    this.#writer.describeInterface(interfaceName, linkType, SNAP_LENGTH);
    this.#writer.flush();
    this.#capture.on("packet", (bytes: number) => this.#packet(bytes));
    setInterval(() => this.#flush(performance.now()), FLUSH_MILLIS);
    setInterval(() => this.#tellStatistics(), STATISTICS_MILLIS);
  }

  #packet(length: number): void {
    const nowMillis = performance.now();
    this.#received++;
    if (process.stdout.writableLength > MAX_BACKLOG_BYTES) {
      this.#dropped++;
      return;
    }
    // Frames stay in their order whatever the host's clock does.
    this.#lastMicros = Math.max(this.#lastMicros, Math.floor((performance.timeOrigin + nowMillis) * 1_000));
    const frame = this.#frame;
    frame.end = length;
    frame.atMicros = this.#lastMicros;
    // Cut at the snap length: how much is missing the binding does not say, so that at least one byte is.
    frame.originalLength = length >= SNAP_LENGTH ? length + 1 : length;
    this.#writer.frame(frame);
    // Under load the binding never returns to the event loop: the timer alone would come too late.
    if (this.#writer.bufferedBytes >= FLUSH_BYTES || nowMillis - this.#lastFlushMillis >= FLUSH_MILLIS)
      this.#flush(nowMillis);
  }

  #flush(nowMillis: number): void {
    this.#lastFlushMillis = nowMillis;
    this.#writer.flush();
  }

  /** The binding knows nothing of the kernel's drops: only our own are told, and where there are none, nothing. */
  #tellStatistics(): void {
    const dropped = this.#dropped > 0 ? { droppedByKernel: this.#dropped } : {};
    this.#writer.statistics({ interfaceId: 0, received: this.#received, ...dropped }, this.#lastMicros);
    this.#flush(performance.now());
  }
}

const [interfaceName, filter, bufferBytes] = process.argv.slice(2);
process.stdin.on("end", () => process.exit(0)).resume();
process.stdout.on("error", () => process.exit(0));
try {
  new CaptureProcess(interfaceName, filter, Number(bufferBytes));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(filter !== "" && opensWithoutFilter() ? FILTER_REFUSED : 1);
}

/** The binding tells a filter that can't be compiled by nothing but libpcap's words for it. */
function opensWithoutFilter(): boolean {
  try {
    new cap.Cap().open(interfaceName, "", Number(bufferBytes), Buffer.allocUnsafe(SNAP_LENGTH + 1));
    return true;
  } catch {
    return false;
  }
}
