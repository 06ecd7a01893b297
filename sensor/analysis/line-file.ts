import { closeSync, openSync, writeSync } from "node:fs";

const BUFFER_BYTES = 1024 * 1024;
/** Bytes a character of UTF-16 takes at most. */
const MAX_CHARACTER_BYTES = 3;

/** A text file written line by line in large pieces. Throws what the file system throws. */
export class LineFile {
  readonly #descriptor: number;
  #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #used = 0;

  constructor(path: string) {
    this.#descriptor = openSync(path, "w");
  }

  /** `line` is without its end. */
  write(line: string): void {
    const most = line.length * MAX_CHARACTER_BYTES + 1;
    if (this.#used + most > this.#buffer.length) this.#flush();
    if (most > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(most);
    this.#used += this.#buffer.write(line, this.#used, "utf8");
    this.#buffer[this.#used++] = 0x0a;
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #flush(): void {
    let written = 0;
    while (written < this.#used) written += writeSync(this.#descriptor, this.#buffer, written, this.#used - written);
    this.#used = 0;
  }
}
