import { closeSync, openSync, writeSync } from "node:fs";

const BUFFER_BYTES = 1024 * 1024;
/** Bytes a character of UTF-16 takes at most. */
const MAX_CHARACTER_BYTES = 3;

/**
 * A text file written line by line in large pieces. What stood there stays until the first piece is written, or `close`. Once the file system
 * refuses a piece no further ones are tried: `write` is called where any error is taken for one of ours, so that `close` alone throws it.
 */
export class LineFile {
  readonly #path: string;
  #descriptor: number | undefined;
  #fault: unknown;
  #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #used = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** `line` is without its end. */
  write(line: string): void {
    const most = line.length * MAX_CHARACTER_BYTES + 1;
    if (this.#used + most > this.#buffer.length) this.#flush();
    if (most > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(most);
    this.#used += this.#buffer.write(line, this.#used, "utf8");
    this.#buffer[this.#used++] = 0x0a;
  }

  /** Throws what the file system threw, now or before. */
  close(): void {
    this.#flush();
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    if (this.#fault !== undefined) throw this.#fault;
  }

  #flush(): void {
    try {
      if (this.#fault === undefined) this.#writeOut();
    } catch (error) {
      this.#fault = error;
    }
    this.#used = 0;
  }

  #writeOut(): void {
    this.#descriptor ??= openSync(this.#path, "w");
    let written = 0;
    while (written < this.#used) written += writeSync(this.#descriptor, this.#buffer, written, this.#used - written);
  }
}
