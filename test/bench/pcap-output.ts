import { closeSync, openSync, writeSync } from "node:fs";

/** A pcap file, microsecond clock, little-endian; a frame every 20 µs. */
export class PcapOutput {
  readonly #descriptor: number;
  readonly #buffer = Buffer.alloc(4 << 20);
  #used = 0;
  #atMicros = 1_790_000_000_000_000;

  constructor(path: string) {
    this.#descriptor = openSync(path, "w");
    this.#buffer.writeUInt32LE(0xa1b2c3d4, 0);
    this.#buffer.writeUInt16LE(2, 4);
    this.#buffer.writeUInt16LE(4, 6);
    this.#buffer.writeUInt32LE(262_144, 16);
    this.#buffer.writeUInt32LE(1, 20);
    this.#used = 24;
  }

  frame(frame: Buffer): void {
    if (this.#used + 16 + frame.length > this.#buffer.length) this.#flush();
    this.#atMicros += 20;
    const at = this.#used;
    this.#buffer.writeUInt32LE(Math.floor(this.#atMicros / 1e6), at);
    this.#buffer.writeUInt32LE(this.#atMicros % 1e6, at + 4);
    this.#buffer.writeUInt32LE(frame.length, at + 8);
    this.#buffer.writeUInt32LE(frame.length, at + 12);
    frame.copy(this.#buffer, at + 16);
    this.#used = at + 16 + frame.length;
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #flush(): void {
    writeSync(this.#descriptor, this.#buffer, 0, this.#used);
    this.#used = 0;
  }
}
