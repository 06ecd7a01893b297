import type { OpenStream } from "./open-stream.js";

const FIRST_BUCKETS = 16;

/** Streams by their numbers, and in the order they were opened: looking one up costs no call, taking one out leaves nothing behind. */
export class StreamIndex {
  size = 0;
  oldest: OpenStream | undefined = undefined;
  #newest: OpenStream | undefined = undefined;
  /** Their number is a power of two. */
  #buckets: (OpenStream | undefined)[] = NO_BUCKETS;

  get(id: number): OpenStream | undefined {
    let stream = this.#buckets[(id >>> 1) & (this.#buckets.length - 1)];
    while (stream !== undefined && stream.id !== id) stream = stream.sharing;
    return stream;
  }

  /** There is none of its number yet. */
  add(stream: OpenStream): void {
    if (this.size >= this.#buckets.length || this.#buckets === NO_BUCKETS) this.#grow();
    this.size++;
    const at = (stream.id >>> 1) & (this.#buckets.length - 1);
    stream.sharing = this.#buckets[at];
    this.#buckets[at] = stream;
    stream.older = this.#newest;
    stream.newer = undefined;
    if (this.#newest === undefined) this.oldest = stream;
    else this.#newest.newer = stream;
    this.#newest = stream;
  }

  /** False where it was not in it. */
  remove(stream: OpenStream): boolean {
    const at = (stream.id >>> 1) & (this.#buckets.length - 1);
    let before: OpenStream | undefined;
    let there = this.#buckets[at];
    while (there !== undefined && there !== stream) {
      before = there;
      there = there.sharing;
    }
    if (there === undefined) return false;
    if (before === undefined) this.#buckets[at] = stream.sharing;
    else before.sharing = stream.sharing;
    if (stream.older === undefined) this.oldest = stream.newer;
    else stream.older.newer = stream.newer;
    if (stream.newer === undefined) this.#newest = stream.older;
    else stream.newer.older = stream.older;
    stream.older = stream.newer = stream.sharing = undefined;
    this.size--;
    return true;
  }

  /** As they are now, oldest first: what is done with one may take out others. */
  all(): OpenStream[] {
    const all: OpenStream[] = [];
    for (let stream = this.oldest; stream !== undefined; stream = stream.newer) all.push(stream);
    return all;
  }

  #grow(): void {
    const all = this.all();
    const buckets: (OpenStream | undefined)[] = new Array(Math.max(FIRST_BUCKETS, this.#buckets.length * 2)).fill(
      undefined,
    );
    for (const stream of all) {
      const at = (stream.id >>> 1) & (buckets.length - 1);
      stream.sharing = buckets[at];
      buckets[at] = stream;
    }
    this.#buckets = buckets;
  }
}

/** Of every connection that has none yet. */
const NO_BUCKETS: (OpenStream | undefined)[] = [undefined];
