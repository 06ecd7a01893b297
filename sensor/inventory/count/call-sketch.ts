const ROWS = 4;
const CELLS = 256;

/**
 * How often each of very many things was counted, at most so much too high as 1/256 of all that was: a count-min sketch with conservative update
 * (Cormode and Muthukrishnan 2005; Estan and Varghese 2002). Four kilobytes.
 */
export class CallSketch {
  readonly #cells = new Uint32Array(ROWS * CELLS);

  /** Counts one by its `hash`, 32 well-mixed bits; says how often it was, this one included. */
  add(hash: number, times = 1): number {
    const calls = this.callsOf(hash) + times;
    for (let row = 0; row < ROWS; row++) {
      const cell = cellOf(hash, row);
      if (this.#cells[cell] < calls) this.#cells[cell] = calls;
    }
    return calls;
  }

  callsOf(hash: number): number {
    let calls = Number.POSITIVE_INFINITY;
    for (let row = 0; row < ROWS; row++) calls = Math.min(calls, this.#cells[cellOf(hash, row)]);
    return calls;
  }
}

/** Multiplicative hashing (Knuth, The Art of Computer Programming, volume 3, 6.4), by another odd number in each row. */
const FACTORS = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f];

function cellOf(hash: number, row: number): number {
  return row * CELLS + (Math.imul(hash, FACTORS[row]) >>> 24);
}
