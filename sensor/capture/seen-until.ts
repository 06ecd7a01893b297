/**
 * How long the kernel may hold a frame back from a capture that has nothing else to hand on: the block time-out of native/capture.cc
 * and what its timer is late.
 */
const HELD_MICROS = 300_000;

/**
 * Until when all that passed an interface has been handed on, and what was dropped of it told: what a capture that is taken away
 * holds is lost from then on. All times are of the host's clock, in microseconds.
 */
export class SeenUntil {
  #beginMicros = 0;
  #framesMicros = 0;
  #countedMicros = 0;
  #soundMicros = 0;
  /** No frame came since the count before. */
  #isIdle = false;

  /** A capture begins. */
  begin(atMicros: number): void {
    this.#beginMicros = atMicros;
    this.#framesMicros = atMicros;
    this.#countedMicros = atMicros;
    this.#soundMicros = atMicros;
    this.#isIdle = false;
  }

  /** Frames come in their order: those before it have come. */
  frame(atMicros: number): void {
    this.#framesMicros = atMicros;
    this.#isIdle = false;
  }

  /** What was dropped until then is known. While frames come there may be older ones behind it. */
  counted(atMicros: number): void {
    if (this.#isIdle) this.#framesMicros = Math.max(this.#framesMicros, atMicros - HELD_MICROS);
    this.#isIdle = true;
    this.#countedMicros = atMicros;
  }

  /** Then it still was the interface on which the capture began. */
  sound(atMicros: number): void {
    this.#soundMicros = atMicros;
  }

  get countedMicros(): number {
    return this.#countedMicros;
  }

  /** Never before the beginning, though the first frames are: the blind interval that ended with it has them. */
  get micros(): number {
    return Math.max(this.#beginMicros, Math.min(this.#framesMicros, this.#countedMicros, this.#soundMicros));
  }
}
