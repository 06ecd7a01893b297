import { closeSync, openSync, writeSync } from "node:fs";

const FLUSH_CHARACTERS = 256 * 1024;

/** A text file written line by line in large pieces. Throws what the file system throws. */
export class LineFile {
  readonly #descriptor: number;
  #text = "";

  constructor(path: string) {
    this.#descriptor = openSync(path, "w");
  }

  /** `line` is without its end. */
  write(line: string): void {
    this.#text += line;
    this.#text += "\n";
    if (this.#text.length > FLUSH_CHARACTERS) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #flush(): void {
    const bytes = Buffer.from(this.#text);
    this.#text = "";
    let written = 0;
    while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
  }
}
