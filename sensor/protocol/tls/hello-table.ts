const SLOTS = 1_024;
/** Longer descriptions are not kept; those of browsers, key shares left out, take some hundred. */
const MAX_WORDS = 160;

/**
 * Hellos by their description, a row of words: described word by word, then found or kept. Bounded; two slots for each, so that two
 * programs that take turns in one do not put each other out.
 */
export class HelloTable<Hello> {
  readonly #hellos: (Hello | undefined)[] = new Array(SLOTS).fill(undefined);
  readonly #words = new Int32Array(SLOTS * MAX_WORDS);
  readonly #lengths = new Int32Array(SLOTS);
  readonly #described = new Int32Array(MAX_WORDS);
  #used = 0;
  #hash = 0;

  /** Begins another description. */
  begin(first: number): void {
    this.#described[0] = first;
    this.#used = 1;
    this.#hash = first;
  }

  /** False where it becomes too long. The last bytes, if fewer than four, have a word of their own. */
  add(view: DataView, start: number, end: number): boolean {
    let used = this.#used;
    if (used + ((end - start + 3) >> 2) > MAX_WORDS) return false;
    let hash = this.#hash;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const word = view.getInt32(at, true);
      this.#described[used++] = word;
      hash = Math.imul(hash ^ word, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    if (at < end) {
      let word = 0;
      for (; at < end; at++) word = (word << 8) | view.getUint8(at);
      this.#described[used++] = word;
      hash = Math.imul(hash ^ word, 0x85ebca6b);
      hash ^= hash >>> 13;
    }
    this.#used = used;
    this.#hash = hash;
    return true;
  }

  /** The hello of this description. */
  find(): Hello | undefined {
    const slot = this.#hash & (SLOTS - 1);
    if (this.#isAt(slot)) return this.#hellos[slot];
    return this.#isAt(slot ^ 1) ? this.#hellos[slot ^ 1] : undefined;
  }

  /** Keeps the hello of this description, which was not found. */
  keep(hello: Hello): void {
    const slot = this.#hash & (SLOTS - 1);
    const base = slot * MAX_WORDS;
    if (this.#lengths[slot] > 0) {
      const other = slot ^ 1;
      this.#words.copyWithin(other * MAX_WORDS, base, base + this.#lengths[slot]);
      this.#lengths[other] = this.#lengths[slot];
      this.#hellos[other] = this.#hellos[slot];
    }
    this.#words.set(this.#described.subarray(0, this.#used), base);
    this.#lengths[slot] = this.#used;
    this.#hellos[slot] = hello;
  }

  #isAt(slot: number): boolean {
    const used = this.#used;
    if (this.#lengths[slot] !== used) return false;
    const base = slot * MAX_WORDS;
    for (let at = 0; at < used; at++) if (this.#words[base + at] !== this.#described[at]) return false;
    return true;
  }
}
