import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Memory that this thread's data take, and with it what the process had besides when this was made. Not what is resident: the engine
 * gives pages back late, and what is free in them is no reason to give anything up.
 */
export class UsedMemory {
  readonly #besides: number;
  readonly #collect: () => void;

  constructor() {
    const { rss, heapTotal, external } = process.memoryUsage();
    this.#besides = Math.max(0, rss - heapTotal - external);
    setFlagsFromString("--expose-gc");
    this.#collect = runInNewContext("gc");
  }

  get bytes(): number {
    const { used_heap_size, external_memory } = getHeapStatistics();
    return this.#besides + used_heap_size + external_memory;
  }

  /** Takes some tenths of a second where much is used: for when it is needed alone. */
  collect(): number {
    this.#collect();
    return this.bytes;
  }
}
