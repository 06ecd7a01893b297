import type { Exchange } from "../http/exchange.js";

const SLOTS = 2_048;
const MAX_BYTES = 512;
const NONE: readonly string[] = [];

/** What a block says, to whoever does not look at its fields. */
export interface HeadFacts {
  readonly hasMethod: boolean;
  readonly status: number | undefined;
  /** Fields stand in a table whose filling was not seen. */
  readonly hasUnknown: boolean;
  readonly contentLength: number | undefined;
  readonly grpcStatus: number | undefined;
}

/** A block that came before with the table in the same state. */
export interface KnownHead {
  readonly tableState: number;
  readonly bytes: Buffer;
  readonly facts: HeadFacts;
  /** An exchange that was filled from it. */
  exchange: Exchange | undefined;
  contentEncoding: string | undefined;
  /** Of messages framed in the content. */
  messageEncoding: string | undefined;
  /** What the target alone holds: the exchange's classes grow by those of its body. */
  targetClasses: Exchange["requestClasses"];
  /** What it alone says is called. */
  template: Exchange["template"];
  rpc: Exchange["rpc"];
  operations: Exchange["operations"];
  operationHash: number;
}

/**
 * Blocks that say the same by the same bytes: whoever asks the same again, or is answered the same, sends them. Direct-mapped, for all
 * connections together; a block is kept when it comes the second time, because most that have something of their own never do.
 */
export class HeadCache {
  readonly #seen = new Int32Array(SLOTS);
  readonly #known: (KnownHead | undefined)[] = new Array(SLOTS).fill(undefined);
  /** Of the block looked for last. */
  #hash = 0;

  find(tableState: number, bytes: Buffer, start: number, end: number): KnownHead | undefined {
    let hash = tableState | 0;
    const stop = Math.min(end, start + MAX_BYTES);
    for (let at = start; at < stop; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
    hash ^= hash >>> 15;
    this.#hash = hash;
    const known = this.#known[hash & (SLOTS - 1)];
    if (known?.tableState !== tableState || known.bytes.length !== end - start) return undefined;
    for (let at = start; at < end; at++) if (bytes[at] !== known.bytes[at - start]) return undefined;
    return known;
  }

  /** Keeps the block looked for last, where it came before; what it says goes into what is returned. */
  keep(tableState: number, bytes: Buffer, start: number, end: number, facts: HeadFacts): KnownHead | undefined {
    if (end - start > MAX_BYTES) return undefined;
    const slot = this.#hash & (SLOTS - 1);
    if (this.#seen[slot] !== this.#hash) {
      this.#seen[slot] = this.#hash;
      return undefined;
    }
    const known = {
      tableState,
      bytes: Buffer.from(bytes.subarray(start, end)),
      facts,
      exchange: undefined,
      contentEncoding: undefined,
      messageEncoding: undefined,
      targetClasses: undefined,
      template: undefined,
      rpc: undefined,
      operations: NONE,
      operationHash: 0,
    };
    this.#known[slot] = known;
    return known;
  }
}
