import type { Call } from "../../protocol/message.js";

const SLOTS = 32;
/** Characters at a path's end that find its slot: a gateway may take away what stands before them. */
const TAIL = 6;
const ROOT = "/";

/**
 * Calls that a host issued lately, and how many of those that it received it carried on: the same method and path, issued while the
 * one received waited for its answer. What a gateway takes away from a path's beginning, or adds there, may differ. Bounded: of two calls
 * with one slot the later one is remembered, which costs evidence and makes none up.
 */
export class CarriedCalls {
  /** Received and answered; of these carried on; of these with the same identifier. */
  judged = 0;
  carried = 0;
  withId = 0;
  /** More than one path was carried on. */
  hasPaths = false;
  #firstPath: string | undefined = undefined;
  readonly #paths: string[] = new Array(SLOTS).fill(ROOT);
  readonly #methods: (string | undefined)[] = new Array(SLOTS).fill(undefined);
  readonly #times = new Float64Array(SLOTS);
  readonly #ids = new Int32Array(SLOTS);

  issue({ path, method, atMicros, carriedId }: Call): void {
    if (path === undefined || path === ROOT) return;
    const slot = slotOf(path);
    this.#paths[slot] = path;
    this.#methods[slot] = method;
    this.#times[slot] = atMicros;
    this.#ids[slot] = carriedId;
  }

  /** Whether it was carried on. */
  receive({ path, method, atMicros, durationMicros, carriedId }: Call): boolean {
    if (path === undefined || path === ROOT || durationMicros === undefined) return false;
    this.judged++;
    const slot = slotOf(path);
    const issuedMicros = this.#times[slot];
    if (issuedMicros < atMicros || issuedMicros > atMicros + durationMicros) return false;
    if (this.#methods[slot] !== method || !isSamePath(path, this.#paths[slot])) return false;
    this.carried++;
    if (carriedId !== 0 && carriedId === this.#ids[slot]) this.withId++;
    this.#firstPath ??= path;
    if (path !== this.#firstPath) this.hasPaths = true;
    return true;
  }
}

function slotOf(path: string): number {
  let hash = 0;
  for (let at = Math.max(0, path.length - TAIL); at < path.length; at++)
    hash = Math.imul(hash, 31) + path.charCodeAt(at);
  return (hash ^ (hash >>> 7)) & (SLOTS - 1);
}

/** The same, or the shorter one is the end of the longer. */
function isSamePath(received: string, issued: string): boolean {
  if (received === issued) return true;
  if (issued === ROOT) return false;
  return received.length > issued.length ? received.endsWith(issued) : issued.endsWith(received);
}
