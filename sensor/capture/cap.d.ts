// What we use of the npm package `cap`, which has no declarations of its own.
declare module "cap" {
  import type { EventEmitter } from "node:events";

  class Cap extends EventEmitter {
    /** Returns the link type's name. Keeps a raw pointer to `buffer`: it must live as long as this object. */
    open(device: string, filter: string, bufferBytes: number, buffer: Buffer): string | undefined;
    setMinBytes?(bytes: number): void;
    close(): void;
  }

  const cap: { Cap: typeof Cap };
  export = cap;
}
