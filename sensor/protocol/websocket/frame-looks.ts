import { MASKED, maskPosition } from "./frame.js";

/** As many as content that repeats itself has places at which it looks like a frame. */
const REMEMBERED = 8;
const MAX_CONTENT_BYTES = 24;
const MIN_CONTENT_BYTES = 8;

/**
 * What frames looked like of late. Content that repeats itself, as zeros and patterns do, may look like frames without end; but it does so
 * in the same few ways again and again, while frames have something of their own: a mask (RFC 6455 §5.3), or what they say.
 */
export class FrameLooks {
  readonly #looks = new Int32Array(REMEMBERED);
  #next = 0;

  clear(): void {
    this.#looks.fill(0);
    this.#next = 0;
  }

  /**
   * Whether the frame with a header at `at` and its content from `payload` to `stop`, as far as it is there, is `new`, one that came
   * before, or too short to say (`old`), or one that can't be: with another's mask.
   */
  note(bytes: Uint8Array, at: number, payload: number, stop: number): "new" | "old" | "impossible" {
    const mask = (bytes[at + 1] & MASKED) === 0 ? 0 : keyLook(bytes, maskPosition(payload));
    if (mask === 0 && stop - payload < MIN_CONTENT_BYTES) return "old";
    const look = mask === 0 ? contentLook(bytes, at, payload, stop) : mask;
    if (this.#looks.includes(look)) return mask === 0 ? "old" : "impossible";
    this.#looks[this.#next++ % REMEMBERED] = look;
    return "new";
  }
}

/** The same for a key however it is turned; 0 for one that is none. */
function keyLook(bytes: Uint8Array, at: number): number {
  let key = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  let least = key;
  for (let turn = 0; turn < 3; turn++) {
    key = (key << 8) | (key >>> 24);
    if (key < least) least = key;
  }
  return least;
}

function contentLook(bytes: Uint8Array, at: number, payload: number, stop: number): number {
  let hash = (bytes[at] << 8) | bytes[at + 1];
  const end = Math.min(stop, payload + MAX_CONTENT_BYTES);
  for (let byte = payload; byte < end; byte++) hash = Math.imul(hash ^ bytes[byte], 0x01000193);
  return hash | 1;
}
