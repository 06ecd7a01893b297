const REDRAW_MILLIS = 200;
const WIDTH = 30;

/** Bytes read, rate and time left on one line of a terminal; silent where standard error is none. */
export class ProgressBar {
  readonly #label: string;
  readonly #startMillis = performance.now();
  #drawnMillis = 0;
  #isShown = false;

  constructor(label: string) {
    this.#label = label.length > 32 ? `…${label.slice(-31)}` : label;
  }

  /** `totalBytes` is undefined where the input's length is not known. */
  show(bytesRead: number, totalBytes: number | undefined): void {
    if (!process.stderr.isTTY) return;
    const nowMillis = performance.now();
    if (nowMillis - this.#drawnMillis < REDRAW_MILLIS) return;
    this.#drawnMillis = nowMillis;
    this.#isShown = true;
    const seconds = (nowMillis - this.#startMillis) / 1_000;
    const rate = bytesRead / Math.max(seconds, 0.001);
    const text = `${this.#label} ${bar(bytesRead, totalBytes)} ${megabytes(bytesRead)} MB, ${megabytes(rate)} MB/s`;
    const left = totalBytes === undefined ? "" : `, ${Math.ceil((totalBytes - bytesRead) / rate)} s left`;
    process.stderr.write(`\r\x1b[2K${text}${left}`);
  }

  clear(): void {
    if (this.#isShown) process.stderr.write("\r\x1b[2K");
    this.#isShown = false;
  }
}

function bar(done: number, total: number | undefined): string {
  if (total === undefined || total === 0) return "";
  const filled = Math.min(WIDTH, Math.floor((done / total) * WIDTH));
  return `[${"#".repeat(filled)}${"-".repeat(WIDTH - filled)}] ${Math.floor((100 * done) / total)} %`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
